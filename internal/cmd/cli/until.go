package cli

import (
	"context"
	"io"
	"os"

	"ortop/internal/routine"
)

// Until returns what do returns, or the cause of ctx where that ends first.
func Until[T any](ctx context.Context, do func() (T, error)) (v T, err error) {
	type answer struct {
		v   T
		err error
	}
	done := make(chan answer, 1)
	routine.Go(func() {
		v, err := do()
		done <- answer{v, err}
	})
	select {
	case a := <-done:
		v, err = a.v, a.err
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		var none T
		return none, context.Cause(ctx)
	}
	return v, err
}

// ReadFile returns what read makes of a file, or of standard input for "-". It
// does not outlive ctx: a pipe or a device may never come, or never end.
func ReadFile[T any](ctx context.Context, path string, stdin io.Reader, read func(io.Reader) (T, error)) (T, error) {
	return Until(ctx, func() (v T, err error) {
		in := stdin
		if path != "-" {
			file, err := os.Open(path) // waits for who writes to a pipe
			if err != nil {
				return v, err
			}
			defer file.Close()
			in = file
		}
		return read(&ending{ctx, in})
	})
}

// ending is a reader that ends with a context.
type ending struct {
	ctx context.Context
	in  io.Reader
}

func (e *ending) Read(p []byte) (int, error) {
	if e.ctx.Err() != nil {
		return 0, context.Cause(e.ctx)
	}
	return e.in.Read(p)
}
