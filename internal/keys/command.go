package keys

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"ortop/client"
	"ortop/internal/text"
)

const (
	commandLimit    = 10 * time.Second
	maxCommandBytes = 64 << 10
)

var (
	errTooSlow = errors.New("took too long")
	errTooMuch = errors.New("printed too much")
)

// fromCommand runs argv, without a shell, without our keys, without the
// terminal, and ends it with all its children at the limit.
func fromCommand(ctx context.Context, argv []string, limit time.Duration) (client.Secret, Source, error) {
	source := commandSource(argv)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooSlow)
	defer cancel()

	out := bounded{full: func() { stop(errTooMuch) }}
	notes := bounded{}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = Environ()
	cmd.Stdout, cmd.Stderr = &out, &notes
	// A helper that the command leaves running may hold the pipes open; it is
	// not waited for.
	cmd.WaitDelay = time.Second
	isolate(cmd)
	err := cmd.Run()
	if err == nil || errors.Is(err, exec.ErrWaitDelay) && ctx.Err() == nil {
		return firstLine(out.head.Bytes(), source)
	}
	return client.Secret{}, source, commandError(ctx, source, err, limit, out.head.Bytes(), notes.head.Bytes())
}

func commandSource(argv []string) Source {
	return Source{"key_command " + text.Safe(filepath.Base(argv[0]), 64)}
}

func commandError(ctx context.Context, source Source, err error, limit time.Duration, out, notes []byte) *Error {
	e := &Error{Source: source, Hint: "run it by hand to see why", Err: err}
	var exit *exec.ExitError
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errTooSlow):
		e.Problem, e.Err = fmt.Sprintf("no answer within %v", limit), cause
	case errors.Is(cause, errTooMuch):
		e.Problem, e.Err = fmt.Sprintf("it printed more than %d KiB", maxCommandBytes>>10), cause
	case cause != nil:
		e.Problem, e.Hint, e.Err = "stopped", "", cause
	case errors.As(err, &exit):
		e.Problem = "it failed (" + exit.String() + ")"
		if output := firstWords(notes, out); output != "" {
			e.Problem += ": " + output
		}
	case errors.Is(err, exec.ErrNotFound):
		e.Problem, e.Hint = "no such program", "check key_command in the configuration"
	default:
		e.Problem, e.Hint = "it cannot be run", "check key_command in the configuration"
	}
	return e
}

// firstWords returns the first line of the command's standard error, fit to be
// shown, and without any word of its standard output, which may be the key.
func firstWords(notes, out []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimSpace(notes), []byte("\n"))
	output := text.Clean(string(line), maxCommandBytes)
	for _, word := range strings.Fields(string(out)) {
		if len(word) >= 8 {
			output = text.Redact(output, word)
		}
	}
	return text.Safe(output, 120)
}

// bounded stores the first maxCommandBytes and drops the rest. A write beyond
// them calls full, if there is one, once or more. The buffer is not embedded:
// its ReadFrom would go round the bound.
type bounded struct {
	head bytes.Buffer
	full func()
}

func (b *bounded) Write(p []byte) (int, error) {
	room := maxCommandBytes - b.head.Len()
	if len(p) > room && b.full != nil {
		b.full()
	}
	b.head.Write(p[:min(len(p), room)])
	return len(p), nil
}
