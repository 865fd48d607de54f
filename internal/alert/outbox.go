package alert

import (
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	// maxWaiting bounds the deliveries that wait for one channel.
	maxWaiting = 32
	// maxRemembered bounds the IDs that are remembered of each channel.
	maxRemembered = 16
	// firstWait is the time from a first failure to the next attempt. It
	// doubles with each failure, to longestWait for one delivery and to
	// channelWait for the channel, so that one that a channel does not take
	// holds up no other.
	firstWait   = 5 * time.Second
	channelWait = time.Minute
	longestWait = 5 * time.Minute
	// refusedWait is the time from an error that another attempt is not likely
	// to mend to that attempt.
	refusedWait = 15 * time.Minute
	// longestRetryAfter bounds what a channel may ask for.
	longestRetryAfter = time.Hour
	// sendingWait is longer than any attempt takes, and its result to arrive.
	sendingWait = time.Minute
	// droppedNote is how long it is reported that deliveries were dropped.
	droppedNote = 24 * time.Hour
)

// Outbox is what has been decided and is not delivered yet, for each channel.
// It is a value: its methods return another one and change nothing, and know
// no clock. Its JSON is for storing it beside the State.
type Outbox struct {
	deliveries []Delivery // in the order of their arrival
	channels   map[string]channelState
}

// Delivery is one event for one channel.
type Delivery struct {
	// ID is that of the event, with a mark if it is an all-clear. It is unique
	// within the channel.
	ID      string
	Channel string
	Event   Event
	// Tries is how many attempts failed, Cause why the last one did. There is
	// no other before NotBefore.
	Tries     int
	NotBefore time.Time
	Cause     string

	// held is an alert that is over and whose all-clear may not be notified
	// yet: it is not sent, unless it fires again.
	held bool
	// allClear is set once the alert is over. It is not sent any more; if an
	// attempt under way succeeds, its all-clear follows.
	allClear *Event
}

// channelState is what is known of a channel.
type channelState struct {
	Failures  int       `json:"failures,omitempty"`  // since the last success
	NotBefore time.Time `json:"not_before,omitzero"` // no attempt before then
	Cause     string    `json:"cause,omitempty"`     // of the last failure, while something is not delivered for it
	Dropped   int       `json:"dropped,omitempty"`   // deliveries dropped for want of room
	DroppedAt time.Time `json:"dropped_at,omitzero"` // the last one
	DropSince time.Time `json:"drop_since,omitzero"` // the first one
	Lost      []string  `json:"lost,omitempty"`      // the last alerts dropped
	Recent    []string  `json:"recent,omitempty"`    // the last deliveries made
}

// rank orders deliveries: an all-clear is less urgent than any alert.
func (d Delivery) rank() int {
	if d.Event.Cleared {
		return 0
	}
	return d.Event.Level.Rank()
}

// waiting reports whether the delivery is still to be made.
func (d Delivery) waiting() bool { return !d.held && d.allClear == nil }

// speaksFor reports whether it is the alert id, or one that covers it.
func (d Delivery) speaksFor(id string) bool {
	return !d.Event.Cleared && (d.Event.ID == id || slices.ContainsFunc(d.Event.Covers, func(e Event) bool { return e.ID == id }))
}

// deliveryID is the ID of an event's deliveries.
func (e Event) deliveryID() string {
	if e.Cleared {
		return e.ID + clearedMark
	}
	return e.ID
}

// key is that of the instance that the event is of.
func (e Event) key() string { return e.ID[:max(0, strings.LastIndexByte(e.ID, '|'))] }

const clearedMark = "|cleared"

func (o Outbox) copy() Outbox {
	o.deliveries = slices.Clone(o.deliveries)
	o.channels = maps.Clone(o.channels)
	if o.channels == nil {
		o.channels = map[string]channelState{}
	}
	return o
}

// Add returns the outbox with the events for each of the channels that takes
// them. An alert that is over before it was ever delivered to a channel is
// dropped, and its all-clear with it. Where too many wait for a channel, the
// least urgent is dropped, the oldest of these first. What waits for a channel
// that is not among these is forgotten.
func (o Outbox) Add(events []Event, channels []Channel, now time.Time) Outbox {
	o = o.copy()
	takes := map[string]Channel{}
	for _, c := range channels {
		if !c.onTerminal() {
			takes[c.Name] = c
		}
	}
	o.deliveries = slices.DeleteFunc(o.deliveries, func(d Delivery) bool {
		_, ok := takes[d.Channel]
		return !ok || d.allClear != nil && now.Sub(d.allClear.At).Abs() >= sendingWait
	})
	maps.DeleteFunc(o.channels, func(name string, s channelState) bool {
		_, ok := takes[name]
		return !ok || s.empty()
	})
	for _, e := range events {
		for _, c := range channels {
			if c, ok := takes[c.Name]; ok && c.takes(e) {
				e.Covers = slices.DeleteFunc(slices.Clone(e.Covers), func(e Event) bool { return !c.takes(e) })
				o.add(e, c.Name, now)
			}
		}
	}
	return o
}

// add puts one event in for one channel.
func (o *Outbox) add(e Event, channel string, now time.Time) {
	if e.Cleared {
		covered := e.Covers
		e.Covers = nil
		if send, ok := o.retract(append([]Event{e}, covered...), channel, now); ok {
			o.put(Delivery{ID: send.deliveryID(), Channel: channel, Event: send}, now)
		}
		return
	}
	// An all-clear that did not go out before the next alert would be wrong
	// after it.
	o.deliveries = slices.DeleteFunc(o.deliveries, func(d Delivery) bool {
		return d.Channel == channel && d.Event.Cleared && d.Event.key() == e.key()
	})
	o.put(Delivery{ID: e.deliveryID(), Channel: channel, Event: e}, now)
}

// put appends a delivery, if it is not there yet, and makes room for it.
func (o *Outbox) put(d Delivery, now time.Time) {
	if o.index(d.ID, d.Channel) >= 0 || slices.Contains(o.channels[d.Channel].Recent, d.ID) {
		return
	}
	d.Event.Channels = nil
	o.deliveries = append(o.deliveries, d)
	n, least := 0, -1
	for i, other := range o.deliveries {
		if other.Channel != d.Channel || other.allClear != nil {
			continue
		}
		if n++; least < 0 || other.rank() < o.deliveries[least].rank() {
			least = i
		}
	}
	if n <= maxWaiting {
		return
	}
	lost := o.deliveries[least]
	o.deliveries = slices.Delete(o.deliveries, least, least+1)
	s := o.channels[d.Channel]
	if s.Dropped == 0 || now.Sub(s.DroppedAt) >= droppedNote {
		s.Dropped, s.DropSince = 0, now.UTC()
	}
	s.Dropped, s.DroppedAt = s.Dropped+1, now.UTC()
	if !lost.Event.Cleared {
		s.Lost = remember(s.Lost, lost.Event.ID)
		for _, c := range lost.Event.Covers {
			s.Lost = remember(s.Lost, c.ID)
		}
	}
	o.channels[d.Channel] = s
}

// remember appends an ID, and forgets the first of too many.
func remember(ids []string, id string) []string {
	ids = append(slices.Clone(ids), id)
	return ids[max(0, len(ids)-maxRemembered):]
}

func (o Outbox) index(id, channel string) int {
	return slices.IndexFunc(o.deliveries, func(d Delivery) bool { return d.ID == id && d.Channel == channel })
}

func (s channelState) empty() bool {
	return s.Failures == 0 && s.NotBefore.IsZero() && s.Cause == "" && s.Dropped == 0 && len(s.Lost)+len(s.Recent) == 0
}
