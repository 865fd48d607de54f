// Package servicelog is the log of a service: lines that repeat are written
// seldom, and a reader that stalls is never waited for.
package servicelog

import (
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"ortop/internal/routine"
)

// Bounds of a service's log.
const (
	repeatAfter = 30 * time.Second // the same line is written at most so often
	logBacklog  = 256              // lines that wait for a reader
	logFlush    = 500 * time.Millisecond
)

// New returns a log to f, with times unless f leads to systemd's journal, which
// has its own. close waits for what is not yet written, but not long.
func New(f *os.File, level slog.Level, now func() time.Time) (log *slog.Logger, close func()) {
	t := newThrottle(f, now, !toJournal(f))
	return slog.New(slog.NewTextHandler(t, &slog.HandlerOptions{Level: level, ReplaceAttr: timeless})), t.close
}

// timeless leaves a record's own time out, so that equal lines are equal.
func timeless(groups []string, attr slog.Attr) slog.Attr {
	if len(groups) == 0 && attr.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return attr
}

// throttle passes lines to a writer that may stall, without waiting for it. Of
// equal lines one is written in repeatAfter.
type throttle struct {
	now   func() time.Time
	stamp bool
	lines chan []byte
	done  chan struct{}

	mu     sync.Mutex
	seen   map[string]time.Time
	closed bool
}

func newThrottle(w io.Writer, now func() time.Time, stamp bool) *throttle {
	t := &throttle{now: now, stamp: stamp, lines: make(chan []byte, logBacklog), done: make(chan struct{}), seen: map[string]time.Time{}}
	routine.Go(func() {
		defer close(t.done)
		for line := range t.lines {
			_, _ = w.Write(line) // there is nowhere to complain
		}
	})
	return t
}

// Write takes one line. It never fails and never waits.
func (t *throttle) Write(line []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	for old, at := range t.seen {
		if age := now.Sub(at); age >= repeatAfter || age < 0 {
			delete(t.seen, old)
		}
	}
	if _, repeated := t.seen[string(line)]; repeated || t.closed {
		return len(line), nil
	}
	t.seen[string(line)] = now
	out := make([]byte, 0, len(line)+40)
	if t.stamp {
		out = append(now.UTC().AppendFormat(append(out, "time="...), "2006-01-02T15:04:05Z"), ' ')
	}
	select {
	case t.lines <- append(out, line...):
	default: // a reader that stalls loses lines
	}
	return len(line), nil
}

// close waits until what was taken is written, but not for a stalled reader.
func (t *throttle) close() {
	t.mu.Lock()
	t.closed = true
	close(t.lines)
	t.mu.Unlock()
	select {
	case <-t.done:
	case <-time.After(logFlush):
	}
}
