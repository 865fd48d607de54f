package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/charmbracelet/x/term"

	"ortop/internal/routine"
	"ortop/ui/draw"
)

// Progress is one line on standard error that says how far long work is. It is on a
// terminal alone: nothing of it gets into a pipe, a file or a log. Nil shows nothing.
type Progress struct {
	out io.Writer
	now func() time.Time
	w   func() int // of the terminal

	mu          sync.Mutex
	began, last time.Time
	width       int // of what stands there
	over        bool

	what string        // what is being done, by work that waits
	stop chan struct{} // ends its clock; nil: there is none
}

// Work that is done before firstAfter says nothing of itself, and else it does so every
// drawnEvery.
const firstAfter, drawnEvery = 400 * time.Millisecond, 100 * time.Millisecond

// Progress is what a command says on standard error while it works; nil where nobody
// looks, or where it is to be quiet.
func (a *App) Progress() *Progress {
	if a.Flags.Quiet || !term.IsTerminal(a.Stderr.Fd()) {
		return nil
	}
	return NewProgress(a.Stderr, time.Now, func() int { return WidthOf(a.Stderr) })
}

// NewProgress writes lines of at most w() cells to out.
func NewProgress(out io.Writer, now func() time.Time, w func() int) *Progress {
	return &Progress{out: out, now: now, w: w, began: now()}
}

// AtOnce is one of work that is long in any case.
func (p *Progress) AtOnce() *Progress {
	if p != nil {
		p.began = time.Time{}
	}
	return p
}

// Printf puts a line in the place of the one before, now and then.
func (p *Progress) Printf(format string, args ...any) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.now(); !p.over && now.Sub(p.began) >= firstAfter && now.Sub(p.last) >= drawnEvery {
		p.last = now
		p.put("ortop: " + fmt.Sprintf(format, args...))
	}
}

// Doing says what work that waits is at, and for how long it has been.
func (p *Progress) Doing(format string, args ...any) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.what = fmt.Sprintf(format, args...)
	if p.stop != nil || p.over {
		return
	}
	stop, ticks := make(chan struct{}), time.NewTicker(drawnEvery)
	p.stop = stop
	routine.Go(func() {
		defer ticks.Stop()
		for {
			select {
			case <-stop:
				return
			case <-ticks.C:
				p.still()
			}
		}
	})
}

// still says again what is being done.
func (p *Progress) still() {
	p.mu.Lock()
	what, took := p.what, p.now().Sub(p.began)
	p.mu.Unlock()
	p.Printf("%s, %.0f s", what, took.Seconds())
}

func (p *Progress) put(line string) {
	if w := p.w(); w > 1 {
		line = ForLocale(draw.Cut(line, w-1))
	}
	fmt.Fprintf(p.out, "\r%-*s\r%s", p.width, "", line)
	p.width = len([]rune(line))
}

// Pause takes the line away, until there is another.
func (p *Progress) Pause() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.width > 0 {
		p.put("")
	}
}

// End leaves no line behind, and lets none follow.
func (p *Progress) End() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over = true; p.width > 0 {
		p.put("")
	}
	if p.stop != nil {
		close(p.stop)
		p.stop = nil
	}
}

// Reading is a reader that says how much of a file was read.
func (p *Progress) Reading(path string, in io.Reader) io.Reader {
	if p == nil {
		return in
	}
	r := &readingFile{in: in, p: p, name: draw.Clean(path)}
	if path == "-" {
		r.name = "standard input"
	} else if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		r.size = info.Size()
	}
	return r
}

type readingFile struct {
	in         io.Reader
	p          *Progress
	name       string
	seen, size int64
}

func (r *readingFile) Read(b []byte) (int, error) {
	n, err := r.in.Read(b)
	r.seen += int64(n)
	if r.size > 0 {
		r.p.Printf("reading %s: %d %%", r.name, min(100, r.seen*100/r.size))
	} else {
		r.p.Printf("reading %s: %.1f MB", r.name, float64(r.seen)/1e6)
	}
	return n, err
}
