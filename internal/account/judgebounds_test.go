package account

import (
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
)

func TestRecent(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		want  bool
	}{{-time.Nanosecond, false}, {0, true}, {lagLimit - 1, true}, {lagLimit, false}} {
		if got := recent(t0, t0.Add(c.after)); got != c.want {
			t.Errorf("recent after %v = %v, want %v", c.after, got, c.want)
		}
	}
}

// Totals that differ by less than slack are equal.
func TestContinues(t *testing.T) {
	last := credit.Sample{UsageUSD: 36.5, CreditsUSD: 100, CreditsKnown: true}
	for _, c := range []struct {
		name           string
		credits, usage float64
		creator        string
		want           bool
	}{
		{"the same", 100, 36.5, "me", true},
		{"more", 120, 40, "me", true},
		{"by less than the slack below", 100 - slack/2, 36.5 - slack/2, "me", true},
		{"less usage", 100, 36.5 - 3*slack, "me", false},
		{"fewer credits", 100 - 3*slack, 36.5, "me", false},
		{"another creator", 100, 36.5, "you", false},
		{"an unknown creator", 100, 36.5, "", true},
	} {
		b := credit.Balance{CreditsUSD: c.credits, UsageUSD: c.usage}
		if got := continues(b, c.creator, last, "me", slack); got != c.want {
			t.Errorf("%s continues: %v, want %v", c.name, got, c.want)
		}
	}
	last.CreditsKnown = false
	if !continues(credit.Balance{CreditsUSD: 1, UsageUSD: 36.5}, "me", last, "", slack) {
		t.Error("credits that were never known end a series")
	}
}

// The rows of a key: what segment each begins, and with which usage.
func TestRowsOfAKey(t *testing.T) {
	series := func(usage float64) *credit.Trail { return trailOf(5, func(int) float64 { return usage }, 0) }
	for _, c := range []struct {
		name        string
		used        float64
		agreed      time.Duration // ago
		key, capped string
		keyUSD      float64
	}{
		{"as before", 4, time.Minute, "", "", 4},
		{"by less than the slack below", 4 - slack/2, time.Hour, "", "", 4 - slack/2},
		{"more", 5, time.Minute, "", "", 5},
		{"less, just now: a replica", 3, time.Minute, "", "", 4},
		{"less, for long", 3, time.Hour, UsageFell, UsageFell, 3},
	} {
		b := &Book{Key: series(4), Cap: series(4)}
		k := &credit.Key{Kind: credit.KeyOrdinary, Usage: credit.Usage{TotalUSD: usd(c.used)}, BYOK: credit.Usage{TotalUSD: usd(0)}, Cap: credit.Cap{IncludesBYOK: true, LimitUSD: usd(10), RemainingUSD: usd(10 - c.used)}}
		v := Verdict{At: t0, Facts: Facts{KeyAgreedAt: t0.Add(-c.agreed)}}
		v.addKey(k, b)
		if len(v.Rows) != 2 {
			t.Fatalf("%s: %d rows, want the key's and the cap's", c.name, len(v.Rows))
		}
		if r := v.Rows[0]; r.Of != OfKey || r.Segment != c.key || !near(r.UsageUSD, c.keyUSD) {
			t.Errorf("%s: key's row = %+v, want %v and segment %q", c.name, r, c.keyUSD, c.key)
		}
		if r := v.Rows[1]; r.Of != OfCap || r.Segment != c.capped || !near(r.UsageUSD, c.keyUSD) {
			t.Errorf("%s: cap's row = %+v, want %v and segment %q", c.name, r, c.keyUSD, c.capped)
		}
	}
}

// A clock that differs by exactly the limit is believed yet.
func TestClockLimit(t *testing.T) {
	for skew, refused := range map[time.Duration]bool{
		clockLimit: false, -clockLimit: false, clockLimit + 1: true, -clockLimit - 1: true, 48 * time.Hour: true,
	} {
		b := bookOf(trailOf(5, func(int) float64 { return 1 }, 10))
		v := Judge(&Facts{}, Reading{At: t0.Add(time.Minute), Skew: &skew, Totals: &credit.Balance{CreditsUSD: 10, UsageUSD: 1}}, b)
		if got := v.Fault != nil && v.Fault.Kind == credit.FaultStorage; got != refused {
			t.Errorf("a clock %v ahead is refused: %v, want %v", skew, got, refused)
		}
		if skew == 48*time.Hour && !strings.Contains(v.Fault.Message, "by 2 d") {
			t.Errorf("the message is %q, want it to say 2 d", v.Fault.Message)
		}
	}
}

