package alert

import (
	"encoding/json"
	"fmt"
	"time"
)

// outboxVersion is that of an Outbox's JSON.
const outboxVersion = 1

type outboxJSON struct {
	Version    int                     `json:"version"`
	Deliveries []deliveryJSON          `json:"deliveries,omitempty"`
	Channels   map[string]channelState `json:"channels,omitempty"`
}

type deliveryJSON struct {
	storedEvent
	Channel   string        `json:"channel"`
	Covers    []storedEvent `json:"covers,omitempty"`
	Folds     bool          `json:"folds,omitempty"`
	Tries     int           `json:"tries,omitempty"`
	NotBefore time.Time     `json:"not_before,omitzero"`
	Cause     string        `json:"cause,omitempty"`
	Held      bool          `json:"held,omitempty"`
	Withdrawn time.Time     `json:"withdrawn,omitzero"`
	AllClear  *storedEvent  `json:"all_clear,omitempty"`
}

// storedEvent is an event as it is stored; its own JSON is what receivers
// get.
type storedEvent struct {
	ID     string `json:"id"`
	Event  Event  `json:"event"`
	Owed   bool   `json:"owed,omitempty"`
	Missed bool   `json:"missed,omitempty"`
}

func storeEvent(e *Event) storedEvent { return storedEvent{e.ID, *e, e.owed, e.missed} }

//go:noinline
func (s storedEvent) event() Event {
	e := s.Event.cleaned()
	e.ID, e.owed, e.missed = s.ID, s.Owed, s.Missed
	return e
}

// MarshalJSON writes the outbox for UnmarshalJSON.
func (o Outbox) MarshalJSON() ([]byte, error) {
	out := outboxJSON{Version: outboxVersion, Channels: o.channels}
	for _, d := range o.deliveries {
		stored := deliveryJSON{
			storedEvent: storeEvent(&d.Event), Channel: d.Channel, Folds: d.Event.Folds,
			Tries: d.Tries, NotBefore: d.NotBefore, Cause: d.Cause, Held: d.held, Withdrawn: d.withdrawn,
		}
		for _, e := range d.Event.Covers {
			stored.Covers = append(stored.Covers, storeEvent(&e))
		}
		if d.allClear != nil {
			e := storeEvent(d.allClear)
			stored.AllClear = &e
		}
		out.Deliveries = append(out.Deliveries, stored)
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads an outbox. It fails, and leaves o as it is, where the
// text is not one or comes from another version.
func (o *Outbox) UnmarshalJSON(data []byte) error {
	var in outboxJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("reading undelivered alerts: %w", err)
	}
	if in.Version != outboxVersion {
		return fmt.Errorf("reading undelivered alerts: version %d, want %d", in.Version, outboxVersion)
	}
	var back Outbox
	for _, s := range in.Deliveries {
		e := s.event()
		e.Folds = s.Folds
		for _, c := range s.Covers {
			e.Covers = append(e.Covers, c.event())
		}
		d := Delivery{
			ID: e.deliveryID(), Channel: s.Channel, Event: e, Tries: s.Tries, NotBefore: s.NotBefore,
			Cause: clean(s.Cause, MaxText), held: s.Held, withdrawn: s.Withdrawn,
		}
		if s.AllClear != nil {
			c := s.AllClear.event()
			d.allClear = &c
		}
		back.deliveries = append(back.deliveries, d)
	}
	back.channels = in.Channels
	for name, s := range back.channels {
		s.Cause = clean(s.Cause, MaxText)
		back.channels[name] = s
	}
	*o = back
	return nil
}
