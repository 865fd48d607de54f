package alert

import (
	"fmt"
	"slices"
	"time"

	"ortop/internal/credit"
	"ortop/internal/text"
)

// candidate is an instance that has something to notify.
type candidate struct {
	rule     Rule
	key      string
	instance instance
}

// Evaluate returns what to notify now, and the state to evaluate the next
// reading with. Neither argument is changed, and equal arguments give equal
// results.
//
// A condition is notified once when it begins, and once when it is over: when
// it was well past its threshold, by a tenth, after 15 min without it, or 24 h
// without it in any case. A condition that comes again within the rule's
// cooldown, or in its quiet hours, is notified when these end, if it still
// holds. Where one reading crosses several thresholds of one kind, the
// strictest of the highest level is notified alone, if it reaches all the
// channels of the others.
func Evaluate(rules []Rule, state State, r Reading) (State, []Event) {
	r.Now = r.Now.Round(0) // what is stored is the time on the wall
	next := state.copy(r.Now)
	next.judgedAt = r.Now.UTC()
	judged := map[string]bool{} // by rule: false where nothing follows from what is missing
	seen := map[string]bool{}   // instances
	var due []candidate
	var events []Event
	watchesTopUps := false
	for _, rule := range rules {
		if !rule.of(r.Account) {
			continue
		}
		rule = rule.Filled()
		id := rule.id()
		if _, twice := judged[id]; twice || !credit.Plausible(rule.threshold()) {
			continue
		}
		judged[id] = false
		if rule.Kind == TopUp {
			watchesTopUps = true
			events = append(events, next.topUps(rule, r)...)
			continue
		}
		found, conclusive := probe(rule, r)
		if !conclusive {
			continue
		}
		judged[id] = !r.Partial || rule.Kind != Limit && rule.Kind != KeyExpiry
		for _, f := range found {
			k := key(id, f.subject)
			a, known := next.instances[k]
			if !known && !f.over {
				continue
			}
			seen[k] = true
			if f.unknown {
				continue
			}
			a.judge(rule, r, f)
			next.instances[k] = a
			switch {
			case a.due(rule, r.Now):
				due = append(due, candidate{rule, k, a})
			case a.idle(rule, r.Now):
				delete(next.instances, k)
			}
		}
	}
	next.retain(func(rule, k string) bool {
		known, live := judged[rule]
		return live && (seen[k] || !known && !r.Alone)
	})
	if !watchesTopUps {
		next.topUpsNotified = time.Time{}
	}
	events = append(events, notify(due, r.Now)...)
	for _, c := range due {
		c.instance.notified(r.Now)
		next.instances[c.key] = c.instance
	}
	return next, events
}

// mostSubjects is how many subjects of one rule are notified one by one.
const mostSubjects = 3

// notify turns what is due into as few events as possible.
func notify(due []candidate, now time.Time) (events []Event) {
	rivals := map[topic][]candidate{}
	for _, c := range due {
		rivals[c.instance.topic()] = append(rivals[c.instance.topic()], c)
	}
	type group struct {
		id      string
		cleared bool
	}
	count := map[group]int{}
	last := map[group]int{} // index of the group's last event
	for _, c := range due {
		rivals := rivals[c.instance.topic()]
		if slices.ContainsFunc(rivals, c.yieldsTo) {
			continue
		}
		g := group{c.rule.id(), c.instance.Event.Cleared}
		if count[g]++; count[g] > mostSubjects {
			continue
		}
		e := c.event(now)
		for _, o := range rivals {
			if o.yieldsTo(c) {
				e.Covers = append(e.Covers, o.event(now))
			}
		}
		last[g] = len(events)
		events = append(events, e)
	}
	for g, n := range count {
		if n > mostSubjects {
			e := &events[last[g]]
			e.Text += fmt.Sprintf(", and %d more", n-mostSubjects)
			e.Folds = true
		}
	}
	return events
}

// event returns the candidate's event, to be notified at now.
func (c candidate) event(now time.Time) Event {
	e := c.instance.Event
	e.At, e.Channels = now.UTC(), c.rule.Channels
	since := e.Since
	if e.Cleared {
		since = c.instance.LastNotified.Since // of the alert that it ends
	}
	e.ID = alertID(c.key, since)
	return e
}

// yieldsTo reports whether notifying o makes notifying c, which is about the
// same thing, needless.
func (c candidate) yieldsTo(o candidate) bool {
	return c.instance.Event.Cleared == o.instance.Event.Cleared && o.instance.outranks(c.instance) &&
		covers(o.rule.Channels, c.rule.Channels)
}

// covers reports whether a names every channel that b does; empty is all.
func covers(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(a) == 0
	}
	return !slices.ContainsFunc(b, func(name string) bool { return !slices.Contains(a, name) })
}

// topUps returns the events of changes of the credits bought since the last
// that were notified. Those from before the first reading are not news.
func (s *State) topUps(rule Rule, r Reading) []Event {
	if !r.Fresh {
		return nil
	}
	if s.topUpsNotified.IsZero() {
		s.topUpsNotified = r.Now.UTC()
	}
	if rule.quietAt(r.Now, false) {
		return nil
	}
	after := s.topUpsNotified
	var bought, lost float64
	var boughtAt, lostAt time.Time
	for _, t := range r.TopUps {
		if _, ok := usd(&t.AmountUSD); !ok || !t.At.After(after) || t.At.After(r.Now) {
			continue
		}
		if t.AmountUSD > 0 {
			bought, boughtAt = bought+t.AmountUSD, t.At
		} else if t.AmountUSD < 0 {
			lost, lostAt = lost-t.AmountUSD, t.At
		}
		if t.At.After(s.topUpsNotified) {
			s.topUpsNotified = t.At.UTC()
		}
	}
	var events []Event
	add := func(id string, value float64, at time.Time, format string) {
		if at.IsZero() {
			return
		}
		f := finding{number: value, value: text.USD(value), text: fmt.Sprintf(format, text.USD(value))}
		if left, ok := usd(r.BalanceUSD); ok {
			f.text += ", " + text.USD(left) + " is left"
		}
		e := rule.event(r, f, at, false)
		e.ID = alertID(key(rule.id(), id), e.Since)
		events = append(events, e)
	}
	add("bought", bought, boughtAt, "topped up by %s")
	add("lost", lost, lostAt, "credits bought fell by %s (a refund, an expiry or a transfer)")
	return events
}
