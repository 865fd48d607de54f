package cmd

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
	exitOK        = 0
	exitFailed    = 1
	exitUsage     = 2 // wrong use, or no key found
	exitShort     = 3 // the check said no
	exitUnknown   = 4 // it cannot be known: unreachable, refused, unreadable, stale
	exitInterrupt = 130
	exitTerminate = 143
)

// exitError is a failure whose exit code is not exitFailed.
type exitError struct {
	code int
	err  error // nil: there is nothing to report
	hint string
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// joined is errors.Join, which is inlined where it is called: nineteen copies of it
// are 8 kB of program.
//
//go:noinline
func joined(errs ...error) error { return errors.Join(errs...) }

// damageError is a history of which something was left out.
type damageError struct{ what string }

func (e *damageError) Error() string { return e.what }

// whole fails with exitUnknown where an answer lacks what is damaged.
//
//go:noinline
func whole(damage string) error {
	if damage == "" {
		return nil
	}
	return &exitError{exitUnknown, &damageError{damage}, damageHint}
}

const damageHint = "ortop doctor --verify lists all of it; a backup from before can be restored"

//go:noinline
func usageError(hint, format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...), hint}
}

// answer writes what a command answers a person, and the end of its last line: folded
// to the width of the terminal, and in ASCII where the locale has no more.
func (a *app) answer(out string) error {
	if a.zoneNote != "" {
		a.hint("%s", a.zoneNote)
		a.zoneNote = ""
	}
	return a.answerRaw(forLocale(render.Fold(out, a.width())))
}

// answerRaw writes what a program reads, as it is.
func (a *app) answerRaw(out string) error {
	_, err := io.WriteString(a.stdout, out+"\n")
	return written(err)
}

// width is that of the terminal; 0: standard output is none.
func (a *app) width() int { return widthOf(a.stdout) }

// answerJSON writes the object that a command answers.
func (a *app) answerJSON(object any) error {
	out, err := text.JSON(object)
	if err != nil {
		return err
	}
	return a.answerRaw(string(out))
}

// written is the error of writing an answer.
func written(err error) error {
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

// closing closes a history when a command is done with it. What that fails with
// becomes part of the command's error.
func closing(err *error, close func() error) {
	if loss := close(); loss != nil {
		*err = &lossError{fmt.Errorf("closing the history: %w", loss), *err}
	}
}

// report writes what went wrong to w and returns the exit code.
func report(w io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	var lost *lossError
	if errors.As(err, &lost) {
		report(w, lost.err)
		printLine(w, "ortop: error: ", "%s", fault.Message(lost.loss))
		return exitFailed
	}
	var exit *exitError
	var signal tty.SignalError
	var panicked *routine.PanicError
	switch {
	case errors.As(err, &panicked):
		printLine(w, "ortop: error: ", "%s", panicked)
		if hint := panicHint(); hint != "" {
			printLine(w, "ortop: hint: ", "%s", hint)
		}
		return exitFailed
	case errors.Is(err, tty.ErrInterrupted):
		return exitInterrupt
	case errors.As(err, &signal):
		if s, ok := signal.Signal.(syscall.Signal); ok {
			return 128 + int(s)
		}
		return exitFailed
	}
	code, hint := exitFailed, ""
	var configured *config.Error
	switch {
	case errors.As(err, &exit):
		code, hint, err = exit.code, exit.hint, exit.err
	case errors.As(err, &configured):
		code = exitUsage
	}
	if errors.Is(err, keys.ErrNone) {
		code = exitUsage
	}
	if err == nil {
		return code
	}
	var key *keys.Error
	if hint == "" && errors.As(err, &key) {
		hint = key.Hint
	}
	printLine(w, "ortop: error: ", "%s", fault.Message(err))
	if hint != "" {
		printLine(w, "ortop: hint: ", "%s", hint)
	}
	return code
}

// didYouMean is the hint of a value that is near to one that there is.
//
//go:noinline
func didYouMean(value string, of []string) string {
	if meant := text.Nearest(value, of); meant != "" {
		return "did you mean " + meant + "?"
	}
	return ""
}
