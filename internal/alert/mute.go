package alert

import (
	"slices"
	"time"

	"ortop/internal/sorted"
)

// Mute holds back the notifications of rules up to a time, as quiet hours do.
type Mute struct {
	// Rule is the kind of the rules meant; empty is every kind.
	Rule  Kind      `json:"rule,omitempty"`
	Until time.Time `json:"until"`
	// Urgent reports that urgent alerts are held back too.
	Urgent bool `json:"urgent,omitempty"`
}

// Mutes are those of one account, one of a kind of rule.
type Mutes []Mute

// Set returns the mutes with m in place of the one of its rule, less those that
// are over at now. One that is over itself takes that away; with an empty Rule it
// takes away all.
func (ms Mutes) Set(m Mute, now time.Time) Mutes {
	over := !m.Until.After(now)
	next := sorted.Without(ms, func(o *Mute) bool {
		return !o.Until.After(now) || o.Rule == m.Rule || over && m.Rule == ""
	})
	if !over {
		next = append(next, m)
	}
	return next
}

// At returns those that are not over.
func (ms Mutes) At(now time.Time) Mutes {
	return sorted.Without(ms, func(m *Mute) bool { return !m.Until.After(now) })
}

// of reports whether a rule is muted at now.
func (ms Mutes) of(r Rule, now time.Time) bool {
	return slices.ContainsFunc(ms, func(m Mute) bool {
		return m.Until.After(now) && m.Holds(r.Kind, r.Level)
	})
}

// Holds reports whether it is about alerts of a kind and a level.
func (m Mute) Holds(k Kind, l Level) bool {
	return (m.Rule == "" || m.Rule == k) && (m.Urgent || l != Urgent)
}

// until is when the last of those that hold an event ends; zero where none does.
func (ms Mutes) until(e *Event, now time.Time) (last time.Time) {
	for _, m := range ms {
		if m.Until.After(now) && m.Holds(e.Rule, e.Level) {
			last = sorted.Later(last, m.Until)
		}
	}
	return last
}

// Muted returns the outbox from which nothing is sent that the mutes hold back.
func (o Outbox) Muted(ms Mutes) Outbox {
	o.mutes = ms
	return o
}
