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
	eventJSONWithID
	Channel   string            `json:"channel"`
	Covers    []eventJSONWithID `json:"covers,omitempty"`
	Folds     bool              `json:"folds,omitempty"`
	Tries     int               `json:"tries,omitempty"`
	NotBefore time.Time         `json:"not_before,omitzero"`
	Cause     string            `json:"cause,omitempty"`
	Held      bool              `json:"held,omitempty"`
	AllClear  *eventJSONWithID  `json:"all_clear,omitempty"`
}

// eventJSONWithID is an event as it is stored; its own JSON is what receivers
// get.
type eventJSONWithID struct {
	ID    string `json:"id"`
	Event Event  `json:"event"`
}

func storedEvent(e Event) eventJSONWithID { return eventJSONWithID{e.ID, e} }

func (s eventJSONWithID) event() Event {
	e := s.Event.cleaned()
	e.ID = s.ID
	return e
}

// MarshalJSON writes the outbox for UnmarshalJSON.
func (o Outbox) MarshalJSON() ([]byte, error) {
	out := outboxJSON{Version: outboxVersion, Channels: o.channels}
	for _, d := range o.deliveries {
		stored := deliveryJSON{
			eventJSONWithID: storedEvent(d.Event), Channel: d.Channel, Folds: d.Event.Folds,
			Tries: d.Tries, NotBefore: d.NotBefore, Cause: d.Cause, Held: d.held,
		}
		for _, e := range d.Event.Covers {
			stored.Covers = append(stored.Covers, storedEvent(e))
		}
		if d.allClear != nil {
			e := storedEvent(*d.allClear)
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
			Cause: clean(s.Cause, maxText), held: s.Held,
		}
		if s.AllClear != nil {
			c := s.AllClear.event()
			d.allClear = &c
		}
		back.deliveries = append(back.deliveries, d)
	}
	back.channels = in.Channels
	for name, s := range back.channels {
		s.Cause = clean(s.Cause, maxText)
		back.channels[name] = s
	}
	*o = back
	return nil
}
