package child

import (
	"os"
	"os/exec"
)

// Group is a command with all that it starts: its process group, and those that it
// makes itself, as long as they are known by their parents or their session. It has
// signals of its own: none reaches it but by Pass, and by the keys of a terminal that
// it was lent. Its methods are for one goroutine.
type Group struct {
	cmd    *exec.Cmd
	ended  chan struct{}
	code   int // once it has ended
	halted chan os.Signal
	system
}

// Ended is closed when the command itself has ended.
func (g *Group) Ended() <-chan struct{} { return g.ended }

// Code is the exit code that a shell gives it, once it has ended.
func (g *Group) Code() int { return g.code }

// Halted receives when a key of the terminal, or its use of a terminal that is not
// lent to it, has stopped the command: Lend or Suspend follows.
func (g *Group) Halted() <-chan os.Signal { return g.halted }
