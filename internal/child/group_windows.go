package child

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"

	"ortop/internal/routine"
)

// CanPause reports whether this system can pause a command.
const CanPause = false

type system struct{}

// GroupSignals takes the signals that a Group is passed.
func GroupSignals() (signals chan os.Signal, stop func()) { return Signals() }

// StartGroup starts c. The console sends its keys to every program on it.
func StartGroup(c *exec.Cmd, _ bool) (g *Group, code int, err error) {
	if err := c.Start(); err != nil {
		code, err = notStarted(err)
		return nil, code, err
	}
	g = &Group{cmd: c, ended: make(chan struct{}), halted: make(chan os.Signal)}
	routine.Go(func() {
		defer close(g.ended)
		g.code = exitFailed
		_ = c.Wait() // the state has the exit code
		if c.ProcessState != nil {
			g.code = c.ProcessState.ExitCode()
		}
	})
	return g, 0, nil
}

// Pause fails: there is no such thing.
func (g *Group) Pause() (paused bool, err error) {
	return false, fmt.Errorf("pausing: %w", exec.ErrNotFound)
}

// Continue does nothing: nothing is paused.
func (g *Group) Continue() error { return nil }

// Pass does nothing: the console sent it to the command.
func (g *Group) Pass(os.Signal) error { return nil }

// Terminate ends the command and what it started: there is no signal that asks it
// to.
func (g *Group) Terminate() error { return g.Kill() }

// Kill ends the command and what it started.
func (g *Group) Kill() error {
	if exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(g.cmd.Process.Pid)).Run() == nil {
		return nil
	}
	return g.cmd.Process.Kill()
}

// Gone reports whether the command has ended.
func (g *Group) Gone() bool {
	select {
	case <-g.ended:
		return true
	default:
		return false
	}
}

// Suspend does nothing: no key stops a command.
func (g *Group) Suspend(bool) {}

// Lend does nothing: the console is everybody's.
func (g *Group) Lend(os.Signal) bool { return false }

// Suspends reports false: there is no such signal.
func Suspends(os.Signal) bool { return false }

// Close does nothing.
func (g *Group) Close() {}
