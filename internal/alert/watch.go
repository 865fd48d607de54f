package alert

import (
	"slices"
	"time"

	"ortop/internal/credit"
)

const (
	// settle is how long a value must be on the good side of its threshold,
	// and at last well past it, for an alert to be over.
	settle = 15 * time.Minute
	// rearm is how long it must be there if it is not well past.
	rearm = 24 * time.Hour
)

// watch is what one rule remembers of one subject. Telling is apart from
// judging: what is true and was not told is told as soon as it may be.
type watch struct {
	// Event says what is told: as of the last reading while it fires, then as
	// of the one that it was over with.
	Event Event `json:"event"`
	// TrueSince is when the condition began to hold, OutSince when it no
	// longer did though the alert is not over yet; zero if it does not, or does.
	TrueSince time.Time `json:"true_since,omitzero"`
	OutSince  time.Time `json:"out_since,omitzero"`
	// Firing reports that the condition held for as long as the rule asks and
	// is not over, Spoken that this is what was last told.
	Firing bool `json:"firing"`
	Spoken bool `json:"spoken"`
	// ToldAt is when it was last told that the condition holds.
	ToldAt time.Time `json:"told_at,omitzero"`
	// Threshold is the rule's; the larger, the stricter.
	Threshold float64 `json:"threshold"`
}

// judge takes in a finding.
func (w *watch) judge(r Rule, in Reading, f finding) {
	now := in.Now.UTC()
	w.Threshold = r.threshold()
	if f.over {
		w.OutSince = time.Time{}
		if w.TrueSince.IsZero() {
			w.TrueSince = now
		}
		if r.Kind == Stale || now.Sub(w.TrueSince) >= r.For { // Stale has waited already
			w.Firing, w.Event = true, r.event(in, f, w.TrueSince, false)
		}
		return
	}
	if !w.Firing {
		w.TrueSince = time.Time{}
		return
	}
	if w.OutSince.IsZero() {
		w.OutSince = now
	}
	need := rearm
	switch {
	case f.well && r.ofBalance() && in.toppedUp(w.TrueSince):
		need = 0
	case f.well:
		need = settle
	}
	if now.Sub(w.OutSince) >= need {
		w.Event = r.event(in, f, w.TrueSince, true)
		w.Firing, w.TrueSince, w.OutSince = false, time.Time{}, time.Time{}
	}
}

// ofBalance reports whether a top-up alone can end what the rule is about.
func (r Rule) ofBalance() bool {
	return r.Kind == Balance || r.Kind == Used || r.Kind == Runway || r.Kind == TopUpMissing
}

// toppedUp reports whether credits were bought after t.
func (in Reading) toppedUp(t time.Time) bool {
	return slices.ContainsFunc(in.TopUps, func(u credit.TopUp) bool { return u.AmountUSD > 0 && u.At.After(t) })
}

// active reports whether the alert stands right now.
func (w watch) active() bool { return w.Firing && w.OutSince.IsZero() }

// topic is one thing that several rules may be about.
type topic struct {
	kind    Kind
	subject string
}

func (w watch) topic() topic { return topic{w.Event.Rule, w.Event.Subject} }

// outranks reports whether w says more than o, of one thing.
func (w watch) outranks(o watch) bool {
	if d := w.Event.Level.Rank() - o.Event.Level.Rank(); d != 0 {
		return d > 0
	}
	return w.Threshold > o.Threshold
}

// due reports whether the watch has something to tell at now.
func (w watch) due(r Rule, now time.Time) bool {
	switch {
	case r.holds(now, !w.Firing):
		return false
	case w.active() && !w.Spoken:
		return w.ToldAt.IsZero() || now.Sub(w.ToldAt) >= r.Cooldown
	}
	return !w.Firing && w.Spoken
}

// told notes that the watch has been told.
func (w *watch) told(now time.Time) {
	w.Spoken = w.Firing
	if w.Firing {
		w.ToldAt = now.UTC()
	}
}

// idle reports whether the watch holds nothing that would be missed.
func (w watch) idle(r Rule, now time.Time) bool {
	return !w.Firing && !w.Spoken && w.TrueSince.IsZero() && now.Sub(w.ToldAt) >= r.Cooldown
}

// clamp moves what is in the future to now, for the clock was set back: no
// wait becomes longer than it was meant to be.
func (w *watch) clamp(now time.Time) {
	for _, t := range []*time.Time{&w.TrueSince, &w.OutSince, &w.ToldAt} {
		if t.After(now) {
			*t = now.UTC()
		}
	}
}
