package monitor

import (
	"context"
	"slices"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/sorted"
	"ortop/internal/text"
)

// The longest that a fault, an event and a name may be, in bytes.
const (
	maxFault = 300
	maxEvent = 1000
	maxName  = 100
)

// Events returns what happened in [from, to), the newest first, and of that at
// most limit events; below 0, all. A gap is at its beginning.
func (m *Monitor) Events(ctx context.Context, from, to time.Time, limit int) ([]account.Event, error) {
	s := m.subject.Load()
	if s == nil {
		return nil, nil
	}
	stored, err := s.db.Events(ctx, s.account, from, to, limit)
	if err != nil {
		return nil, err
	}
	var events []account.Event
	for _, e := range stored {
		events = append(events, eventOf(e))
	}
	topUps, err := s.db.TopUps(ctx, s.account, from, to)
	if err != nil {
		return nil, err
	}
	for _, t := range topUps {
		events = append(events, topUpEvent(t))
	}
	gaps, err := s.db.Gaps(ctx, s.shown, from, to)
	if err != nil {
		return nil, err
	}
	for _, g := range gaps {
		if !g.From.Before(from) {
			events = append(events, gapEvent(g))
		}
	}
	segments, err := s.db.Segments(ctx, s.shown, from, to)
	if err != nil {
		return nil, err
	}
	for _, g := range segments {
		if g.Reason != account.FirstReading {
			events = append(events, account.Event{At: g.At, Kind: account.EventSegment, Text: "a new series began: " + text.Clean(g.Reason, maxName)})
		}
	}
	sorted.Rows(events, func(a, b *account.Event) int { return b.At.Compare(a.At) })
	if limit >= 0 && len(events) > limit {
		events = events[:limit]
	}
	return events, nil
}

func topUpEvent(t credit.TopUp) account.Event {
	if t.AmountUSD < 0 {
		return account.Event{
			At: t.At, Kind: account.EventRefund, ChangeUSD: t.AmountUSD, Text: "credits taken back: " + text.USD(-t.AmountUSD) + ", by a refund, an expiry or a transfer",
		}
	}
	return account.Event{At: t.At, Kind: account.EventTopUp, ChangeUSD: t.AmountUSD, Text: "credits bought: " + text.USD(t.AmountUSD)}
}

// quietCauses are why nothing was read where nothing was wrong.
var quietCauses = []string{gapAsleep, gapNotRunning, gapPaused, gapStopped, gapSuspended}

func gapEvent(g credit.Gap) account.Event {
	e := account.Event{At: g.From, Kind: account.EventGap, Text: "nothing was read for " + text.Span(g.To.Sub(g.From))}
	switch cause := text.Clean(g.Cause, maxName); {
	case slices.Contains(quietCauses, cause):
		e.Text += ": " + cause
	case cause != "":
		e.Kind, e.Level, e.Text = account.EventFault, alert.Warning, e.Text+": "+cause
	}
	return e
}

// Acknowledge marks an event as seen: an alert is no longer in the snapshots,
// until it begins anew or becomes more urgent. It is [history.ErrNoEvent] where
// there is no such event.
func (m *Monitor) Acknowledge(ctx context.Context, event int64) error {
	s := m.subject.Load()
	if s == nil {
		return history.ErrNoEvent
	}
	if f := m.o.Acknowledged; f != nil {
		seen, err := s.db.Event(ctx, s.account, event)
		if err == nil {
			err = f(ctx, seen)
		}
		if err != nil {
			return err
		}
	}
	if err := s.db.Acknowledge(ctx, s.account, event); err != nil {
		return err
	}
	m.calls.put((*loop).reload)
	return nil
}