// What a budget has spent in all, over its windows.
func TestRowsOfABudget(t *testing.T) {
	series := trailOf(5, func(int) float64 { return 12 }, 0)
	reset := t0.Add(-time.Minute)
	for _, c := range []struct {
		name    string
		was     BudgetSeen
		spent   float64
		total   float64
		segment string
	}{
		{"as before", BudgetSeen{SpentUSD: 2, TotalUSD: 12}, 2, 12, ""},
		{"by less than the slack below", BudgetSeen{SpentUSD: 2, TotalUSD: 12}, 2 - slack/2, 12, ""},
		{"more", BudgetSeen{SpentUSD: 2, TotalUSD: 12}, 3, 13, ""},
		{"a new window, at its very start", BudgetSeen{SpentUSD: 9, TotalUSD: 12, ResetsAt: t0}, 1, 13, ""},
		{"a new window", BudgetSeen{SpentUSD: 9, TotalUSD: 12, ResetsAt: reset}, 1, 13, ""},
		{"as much just after a reset: still of the old window", BudgetSeen{SpentUSD: 9, TotalUSD: 12, ResetsAt: reset}, 9.5, 12, ""},
		{"more, long after a reset", BudgetSeen{SpentUSD: 9, TotalUSD: 12, ResetsAt: t0.Add(-lagLimit)}, 9.5, 21.5, ""},
		{"after a window in which nothing was spent", BudgetSeen{TotalUSD: 12, ResetsAt: reset}, 1, 13, ""},
		{"less, just now: a replica", BudgetSeen{SpentUSD: 9, TotalUSD: 12, AgreedAt: t0.Add(-time.Minute), ResetsAt: t0.Add(time.Hour)}, 1, 12, ""},
		{"less, for long", BudgetSeen{SpentUSD: 9, TotalUSD: 12, AgreedAt: t0.Add(-time.Hour), ResetsAt: t0.Add(time.Hour)}, 1, 1, UsageFell},
		{"another budget", BudgetSeen{ID: "other", SpentUSD: 9, TotalUSD: 12}, 10, 10, AnotherBudget},
	} {
		if c.was.ID == "" {
			c.was.ID = "member/m1"
		}
		v := Verdict{At: t0, Facts: Facts{Budget: &c.was}}
		v.addBudget(&credit.Budget{Scope: "member", ID: "m1", SpendUSD: usd(c.spent)}, &Book{Budget: series})
		if len(v.Rows) != 1 {
			t.Fatalf("%s: %d rows", c.name, len(v.Rows))
		}
		if r := v.Rows[0]; !near(r.UsageUSD, c.total) || r.Segment != c.segment {
			t.Errorf("%s: row = %+v, want %v and segment %q", c.name, r, c.total, c.segment)
		}
	}
}

// The first reading after an import that was rounded up continues it, and so do those
// after it until usage is past what was rounded.
func TestJudgeAfterARoundedImport(t *testing.T) {
	b := bookOf(trailOf(60, func(ago int) float64 { return 14.21 - float64(ago)/100 }, 50))
	f := Facts{}
	for i, c := range []struct{ used, want, rounded float64 }{{14.206, 14.21, .005}, {14.207, 14.21, .005}, {14.215, 14.215, 0}} {
		v := Judge(&f, Reading{At: t0.Add(time.Duration(i) * time.Hour), Fingerprint: "fp", Totals: &credit.Balance{CreditsUSD: 50, UsageUSD: c.used}}, b)
		if len(v.Rows) != 1 || v.Rows[0].Segment != "" || v.Rows[0].UsageUSD != c.want || v.Fault != nil {
			t.Errorf("at $%v: rows %+v, fault %+v, want $%v in the same series", c.used, v.Rows, v.Fault, c.want)
		}
		if f = v.Facts; f.RoundedUSD != c.rounded {
			t.Errorf("at $%v: it may be rounded by %v, want %v", c.used, f.RoundedUSD, c.rounded)
		}
	}
	if v := Judge(&Facts{}, Reading{At: t0, Fingerprint: "fp", Totals: &credit.Balance{CreditsUSD: 50, UsageUSD: 14.2}}, b); v.Rows[0].Segment != AnotherAccount {
		t.Errorf("a cent less: %+v, want another account", v.Rows)
	}
	for usd, want := range map[float64]float64{14.21: .005, 14.2: .05, 14: .5, 14.206: .0005, 14.123456789: 0} {
		if got := rounding(usd); got < want-1e-12 || got > want+1e-12 {
			t.Errorf("rounding(%v) = %v, want %v", usd, got, want)
		}
	}
}
