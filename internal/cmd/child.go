package cmd

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// What shells say of a command that could not be run.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
)

// stopSignals are those that a person or a system sends to end a program.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}

// heed takes the signals that would end this program, except those that it was
// told to ignore, as nohup does.
func heed() (signals chan os.Signal, stop func()) {
	signals = make(chan os.Signal, 8)
	for _, s := range stopSignals {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	return signals, func() { signal.Stop(signals) }
}

// untilSignal returns a context that the next signal ends. end ends it too, and
// returns the signal, or nil if none came.
func untilSignal(ctx context.Context, signals <-chan os.Signal) (until context.Context, end func() os.Signal) {
	until, cancel := context.WithCancel(ctx)
	caught := make(chan os.Signal, 1)
	go func() {
		defer close(caught)
		select {
		case s := <-signals:
			caught <- s
			cancel()
		case <-until.Done():
		}
	}()
	return until, func() os.Signal { cancel(); return <-caught }
}

// exitBySignal is the exit code that shells give a program that s ended.
func exitBySignal(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return exitFailed
}

// runCommand runs a command of the user's on this program's own files, passes
// signals on to it, and returns its exit code. The error is for a command that
// could not be run.
func (a *app) runCommand(args []string, signals <-chan os.Signal) (code int, err error) {
	c := exec.Command(args[0], args[1:]...)
	c.Env, c.Stdin, c.Stdout, c.Stderr = a.env.CommandEnviron(), a.stdin, a.stdout, a.stderr
	if err := c.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
			return exitNotFound, err
		}
		return exitNotExecutable, err
	}
	ended := make(chan struct{})
	passed := make(chan struct{})
	go func() {
		defer close(passed)
		for {
			select {
			case s := <-signals:
				if !sentToAll(s) {
					_ = c.Process.Signal(s) // it may have ended just now
				}
			case <-ended:
				return
			}
		}
	}()
	err = c.Wait()
	close(ended)
	<-passed
	for len(signals) > 0 { // they were meant for the command
		<-signals
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return exitFailed, err
	}
	if status, ok := c.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return exitBySignal(status.Signal()), nil
	}
	return c.ProcessState.ExitCode(), nil
}
