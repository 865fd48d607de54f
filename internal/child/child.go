// Package child runs a command of the user's as a shell would: with the signals
// that are meant for it, and its exit code.
package child

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"ortop/internal/routine"
)

// The exit codes that shells give a command that could not be run.
const (
	exitFailed        = 1
	exitNotExecutable = 126
	exitNotFound      = 127
)

// stopSignals are those that a person or a system sends to end a program.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}

// Signals takes the signals that would end this program, except those that it was
// told to ignore, as nohup does.
func Signals() (signals chan os.Signal, stop func()) { return catch(stopSignals) }

func catch(list []os.Signal) (signals chan os.Signal, stop func()) {
	signals = make(chan os.Signal, 8)
	for _, s := range list {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	return signals, func() { signal.Stop(signals) }
}

// Until returns a context that the next signal ends. end ends it too, and
// returns the signal, or nil if none came.
func Until(ctx context.Context, signals <-chan os.Signal) (until context.Context, end func() os.Signal) {
	until, cancel := context.WithCancel(ctx)
	caught := make(chan os.Signal, 1)
	routine.Go(func() {
		defer close(caught)
		select {
		case s := <-signals:
			caught <- s
			cancel()
		case <-until.Done():
		}
	})
	return until, func() os.Signal { cancel(); return <-caught }
}

// ExitCode is the exit code that shells give a program that s ended.
func ExitCode(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return exitFailed
}

// notStarted is the exit code that shells give a command that could not be started,
// and why it could not, without its name.
func notStarted(err error) (code int, cause error) {
	code = exitNotExecutable
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		code = exitNotFound
	}
	if cause = errors.Unwrap(err); cause == nil {
		cause = err
	}
	return code, cause
}

// Run runs c, passes signals on to it, and returns its exit code. The error is
// for a command that could not be run.
func Run(c *exec.Cmd, signals <-chan os.Signal) (code int, err error) {
	if err := c.Start(); err != nil {
		return notStarted(err)
	}
	ended := make(chan struct{})
	passed := make(chan struct{})
	routine.Go(func() {
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
	})
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
		return ExitCode(status.Signal()), nil
	}
	return c.ProcessState.ExitCode(), nil
}
