package alert

import (
	"strings"
	"testing"
	"time"
)

func TestMuteHoldsBack(t *testing.T) {
	now := time.Date(2026, 11, 27, 22, 0, 0, 0, time.UTC)
	left := 4.0
	for _, c := range []struct {
		name  string
		level Level
		mute  Mute
		held  bool
	}{
		{"every rule", Warning, Mute{Until: now.Add(time.Hour)}, true},
		{"this rule", Warning, Mute{Rule: Balance, Until: now.Add(time.Hour)}, true},
		{"another rule", Warning, Mute{Rule: Runway, Until: now.Add(time.Hour)}, false},
		{"over", Warning, Mute{Until: now}, false},
		{"urgent is not", Urgent, Mute{Until: now.Add(time.Hour)}, false},
		{"urgent by its own word", Urgent, Mute{Until: now.Add(time.Hour), Urgent: true}, true},
	} {
		rules := []Rule{{Kind: Balance, Level: c.level, BelowUSD: 5}}
		in := Reading{Account: "a", Now: now, At: now, Fresh: true, BalanceUSD: &left, Mutes: Mutes{c.mute}}
		state, events, held := Evaluate(rules, State{}, in)
		if (len(events) == 0) != c.held || (len(held) == 1) != c.held {
			t.Errorf("%s: notified %d, recorded %d; held back should be %v", c.name, len(events), len(held), c.held)
		}
		if !c.held {
			continue
		}
		in.Now, in.At = now.Add(time.Hour), now.Add(time.Hour)
		if _, events, _ = Evaluate(rules, state, in); len(events) != 1 || events[0].Cleared {
			t.Errorf("%s: after the mute notified %v, want the alert that still holds", c.name, events)
		}
	}
}

func TestMutesSet(t *testing.T) {
	now := time.Date(2026, 11, 27, 22, 0, 0, 0, time.UTC)
	both := Mutes{}.Set(Mute{Until: now.Add(time.Hour)}, now).Set(Mute{Rule: Runway, Until: now.Add(time.Hour)}, now)
	if len(both) != 2 || len(both.Set(Mute{Rule: Runway}, now)) != 1 || len(both.Set(Mute{}, now)) != 0 {
		t.Errorf("mutes %v", both)
	}
	if n := len(both.Set(Mute{Until: now.Add(2 * time.Hour)}, now)); n != 2 {
		t.Errorf("a mute again gives %d mutes, want 2", n)
	}
	if n := len(both.At(now.Add(time.Hour))); n != 0 {
		t.Errorf("%d mutes after their end", n)
	}
}

// What waits for a channel when a mute begins waits for its end, or for unmute.
func TestMuteHoldsWhatWaits(t *testing.T) {
	now := time.Date(2026, 11, 27, 22, 0, 0, 0, time.UTC)
	left := 4.0
	rules := []Rule{{Kind: Balance, BelowUSD: 5}, {Kind: Used, AboveRatio: .5, Level: Urgent}}
	ratio := .9
	_, events, _ := Evaluate(rules, State{}, Reading{Account: "a", Now: now, At: now, Fresh: true, BalanceUSD: &left, UsedRatio: &ratio})
	warning := events[:1]
	if warning[0].Level != Warning {
		warning = warning[0].Covers[:1]
	}
	o := Outbox{}.Add(warning, []Channel{{Name: "w", Via: Webhook}}, now)
	for _, c := range []struct {
		mute Mute
		due  int
	}{
		{Mute{Until: now.Add(8 * time.Hour)}, 0},
		{Mute{Rule: Balance, Until: now.Add(8 * time.Hour)}, 0},
		{Mute{Rule: Runway, Until: now.Add(8 * time.Hour)}, 1},
		{Mute{}, 1},
	} {
		muted := o.Muted(Mutes{c.mute})
		if got := len(muted.Due(now)); got != c.due {
			t.Errorf("under %+v %d are sent, want %d", c.mute, got, c.due)
		}
		if n := muted.Waiting(now); n != c.due {
			t.Errorf("under %+v %d are said to wait, want %d", c.mute, n, c.due)
		}
		if len(muted.Due(now.Add(8*time.Hour))) != 1 || len(muted.Muted(nil).Due(now)) != 1 {
			t.Errorf("after %+v it is not sent", c.mute)
		}
	}
}

// What a mute held back is no news beside what is more urgent and came through; it
// is once that is over.
func TestWhatWasMutedIsNoNewsBesideWhatIsUrgent(t *testing.T) {
	now := time.Date(2026, 11, 27, 22, 0, 0, 0, time.UTC)
	rules := []Rule{{Kind: Balance, BelowUSD: 20}, {Kind: Balance, BelowUSD: 5, Level: Urgent}}
	mutes := Mutes{{Until: now.Add(time.Minute)}}
	var state State
	for _, c := range []struct {
		after time.Duration
		left  float64
		want  string
	}{
		{0, 18, ""}, {10 * time.Second, 3, "a: $3.00 is left, below $5.00"}, {2 * time.Minute, 3, ""},
		{3 * time.Minute, 10, ""}, {20 * time.Minute, 10, "a: $10.00 is left, below $20.00; a: $10.00 is left, no longer below $5.00"},
	} {
		in := Reading{Account: "a", Now: now.Add(c.after), At: now.Add(c.after), Fresh: true, BalanceUSD: &c.left, Mutes: mutes}
		var events []Event
		state, events, _ = Evaluate(rules, state, in)
		var got []string
		for _, e := range events {
			got = append(got, e.Account+": "+e.Summary())
		}
		if got := strings.Join(got, "; "); got != c.want {
			t.Errorf("after %v at $%v: %q, want %q", c.after, c.left, got, c.want)
		}
	}
}
