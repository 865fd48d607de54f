package cmd

import (
	"cmp"
	"context"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/config"
	"ortop/internal/routine"
)

// panicGrace is how long a command has to give the terminal back and to close
// the history after a panic.
const panicGrace = 6 * time.Second

// execute runs root. A panic, in whatever goroutine, ends its context.
func (a *app) execute(root *cobra.Command, args []string) (err error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	routine.OnPanic(func(p *routine.PanicError) {
		cancel(p)
		time.AfterFunc(panicGrace, routine.Guard(func() {
			logPanic(p)
			os.Exit(report(a.stderr, p))
		}))
	})
	defer func() {
		if p := routine.Recovered(recover()); p != nil {
			err = p
		}
	}()
	root.SetContext(ctx)
	err = root.Execute()
	if a.byCobra.err != nil {
		return written(a.byCobra.err)
	}
	return usage(root, args, err)
}

// checked remembers that something could not be written.
type checked struct {
	io.Writer
	err error
}

// Write writes p.
func (c *checked) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.err = cmp.Or(c.err, err)
	return n, err
}

// logPanic keeps the stack, for which a screen has no room.
func logPanic(p *routine.PanicError) {
	log, closeLog := fileLog()
	defer closeLog()
	log.Error("panic", "value", p.Value, "stack", p.Stack)
}

// panicHint says where the stack is.
func panicHint() string {
	path, err := config.StatePath()
	if err != nil {
		return ""
	}
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return "this is a fault of ortop; the stack is in " + path
}
