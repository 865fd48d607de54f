// Package cli is what the commands have in common: the flags, streams and clock
// of one run, how answers, hints and progress are printed, and exit codes.
package cli

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/account"
	"ortop/internal/child"
	"ortop/internal/keys"
	"ortop/internal/routine"
	"ortop/internal/text"
)

// App is one run of the program.
type App struct {
	Flags  Flags
	Env    keys.Environment
	Stdin  *os.File
	Stdout *os.File
	Stderr *os.File
	Now    func() time.Time
	// ByCobra is where help, version and completion are written.
	ByCobra *CheckedWriter
	// OnRead takes when and from what the account of an answer was read; nil:
	// nobody wants to know.
	OnRead func(Reading)
	// ZoneNote is why times are not those of this machine's clock; empty: they are.
	ZoneNote string
}

// Flags are those that every command has.
type Flags struct {
	Account, Config, History, BaseURL string
	Interval                          time.Duration
	Demo, Theme                       string
	NoColor, Quiet, Verbose           bool
	Share, NoShare                    bool
}

// Runs adapts a command: it ends on an interrupt, SIGTERM, SIGHUP or SIGQUIT, with
// the exit code that shells expect of that.
//
//go:noinline
func (a *App) Runs(f func(context.Context, []string) error) func(*cobra.Command, []string) error {
	return Noted(func(ctx context.Context, args []string) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		signals, unlisten := child.Signals()
		defer unlisten()
		routine.Go(func() {
			select {
			case s := <-signals:
				code := exitInterrupt
				if s, ok := s.(syscall.Signal); ok {
					code = 128 + int(s)
				}
				cancel(&ExitError{Code: code})
			case <-ctx.Done():
			}
		})
		err := f(ctx, args)
		var panicked *routine.PanicError
		if errors.As(context.Cause(ctx), &panicked) && !errors.As(err, new(*routine.PanicError)) {
			var lost *lossError
			if errors.As(err, &lost) {
				return &lossError{lost.loss, panicked}
			}
			return panicked
		}
		var stopped *ExitError
		var lost *lossError
		if err != nil && errors.As(context.Cause(ctx), &stopped) && !errors.As(err, &lost) {
			return stopped
		}
		return err
	})
}

// Noted adapts a command, and notes that its command line was right.
func Noted(f func(context.Context, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		c.Root().Annotations = map[string]string{"ran": "yes"}
		return f(c.Context(), args)
	}
}

// Hint prints a hint on standard error.
//
//go:noinline
func (a *App) Hint(format string, args ...any) {
	if !a.Flags.Quiet {
		PrintLine(a.Stderr, "ortop: hint: ", format, args...)
	}
}

// OneLine is s in one line, without control characters and not too long.
//
//go:noinline
func OneLine(s string) string { return text.Clean(s, 1000) }

// Reading is when an answer's account was read, and from what.
type Reading struct {
	At     time.Time
	Source account.Source
}
