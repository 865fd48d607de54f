package alert

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"ortop/internal/sorted"
)

// stateVersion is that of a State's JSON.
const stateVersion = 2

// State is what the rules need to know of one account's past. The zero State
// is that of an account that was never judged: use it where another account's
// numbers appear behind the name. A State is a value that Evaluate does not
// change; its JSON is for storing it.
type State struct {
	instances map[string]instance // by rule and subject
	// topUpsNotified is the newest top-up that was notified, or when the watch
	// for them began.
	topUpsNotified time.Time
	judgedAt       time.Time // by whoever notifies
}

type stateJSON struct {
	Version        int                 `json:"version"`
	Alerts         map[string]instance `json:"alerts,omitempty"`
	TopUpsNotified time.Time           `json:"top_ups_notified,omitzero"`
	JudgedAt       time.Time           `json:"judged_at,omitzero"`
}

// MarshalJSON writes the state for UnmarshalJSON.
func (s State) MarshalJSON() ([]byte, error) {
	return json.Marshal(stateJSON{stateVersion, s.instances, s.topUpsNotified, s.judgedAt})
}

// UnmarshalJSON reads a state of this version or of the one before. It fails,
// and leaves s as it is, where the text is not one or is of another version.
func (s *State) UnmarshalJSON(data []byte) error {
	var in stateJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("reading the state of alerts: %w", err)
	}
	switch in.Version {
	case stateVersion:
	case 1:
		old, err := readState1(data)
		if err != nil {
			return fmt.Errorf("reading the state of alerts: %w", err)
		}
		in = old
	default:
		return fmt.Errorf("reading the state of alerts: version %d, want %d", in.Version, stateVersion)
	}
	for id, a := range in.Alerts {
		switch a.State {
		case inactive, pending, firing, clearing:
		default:
			return fmt.Errorf("reading the state of alerts: %q is not a state", clean(string(a.State), MaxName))
		}
		a.Event = a.Event.cleaned()
		in.Alerts[id] = a
	}
	s.instances, s.topUpsNotified, s.judgedAt = in.Alerts, in.TopUpsNotified, in.JudgedAt
	return nil
}

// JudgedAt is the reading's Now of the last Evaluate; zero if there was none.
func (s State) JudgedAt() time.Time { return s.judgedAt }

// Active returns the alerts whose condition holds, notified or not: the most
// urgent first, then the oldest. Of several thresholds of one thing it returns
// the strictest of the highest level.
func (s State) Active() []Event {
	highest := map[topic]instance{}
	for k, a := range s.instances {
		a.Event.ID = alertID(k, a.Event.Since)
		if h, ok := highest[a.topic()]; a.State == firing && (!ok || a.outranks(&h)) {
			highest[a.topic()] = a
		}
	}
	active := make([]Event, 0, len(highest))
	for _, a := range highest {
		active = append(active, a.Event)
	}
	sorted.Rows(active, func(a, b *Event) int {
		return cmp.Or(b.Level.Rank()-a.Level.Rank(), a.Since.Compare(b.Since), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Subject, b.Subject))
	})
	return active
}

// copy returns a state that can be changed, as of now.
func (s State) copy(now time.Time) State {
	c := State{instances: make(map[string]instance, len(s.instances)), topUpsNotified: s.topUpsNotified}
	for id, a := range s.instances {
		a.clamp(now)
		c.instances[id] = a
	}
	if c.topUpsNotified.After(now) {
		c.topUpsNotified = now
	}
	return c
}

// key names the instance of a rule and a subject.
func key(rule, subject string) string { return string(appendKey(nil, rule, subject)) }

func appendKey(b []byte, rule, subject string) []byte {
	return append(append(append(b, rule...), '|'), subject...)
}

// alertID names the alert that an instance has been since then.
func alertID(key string, since time.Time) string {
	return key + "|" + since.UTC().Format(time.RFC3339Nano)
}

// byID returns the instance whose last notification was that of the alert id.
// ok is false if there is none, or if its all-clear has been notified.
func (s State) byID(id string) (a instance, ok bool) {
	k := Event{ID: id}.key()
	a, ok = s.instances[k]
	return a, ok && a.LastNotified.live() && alertID(k, a.LastNotified.Since) == id
}

// retain drops the instances that f returns false for.
func (s State) retain(f func(rule, key string) bool) {
	maps.DeleteFunc(s.instances, func(k string, _ instance) bool {
		rule, _, _ := strings.Cut(k, "|")
		return !f(rule, k)
	})
}
