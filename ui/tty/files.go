package tty

import (
	"fmt"
	"io"
	"time"

	"github.com/charmbracelet/x/term"
)

// inputFile is what Bubble Tea needs of an input to cancel a read.
type inputFile interface {
	term.File
	Name() string
}

// reader is the terminal's input, a file if it is one.
func (t *terminal) reader() io.Reader {
	if f, ok := t.in.(inputFile); ok {
		return watchedFile{f, t}
	}
	return watchedReader{t.in, t.lost}
}

// writer is the terminal's output, a file if it is one.
func (t *terminal) writer() io.Writer {
	if f, ok := t.out.(term.File); ok {
		return screenFile{f, t}
	}
	return t
}

// watchedReader tells when its input ends, of which Bubble Tea takes no
// notice.
type watchedReader struct {
	io.Reader
	lost func(error)
}

func (r watchedReader) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	if err != nil {
		r.lost(fmt.Errorf("reading: %w", err))
	}
	return n, err
}

type watchedFile struct {
	inputFile
	t *terminal
}

// Read leaves the input to others while in the background, where the kernel
// would stop the process for reading it.
func (f watchedFile) Read(b []byte) (int, error) {
	for !f.t.foreground() {
		time.Sleep(foregroundEvery)
	}
	return watchedReader{f.inputFile, f.t.lost}.Read(b)
}

// screenFile is a file whose writes go through the terminal.
type screenFile struct {
	term.File
	t *terminal
}

func (f screenFile) Write(b []byte) (int, error) { return f.t.Write(b) }
