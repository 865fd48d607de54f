package alert

import (
	"maps"
	"slices"
	"strings"
	"time"

	"ortop/internal/sorted"
)

const (
	// maxWaiting bounds the deliveries that wait for one channel.
	maxWaiting = 32
	// maxRecent bounds the IDs of what was delivered that are remembered of each
	// channel.
	maxRecent = 8
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
	// LongestRetryAfter bounds what a channel may ask for.
	LongestRetryAfter = time.Hour
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
	mutes      Mutes // not stored with it
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
	// withdrawn is when it was decided not to send it after all; zero if it was
	// not. It stays for the result of an attempt that may be under way.
	withdrawn time.Time
	// allClear follows if such an attempt at a withdrawn alert succeeds.
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
	Lost      []string  `json:"lost,omitempty"`      // the last alerts dropped: their all-clears are not sent
	Recent    []string  `json:"recent,omitempty"`    // the last deliveries made: they are not made again
}

// rank orders deliveries: an all-clear is less urgent than any alert.
func (d *Delivery) rank() int {
	if d.Event.Cleared {
		return 0
	}
	return d.Event.Level.Rank()
}

// waiting reports whether the delivery is still to be made.
func (d *Delivery) waiting() bool { return !d.held && d.withdrawn.IsZero() }

// each returns the event and those that it covers, each by itself.
// It is not inlined: six copies are 3 kB of program.
//
//go:noinline
func (e *Event) each() []Event {
	events := append([]Event{*e}, e.Covers...)
	events[0].Covers = nil
	return events
}

// together returns one event that covers the rest of these.
func together(events []Event) Event {
	e := events[0]
	e.Covers = events[1:]
	return e
}

// deliveryID is the ID of an event's deliveries.
func (e *Event) deliveryID() string {
	if e.Cleared {
		return e.ID + clearedMark
	}
	return e.ID
}

// key is that of the instance that the event is of.
//
//go:noinline
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
// that is not among these is forgotten, so only a process that knows all the
// channels may add.
func (o Outbox) Add(events []Event, channels []Channel, now time.Time) Outbox {
	o = o.copy()
	sends := map[string]bool{}
	for _, c := range channels {
		if !c.Via.OnTerminal() {
			sends[c.Name] = true
		}
	}
	o.deliveries = sorted.Without(o.deliveries, func(d *Delivery) bool {
		return !sends[d.Channel] || !d.withdrawn.IsZero() && now.Sub(d.withdrawn).Abs() >= sendingWait
	})
	maps.DeleteFunc(o.channels, func(name string, s channelState) bool {
		return !sends[name] || s.empty()
	})
	for _, e := range events {
		for _, c := range channels {
			if sends[c.Name] && c.Takes(&e) {
				of := e
				of.Covers = sorted.Without(e.Covers, func(e *Event) bool { return !c.Takes(e) })
				o.add(&of, c.Name, now)
			}
		}
	}
	return o
}

// add puts one event in for one channel.
func (o *Outbox) add(e *Event, channel string, now time.Time) {
	if e.Cleared {
		if known := o.retract(e.each(), channel, now); len(known) > 0 {
			o.put(new(together(known)), channel, now)
		}
		return
	}
	events := e.each()
	for i := range events {
		o.overtake(&events[i], channel, now)
	}
	o.put(new(together(events)), channel, now)
}

// overtake withdraws the all-clears of the alerts before e that wait still: they
// would be wrong after e.
func (o *Outbox) overtake(e *Event, channel string, now time.Time) {
	var left []Event
	for i := range o.deliveries {
		d := &o.deliveries[i]
		if d.Channel != channel || !d.Event.Cleared || !d.waiting() {
			continue
		}
		all := d.Event.each()
		others := sorted.Without(all, func(c *Event) bool {
			e.owed = e.owed || c.key() == e.key() && !c.missed
			return c.key() == e.key()
		})
		if len(others) == len(all) {
			continue
		}
		d.withdrawn = now.UTC()
		if len(others) > 0 {
			left = append(left, together(others))
		}
	}
	for _, e := range left {
		o.put(&e, channel, now)
	}
}

// put appends a delivery, if it is not there yet, and makes room for it.
func (o *Outbox) put(e *Event, channel string, now time.Time) {
	d := Delivery{ID: e.deliveryID(), Channel: channel, Event: *e}
	if i := o.index(d.ID, channel); i >= 0 {
		if d := &o.deliveries[i]; !d.waiting() {
			d.Event, d.withdrawn, d.allClear = *e, time.Time{}, nil
		}
		return
	}
	if slices.Contains(o.channels[channel].Recent, d.ID) {
		return
	}
	d.Event.Channels, d.Event.Except = nil, nil
	o.deliveries = append(o.deliveries, d)
	n, least := 0, -1
	for i, other := range o.deliveries {
		if other.Channel != channel || !other.withdrawn.IsZero() {
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
	s := o.channels[channel]
	if s.Dropped == 0 || now.Sub(s.DroppedAt) >= droppedNote {
		s.Dropped, s.DropSince = 0, now.UTC()
	}
	s.Dropped, s.DroppedAt = s.Dropped+1, now.UTC()
	for _, e := range lost.Event.each() {
		if !e.Cleared && !e.owed {
			s.Lost = remember(s.Lost, e.ID, maxWaiting)
		}
	}
	o.channels[channel] = s
}

// remember appends an ID, and forgets the first of too many.
//
//go:noinline
func remember(ids []string, id string, most int) []string {
	ids = append(slices.Clone(ids), id)
	return ids[max(0, len(ids)-most):]
}

//go:noinline
func (o Outbox) index(id, channel string) int {
	return slices.IndexFunc(o.deliveries, func(d Delivery) bool { return d.ID == id && d.Channel == channel })
}

func (s channelState) empty() bool {
	return s.Failures == 0 && s.NotBefore.IsZero() && s.Cause == "" && s.Dropped == 0 && len(s.Lost)+len(s.Recent) == 0
}
