package store

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"ortop/internal/cmd/cli"
)

// A log that never comes, or never ends, is let go when the program is told to
// stop.
func TestReadingALogEnds(t *testing.T) {
	stop := errors.New("told to stop")
	for _, endless := range []bool{false, true} {
		in, out, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		written := make(chan struct{})
		go func() {
			defer close(written)
			for endless {
				if _, err := out.WriteString("{\"id\":\"gen-1\"}\n"); err != nil {
					return
				}
			}
		}()
		done := make(chan error, 1)
		go func() {
			a := &cli.App{Stdin: in, Now: time.Now}
			_, err := readLog(ctx, a, "-")
			done <- err
		}()
		cancel(stop)
		if err := <-done; !errors.Is(err, stop) {
			t.Errorf("endless %v: readLog = %v, want %v", endless, err, stop)
		}
		out.Close()
		in.Close()
		<-written
	}
}
