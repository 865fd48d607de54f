package courier

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/cenkalti/backoff/v5"

	"ortop/internal/alert"
	"ortop/internal/text"
)

// runCommand runs argv, without a shell and without the terminal, with e's
// JSON on its standard input. What it prints is dropped, but for the first
// line of standard error if it fails.
func runCommand(ctx context.Context, argv, environ []string, e *alert.Event) error {
	if len(argv) == 0 {
		return backoff.Permanent(errors.New("the channel has no command"))
	}
	name := text.Safe(filepath.Base(argv[0]), alert.MaxName)
	var notes firstBytes
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = environ
	cmd.Stdin = bytes.NewReader(append(eventJSON(*e), '\n'))
	cmd.Stderr = &notes
	cmd.WaitDelay = time.Second // a helper that it leaves running may hold the pipes
	isolate(cmd)
	err := cmd.Run()
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay) && ctx.Err() == nil:
		return nil
	case errors.Is(err, exec.ErrNotFound):
		return backoff.Permanent(fmt.Errorf("running %s: no such program", name))
	}
	if inner := errors.Unwrap(err); inner != nil { // without what the system was asked, and the path
		err = inner
	}
	reason, _, _ := bytes.Cut(bytes.TrimSpace(notes.start), []byte("\n"))
	if len(reason) > 0 {
		return fmt.Errorf("running %s: %s: %s", name, text.Safe(err.Error(), alert.MaxText), text.Safe(string(reason), alert.MaxText))
	}
	return fmt.Errorf("running %s: %s", name, text.Safe(err.Error(), alert.MaxText))
}

// firstBytes stores the beginning of what is written and drops the rest.
type firstBytes struct{ start []byte }

func (b *firstBytes) Write(p []byte) (int, error) {
	b.start = append(b.start, p[:min(len(p), 4096-len(b.start))]...)
	return len(p), nil
}
