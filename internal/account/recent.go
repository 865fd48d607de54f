package account

import (
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
)

// Recent is what the windows of spend came to at a reading. It is stored with
// it, so that a first frame and a status line need not load the past.
type Recent struct {
	At       time.Time     `json:"at,omitzero"`
	Spend    Spend         `json:"spend,omitzero"`
	Unseen   []credit.Hole `json:"unseen,omitempty"`
	Burn     Burn          `json:"burn,omitzero"`
	Usual    Usual         `json:"usual,omitzero"`
	Rise     *Rise         `json:"rise,omitempty"`
	RanOutAt time.Time     `json:"ran_out_at,omitzero"`
	// RanOutUnseen reports that it ran out before that, when nobody looked.
	RanOutUnseen bool `json:"ran_out_unseen,omitempty"`
	// Since is the first reading, OwnSince the first that was not filled in.
	Since    time.Time `json:"since,omitzero"`
	OwnSince time.Time `json:"own_since,omitzero"`
	Gaps     int       `json:"gaps,omitempty"`
	// Segments are those of the last day, oldest first.
	Segments []credit.Segment `json:"segments,omitempty"`
	// Damage is what was left out of all that, and of the forecast.
	Damage string `json:"damage,omitempty"`
}

// Brief reports whether the state alone makes the snapshot of the reading at
// this time: its windows and its forecast are known.
func (s State) Brief(at time.Time) bool {
	return !at.IsZero() && s.Recent.At.Equal(at) && s.Outlook.isOf(at)
}

// recentOf is what a series' spend came to at a reading.
func recentOf(t *credit.Trail, at time.Time, rules Rules) Recent {
	w, _ := spare.Get().(*windows)
	if w == nil {
		w = new(windows)
	}
	w.read(t, at)
	r := Recent{
		At: at, Spend: w.spend(), Unseen: w.unseen(), Burn: w.burn(), Since: w.since, OwnSince: w.since, Gaps: len(w.plot.Gaps),
	}
	var seen bool
	r.RanOutAt, seen = w.ranOut(t)
	r.RanOutUnseen = !seen && !r.RanOutAt.IsZero()
	hours := w.hours()
	r.Usual, r.Rise = hours.usual(), hours.rise(alert.LeastFactor(rules.Alerts, alert.Leak, rules.Account))
	spare.Put(w)
	if t == nil {
		return r
	}
	for _, span := range t.Backfilled {
		if span.From.Before(at) && span.To.After(r.Since) {
			r.OwnSince = span.To
		}
	}
	for _, g := range t.Gaps { // nobody saw it between what is filled in and the first reading
		if r.OwnSince.After(r.Since) && !g.From.After(r.OwnSince) && g.To.After(r.OwnSince) {
			r.OwnSince = g.To
		}
	}
	for _, g := range t.Segments {
		if !g.At.Before(at.Add(-24*time.Hour)) && g.At.Before(at) {
			r.Segments = append(r.Segments, g)
		}
	}
	return r
}
