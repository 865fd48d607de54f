package account

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
)

// What a view notes, and whose balance it shows.
func TestViewNotes(t *testing.T) {
	key := &credit.Key{Kind: credit.KeyManagement}
	good := State{Facts: Facts{Key: key, Source: FromCredits, AgreedAt: t0}}
	for _, c := range []struct {
		name    string
		set     func(*State, *Rules)
		source  Source
		balance bool
		note    string // empty: none
	}{
		{"as it should be", nil, FromCredits, true, ""},
		{"the process has a note", func(_ *State, r *Rules) { r.Note = "this is the demo" }, FromCredits, true, "this is the demo"},
		{"a clock that differs", func(st *State, _ *Rules) { st.Facts.Skew = 2 * time.Minute }, FromCredits, true, "the server's clock differs from this one by 2m0s"},
		{"no key", func(st *State, _ *Rules) { st.Facts.Key = nil }, FromCredits, true, "the key's own cap is not known"},
		{"an expiry that cannot be read", func(st *State, _ *Rules) { st.Facts.Key = &credit.Key{ExpiryUnread: true} }, FromCredits, true, "the key expires at a time that cannot be read"},
		{"lower usage", func(st *State, _ *Rules) { st.Facts.AgreedAt = t0.Add(-time.Minute) }, FromCredits, true, "lower usage was read than at 10:41"},
		{"never agreed", func(st *State, _ *Rules) { st.Facts.AgreedAt = time.Time{} }, FromCredits, true, ""},
		{"an import alone", func(st *State, _ *Rules) { st.Facts.Source = "" }, FromHistory, true, ""},
		{"the key alone", func(st *State, _ *Rules) { st.Facts.Source = FromKey }, FromKey, false, ""},
		{"no key, and no balance", func(st *State, _ *Rules) { st.Facts.Source, st.Facts.Key = FromKey, nil }, FromKey, false, ""},
	} {
		st, rules := good, Rules{Interval: time.Minute}
		if c.set != nil {
			c.set(&st, &rules)
		}
		s := View(&st, bookOf(trailOf(5, func(int) float64 { return 1 }, 10)), rules, t0, true)
		if s.Source != c.source || (s.Balance != nil) != c.balance {
			t.Errorf("%s: from %q, balance %v, want %q, %v", c.name, s.Source, s.Balance, c.source, c.balance)
		}
		notes := slices.DeleteFunc(slices.Clone(s.Notes), func(n string) bool { return strings.HasPrefix(n, "another account's") })
		if c.note == "" && len(notes) > 0 || c.note != "" && (len(notes) != 1 || !strings.HasPrefix(notes[0], c.note)) {
			t.Errorf("%s: notes %q, want %q", c.name, notes, c.note)
		}
	}
	for _, notAPI := range []bool{false, true} {
		b := bookOf(trailOf(5, func(int) float64 { return 1 }, 10))
		b.Poll.Fault = &Fault{Kind: credit.FaultForbidden}
		st := good
		st.NotAPI = notAPI
		if s := View(&st, b, Rules{}, t0, true); s.Fault == nil || s.Fault.NotAPI != notAPI || b.Poll.Fault.NotAPI {
			t.Errorf("refused on the way %v: %+v, of the book %+v", notAPI, s.Fault, b.Poll.Fault)
		}
	}
}

// A spike is compared with the day before an hour, the week before a day, and the
// first of the weeks in which it rose.
func TestSpansOfASpike(t *testing.T) {
	const day, week = 24 * time.Hour, 7 * 24 * time.Hour
	for _, c := range []struct {
		u              Spike
		length, before time.Duration
		ended          time.Duration // ago, of the span before
	}{
		{Spike{ID: alert.HourID}, time.Hour, day, time.Hour},
		{Spike{ID: alert.DayID}, day, week, day},
		{Spike{ID: alert.WeeksID, Weeks: 5}, week, week, 4 * week},
	} {
		c.u.At = t0
		span, before := c.u.Compared()
		if !span.To.Equal(t0) || span.To.Sub(span.From) != c.length || !before.To.Equal(t0.Add(-c.ended)) || before.To.Sub(before.From) != c.before {
			t.Errorf("%s: %v compared with %v", c.u.ID, span, before)
		}
	}
	if got := (Spike{ID: alert.DayID, USD: 1}).reading().Times; got != math.MaxFloat64 {
		t.Errorf("%v times a limit of nothing", got)
	}
}

