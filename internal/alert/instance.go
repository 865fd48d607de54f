package alert

import (
	"fmt"
	"slices"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

const (
	// settle is how long a value must be on the good side of its threshold,
	// and at last well past it, for an alert to be over.
	settle = 15 * time.Minute
	// rearm is how long it must be there if it is not well past.
	rearm = 24 * time.Hour
)

// status is where an alert is between two readings.
type status string

const (
	inactive status = "inactive" // the condition does not hold
	pending  status = "pending"  // it holds, not yet for as long as the rule asks
	firing   status = "firing"
	clearing status = "clearing" // it no longer holds, not yet for long enough
)

// instance is the state machine of one rule and one subject. What was notified
// is apart from what is true: a change that may not be notified yet is
// notified as soon as it may be, if it is still true then.
type instance struct {
	State status `json:"state"`
	// Since is when the condition began to hold; zero while inactive.
	Since time.Time `json:"since,omitzero"`
	// ClearingSince is when the condition stopped holding while the alert
	// still fires; zero otherwise.
	ClearingSince time.Time    `json:"clearing_since,omitzero"`
	LastNotified  notification `json:"last_notified,omitzero"`
	// Event describes the alert as of the last reading that it fired in, or as
	// of the one that ended it.
	Event Event `json:"event,omitzero"`
	// Threshold is the rule's; the larger, the stricter.
	Threshold float64 `json:"threshold"`
	// About is the thing that the alert is about where other kinds are too.
	About string `json:"about,omitempty"`
	// Clears says what has ended with the alert.
	Clears string `json:"clears,omitempty"`
	// Held reports that quiet hours hold back what the alert has come to and that
	// this was recorded; Missed that it was over before they were.
	Held   bool `json:"held,omitempty"`
	Missed bool `json:"missed,omitempty"`
}

// notification is the last one of an alert.
type notification struct {
	// Level is the level at which it was notified that the alert fires; empty
	// if it never was, or if the all-clear followed.
	Level Level `json:"level,omitempty"`
	// At is when it was last notified that the alert fires.
	At time.Time `json:"at,omitzero"`
	// Since is the event's Since, which is part of its ID.
	Since time.Time `json:"since,omitzero"`
	// Repeats is how many of them came in a row, each within the rule's
	// cooldown of the one before.
	Repeats int `json:"repeats,omitempty"`
}

// live reports whether the receivers believe that the alert fires.
func (n notification) live() bool { return n.Level != "" }

// fires reports whether the alert is not over.
func (a *instance) fires() bool { return a.State == firing || a.State == clearing }

// judge moves the instance on by a finding.
func (a *instance) judge(r *Rule, in *Reading, f *finding) {
	a.Threshold = r.threshold()
	if f.over {
		a.hold(r, in, f)
	} else {
		a.release(r, in, f)
	}
}

// hold takes in that the condition holds.
func (a *instance) hold(r *Rule, in *Reading, f *finding) {
	now := in.Now.UTC()
	if a.Since.IsZero() {
		a.Since = now
	}
	if a.ClearingSince = (time.Time{}); a.Missed {
		a.Missed, a.Held = false, false
	}
	a.About = ""
	if r.Kind.ofBalance() && (r.Kind != Runway || in.Forecast.Subject == forecast.Account) {
		a.About = aboutLeft
	}
	switch {
	case a.fires():
		a.State = firing
	default:
		a.State = pending
	}
	if r.Kind == Stale || now.Sub(a.Since) >= r.For { // Stale has waited already
		a.State, a.Event = firing, r.event(in, *f, a.Since, false)
	}
}

// release takes in that the condition does not hold.
func (a *instance) release(r *Rule, in *Reading, f *finding) {
	now := in.Now.UTC()
	switch a.State {
	case firing:
		a.State, a.ClearingSince = clearing, now
	case clearing:
	default:
		a.State, a.Since = inactive, time.Time{}
		return
	}
	need := rearm
	switch {
	case f.clear && r.Kind.ofBalance() && in.toppedUp(a.Since):
		need = 0
	case f.clear:
		need = settle
	}
	if now.Sub(a.ClearingSince) >= need {
		missed := a.Held && !a.LastNotified.live()
		was := a.Event.ValueText
		a.Event, a.Clears, a.Missed = r.event(in, *f, a.Since, true), f.clears, missed
		if missed {
			a.Held = false
			when := "in quiet hours"
			if r.muted {
				when = "while muted"
			}
			a.Event = a.Event.with("", fmt.Sprintf("; "+when+", from %s to %s, it was %s", text.Moment(a.Since, in.Now), text.Moment(a.ClearingSince, in.Now), was))
		}
		a.State, a.Since, a.ClearingSince = inactive, time.Time{}, time.Time{}
	}
}

// aboutLeft is what the kinds that go by the balance are about.
const aboutLeft = "left"

// leftKinds go by the balance: a top-up alone can end what they are about. The
// first says the most of it.
var leftKinds = []Kind{Balance, TopUpMissing, Runway, Used}

//go:noinline
func (k Kind) ofBalance() bool { return slices.Contains(leftKinds, k) }

// toppedUp reports whether credits were bought after t.
func (in *Reading) toppedUp(t time.Time) bool {
	return slices.ContainsFunc(in.TopUps, func(u credit.TopUp) bool { return u.AmountUSD > 0 && u.At.After(t) })
}

// topic is one thing that several rules may be about.
type topic struct {
	kind    Kind
	subject string
}

func (a *instance) topic() topic {
	if a.About != "" {
		return topic{subject: a.About}
	}
	return topic{a.Event.Rule, a.Event.Subject}
}

// outranks reports whether a says more than o, of one thing.
func (a *instance) outranks(o *instance) bool {
	if d := a.Event.Level.Rank() - o.Event.Level.Rank(); d != 0 {
		return d > 0
	}
	if a.Event.Rule != o.Event.Rule {
		return slices.Index(leftKinds, a.Event.Rule) < slices.Index(leftKinds, o.Event.Rule)
	}
	return a.Threshold > o.Threshold
}

// mostRepeats is how many notifications may follow each other within the
// cooldown: an all-clear makes the next breach news, but not for ever.
const mostRepeats = 2

// holdBack notes that quiet hours hold the alert back, and reports whether that
// is to be recorded now: as it fires, and as it is over without a notification.
func (a *instance) holdBack(r *Rule, now time.Time) bool {
	if !r.quietAt(now, !a.fires()) || a.Held || !a.Missed && (a.State != firing || a.LastNotified.live()) {
		return false
	}
	a.Held = true
	return true
}

// due reports whether there is something to notify at now.
func (a *instance) due(r *Rule, now time.Time) bool {
	switch {
	case r.quietAt(now, !a.fires()):
		return false
	case a.State == firing && !a.LastNotified.live():
		return a.LastNotified.Repeats < mostRepeats || now.Sub(a.LastNotified.At) >= r.Cooldown
	}
	return !a.fires() && (a.LastNotified.live() || a.Missed)
}

// notified notes that the present state has been notified.
func (a *instance) notified(r *Rule, now time.Time) {
	last := a.LastNotified
	a.Held, a.Missed = false, false
	if !a.fires() {
		a.LastNotified = notification{At: last.At, Repeats: last.Repeats}
		return
	}
	a.LastNotified = notification{Level: a.Event.Level, At: now.UTC(), Since: a.Event.Since}
	if !last.At.IsZero() && now.Sub(last.At) < r.Cooldown {
		a.LastNotified.Repeats = last.Repeats + 1
	}
}

// idle reports whether nothing is lost by forgetting the instance.
func (a *instance) idle(r *Rule, now time.Time) bool {
	return a.State == inactive && !a.LastNotified.live() && !a.Missed && now.Sub(a.LastNotified.At) >= r.Cooldown
}

// clamp moves times that are in the future to now, for the clock was set back:
// no wait becomes longer than it was meant to be.
func (a *instance) clamp(now time.Time) {
	for _, t := range []*time.Time{&a.Since, &a.ClearingSince, &a.LastNotified.At} {
		if t.After(now) {
			*t = now.UTC()
		}
	}
}
