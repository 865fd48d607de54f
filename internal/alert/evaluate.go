package alert

import (
	"fmt"
	"slices"
	"time"

	"ortop/internal/credit"
	"ortop/internal/text"
)

// candidate is a watch that has something to tell.
type candidate struct {
	rule  Rule
	key   string
	watch watch
}

// Evaluate returns what is to be told now, and the state to evaluate the next
// reading with. Neither argument is changed, and equal arguments give equal
// results.
//
// A condition is told once when it begins, and once when it is over: when it
// was well past its threshold, by a tenth, after 15 min without it, or 24 h
// without it in any case. A condition that comes again within the rule's
// cooldown, or in its quiet hours, is told when these end, if it still holds.
// Where one reading crosses several thresholds of one kind, the strictest of
// the highest level is told alone, if it reaches all the channels of the others.
func Evaluate(rules []Rule, state State, r Reading) (State, []Event) {
	r.Now = r.Now.Round(0) // what is kept is the time on the wall
	next := state.copy(r.Now)
	judged := map[string]bool{} // by rule: false where nothing follows from what is missing
	seen := map[string]bool{}   // watches
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
		found, known := probe(rule, r)
		if !known {
			continue
		}
		judged[id] = !r.Partial || rule.Kind != Limit && rule.Kind != KeyExpiry
		for _, f := range found {
			k := key(id, f.subject)
			w, watched := next.watches[k]
			if !watched && !f.over {
				continue
			}
			seen[k] = true
			if f.unknown {
				continue
			}
			w.judge(rule, r, f)
			next.watches[k] = w
			switch {
			case w.due(rule, r.Now):
				due = append(due, candidate{rule, k, w})
			case w.idle(rule, r.Now):
				delete(next.watches, k)
			}
		}
	}
	next.keep(func(rule, k string) bool {
		known, live := judged[rule]
		return live && (!known || seen[k])
	})
	if !watchesTopUps {
		next.topUpsTold = time.Time{}
	}
	for _, c := range due {
		c.watch.told(r.Now)
		next.watches[c.key] = c.watch
	}
	return next, append(events, tell(due, r.Now)...)
}

// most is how many subjects of one rule are told of one by one.
const most = 3

// tell turns what is due into events, as few as say it.
func tell(due []candidate, now time.Time) (events []Event) {
	rivals := map[topic][]candidate{}
	for _, c := range due {
		rivals[c.watch.topic()] = append(rivals[c.watch.topic()], c)
	}
	type group struct {
		id      string
		cleared bool
	}
	more := map[group]int{}
	last := map[group]int{} // index of the group's last event
	for _, c := range due {
		if slices.ContainsFunc(rivals[c.watch.topic()], c.yieldsTo) {
			continue
		}
		g := group{c.rule.id(), c.watch.Event.Cleared}
		if more[g]++; more[g] > most {
			continue
		}
		e := c.watch.Event
		e.At, e.Channels = now.UTC(), c.rule.Channels
		last[g] = len(events)
		events = append(events, e)
	}
	for g, n := range more {
		if n > most {
			events[last[g]].Text += fmt.Sprintf(", and %d more", n-most)
		}
	}
	return events
}

// yieldsTo reports whether telling o makes telling c, which is of the same
// thing, needless.
func (c candidate) yieldsTo(o candidate) bool {
	return c.watch.Event.Cleared == o.watch.Event.Cleared && o.watch.outranks(c.watch) &&
		covers(o.rule.Channels, c.rule.Channels)
}

// covers reports whether a names every channel that b does; empty is all.
func covers(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(a) == 0
	}
	return !slices.ContainsFunc(b, func(name string) bool { return !slices.Contains(a, name) })
}

// topUps returns what is to be told of changes of the credits bought since the
// last that were. Those from before the first reading are not news.
func (s *State) topUps(rule Rule, r Reading) []Event {
	if !r.Fresh {
		return nil
	}
	if s.topUpsTold.IsZero() {
		s.topUpsTold = r.Now.UTC()
	}
	if rule.holds(r.Now, false) {
		return nil
	}
	after := s.topUpsTold
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
		if t.At.After(s.topUpsTold) {
			s.topUpsTold = t.At.UTC()
		}
	}
	var events []Event
	add := func(value float64, at time.Time, format string) {
		if at.IsZero() {
			return
		}
		f := finding{value: text.USD(value), text: fmt.Sprintf(format, text.USD(value))}
		if left, ok := usd(r.BalanceUSD); ok {
			f.text += ", " + text.USD(left) + " is left"
		}
		events = append(events, rule.event(r, f, at, false))
	}
	add(bought, boughtAt, "topped up by %s")
	add(lost, lostAt, "credits bought fell by %s (a refund, an expiry or a transfer)")
	return events
}
