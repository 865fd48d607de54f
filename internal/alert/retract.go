package alert

import (
	"slices"
	"strings"
	"time"
)

// retract takes back the alerts that are over by these all-clears and were
// never delivered to the channel. It returns the first all-clear of those that
// were; ok is false if there is none.
func (o *Outbox) retract(allClears []Event, channel string, now time.Time) (send Event, ok bool) {
	over := func(id string) bool {
		return slices.ContainsFunc(allClears, func(e Event) bool { return e.ID == id })
	}
	var uncovered []Event
	for _, e := range allClears {
		unsent := false
		for i := range o.deliveries {
			d := &o.deliveries[i]
			if d.Channel != channel || !d.speaksFor(e.ID) || d.Event.Folds {
				continue
			}
			unsent = true
			covers := slices.DeleteFunc(slices.Clone(d.Event.Covers), func(c Event) bool { return over(c.ID) })
			d.Event.Covers = covers
			if d.Event.ID == e.ID && d.allClear == nil {
				d.allClear, d.Event.Covers = &e, nil
				uncovered = append(uncovered, covers...)
			}
		}
		unsent = o.found(channel, e.ID) || unsent
		if !unsent && !ok {
			send, ok = e, true
		}
	}
	for _, e := range uncovered {
		o.add(e, channel, now)
	}
	return send, ok
}

// found reports whether the alert was dropped, and forgets that it was.
func (o *Outbox) found(channel, id string) bool {
	s := o.channels[channel]
	i := slices.Index(s.Lost, id)
	if i < 0 {
		return false
	}
	s.Lost = slices.Delete(slices.Clone(s.Lost), i, i+1)
	o.channels[channel] = s
	return true
}

// Reconcile returns the outbox as of the state that its events came with. What
// is gone from there without an all-clear is dropped: its day or its key is
// over, or no rule asks for it any more. What is over, and whose all-clear may
// not be notified yet, is held back until it fires again.
func (o Outbox) Reconcile(s State) Outbox {
	o = o.copy()
	var uncovered []Delivery
	o.deliveries = slices.DeleteFunc(o.deliveries, func(d Delivery) bool {
		if d.Event.Cleared || d.Event.Rule == TopUp || d.allClear != nil || s.notified(d.Event) {
			return false
		}
		for _, e := range d.Event.Covers {
			if s.notified(e) {
				uncovered = append(uncovered, Delivery{ID: e.ID, Channel: d.Channel, Event: e})
			}
		}
		return true
	})
	for _, d := range uncovered {
		o.put(d, d.Event.At)
	}
	for i := range o.deliveries {
		d := &o.deliveries[i]
		a, ok := s.byID(d.Event.ID)
		d.held = ok && !a.fires() && !d.Event.Cleared && !d.Event.Folds
	}
	return o
}

// notified reports whether the alert is the last that was notified of its
// instance, or counts others that were.
func (s State) notified(e Event) bool {
	if _, ok := s.byID(e.ID); ok || !e.Folds {
		return ok
	}
	rule, _, _ := strings.Cut(e.ID, "|")
	for k, a := range s.instances {
		if strings.HasPrefix(k, rule+"|") && a.fires() && a.LastNotified.standing() {
			return true
		}
	}
	return false
}
