package cli

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"ortop/internal/config"
	"ortop/internal/fault"
	"ortop/internal/keys"
	"ortop/internal/render"
	"ortop/internal/routine"
	"ortop/internal/text"
	"ortop/ui/tty"
)

// The exit codes, which scripts rely on.
const (
	ExitOK        = 0
	ExitFailed    = 1
	ExitUsage     = 2 // wrong use, or no key found
	ExitShort     = 3 // the check said no
	ExitUnknown   = 4 // it cannot be known: unreachable, refused, unreadable, stale
	exitInterrupt = 130
	ExitTerminate = 143
)

// ExitError is a failure whose exit code is not ExitFailed.
type ExitError struct {
	Code int
	Err  error // nil: there is nothing to report
	Hint string
}

func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit status %d", e.Code)
	}
	return e.Err.Error()
}

func (e *ExitError) Unwrap() error { return e.Err }

// Joined is errors.Join, which is inlined where it is called: nineteen copies of it
// are 8 kB of program.
//
//go:noinline
func Joined(errs ...error) error { return errors.Join(errs...) }

// DamageError is a history of which something was left out.
type DamageError struct{ what string }

func (e *DamageError) Error() string { return e.what }

// Whole fails with ExitUnknown where an answer lacks what is damaged.
//
//go:noinline
func Whole(damage string) error {
	if damage == "" {
		return nil
	}
	return &ExitError{ExitUnknown, &DamageError{damage}, DamageHint}
}

// DamageHint is what to do about a damaged history.
const DamageHint = "ortop doctor --verify lists all of it; a backup from before can be restored"

// UsageError is wrong use of the command line; the hint may be empty.
//
//go:noinline
func UsageError(hint, format string, args ...any) error {
	return &ExitError{ExitUsage, fmt.Errorf(format, args...), hint}
}

// Answer writes what a command answers a person, and the end of its last line: folded
// to the width of the terminal, and in ASCII where the locale has no more.
func (a *App) Answer(out string) error {
	if a.ZoneNote != "" {
		a.Hint("%s", a.ZoneNote)
		a.ZoneNote = ""
	}
	return a.AnswerRaw(ForLocale(render.Fold(out, a.Width())))
}

// AnswerRaw writes what a program reads, as it is.
func (a *App) AnswerRaw(out string) error {
	_, err := io.WriteString(a.Stdout, out+"\n")
	return Written(err)
}

// AnswerJSON writes the object that a command answers.
func (a *App) AnswerJSON(object any) error {
	out, err := text.JSON(object)
	if err != nil {
		return err
	}
	return a.AnswerRaw(string(out))
}

// Written is the error of writing an answer.
func Written(err error) error {
	if errors.Is(err, syscall.EBADF) {
		err = errors.New("standard output is closed")
	}
	if err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	return nil
}

// lossError is a history that held readings in memory and could not be written
// when it was closed.
type lossError struct {
	loss error
	err  error // what went wrong before; nil: nothing
}

func (e *lossError) Error() string   { return e.loss.Error() }
func (e *lossError) Unwrap() []error { return []error{e.loss, e.err} }

// Closing closes a history when a command is done with it. What that fails with
// becomes part of the command's error.
func Closing(err *error, close func() error) {
	if loss := close(); loss != nil {
		*err = &lossError{fmt.Errorf("closing the history: %w", loss), *err}
	}
}

// Report writes what went wrong to w and returns the exit code.
func Report(w io.Writer, err error) int {
	if err == nil {
		return ExitOK
	}
	var lost *lossError
	if errors.As(err, &lost) {
		Report(w, lost.err)
		PrintLine(w, "ortop: error: ", "%s", fault.Message(lost.loss))
		return ExitFailed
	}
	var exit *ExitError
	var signal tty.SignalError
	var panicked *routine.PanicError
	switch {
	case errors.As(err, &panicked):
		PrintLine(w, "ortop: error: ", "%s", panicked)
		if hint := panicHint(); hint != "" {
			PrintLine(w, "ortop: hint: ", "%s", hint)
		}
		return ExitFailed
	case errors.Is(err, tty.ErrInterrupted):
		return exitInterrupt
	case errors.As(err, &signal):
		if s, ok := signal.Signal.(syscall.Signal); ok {
			return 128 + int(s)
		}
		return ExitFailed
	}
	code, hint := ExitFailed, ""
	var configured *config.Error
	switch {
	case errors.As(err, &exit):
		code, hint, err = exit.Code, exit.Hint, exit.Err
	case errors.As(err, &configured):
		code = ExitUsage
	}
	if errors.Is(err, keys.ErrNone) {
		code = ExitUsage
	}
	if err == nil {
		return code
	}
	var key *keys.Error
	if hint == "" && errors.As(err, &key) {
		hint = key.Hint
	}
	PrintLine(w, "ortop: error: ", "%s", fault.Message(err))
	if hint != "" {
		PrintLine(w, "ortop: hint: ", "%s", hint)
	}
	return code
}

// DidYouMean is the hint of a value that is near to one that there is.
//
//go:noinline
func DidYouMean(value string, of []string) string {
	if meant := text.Nearest(value, of); meant != "" {
		return "did you mean " + meant + "?"
	}
	return ""
}
