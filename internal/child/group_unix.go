//go:build unix

package child

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/charmbracelet/x/term"
	"golang.org/x/sys/unix"

	"ortop/internal/routine"
)

// CanPause reports whether this system can pause a command.
const CanPause = true

// system is what a Group is made of on Unix.
type system struct {
	id  int      // of the process group
	tty *os.File // the terminal that the command shares; nil: none
	// mayLend reports whether the command may have its foreground: in a pipeline
	// another may need that.
	mayLend bool
	lent    bool // it has it
	paused  atomic.Bool
	keeper  *keeper
	close   sync.Once
}

// GroupSignals takes the signals that a Group is passed.
func GroupSignals() (signals chan os.Signal, stop func()) {
	return catch(append([]os.Signal{syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGTSTP}, stopSignals...))
}

// StartGroup starts c, whose files are files, in a process group of its own. Where
// this program has a terminal and its foreground, the command gets that. One that
// may be paused does not stay so, however this program ends. The exit code is for
// a command that could not be started.
func StartGroup(c *exec.Cmd, mayPause bool) (g *Group, code int, err error) {
	g = &Group{cmd: c, ended: make(chan struct{}), halted: make(chan os.Signal, 1)}
	if mayPause {
		if g.keeper, err = newKeeper(); err != nil {
			return nil, exitFailed, fmt.Errorf("making sure that the command is never left paused: %w", err)
		}
	}
	c.SysProcAttr = &syscall.SysProcAttr{}
	// Without a terminal the command has a session of its own: the system hangs up
	// on stopped groups of a session whose parent dies.
	if g.tty, err = os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		g.tty, c.SysProcAttr.Setsid = nil, true
	} else {
		c.SysProcAttr.Setpgid = true
		if g.mayLend = isTerminal(c.Stdin) && isTerminal(c.Stdout); g.mayLend && g.foreground() {
			g.lent, c.SysProcAttr.Foreground, c.SysProcAttr.Ctty = true, true, int(g.tty.Fd())
		}
	}
	continueOnDeath(c.SysProcAttr)
	started := make(chan error)
	routine.Go(func() { g.run(started) })
	if err := <-started; err != nil {
		g.Close()
		return nil, startCode(err), err
	}
	signal.Ignore(syscall.SIGTTOU) // to take the terminal back from the background
	if g.keeper != nil {
		g.keeper.keep(g.id)
	}
	return g, 0, nil
}

// run starts the command and waits for its end. The system looks at the thread
// that started a process to see whether its parent lives.
func (g *Group) run(started chan<- error) {
	runtime.LockOSThread() // and the thread ends with the goroutine
	err := g.cmd.Start()
	if err != nil {
		started <- err
		return
	}
	pid := g.cmd.Process.Pid
	g.id = pid
	started <- nil
	defer close(g.ended)
	for {
		var ws syscall.WaitStatus
		_, err := syscall.Wait4(pid, &ws, syscall.WUNTRACED, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			g.code = exitFailed
			return
		case ws.Stopped():
			g.stopped(ws.StopSignal())
		case ws.Signaled():
			g.code = ExitCode(ws.Signal())
			return
		case ws.Exited():
			g.code = ws.ExitStatus()
			return
		}
	}
}

// stopped takes in that the command stopped. Only the terminal's stops are the
// business of whoever shares it.
func (g *Group) stopped(s syscall.Signal) {
	switch s {
	case syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU:
		if g.tty != nil && !g.paused.Load() {
			select {
			case g.halted <- s:
			default:
			}
		}
	}
}

func (g *Group) send(s syscall.Signal) error {
	if g.id <= 0 { // which means others
		return nil
	}
	if err := syscall.Kill(-g.id, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("sending %s to the command: %w", s, err)
	}
	return nil
}

// Pause stops the group where it is. This program gets the terminal's keys.
func (g *Group) Pause() error {
	g.paused.Store(true)
	if err := g.send(syscall.SIGSTOP); err != nil {
		g.paused.Store(false)
		return err
	}
	g.takeTerminal()
	return nil
}

// Continue lets a paused group go on.
func (g *Group) Continue() error {
	g.lendTerminal()
	g.paused.Store(false)
	return g.send(syscall.SIGCONT)
}

// Pass sends the group a signal that was meant for it. A paused group goes on, for
// it could not act on it else.
func (g *Group) Pass(s os.Signal) error {
	n, ok := s.(syscall.Signal)
	if !ok {
		return nil
	}
	err := g.send(n)
	if g.paused.Load() {
		err = errors.Join(err, g.Continue())
	}
	return err
}

// Terminate asks the group to end.
func (g *Group) Terminate() error { return g.Pass(syscall.SIGTERM) }

// Kill ends the group.
func (g *Group) Kill() error { return g.send(syscall.SIGKILL) }

// Gone reports whether nothing of the group runs.
func (g *Group) Gone() bool {
	select {
	case <-g.ended:
		return errors.Is(syscall.Kill(-g.id, 0), syscall.ESRCH)
	default:
		return false
	}
}

// Suspend stops the command and this program, and returns when both go on. Where a
// key of the lent terminal stopped the command, a shell waits for all of its job.
func (g *Group) Suspend(job bool) {
	g.takeTerminal()
	going := make(chan os.Signal, 1)
	signal.Notify(going, syscall.SIGCONT)
	defer signal.Stop(going)
	_ = g.send(syscall.SIGSTOP) // it may have ended
	whom := os.Getpid()
	if job {
		whom = 0
	}
	if syscall.Kill(whom, syscall.SIGSTOP) == nil {
		<-going
	}
	if !g.paused.Load() {
		g.lendTerminal()
		_ = g.send(syscall.SIGCONT)
	}
}

// Suspends reports whether s asks this program to be suspended.
func Suspends(s os.Signal) bool { return s == syscall.SIGTSTP }

// Close takes the terminal back once the command has ended. What it left behind
// is not paused.
func (g *Group) Close() { g.close.Do(g.end) }

func (g *Group) end() {
	if g.paused.Load() {
		_ = g.Continue() // there may be nothing left of it
	}
	g.takeTerminal()
	if g.tty != nil {
		_ = g.tty.Close()
	}
	if g.keeper != nil {
		g.keeper.close()
	}
}

func isTerminal(file any) bool {
	f, ok := file.(*os.File)
	return ok && f != nil && term.IsTerminal(f.Fd())
}

// foreground reports whether this program has the terminal's foreground.
func (g *Group) foreground() bool {
	group, err := unix.IoctlGetInt(int(g.tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

func (g *Group) takeTerminal() {
	if g.lent {
		g.lent = false
		_ = unix.IoctlSetPointerInt(int(g.tty.Fd()), unix.TIOCSPGRP, unix.Getpgrp()) // a terminal that is gone has no foreground
	}
}

func (g *Group) lendTerminal() {
	if g.mayLend && !g.lent && g.foreground() {
		g.lent = true
		_ = unix.IoctlSetPointerInt(int(g.tty.Fd()), unix.TIOCSPGRP, g.id)
	}
}
