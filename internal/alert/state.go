package alert

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// stateVersion is that of a State's JSON.
const stateVersion = 1

// State is what the rules remember of one account. The zero State remembers
// nothing: give it where another account's numbers appear behind the name. A
// State is a value that Evaluate does not change. Its JSON is for keeping it.
type State struct {
	watches map[string]watch // by rule and subject
	// topUpsTold is the newest top-up that was told, or when the watch for
	// them began.
	topUpsTold time.Time
}

type stateJSON struct {
	Version    int              `json:"version"`
	Watches    map[string]watch `json:"watches,omitempty"`
	TopUpsTold time.Time        `json:"top_ups_told,omitzero"`
}

// MarshalJSON writes the state for UnmarshalJSON.
func (s State) MarshalJSON() ([]byte, error) {
	return json.Marshal(stateJSON{stateVersion, s.watches, s.topUpsTold})
}

// UnmarshalJSON reads a state. It fails, and leaves s as it is, where the text
// is not one or comes from a newer version.
func (s *State) UnmarshalJSON(data []byte) error {
	var in stateJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("reading the state of alerts: %w", err)
	}
	if in.Version != stateVersion {
		return fmt.Errorf("reading the state of alerts: version %d, want %d", in.Version, stateVersion)
	}
	for id, w := range in.Watches {
		e := &w.Event
		e.Account, e.Subject = clean(e.Account, maxName), clean(e.Subject, maxName)
		e.ValueText, e.Text = clean(e.ValueText, maxName), clean(e.Text, maxStored)
		in.Watches[id] = w
	}
	s.watches, s.topUpsTold = in.Watches, in.TopUpsTold
	return nil
}

// maxStored is more than any text of an event.
const maxStored = 2 * maxText

// Active returns the alerts that stand, told or not: the most urgent first,
// then the oldest. Of several thresholds of one thing it returns the strictest
// of the highest level.
func (s State) Active() []Event {
	highest := map[topic]watch{}
	for _, w := range s.watches {
		if h, ok := highest[w.topic()]; w.active() && (!ok || w.outranks(h)) {
			highest[w.topic()] = w
		}
	}
	active := make([]Event, 0, len(highest))
	for _, w := range highest {
		active = append(active, w.Event)
	}
	slices.SortFunc(active, func(a, b Event) int {
		return cmp.Or(b.Level.Rank()-a.Level.Rank(), a.Since.Compare(b.Since), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Subject, b.Subject))
	})
	return active
}

// copy returns a state that can be changed, as of now.
func (s State) copy(now time.Time) State {
	c := State{watches: make(map[string]watch, len(s.watches)), topUpsTold: s.topUpsTold}
	for id, w := range s.watches {
		w.clamp(now)
		c.watches[id] = w
	}
	if c.topUpsTold.After(now) {
		c.topUpsTold = now
	}
	return c
}

// key names a rule's watch of one subject.
func key(rule, subject string) string { return rule + "|" + subject }

// keep drops the watches that f says no to.
func (s State) keep(f func(rule, key string) bool) {
	maps.DeleteFunc(s.watches, func(k string, _ watch) bool {
		rule, _, _ := strings.Cut(k, "|")
		return !f(rule, k)
	})
}
