package tty

import (
	"reflect"
	"sync"
	"time"
	"unsafe"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/routine"
)

// How fast the renderer looks for a frame to draw: while there may be one, and
// else. The slow beats, each so many times longer than the one before, draw what the
// quick one was too late for.
const (
	quickBeat = time.Millisecond
	// firstBeat is until the first quick one, by when the first frame is being drawn. It is
	// over before the processor has nothing to do: one that sleeps until a timer of less
	// than a millisecond wakes after that long.
	firstBeat = time.Nanosecond
	slowBeat  = time.Second
	slower    = 4
	restBeat  = time.Hour
	// restAfter is from a frame to the first slow beat.
	restAfter = 12 * time.Millisecond
)

// beat lets Bubble Tea's renderer draw on demand. By itself it wakes 60 times a
// second for as long as the program runs, which is most of what a quiet screen
// costs, and a first frame waits for one of these.
//
// The ticker is private: it is reached by reflection. Where a version of Bubble
// Tea has none, the renderer goes on at its fixed rate.
type beat struct {
	program *tea.Program
	turn

	mu     sync.Mutex
	ticker *time.Ticker
	rest   *time.Timer
	quick  bool
	slow   time.Duration // the next slow beat
}

// wake is called when there may be something new to draw, at the earliest from
// the first View.
func (b *beat) wake() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ticker == nil {
		if b.ticker = rendererTicker(b.program); b.ticker == nil {
			return
		}
		b.rest = time.AfterFunc(restAfter, routine.Guard(b.slows))
	}
	if !b.quick { // else a frame would wait for all those that follow on it
		b.quick = true
		beat := quickBeat
		if b.slow == 0 { // the first frame
			beat = firstBeat
			time.AfterFunc(quickBeat, routine.Guard(b.quickens))
		}
		b.ticker.Reset(beat)
	}
	b.slow = slowBeat
	b.rest.Reset(restAfter)
}

// again is called before Bubble Tea starts its renderer anew, which sets its ticker: a
// quick beat from before is over, or what comes next would wait for the slow one.
func (b *beat) again() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.quick = false
}

// quickens ends what the first frame was drawn by.
func (b *beat) quickens() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.quick {
		b.ticker.Reset(quickBeat)
	}
}

// slows goes on to the next slow beat, half way to the second of the one before.
func (b *beat) slows() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.quick = false
	if b.slow > time.Minute {
		b.ticker.Reset(restBeat)
		return
	}
	b.ticker.Reset(b.slow)
	b.rest.Reset(b.slow * 3 / 2)
	b.slow *= slower
}

// stop ends the timers. Bubble Tea has stopped its ticker by then.
func (b *beat) stop() {
	b.end()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.quick = false
	if b.rest != nil {
		b.rest.Stop()
	}
	if b.ticker != nil {
		b.ticker.Stop()
	}
}

// rendererTicker returns the ticker that drives the renderer of a program that
// runs; nil where there is none of that name and type.
func rendererTicker(p *tea.Program) *time.Ticker {
	f := reflect.ValueOf(p).Elem().FieldByName("ticker")
	if !f.IsValid() || f.Type() != reflect.TypeFor[*time.Ticker]() {
		return nil
	}
	return *(**time.Ticker)(unsafe.Pointer(f.UnsafeAddr()))
}