// Who drives a spike is looked for with a management key alone.
func TestSpikesArePendingWithAManagementKey(t *testing.T) {
	s := Snapshot{At: t0, Now: t0, Spend: Spend{Last24hUSD: usd(50)}, Usual: Usual{DayUSD: usd(10)}}
	for kind, pending := range map[credit.KeyKind]int{credit.KeyManagement: 1, credit.KeyOrdinary: 0} {
		s.Key = &credit.Key{Kind: kind}
		is := (&Unusual{}).seen(&s, Rules{})
		if len(is.Pending) != pending || len(is.Found) != 1-pending || is.PendingSince.IsZero() != (pending == 0) {
			t.Errorf("%s: %+v, want %d pending", kind, is, pending)
		}
	}
	quiet := s
	quiet.Spend.Last24hUSD = usd(1)
	s.Key = &credit.Key{Kind: credit.KeyManagement}
	if is := (&Unusual{Day: t0.Add(-time.Hour)}).seen(&quiet, Rules{}); !is.PendingSince.IsZero() {
		t.Errorf("what ends is pending: %+v", is)
	}
}

// Totals that differ by exactly what may be are the same.
func TestJudgeAtTheSlack(t *testing.T) {
	one := 1.0
	key := &credit.Key{Kind: credit.KeyManagement}
	facts := Facts{Key: key, Fingerprint: "fp", ReadBy: "fp", AgreedAt: t0, Source: FromCredits, KeyAt: t0}
	judge := func(f Facts, used, credits float64, b credit.Balance) Verdict {
		return Judge(&f, Reading{At: t0.Add(time.Minute), Fingerprint: "fp", Totals: &b}, bookOf(trailOf(5, func(int) float64 { return used }, credits)))
	}
	if v := judge(facts, slack, 0, credit.Balance{}); v.Fault != nil {
		t.Errorf("0 of 0 after a spend of the slack: %+v", v.Fault)
	}
	if v := judge(facts, 2*slack, 0, credit.Balance{}); v.Fault == nil {
		t.Error("0 of 0 after more is believed")
	}
	old := facts
	old.AgreedAt = t0.Add(-time.Hour)
	if v := judge(old, one, 10, credit.Balance{CreditsUSD: 10, UsageUSD: one - slack}); len(v.Rows) != 1 || v.Rows[0].Segment != "" || v.Rows[0].UsageUSD != one {
		t.Errorf("less usage by the slack: %+v", v.Rows)
	}
	for _, by := range []float64{-slack, slack} { // beside usage that lags
		if v := judge(facts, one, 0, credit.Balance{CreditsUSD: by, UsageUSD: .5}); v.Fault != nil {
			t.Errorf("credits %v other, by the slack: %+v", by, v.Fault)
		}
		if v := judge(facts, one, 0, credit.Balance{CreditsUSD: 2 * by, UsageUSD: .5}); v.Fault == nil {
			t.Errorf("credits %v other, by more, are believed", 2*by)
		}
	}
	rounded := facts
	rounded.RoundedUSD = .005
	if v := judge(rounded, one, 10, credit.Balance{CreditsUSD: 10, UsageUSD: one}); v.Facts.RoundedUSD != 0 {
		t.Errorf("what was confirmed may be rounded by %v", v.Facts.RoundedUSD)
	}
	last := credit.Sample{UsageUSD: one, CreditsUSD: one, CreditsKnown: true}
	if b := (credit.Balance{CreditsUSD: one - slack, UsageUSD: one - slack}); !continues(b, "", last, "", slack) {
		t.Error("by exactly the tolerance less is another account")
	}
	// Whose account it is stays known until it is another's.
	owned := facts
	owned.ReadOwner = credit.Owner{Organization: "acme"}
	if v := judge(owned, one, 10, credit.Balance{CreditsUSD: 10, UsageUSD: 2}); v.Facts.ReadOwner != owned.ReadOwner {
		t.Errorf("the owner is forgotten: %+v", v.Facts.ReadOwner)
	}
	owned.ReadBy = "other"
	if v := judge(owned, one, 10, credit.Balance{CreditsUSD: 1, UsageUSD: .5}); v.Rows[0].Segment != AnotherAccount || v.Facts.ReadOwner.IsKnown() {
		t.Errorf("another account's owner: %+v, rows %+v", v.Facts.ReadOwner, v.Rows)
	}
	// A key's own usage, what counts against its cap, and a budget's.
	series := trailOf(5, func(int) float64 { return one }, 0)
	less := one - slack
	k := &credit.Key{Kind: credit.KeyOrdinary, Usage: credit.Usage{TotalUSD: &less}, BYOK: credit.Usage{TotalUSD: usd(0)}, Cap: credit.Cap{IncludesBYOK: true, LimitUSD: usd(10), RemainingUSD: usd(10 - less)}}
	v := Verdict{At: t0, Facts: Facts{KeyAgreedAt: t0.Add(-time.Hour)}}
	v.addKey(k, &Book{Key: series, Cap: series})
	v.Facts.Budget = &BudgetSeen{ID: "member/m1", SpentUSD: one, TotalUSD: 12}
	v.addBudget(&credit.Budget{Scope: "member", ID: "m1", SpendUSD: &less}, &Book{Budget: series})
	for _, row := range v.Rows {
		if row.Segment != "" {
			t.Errorf("by the slack less begins a series: %+v", row)
		}
	}
	if got := rounding(1e-6); math.Abs(got-5e-7) > 1e-12 {
		t.Errorf("rounding(1e-6) = %v, want 5e-7", got)
	}
}

