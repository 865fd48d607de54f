package alert

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ortop/internal/text"
)

// Undelivered reports in one line which channels do not take their alerts: why,
// how many wait and since when, and how many were dropped for want of room. It
// is empty if all is well. A success of one alert leaves it to the others.
func (o Outbox) Undelivered(now time.Time) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(o.channels)) {
		s := o.channels[name]
		var details []string
		waiting, since := o.waitingFor(name)
		if waiting > 0 {
			details = append(details, fmt.Sprintf("%d undelivered since %s", waiting, text.Moment(since, now)))
		}
		cause := s.Cause
		if s.Dropped > 0 && now.Sub(s.DroppedAt) < droppedNote {
			details = append(details, fmt.Sprintf("%d dropped since %s", s.Dropped, text.Moment(s.DropSince, now)))
			if cause == "" {
				cause = "too many alerts waited"
			}
		}
		switch {
		case cause == "":
		case len(details) == 0:
			parts = append(parts, fmt.Sprintf("%s: %s", name, cause))
		default:
			parts = append(parts, fmt.Sprintf("%s: %s (%s)", name, cause, strings.Join(details, ", ")))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "alerts do not reach " + strings.Join(parts, "; ")
}

// Waiting is how many deliveries are still to be made, but for those that a mute holds.
func (o Outbox) Waiting(now time.Time) (n int) {
	for _, d := range o.deliveries {
		if d.waiting() && o.mutes.until(&d.Event, now).IsZero() {
			n++
		}
	}
	return n
}

// waitingFor counts what waits for a channel, and since when the oldest does.
func (o Outbox) waitingFor(channel string) (n int, since time.Time) {
	for _, d := range o.deliveries {
		if d.Channel != channel || !d.waiting() {
			continue
		}
		if n++; n == 1 || d.Event.At.Before(since) {
			since = d.Event.At
		}
	}
	return n, since
}
