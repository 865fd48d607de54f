package alert

import "time"

// Quiet are the hours of each day, by the clock on the wall, from From up to,
// not including, To. Where From is later than To they go over midnight; where
// the two are equal, as in the zero Quiet, there are none.
type Quiet struct {
	From, To time.Duration // since midnight
}

// At reports whether t is in the quiet hours, in t's own zone.
func (q Quiet) At(t time.Time) bool {
	h, m, s := t.Clock()
	clock := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
	if q.From <= q.To {
		return q.From <= clock && clock < q.To
	}
	return clock >= q.From || clock < q.To
}

// quietAt reports whether the rule may not notify at t; an all-clear is never
// urgent.
func (r *Rule) quietAt(t time.Time, cleared bool) bool {
	return r.muted || r.Quiet.At(t) && (r.Level != Urgent || r.QuietUrgent || cleared)
}
