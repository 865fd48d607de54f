package cmd

import (
	"context"
	"os"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/cmd/cli"
	"ortop/internal/routine"
)

// panicGrace is how long a command has to give the terminal back and to close
// the history after a panic.
const panicGrace = 6 * time.Second

// execute runs root. A panic, in whatever goroutine, ends its context.
func execute(a *cli.App, root *cobra.Command, args []string) (err error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	routine.OnPanic(func(p *routine.PanicError) {
		cancel(p)
		time.AfterFunc(panicGrace, routine.Guard(func() {
			cli.LogPanic(p)
			os.Exit(cli.Report(a.Stderr, p))
		}))
	})
	defer func() {
		if p := routine.Recovered(recover()); p != nil {
			err = p
		}
	}()
	root.SetContext(ctx)
	err = root.Execute()
	if a.ByCobra.Err != nil {
		return cli.Written(a.ByCobra.Err)
	}
	return usage(root, args, err)
}
