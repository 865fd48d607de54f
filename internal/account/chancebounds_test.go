package account

import (
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// Spend goes on through a gap as in what is known, from an hour of that on, by the rises
// of usage and not by its height.
func TestGoneOnFromAnHourOn(t *testing.T) {
	for _, c := range []struct {
		known time.Duration
		first float64 // usage before the gap of an hour, lowered by what went on in it
	}{{2 * time.Hour, 10 - 2}, {time.Hour, 10 - 4}, {time.Hour - time.Minute, 10}} {
		from := t0.Add(c.known / 2)
		to := from.Add(time.Hour)
		trail := &credit.Trail{
			Samples: []credit.Sample{{At: t0, UsageUSD: 10}, {At: from, UsageUSD: 12}, {At: to, UsageUSD: 12}, {At: t0.Add(c.known + time.Hour), UsageUSD: 14}},
			Gaps:    []credit.Gap{{Span: credit.Span{From: from, To: to}, Cause: credit.NotKnown}},
		}
		if got := goneOn(trail, new(forecast.Scratch)); !near(got[0].UsageUSD, c.first) || got[3].UsageUSD != 14 {
			t.Errorf("%v known: %+v, want %v at first", c.known, got, c.first)
		}
	}
}

// The chance of a limit is its own, and nothing is said of one that is spent.
func TestChanceOfALimit(t *testing.T) {
	of := func(s forecast.Subject, state forecast.State) Bound {
		f := in(time.Hour)
		f.Subject, f.State = s, state
		return Bound{Forecast: f, ResetsAt: t0.Add(time.Hour)}
	}
	s := Snapshot{Bounds: []Bound{of(forecast.Key, forecast.Depleted), of(forecast.Budget, forecast.OK)}}
	for limit, want := range map[forecast.Subject]float64{forecast.Key: 1, forecast.Budget: .5} {
		if p, ok := s.ChanceOf(limit); !ok || !near(p, want) {
			t.Errorf("chance of %v = %v, %v, want %v", limit, p, ok, want)
		}
	}
	if got := s.LimitChance(forecast.Key); got != "" {
		t.Errorf("of what is spent: %q", got)
	}
	if got := s.LimitChance(forecast.Budget); got != ", 50 % likely to be spent before" {
		t.Errorf("of the budget: %q", got)
	}
	if got := (&Snapshot{}).LimitChance(forecast.Budget); got != "" {
		t.Errorf("of no limit: %q", got)
	}
}

// What a budget has left after it resets is of the new window, where its limit is
// known and it ends first there.
func TestBudgetThatStartsAnewMeanwhile(t *testing.T) {
	b := bookOf(trailOf(24*60, func(ago int) float64 { return 24 - float64(ago)/60 }, 100))
	after := func(limit *float64) float64 {
		k := &credit.Key{Kind: credit.KeyOrdinary, Budgets: []credit.Budget{{Cap: credit.Cap{LimitUSD: limit, RemainingUSD: usd(90), Reset: credit.ResetDaily}}}}
		list := (&Snapshot{At: t0, Now: t0, Key: k}).bounds(b, 20*time.Hour)
		if len(list) != 1 || list[0].afterUSD == nil {
			t.Fatalf("bounds = %+v", list)
		}
		return *list[0].afterUSD
	}
	if low, high, open := after(usd(50)), after(usd(900)), after(nil); low >= 50 || high <= low || high >= 90 || open >= high {
		t.Errorf("left after 20 h: %v of $50, %v of $900, %v of a limit that is not known", low, high, open)
	}
}

// The first of two that come to the same end is named, and so is the one that stands first.
func TestFirstOfAllRunsOut(t *testing.T) {
	of := func(hours int) Snapshot { return Snapshot{Forecast: in(time.Duration(hours) * time.Hour)} }
	for want, accounts := range map[int][]Snapshot{0: {of(1), of(2)}, 1: {of(2), of(1)}, 2: {of(3), of(2), of(1), of(1)}} {
		if got := firstOut(accounts); got != want {
			t.Errorf("the first of %d is %d, want %d", len(accounts), got, want)
		}
	}
}

// Counts of free requests are of their day alone.
func TestFreeRequestsOfAKey(t *testing.T) {
	used, limit := int64(3), int64(50)
	key := &credit.Key{FreeRequests: &credit.FreeRequests{Used: &used, Limit: &limit}}
	f := Facts{Key: key, KeyAt: t0}
	if got := f.KeyBy(t0, t0); got.FreeRequests == nil || *got.FreeRequests.Used != 3 {
		t.Errorf("that day: %+v", got.FreeRequests)
	}
	if got := f.KeyBy(t0, t0.AddDate(0, 0, 1)); got.FreeRequests != nil || key.FreeRequests == nil {
		t.Errorf("a day later: %+v, of the facts %+v", got.FreeRequests, key.FreeRequests)
	}
}

// A hole that two windows have is named once.
func TestAHoleIsNamedOnce(t *testing.T) {
	trail := hourly(9)
	at := func(hours int) time.Time { return t0.Add(-time.Duration(hours) * time.Hour) }
	trail.Gaps = []credit.Gap{
		{Span: credit.Span{From: at(20), To: at(18)}, Cause: credit.NotKnown},
		{Span: credit.Span{From: at(5), To: at(4)}, Cause: credit.NotKnown},
	}
	w := windowsOf(trail, t0)
	got := w.unseen()
	if len(got) != 2 || !got[0].From.Equal(at(5)) || !got[1].From.Equal(at(20)) {
		t.Errorf("holes = %+v, want each once, the newest first", got)
	}
}
