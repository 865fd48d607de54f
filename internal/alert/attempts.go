package alert

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"

	"ortop/internal/sorted"
)

// Due returns what may be sent at now: the most urgent first, then the oldest.
func (o Outbox) Due(now time.Time) []Delivery {
	return sorted.Without(o.queue(), func(d *Delivery) bool { return o.wait(d, now) > 0 })
}

// Next returns the channel's next delivery of those that are not busy. Where there is
// none it returns the time until one is due, 0 if none waits.
func (o Outbox) Next(channel string, busy func(id string) bool, now time.Time) (next *Delivery, wait time.Duration) {
	for _, d := range o.queue() {
		if d.Channel != channel || busy(d.ID) {
			continue
		}
		w := o.wait(&d, now)
		if w <= 0 {
			return &d, 0
		}
		if wait == 0 || w < wait {
			wait = w
		}
	}
	return nil, wait
}

// queue returns all that waits, in the order of Due.
func (o Outbox) queue() []Delivery {
	all := sorted.Without(o.deliveries, func(d *Delivery) bool { return !d.waiting() })
	sorted.Rows(all, func(a, b *Delivery) int {
		return cmp.Or(b.rank()-a.rank(), a.Event.At.Compare(b.Event.At))
	})
	return all
}

// wait is the time from now until the delivery may be sent. What is further
// off than any wait can be comes from a clock that was set back.
func (o Outbox) wait(d *Delivery, now time.Time) time.Duration {
	wait := time.Duration(0)
	for _, t := range []time.Time{d.NotBefore, o.channels[d.Channel].NotBefore} {
		if w := t.Sub(now); w <= LongestRetryAfter {
			wait = max(wait, w)
		}
	}
	if until := o.mutes.until(&d.Event, now); !until.IsZero() {
		wait = max(wait, until.Sub(now))
	}
	return wait
}

// Result is the outcome of one attempt at a delivery or, with an empty ID, of
// making a channel ready.
type Result struct {
	ID      string
	Channel string
	Via     Via
	At      time.Time
	// RetryAfter is how long the channel asked to wait.
	RetryAfter time.Duration
	// Err is nil where it was delivered. Its text is clean and holds no secret.
	Err error
}

// Apply returns the outbox after an attempt.
func (o Outbox) Apply(r Result) Outbox {
	if r.Err != nil {
		return o.Failed(r.ID, r.Channel, r.At, r.RetryAfter, r.Err)
	}
	return o.Delivered(r.ID, r.Channel)
}

// Delivered returns the outbox without what was delivered. With an empty id,
// it is the channel that has become ready.
func (o Outbox) Delivered(id, channel string) Outbox {
	o = o.copy()
	if i := o.index(id, channel); i >= 0 {
		d := o.deliveries[i]
		o.deliveries = slices.Delete(o.deliveries, i, i+1)
		if d.Event.Cleared {
			for _, e := range d.Event.each() {
				o.paid(e.key(), channel)
			}
		}
		if d.allClear != nil {
			o.covered(d.Event.Covers, channel)
			o.put(d.allClear, channel, d.withdrawn)
		}
	}
	s := o.channels[channel]
	if id != "" {
		if s.Failures > 0 {
			o.hurry(channel)
		}
		s.Failures, s.NotBefore, s.Recent = 0, time.Time{}, remember(s.Recent, id, maxRecent)
	}
	s.Cause = ""
	for _, d := range o.deliveries {
		if d.Channel == channel && d.waiting() && d.Cause != "" {
			s.Cause = d.Cause
		}
	}
	o.channels[channel] = s
	if s.empty() {
		delete(o.channels, channel)
	}
	return o
}

// covered takes out the deliveries of events that were put back by themselves while
// the attempt at the one that covers them was under way.
func (o *Outbox) covered(events []Event, channel string) {
	for _, e := range events {
		if i := o.index(e.deliveryID(), channel); i >= 0 && o.deliveries[i].waiting() {
			o.deliveries = slices.Delete(o.deliveries, i, i+1)
		}
	}
}

// paid notes that the all-clear of an instance's alert went out, though it may
// have been withdrawn meanwhile: no other is owed.
func (o *Outbox) paid(key, channel string) {
	o.deliveries = sorted.Without(o.deliveries, func(d *Delivery) bool {
		return d.Channel == channel && d.Event.Cleared && d.waiting() && d.Event.key() == key
	})
	for i := range o.deliveries {
		d := &o.deliveries[i]
		if d.Channel != channel {
			continue
		}
		d.Event.Covers = slices.Clone(d.Event.Covers)
		d.Event.owed = d.Event.owed && d.Event.key() != key
		for j := range d.Event.Covers {
			c := &d.Event.Covers[j]
			c.owed = c.owed && c.key() != key
		}
	}
}

// hurry lets what failed while the channel was down be sent at once.
func (o *Outbox) hurry(channel string) {
	for i := range o.deliveries {
		if d := &o.deliveries[i]; d.Channel == channel {
			d.NotBefore = time.Time{}
		}
	}
}

// Failed returns the outbox after a failed attempt at now. The channel asked
// to wait for retryAfter; zero if it did not. With an empty id, it is the
// channel that could not be made ready.
func (o Outbox) Failed(id, channel string, now time.Time, retryAfter time.Duration, err error) Outbox {
	o = o.copy()
	retryAfter = min(max(retryAfter, 0), LongestRetryAfter)
	cause := clean(err.Error(), MaxText)
	var permanent *backoff.PermanentError
	refused := errors.As(err, &permanent)
	s := o.channels[channel]
	s.Cause = cause
	if id != "" && !refused {
		s.Failures++
		s.NotBefore = now.Add(doubled(s.Failures, channelWait)).UTC()
	}
	if retryAfter > 0 {
		s.NotBefore = sorted.Later(s.NotBefore, now.Add(retryAfter).UTC())
	}
	o.channels[channel] = s
	i := o.index(id, channel)
	if i < 0 {
		return o
	}
	d := &o.deliveries[i]
	if !d.withdrawn.IsZero() {
		o.deliveries = slices.Delete(o.deliveries, i, i+1)
		return o
	}
	d.Tries++
	d.Cause = cause
	wait := doubled(d.Tries, longestWait)
	if refused {
		wait = refusedWait
	}
	d.NotBefore = now.Add(wait).UTC()
	return o
}

// doubled is the wait after the n-th failure.
func doubled(n int, most time.Duration) time.Duration {
	wait := firstWait
	for ; n > 1 && wait < most; n-- {
		wait *= 2
	}
	return min(wait, most)
}
