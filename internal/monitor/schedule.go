package monitor

import (
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"ortop/client"
	"ortop/internal/account"
	"ortop/internal/gate"
)

// refusedAfter is how many answers 401 in a row make a key refused.
const refusedAfter = 2

// schedule is when the next poll is due. Slots follow one another by the
// interval, whatever the polls take, so that a month of them does not drift.
// After a failure the gate of the poll has the wait.
type schedule struct {
	interval time.Duration
	slot     time.Time
	due      time.Time
	held     bool // due is the end of a wait that the server named
	refusals int
	gate     *gate.Gate
}

// pollEndpoint names the poll, whose requests fail together, to its gate.
const pollEndpoint = "poll"

func newSchedule(interval time.Duration, now func() time.Time) *schedule {
	return &schedule{interval: interval, gate: gate.New(gate.Polls(interval), now)}
}

// answered plans the next poll after one that was judged. An answer that is held back
// is no failure of the server, and the sooner it is seen again the sooner it counts.
func (s *schedule) answered(now time.Time, v *account.Verdict, err error) {
	if v.Fault == nil || v.HeldBack {
		s.succeeded(now)
	} else {
		s.failed(now, err)
	}
}

// succeeded plans the slot after now, up to a tenth of the interval late.
func (s *schedule) succeeded(now time.Time) {
	s.gate.Note(pollEndpoint, nil)
	s.refusals, s.held = 0, false
	if s.slot.IsZero() || s.slot.After(now) {
		s.slot = now
	}
	if late := now.Sub(s.slot); late >= 2*s.interval {
		s.slot = now
	}
	for !s.slot.After(now) {
		s.slot = s.slot.Add(s.interval)
	}
	// Two polls are never much closer than the interval, and never much further apart,
	// where a refresh or a late answer lies just before a slot: slots go on from there.
	if s.later().Before(now.Add(s.interval / 2)) {
		s.slot = now.Add(s.interval)
	}
	s.due = s.later()
}

// drawn is drawn once, for all accounts of a process; running is how many those are.
var (
	drawn   = rand.Uint64()
	running atomic.Int32
)

// mostTogether is how many accounts are polled at once: more would hold up whoever
// presses a key meanwhile.
const mostTogether = 16

// later is the slot, up to a tenth of the interval late: each time by another share of
// it, and slots of one process that lie close together at one moment. For that the
// process wakes once, and looks once at what was stored.
func (s *schedule) later() time.Time {
	most, seed := s.interval/10, drawn
	if most <= 0 {
		return s.slot
	}
	if running.Load() > mostTogether {
		seed = rand.Uint64()
	}
	at := s.slot.UnixNano()
	const golden = 0x9e3779b97f4a7c15 // of 2^64: multiples of it lie evenly
	seed += uint64(at/int64(s.interval)) * golden
	return s.slot.Add(most - time.Duration((at-int64(seed%uint64(most)))%int64(most)))
}

// failed plans the next try after a poll that ended with err.
func (s *schedule) failed(now time.Time, err error) {
	s.gate.Note(pollEndpoint, err)
	s.slot, s.held, s.due = time.Time{}, false, now.Add(s.interval)
	if errors.Is(err, client.ErrUnauthorized) {
		s.refusals++
	} else {
		s.refusals = 0
	}
	if until, reason := s.gate.Until(pollEndpoint); reason != nil {
		var api *client.APIError
		s.due, s.held = until, errors.As(reason, &api) && api.RetryAfter != nil
	}
}

// at plans the next poll at due, as another process planned it.
func (s *schedule) at(due time.Time, held bool) { s.due, s.slot, s.held = due, due, held }

// now plans a poll at once.
func (s *schedule) now(now time.Time) { s.due, s.slot, s.held = now, time.Time{}, false }

func (s *schedule) refused() bool { return s.refusals >= refusedAfter }

// Why nothing was read for a while, where nothing was wrong. They are stored.
const (
	gapAsleep       = "asleep"
	gapNotRunning   = "not running"
	gapPaused       = "paused"
	gapStopped      = "stopped"
	gapSuspended    = "suspended"
	gapClockSetBack = "clock set back"
)

// jump is how far the wall clock may run ahead of, or behind, the time that
// passed before it counts as a sleep or as a clock that was set.
const jump = 5 * time.Second

// clockWatch notices that the machine slept or that the clock was set: the wall
// clock then moves otherwise than the time that the process was running.
type clockWatch struct {
	wall time.Time // at the last look
	mono time.Time
}

// look returns why time is missing since the last look; empty: none is.
func (c *clockWatch) look(now time.Time) (cause string, moved, passed time.Duration) {
	mono := time.Now()
	passed, moved = mono.Sub(c.mono), now.Round(0).Sub(c.wall.Round(0))
	c.wall, c.mono = now, mono
	switch {
	case moved-passed > jump:
		cause = gapAsleep
	case passed-moved > jump:
		cause = gapClockSetBack
	case passed > restEvery+2*jump:
		cause = gapStopped
	}
	return cause, moved, passed
}
