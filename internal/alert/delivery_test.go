package alert

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/longtest"
)

// receiver is a channel's people, and what they know.
type receiver struct {
	Channel
	up    bool
	got   map[string]int  // by delivery ID, and the alerts that came with others
	fires map[string]bool // by instance, of which they got an alert and no all-clear
	knows map[string]bool // that, or an alert that covers it
}

// take takes in a delivery; ok is false if it is the all-clear of nothing known,
// but for one of what began and ended in quiet hours.
func (r *receiver) take(e Event, covers []Event) (ok bool) {
	r.got[e.deliveryID()]++
	ok = !e.Cleared || strings.Contains(e.Text, "in quiet hours") || r.knows[e.key()]
	r.fires[e.key()], r.knows[e.key()] = !e.Cleared, !e.Cleared
	for _, c := range covers {
		r.fires[c.key()] = r.fires[c.key()] && !e.Cleared
		r.knows[c.key()] = !e.Cleared
		if !e.Cleared {
			r.got[c.ID]++
		}
	}
	return ok
}

// TestNothingIsLostAndNothingComesTwice plays random accounts with channels
// that come and go, results that are late, and restarts.
func TestNothingIsLostAndNothingComesTwice(t *testing.T) {
	seeds := uint64(20)
	if longtest.On() {
		seeds = 40
	}
	for seed := range seeds {
		playDelivery(t, seed)
	}
}

func playDelivery(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 7))
	quiet := Quiet{22 * time.Hour, 7 * time.Hour}
	rules := []Rule{
		{Kind: Balance, BelowUSD: 20, Quiet: quiet}, {Kind: Balance, BelowUSD: 10, Level: Urgent}, {Kind: Balance, BelowUSD: 5, Level: Urgent, For: 20 * time.Minute},
		{Kind: Used, AboveRatio: 0.8, Channels: []string{"a"}}, {Kind: Limit, Cooldown: time.Minute}, {Kind: Stale}, {Kind: Spend, AboveUSD: 5, Level: Info}, {Kind: TopUp},
	}
	if seed%2 == 1 { // rules that share some channels
		rules[0].Channels, rules[1].Channels, rules[3].Channels = []string{"a", "c"}, []string{"b", "c"}, []string{"a", "b"}
	}
	receivers := []*receiver{{Channel: Channel{Name: "a", Via: Webhook}}, {Channel: Channel{Name: "b", Via: Mail, Level: Urgent}}, {Channel: Channel{Name: "c", Via: Command, Level: Warning}}}
	channels := []Channel{}
	for _, r := range receivers {
		r.got, r.fires, r.knows, r.up = map[string]int{}, map[string]bool{}, map[string]bool{}, rng.IntN(3) > 0
		channels = append(channels, r.Channel)
	}
	var s State
	var o Outbox
	var late []Result
	decided := map[string]Event{}
	cleared := map[string]bool{} // by instance, that this was decided last
	now := start
	apply := func() {
		for _, r := range late {
			o = o.Apply(r)
		}
		late = nil
	}
	// send makes at most one attempt of each channel at what is due.
	send := func() {
		for _, r := range receivers {
			due := slices.DeleteFunc(o.Due(now), func(d Delivery) bool { return d.Channel != r.Name })
			if len(due) == 0 {
				continue
			}
			d, result := due[0], Result{ID: due[0].ID, Channel: r.Name, At: now}
			if !r.up {
				result.Err = errors.New("down")
			} else if !r.take(d.Event, d.Event.Covers) {
				t.Errorf("seed %d: %s got an all-clear alone: %s", seed, r.Name, d.ID)
			}
			late = append(late, result)
		}
	}
	balance := 25.0
	var topUps []credit.TopUp
	for range 200 {
		now = now.Add(time.Duration(rng.IntN(1200)) * time.Second)
		if rng.IntN(12) == 0 {
			balance += 20
			topUps = append(topUps, credit.TopUp{At: now, AmountUSD: 20})
		}
		balance = max(balance-2*rng.Float64(), -1)
		left, ratio, day := balance, rng.Float64(), 6*rng.Float64()
		r := Reading{Account: "x", Now: now, At: now, Fresh: rng.IntN(5) > 0, BalanceUSD: &left, UsedRatio: &ratio, DayUSD: &day, TopUps: topUps,
			Limits: []Allowance{{ID: "k", UsedUSD: f(1.3 * rng.Float64()), LimitUSD: 1}, {ID: "l", UsedUSD: f(1.3 * rng.Float64()), LimitUSD: 1}}}
		if !r.Fresh {
			r.Gap = time.Duration(rng.IntN(30)) * time.Minute
		}
		for _, r := range receivers {
			if rng.IntN(15) == 0 {
				r.up = !r.up
			}
		}
		send()
		if rng.IntN(2) == 0 {
			apply() // before the next reading
		}
		var events []Event
		s, events, _ = Evaluate(rules, s, r)
		for _, e := range events {
			decided[e.deliveryID()] = e
			for _, e := range append([]Event{e}, e.Covers...) {
				cleared[e.key()] = e.Cleared
			}
		}
		for _, r := range receivers {
			left := map[bool]int{}
			for _, e := range events {
				if r.Takes(&e) && e.Rule.ofBalance() {
					left[e.Cleared]++
				}
			}
			if left[false] > 1 || left[true] > 1 {
				t.Errorf("seed %d: %s gets %v messages about what is left at one time: %+v", seed, r.Name, left, events)
			}
		}
		before, _ := json.Marshal(o)
		next := o.Add(events, channels, now).Reconcile(s)
		if after, _ := json.Marshal(o); string(after) != string(before) {
			t.Fatalf("seed %d: an outbox was changed", seed)
		}
		o = next
		apply() // late: the result is of an attempt before the reading
		if rng.IntN(5) == 0 {
			o, s = stored(t, o), restart(t, s)
		}
	}
	for _, r := range receivers {
		r.up = true
	}
	for range 100 {
		now = now.Add(longestWait)
		send()
		apply()
	}
	if left := o.Due(now.Add(LongestRetryAfter)); len(left) != 0 || len(o.queue()) != 0 {
		t.Fatalf("seed %d: %+v is left", seed, o.queue())
	}
	for _, r := range receivers {
		for id, n := range r.got {
			if n > 1 {
				t.Errorf("seed %d: %s got %s %d times", seed, r.Name, id, n)
			}
		}
		for k, a := range s.instances {
			e := a.Event
			e.Cleared = false
			for _, rule := range rules {
				if rule := rule.Filled(); key(rule.id(), e.Subject) == k {
					e.Channels = rule.Channels
				}
			}
			id := alertID(k, a.LastNotified.Since)
			if a.fires() && a.LastNotified.live() && r.Takes(&e) && r.got[id] == 0 {
				t.Errorf("seed %d: %s never got %s, which fires", seed, r.Name, id)
			}
		}
		for k, fires := range r.fires {
			if fires && cleared[k] {
				t.Errorf("seed %d: %s got no all-clear of %s", seed, r.Name, k)
			}
		}
		for id, e := range decided {
			if e.Rule == TopUp && r.Takes(&e) && r.got[id] == 0 {
				t.Errorf("seed %d: %s never got %s", seed, r.Name, id)
			}
		}
	}
}
