package alert

import (
	"slices"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

func TestAutomaticTopUps(t *testing.T) {
	const m, h, day = time.Minute, time.Hour, 24 * time.Hour
	refilled := func(left float64) func(*Reading) {
		return func(r *Reading) { r.BalanceUSD, r.Refill = &left, &Refill{ThresholdUSD: 10, AmountUSD: 25} }
	}
	missing := func(left float64) func(*Reading) {
		return func(r *Reading) {
			refilled(left)(r)
			r.Refill.MissingSince = start
		}
	}
	soon := func(set func(*Reading), subject forecast.Subject) func(*Reading) {
		return func(r *Reading) {
			set(r)
			r.Forecast = forecast.Forecast{State: forecast.OK, Subject: subject, At: r.Now, P10: 3000, P50: 3600, P90: 4000}
		}
	}
	byHand := func(left float64) func(*Reading) {
		return func(r *Reading) {
			r.BalanceUSD, r.Refill = &left, nil
			r.TopUps = append(r.TopUps, credit.TopUp{At: r.Now, AmountUSD: 40})
		}
	}
	pattern := []Rule{{Kind: TopUpMissing}}
	runway := []Rule{{Kind: Runway, Within: day}}
	for _, tc := range []struct {
		name  string
		rules []Rule
		steps []step
	}{
		{"missing by its pattern, told at once and once", pattern, []step{{m, left(9), ""}, {m, refilled(9.9), ""}, {m, missing(9.5), "warning top_up_missing $9.50"}, {h, missing(9), ""}}},
		{"over when somebody buys", pattern, []step{{m, missing(9.5), "warning top_up_missing $9.50"}, {m, byHand(49), "-warning top_up_missing $49.00"}}},
		{"over when it comes late", pattern, []step{{m, missing(9.5), "warning top_up_missing $9.50"}, {m, refilled(34), ""}, {15 * m, refilled(34), "-warning top_up_missing $34.00"}}},
		{"for as long as asked", []Rule{{Kind: TopUpMissing, For: h}}, []step{{m, missing(9.5), ""}, {59 * m, missing(9), ""}, {m, missing(9), "warning top_up_missing $9.00"}}},
		{"nothing from an unknown balance", pattern, []step{{m, func(r *Reading) { missing(0)(r); r.BalanceUSD = nil }, ""}}},
		{"below a sum, whatever the pattern", []Rule{{Kind: TopUpMissing, BelowUSD: 9, For: m}}, []step{{m, missing(9.5), ""}, {m, refilled(8), ""}, {m, refilled(8), "warning top_up_missing $8.00"}}},
		{"the balances of every day are no news", Defaults(), []step{{m, refilled(19), ""}, {m, refilled(10.5), ""}, {m, refilled(9.9), ""}}},
		{"below what it should never reach", Defaults(), []step{{m, refilled(12), ""}, {m, refilled(4.9), "urgent balance $4.90"}}},
		{"one's own rule always speaks", []Rule{{Kind: Balance, BelowUSD: 20}}, []step{{m, refilled(19), "warning balance $19.00"}}},
		{"a rule that yields speaks when it is missing", []Rule{{Kind: Balance, BelowUSD: 20, Yields: true}}, []step{{m, refilled(19), ""}, {m, missing(9), "warning balance $9.00"}}},
		{"and below the threshold", []Rule{{Kind: Balance, BelowUSD: 9.5, Yields: true}}, []step{{m, refilled(9), "warning balance $9.00"}}},
		{"and when nothing is left", []Rule{{Kind: Balance, BelowUSD: 20, Yields: true}}, []step{{m, refilled(-0.1), "warning balance -$0.10"}}},
		{"a balance that it comes to refill is over", []Rule{{Kind: Balance, BelowUSD: 20, Yields: true}}, []step{{m, left(15), "warning balance $15.00"}, {m, refilled(15), ""}, {15 * m, refilled(14), "-warning balance $14.00"}}},
		{"no runway to its end", runway, []step{{m, soon(refilled(12), forecast.Account), ""}, {m, soon(missing(9), forecast.Account), "warning runway 1 h"}}},
		{"but to the end of the key's cap", runway, []step{{m, soon(refilled(12), forecast.Key), "warning runway 1 h"}}},
	} {
		t.Run(tc.name, func(t *testing.T) { play(t, tc.rules, tc.steps) })
	}
	if got := (Rule{Kind: TopUpMissing}).String(); got != "top_up_missing" {
		t.Errorf("String = %q, want no sum", got)
	}
}

func TestTextOfWhatIsMissing(t *testing.T) {
	r := Reading{
		Forecast: forecast.Forecast{State: forecast.OK, Subject: forecast.Account, P10: 3000, P50: 3600, P90: 4000},
		Account:  "personal", Now: start.Add(31 * time.Minute), At: start.Add(31 * time.Minute), Fresh: true, BalanceUSD: f(9.4),
		Refill: &Refill{ThresholdUSD: 10, AmountUSD: 25, MissingSince: start},
	}
	_, events, _ := Evaluate([]Rule{{Kind: TopUpMissing}}, State{}, r)
	const want = "personal: the automatic top-up of $25.00 below $10.00, expected since Sat 21 Nov, 10:00, did not come, $9.40 is left (Sat 21 Nov, 10:31 UTC)"
	if len(events) != 1 || events[0].Text != want {
		t.Errorf("Evaluate(…) = %+v, want %q", events, want)
	}
	r.Refill.MissingSince = time.Time{}
	_, events, _ = Evaluate([]Rule{{Kind: Balance, BelowUSD: 20}}, State{}, r)
	if len(events) != 1 || events[0].Text != "personal: $9.40 is left, below $20.00 (Sat 21 Nov, 10:31 UTC)" {
		t.Errorf("Evaluate(…) = %+v, want no date while a top-up is expected", events)
	}
}

// A balance is low below a threshold of the account's own rules, unless a top-up comes first.
func TestLowBalances(t *testing.T) {
	rules := append(Defaults(), Rule{Kind: Balance, BelowUSD: 7, Account: "other"}, Rule{Kind: Balance, BelowUSD: 30, Account: "A"}, Rule{Kind: TopUpMissing, BelowUSD: 40})
	refill := Refill{ThresholdUSD: 10, AmountUSD: 25}
	late := refill
	late.MissingSince = start
	for _, c := range []struct {
		refill *Refill
		want   []float64
	}{{nil, []float64{20, 5, 30}}, {&refill, []float64{5, 30}}, {&late, []float64{20, 5, 30}}} {
		if got := LowUSD(rules, "a", c.refill); !slices.Equal(got, c.want) {
			t.Errorf("low with %+v is below %v, want %v", c.refill, got, c.want)
		}
	}
}
