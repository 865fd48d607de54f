package monitor

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"ortop/history"
	"ortop/internal/alert"
	"ortop/internal/text"
)

// The kinds of event. Alerts and their ends are stored with an [alert.Event]
// as JSON in Data; so is unusual spend. Forecasts that moved are stored too; the
// others are told of what history holds, and have no ID.
const (
	EventAlert   = "alert"
	EventCleared = "cleared"
	EventTopUp   = "top-up"
	EventRefund  = "refund"  // or what else took credits away
	EventGap     = "gap"     // nothing was read: asleep, not running, paused
	EventFault   = "fault"   // nothing could be read
	EventSegment = "segment" // the numbers do not continue those before
	// Spend that is not usual is stored like an alert, whether or not a rule
	// tells it, with who drives it in Data beside that.
	EventSpike = string(alert.Spike) // an hour or a day
	EventLeak  = string(alert.Leak)  // a rise for weeks
	// EventForecast is that the date on which it runs out moved for real.
	EventForecast = "forecast"
)

// Events returns what happened in [from, to), the newest first, and of that at
// most limit events; below 0, all. A gap is told at its beginning.
func (m *Monitor) Events(ctx context.Context, from, to time.Time, limit int) ([]history.Event, error) {
	s := m.subj.Load()
	if s == nil {
		return nil, nil
	}
	events, err := s.db.Events(ctx, s.account, from, to, limit)
	if err != nil {
		return nil, err
	}
	topUps, err := s.db.TopUps(ctx, s.account, from, to)
	if err != nil {
		return nil, err
	}
	for _, t := range topUps {
		e := history.Event{At: t.At, Kind: EventTopUp, Text: "credits bought: " + text.USD(t.AmountUSD)}
		if t.AmountUSD < 0 {
			e.Kind, e.Text = EventRefund, "credits taken back: "+text.USD(-t.AmountUSD)+", by a refund, an expiry or a transfer"
		}
		events = append(events, e)
	}
	gaps, err := s.db.Gaps(ctx, s.shown, from, to)
	if err != nil {
		return nil, err
	}
	for _, g := range gaps {
		if g.From.Before(from) {
			continue
		}
		e := history.Event{At: g.From, Kind: EventGap, Text: "nothing was read for " + text.Span(g.To.Sub(g.From))}
		switch cause := clean(g.Cause); {
		case slices.Contains(quietCauses, cause):
			e.Text += ": " + cause
		case cause != "":
			e.Kind, e.Level, e.Text = EventFault, string(alert.Warning), e.Text+": "+cause
		}
		events = append(events, e)
	}
	segments, err := s.db.Segments(ctx, s.shown, from, to)
	if err != nil {
		return nil, err
	}
	for _, g := range segments {
		if g.Reason != firstReading {
			events = append(events, history.Event{At: g.At, Kind: EventSegment, Text: "a new series began: " + clean(g.Reason)})
		}
	}
	slices.SortStableFunc(events, func(a, b history.Event) int { return b.At.Compare(a.At) })
	if limit >= 0 && len(events) > limit {
		events = events[:limit]
	}
	return events, nil
}

// quietCauses are why nothing was read where nothing was wrong.
var quietCauses = []string{"asleep", "not running", "paused", "stopped", "suspended"}

// Acknowledge marks an event as seen: an alert no longer stands in the
// snapshots, until it begins anew or becomes more urgent. It is
// [history.ErrNoEvent] where there is no such event.
func (m *Monitor) Acknowledge(ctx context.Context, event int64) error {
	s := m.subj.Load()
	if s == nil {
		return history.ErrNoEvent
	}
	if err := s.db.Acknowledge(ctx, s.account, event); err != nil {
		return err
	}
	m.call(func(l *loop) {
		if !l.asking { // else a snapshot follows anyway
			l.show(l.resting())
		}
	})
	return nil
}

// standing returns the alerts that stand and that nobody has seen.
func (st *store) standing(ctx context.Context) ([]alert.Event, error) {
	active := st.alarm.state.Active()
	if len(active) == 0 {
		return active, nil
	}
	since := active[0].Since
	for _, a := range active {
		if a.Since.Before(since) {
			since = a.Since
		}
	}
	events, err := st.db.Events(ctx, st.account, since.Truncate(time.Second), endOfTime, -1)
	for _, e := range events {
		var seen alert.Event
		if !e.Acknowledged || e.Kind == EventCleared || json.Unmarshal(e.Data, &seen) != nil {
			continue
		}
		active = slices.DeleteFunc(active, func(a alert.Event) bool {
			return a.Rule == seen.Rule && a.Subject == seen.Subject && a.Level.Rank() <= seen.Level.Rank() && !e.At.Before(a.Since.Truncate(time.Second))
		})
	}
	return active, err
}
