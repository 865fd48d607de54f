package alert

import (
	"slices"
	"strings"
	"time"

	"ortop/internal/sorted"
)

// retract withdraws the alerts that are over by these all-clears and were never
// delivered to the channel. It returns the all-clears of those that were.
func (o *Outbox) retract(allClears []Event, channel string, now time.Time) (known []Event) {
	for _, e := range allClears {
		if !o.unsent(channel, e.ID) {
			known = append(known, e)
		}
	}
	var uncovered []Event
	for _, e := range allClears {
		for i := range o.deliveries {
			d := &o.deliveries[i]
			if d.Channel != channel || d.Event.Cleared || d.Event.Folds {
				continue
			}
			d.Event.Covers = without(d.Event.Covers, e.ID)
			if d.Event.ID == e.ID && d.withdrawn.IsZero() {
				d.withdrawn, d.allClear = now.UTC(), &e
				uncovered = append(uncovered, d.Event.Covers...)
			}
		}
		uncovered = without(uncovered, e.ID)
	}
	for _, e := range uncovered {
		o.add(&e, channel, now)
	}
	return known
}

// unsent reports whether the channel's people know nothing of the alert: it
// waits still, by itself or within one that covers it, or was dropped.
func (o *Outbox) unsent(channel, id string) bool {
	s := o.channels[channel]
	if slices.Contains(s.Lost, id) {
		s.Lost = slices.DeleteFunc(slices.Clone(s.Lost), func(lost string) bool { return lost == id })
		o.channels[channel] = s
		return true
	}
	return slices.ContainsFunc(o.deliveries, func(d Delivery) bool {
		return d.Channel == channel && !d.Event.Folds && !d.Event.Cleared &&
			slices.ContainsFunc(d.Event.each(), func(e Event) bool { return e.ID == id && !e.owed })
	})
}

// without returns the events but that of an alert.
func without(events []Event, id string) []Event {
	return sorted.Without(events, func(e *Event) bool { return e.ID == id })
}

// Reconcile returns the outbox as of the state that its events came with. What
// is gone from there without an all-clear is dropped: its day or its key is
// over, or no rule asks for it any more. What is over, and whose all-clear may
// not be notified yet, is held back until it fires again.
func (o Outbox) Reconcile(s State) Outbox {
	o = o.copy()
	type uncovering struct {
		event   Event
		channel string
	}
	var uncovered []uncovering
	o.deliveries = sorted.Without(o.deliveries, func(d *Delivery) bool {
		if d.Event.Cleared || d.Event.Rule == TopUp || !d.withdrawn.IsZero() || s.notified(&d.Event) {
			return false
		}
		for _, e := range d.Event.Covers {
			if e.Rule == TopUp || s.notified(&e) {
				uncovered = append(uncovered, uncovering{e, d.Channel})
			}
		}
		return true
	})
	for _, u := range uncovered {
		o.put(&u.event, u.channel, u.event.At)
	}
	for i := range o.deliveries {
		d := &o.deliveries[i]
		a, ok := s.byID(d.Event.ID)
		d.held = ok && !a.fires() && !d.Event.Cleared && !d.Event.Folds
	}
	return o
}

// notified reports whether the alert is the last that was notified of its
// instance, or counts others that were and still fire.
func (s State) notified(e *Event) bool {
	if _, ok := s.byID(e.ID); ok || !e.Folds {
		return ok
	}
	rule, _, _ := strings.Cut(e.ID, "|")
	for k, a := range s.instances {
		if strings.HasPrefix(k, rule+"|") && a.fires() && a.LastNotified.live() && !a.LastNotified.At.After(e.At) {
			return true
		}
	}
	return false
}
