//go:build unix

package child

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
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
	id     int      // of the process group
	groups []int    // that one, and those of what the command started that were seen
	tty    *os.File // the terminal that the command shares; nil: none
	// mayLend reports whether the command has its foreground: in a pipeline another
	// may need that, and it is given once the command asks for it.
	mayLend bool
	lent    bool // it has it
	fore    int  // the group that had it, before that was taken
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
		code, err = notStarted(err)
		return nil, code, err
	}
	signal.Ignore(syscall.SIGTTOU) // to take the terminal back from the background
	g.groups = []int{g.id}
	g.keeper.watch(g.id)
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

// Pause stops the command, and all that it started, where it is, and reports whether
// the command itself is paused. This program gets the terminal's keys. The error is
// for what cannot be stopped, as another user's part of it.
func (g *Group) Pause() (paused bool, err error) {
	g.paused.Store(true)
	g.takeTerminal() // a key of which a stopped command would learn later
	if err := send(g.id, syscall.SIGSTOP); err != nil {
		return false, errors.Join(err, g.Continue())
	}
	return true, g.sendAll(syscall.SIGSTOP)
}

// Continue lets what is paused go on, the last started first: a shell that goes on
// while its jobs are stopped takes note of that.
func (g *Group) Continue() (err error) {
	g.lendTerminal()
	g.paused.Store(false)
	for _, id := range slices.Backward(g.groups) {
		err = errors.Join(err, send(id, syscall.SIGCONT))
	}
	return err
}

// Pass sends the group a signal that was meant for it. A paused group goes on, for
// it could not act on it else.
func (g *Group) Pass(s os.Signal) error {
	n, ok := s.(syscall.Signal)
	if !ok {
		return nil
	}
	err := send(g.id, n)
	if g.paused.Load() {
		err = errors.Join(err, g.Continue())
	}
	return err
}

// Terminate asks the command, and all that it started, to end.
func (g *Group) Terminate() error {
	err := g.sendAll(syscall.SIGTERM)
	if g.paused.Load() {
		err = errors.Join(err, g.Continue())
	}
	return err
}

// Kill ends the command, and all that it started.
func (g *Group) Kill() error { return g.sendAll(syscall.SIGKILL) }

// Gone reports whether nothing of them runs.
func (g *Group) Gone() bool {
	select {
	case <-g.ended:
		all := processes()
		return !slices.ContainsFunc(g.groups, func(id int) bool { return runs(id, all) })
	default:
		return false
	}
}

// Lend gives the command the terminal that it was stopped for by s, and reports
// whether this program had it to give.
func (g *Group) Lend(s os.Signal) bool {
	if s == syscall.SIGTSTP || g.lent || !g.foreground() {
		return false
	}
	g.mayLend = true
	g.lendTerminal()
	_ = send(g.id, syscall.SIGCONT) // it may have ended
	return true
}

// Suspend stops the command and this program, and returns when both go on. Where a
// key of the lent terminal stopped the command, a shell waits for all of its job.
func (g *Group) Suspend(job bool) {
	g.takeTerminal()
	going := make(chan os.Signal, 1)
	signal.Notify(going, syscall.SIGCONT)
	defer signal.Stop(going)
	_ = send(g.id, syscall.SIGSTOP) // it may have ended
	whom := os.Getpid()
	if job {
		whom = 0
	}
	if syscall.Kill(whom, syscall.SIGSTOP) == nil {
		<-going
	}
	if !g.paused.Load() {
		g.lendTerminal()
		_ = send(g.id, syscall.SIGCONT)
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
	g.keeper.close()
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
		g.fore, _ = unix.IoctlGetInt(int(g.tty.Fd()), unix.TIOCGPGRP) // 0 where the terminal is gone
		_ = unix.IoctlSetPointerInt(int(g.tty.Fd()), unix.TIOCSPGRP, unix.Getpgrp())
	}
}

// lendTerminal gives it to the group that had it: the command may be a shell, which
// had lent it to one of its own.
func (g *Group) lendTerminal() {
	if !g.mayLend || g.lent || !g.foreground() {
		return
	}
	g.lent = true
	if !slices.Contains(g.groups, g.fore) || unix.IoctlSetPointerInt(int(g.tty.Fd()), unix.TIOCSPGRP, g.fore) != nil {
		_ = unix.IoctlSetPointerInt(int(g.tty.Fd()), unix.TIOCSPGRP, g.id) // a terminal that is gone has no foreground
	}
}