// What is left is short from more than the slack on, and what was spent since the
// reading counts.
func TestPreflightAtTheBounds(t *testing.T) {
	for need, answer := range map[float64]Answer{slack: Enough, 2 * slack: Short} {
		p := Preflight{Answer: CannotBeSaid, SpendableUSD: usd(0)}
		p.judge([]bound{{"the account", 0, usd(0)}}, need, 0)
		if p.Answer != answer {
			t.Errorf("%v of 0 left: %s, want %s", need, p.Answer, answer)
		}
		p = Preflight{Answer: CannotBeSaid, SpendableUSD: usd(1)}
		if p.judge([]bound{{"the account", 1, usd(0)}}, need, time.Hour); p.Answer != answer {
			t.Errorf("%v of 0 left after it: %s, want %s", need, p.Answer, answer)
		}
	}
	p := Preflight{Answer: CannotBeSaid}
	if p.judge([]bound{{"the account", 2, nil}}, 3, 0); p.Reason != "the account has $2.00 left, $3.00 needed: $1.00 short" {
		t.Errorf("reason %q", p.Reason)
	}
	b := bookOf(trailOf(24*60, func(ago int) float64 { return 24 - float64(ago)/60 }, 100))
	after := func(d, age time.Duration) float64 {
		s := Snapshot{At: t0, Now: t0.Add(age), Source: FromCredits, Balance: &credit.Balance{CreditsUSD: 100, UsageUSD: 24}}
		list := s.bounds(b, d)
		if len(list) != 1 || list[0].name != "the account" || list[0].afterUSD == nil {
			t.Fatalf("bounds = %+v", list)
		}
		return *list[0].afterUSD
	}
	if got := after(0, time.Hour); got != 76 {
		t.Errorf("at once: %v left, want all", got)
	}
	if got, want := after(time.Hour, time.Hour), after(2*time.Hour, 0); got != want || got >= 76 {
		t.Errorf("an hour, from an hour ago: %v left, want %v as after two", got, want)
	}
}
