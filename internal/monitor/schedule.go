package monitor

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/cenkalti/backoff/v5"

	"ortop/client"
)

// Waits after a poll that failed. The back-off doubles from two intervals and
// is drawn from the upper half of each step.
const (
	serverCap    = 15 * time.Minute
	networkCap   = 30 * time.Second
	refusedWait  = 5 * time.Minute
	refusedAfter = 2 // answers 401 in a row
)

// schedule says when the next poll is due. Slots follow one another by the
// interval, whatever the polls take, so that a month of them does not drift.
type schedule struct {
	interval time.Duration
	slot     time.Time
	due      time.Time
	held     bool // due is a wait that the server asked for
	refusals int
	server   *backoff.ExponentialBackOff
	network  *backoff.ExponentialBackOff
}

func newSchedule(interval time.Duration) *schedule {
	return &schedule{
		interval: interval,
		server:   upperHalf(2*interval, serverCap),
		network:  upperHalf(min(interval, networkCap), networkCap),
	}
}

// upperHalf is a back-off whose steps double from first to limit, each drawn
// between its half and its whole.
func upperHalf(first, limit time.Duration) *backoff.ExponentialBackOff {
	first = min(first, limit)
	return &backoff.ExponentialBackOff{
		InitialInterval:     first * 3 / 4,
		RandomizationFactor: 1.0 / 3,
		Multiplier:          2,
		MaxInterval:         limit * 3 / 4,
	}
}

// succeeded plans the slot after now, up to a tenth of the interval late.
func (s *schedule) succeeded(now time.Time) {
	s.server.Reset()
	s.network.Reset()
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
	s.due = s.slot.Add(time.Duration(rand.Float64() * float64(s.interval) / 10))
	// Two polls are never much closer than the interval, where a refresh or a
	// late answer lies just before a slot.
	if earliest := now.Add(s.interval / 2); s.due.Before(earliest) {
		s.due = s.due.Add(s.interval)
		s.slot = s.slot.Add(s.interval)
	}
}

// failed plans the next try after a poll that ended with err.
func (s *schedule) failed(now time.Time, err error) {
	s.slot, s.held = time.Time{}, false
	var api *client.APIError
	switch {
	case errors.Is(err, client.ErrUnauthorized):
		s.refusals++
		if s.refusals >= refusedAfter {
			s.due = now.Add(refusedWait)
			return
		}
		s.due = now.Add(s.interval)
	case errors.As(err, &api) && api.RetryAfter != nil:
		s.held = true
		s.due = now.Add(*api.RetryAfter)
	case errors.Is(err, client.ErrNetwork):
		s.refusals = 0
		s.due = now.Add(s.network.NextBackOff())
	default:
		s.refusals = 0
		s.due = now.Add(s.server.NextBackOff())
	}
}

// at plans the next poll at due, as another process planned it.
func (s *schedule) at(due time.Time, held bool) { s.due, s.slot, s.held = due, due, held }

// now plans a poll at once.
func (s *schedule) now(now time.Time) { s.due, s.slot, s.held = now, time.Time{}, false }

func (s *schedule) refused() bool { return s.refusals >= refusedAfter }
