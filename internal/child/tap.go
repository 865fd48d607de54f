package child

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"ortop/internal/routine"
)

const (
	// maxReread is how much of a file is looked at when the command has ended.
	maxReread = 16 << 20
	// quiet is how long a pipe that others still hold has to be empty to count
	// as read.
	quiet = 250 * time.Millisecond
	// longest is how long a pipe is waited for that others keep filling.
	longest = 10 * time.Second
)

// Tap lets w see what c, which is not started yet and writes to files, writes.
// Nothing of it is changed or held back: what goes to a pipe is passed on byte by
// byte as it comes, a file is read afterwards, and a terminal is left alone, for
// a program has other output and other keys without one.
//
// ended is called when c has ended. It returns when w has seen all of it. What
// the command's own children write later is passed on while this program runs.
func Tap(c *exec.Cmd, w io.Writer) (ended func()) {
	var after []func()
	see := &shared{w: w}
	tap := func(out io.Writer) io.Writer {
		f, _ := out.(*os.File)
		if f == nil {
			return out
		}
		info, err := f.Stat()
		switch {
		case err != nil:
		case info.Mode().IsRegular():
			after = append(after, func() { reread(f, info.Size(), see) })
		case info.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0:
			if in, done, err := relay(f, see); err == nil {
				after = append(after, done)
				return in
			}
		}
		return out
	}
	same := sameFile(c.Stdout, c.Stderr)
	c.Stdout = tap(c.Stdout)
	if same { // one file keeps the order of what is written to both
		c.Stderr = c.Stdout
	} else {
		c.Stderr = tap(c.Stderr)
	}
	// A write to a pipe that nobody reads is to end the command, not this program.
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	return func() {
		for _, f := range after {
			f()
		}
		signal.Stop(broken)
		see.end()
	}
}

// shared is a writer for several goroutines.
type shared struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// end drops what is written from now on.
func (s *shared) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w = io.Discard
}

func sameFile(a, b io.Writer) bool {
	f, ok := a.(*os.File)
	g, ok2 := b.(*os.File)
	if !ok || !ok2 {
		return false
	}
	one, err := f.Stat()
	other, err2 := g.Stat()
	return err == nil && err2 == nil && os.SameFile(one, other)
}

// reread looks at what was added to a file since it had a size.
func reread(f *os.File, size int64, w io.Writer) {
	in, err := os.Open(f.Name())
	if err != nil {
		return // not every system lets a stream be opened again
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return
	}
	if info.Size() < size {
		size = 0
	}
	from := max(size, info.Size()-maxReread)
	_, _ = io.Copy(w, io.NewSectionReader(in, from, info.Size()-from)) // w takes all; what cannot be read is not seen
}

// relay returns a file from which all goes to out, and then to w.
func relay(out *os.File, w io.Writer) (in *os.File, done func(), err error) {
	from, in, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	drained := make(chan struct{})
	var ended atomic.Bool
	drain := sync.OnceFunc(func() { close(drained) })
	routine.Go(func() {
		defer drain()
		defer from.Close()
		p := make([]byte, 32<<10)
		for {
			n, err := from.Read(p)
			if n > 0 {
				if _, err := out.Write(p[:n]); err != nil {
					return // whoever writes learns of it as if it had written there
				}
				_, _ = w.Write(p[:n])
			}
			switch {
			case errors.Is(err, os.ErrDeadlineExceeded):
				ended.Store(false)
				drain()
				_ = from.SetReadDeadline(time.Time{})
			case err != nil:
				return
			case ended.Load():
				_ = from.SetReadDeadline(time.Now().Add(quiet))
			}
		}
	})
	return in, func() {
		in.Close()
		ended.Store(true)
		_ = from.SetReadDeadline(time.Now().Add(quiet))
		select {
		case <-drained:
		case <-time.After(longest):
		}
	}, nil
}
