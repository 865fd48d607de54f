package alert

import (
	"fmt"
	"sort"
	"strings"
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

// Evaluate returns the state to evaluate the next reading with, what to notify
// now, and what began or ended in quiet hours: that is to be recorded only. No
// argument is changed, and equal arguments give equal results.
//
// A condition is notified once when it begins, and once when it is over: when
// it was well past its threshold, by a tenth, after 15 min without it, or 24 h
// without it in any case. One that begins in quiet hours is notified when they
// end: that it holds, or that it did. One that goes on to come again within the
// rule's cooldown is notified when that ends, if it still holds.
//
// What one reading shows of one thing is one event to a channel: of several
// thresholds, and of the kinds that are about what is left, the highest level; a
// top-up together with the alerts that it ends.
func Evaluate(rules []Rule, state State, r Reading) (next State, events, held []Event) {
	r.Now = r.Now.Round(0) // what is stored is the time on the wall
	next = state.copy(r.Now)
	next.judgedAt = r.Now.UTC()
	judged := map[string]bool{} // by rule: false where nothing follows from what is missing
	seen := map[string]bool{}   // instances
	var due, live []candidate
	var topUps []topUp
	var name []byte // of an instance: of thousands that are well none is allocated
	watchesTopUps := false
	for _, rule := range rules {
		if !rule.of(r.Account) {
			continue
		}
		rule = rule.Filled()
		rule.muted = r.Mutes.of(rule, r.Now)
		id := rule.id()
		if _, twice := judged[id]; twice || !credit.Plausible(rule.threshold()) {
			continue
		}
		judged[id] = false
		if rule.Kind == TopUp {
			watchesTopUps = true
			topUps = append(topUps, next.topUps(rule, r)...)
			continue
		}
		found, conclusive := probe(&rule, &r, func(subject string, over bool) bool {
			name = appendKey(name[:0], id, subject)
			_, known := next.instances[string(name)]
			return known || over
		})
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
			a.judge(&rule, &r, &f)
			if now := a; a.holdBack(&rule, r.Now) {
				held = append(held, candidate{rule, k, now}.event(r.Now))
			}
			next.instances[k] = a
			switch {
			case a.due(&rule, r.Now):
				due = append(due, candidate{rule, k, a})
			case a.fires() && a.LastNotified.live():
				live = append(live, candidate{rule, k, a})
			case a.idle(&rule, r.Now):
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
	due = news(due, live)
	for _, c := range due {
		a := c.instance
		a.notified(&c.rule, r.Now)
		next.instances[c.key] = a
	}
	return next, attach(notify(due, r.Now), topUps), held
}

// mostSubjects is how many subjects of one rule are notified one by one.
const mostSubjects = 3

// news are those of what is due that are not beside one that stands, is more urgent
// and of the same thing: they wait until that is over.
func news(due, live []candidate) (rest []candidate) {
	for _, c := range due {
		to := c.audience()
		for _, o := range live {
			if o.instance.topic() == c.instance.topic() && c.yieldsTo(&o) && o.instance.Event.Level.Rank() > c.instance.Event.Level.Rank() {
				to = to.without(o.audience())
			}
		}
		if !to.empty() {
			rest = append(rest, c)
		}
	}
	return rest
}

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
		rest := c.audience()
		for _, o := range rivals {
			if c.yieldsTo(&o) {
				rest = rest.without(o.audience())
			}
		}
		if rest.empty() {
			continue
		}
		e := c.event(now).addressed(rest)
		g := group{c.rule.id(), c.instance.Event.Cleared}
		if count[g]++; count[g] > mostSubjects {
			continue
		}
		for _, o := range rivals {
			if o.yieldsTo(&c) && rest.meets(o.audience()) {
				e.Covers = append(e.Covers, o.event(now))
				if e.Cleared && o.instance.Clears != c.instance.Clears {
					e = e.with("", ", "+o.instance.Clears)
				}
			}
		}
		last[g] = len(events)
		events = append(events, e)
	}
	for g, n := range count {
		if n > mostSubjects {
			e := &events[last[g]]
			more := fmt.Sprintf(", and %d more", n-mostSubjects)
			e.Text, e.Title = e.Text+more, e.Title+more
			e.Folds = true
		}
	}
	return events
}

// event returns the candidate's event, to be notified at now.
func (c candidate) event(now time.Time) Event {
	e := c.instance.Event
	e.At, e.Channels = now.UTC(), c.rule.Channels
	e.Recorded, e.missed = c.instance.Held, c.instance.Missed
	since := e.Since
	if e.Cleared && !c.instance.Missed {
		since = c.instance.LastNotified.Since // of the alert that it ends
	}
	e.ID = alertID(c.key, since)
	return e
}

func (c *candidate) audience() audience { return to(c.rule.Channels) }

// yieldsTo reports whether notifying o makes notifying c, which is about the
// same thing, needless where o goes.
func (c *candidate) yieldsTo(o *candidate) bool {
	return c.instance.Event.Cleared == o.instance.Event.Cleared && o.instance.outranks(&c.instance)
}

// topUp is the event of credits that were bought or lost, and what happened by
// itself.
type topUp struct {
	Event
	what string
}

// attach puts the top-ups into the events about what is left that they led to,
// and returns the rest beside those. A channel hears of each once.
func attach(events []Event, topUps []topUp) []Event {
	order := make([]*Event, 0, len(events))
	for i := range events {
		if e := &events[i]; e.Rule.ofBalance() && !e.Folds {
			order = append(order, e)
		}
	}
	sort.SliceStable(order, func(i, j int) bool { return order[i].audience().breadth() > order[j].audience().breadth() })
	var alone []Event
	for _, t := range topUps {
		rest := t.audience()
		for _, e := range order {
			to, reached := e.audience(), t.audience().without(rest)
			if !rest.meets(to) || reached.meets(to) {
				continue
			}
			*e = e.with(t.what+", ", "")
			e.Covers = append(e.Covers, t.Event)
			rest = rest.without(to)
		}
		if !rest.empty() {
			alone = append(alone, t.addressed(rest))
		}
	}
	return append(alone, events...)
}

// topUps returns the events of changes of the credits bought since the last
// that were notified. Those from before the first reading are not news.
func (s *State) topUps(rule Rule, r Reading) []topUp {
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
	var events []topUp
	add := func(id string, value float64, at time.Time, format string) {
		if at.IsZero() {
			return
		}
		what := fmt.Sprintf(format, text.USD(value))
		f := finding{number: value, value: text.USD(value), text: what, title: what}
		if left, ok := usd(r.BalanceUSD); ok {
			f.text += ", " + text.USD(left) + " is left"
			f.title = strings.TrimSuffix(f.title, " (a refund, an expiry or a transfer)") + ", " + text.USD(left) + " left"
		}
		e := rule.event(&r, f, at, false)
		e.ID = alertID(key(rule.id(), id), e.Since)
		events = append(events, topUp{e, what})
	}
	add("bought", bought, boughtAt, "topped up by %s")
	add("lost", lost, lostAt, "credits bought fell by %s (a refund, an expiry or a transfer)")
	return events
}
