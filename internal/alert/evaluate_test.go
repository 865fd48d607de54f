package alert

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

var start = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

func f(v float64) *float64 { return &v }

// step is a reading some time after the one before, and what is told of it:
// "warning balance $19.00", with a "-" before what cleared.
type step struct {
	after time.Duration
	set   func(*Reading)
	want  string
}

func left(usd float64) func(*Reading) { return func(r *Reading) { r.BalanceUSD = &usd } }

func nothing(*Reading) {}

func blind(silence time.Duration) func(*Reading) {
	return func(r *Reading) { r.Fresh, r.Gap, r.Cause = false, silence, "connection refused" }
}

func said(events []Event) string {
	var all []string
	for _, e := range events {
		s := fmt.Sprintf("%s %s %s", e.Level, e.Rule, e.ValueText)
		if e.Cleared {
			s = "-" + s
		}
		all = append(all, s)
	}
	return strings.Join(all, "; ")
}

// restart is what a State goes through between two runs of the program.
func restart(t *testing.T, s State) State {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back State
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

func play(t *testing.T, rules []Rule, steps []step) {
	t.Helper()
	var s State
	r := Reading{Account: "personal", Now: start}
	for i, st := range steps {
		r.Now = r.Now.Add(st.after)
		r.At, r.Fresh, r.Gap, r.Cause = r.Now, true, 0, ""
		st.set(&r)
		before := restart(t, s)
		next, events, _ := Evaluate(rules, s, r)
		if got := said(events); got != st.want {
			t.Errorf("step %d: Evaluate(…) = %q, want %q", i, got, st.want)
		}
		if _, again, _ := Evaluate(rules, before, r); !reflect.DeepEqual(again, events) {
			t.Errorf("step %d: after a restart Evaluate(…) = %+v, want %+v", i, again, events)
		}
		s = next
	}
}

func TestEvaluate(t *testing.T) {
	const m, h = time.Minute, time.Hour
	low := Rule{Kind: Balance, BelowUSD: 20}
	night := Quiet{From: 22 * h, To: 7 * h}
	quiet := Rule{Kind: Balance, BelowUSD: 20, Quiet: night}
	expires := func(d time.Duration) func(*Reading) {
		return func(r *Reading) { r.Keys = []Expiry{{ID: "k1", Name: `key "ci"`, At: start.Add(d)}} }
	}
	odd := func(what ...Unusual) func(*Reading) {
		return func(r *Reading) { r.Unusual = append([]Unusual{}, what...) }
	}
	hour := Unusual{Kind: Spike, ID: HourID, Times: 4.1, ExcessUSD: 6.2, Value: "$8.20"}
	topped := func(left, by float64) func(*Reading) {
		return func(r *Reading) {
			r.BalanceUSD = &left
			r.TopUps = append(slices.Clone(r.TopUps), credit.TopUp{At: r.Now, AmountUSD: by})
		}
	}
	for _, tc := range []struct {
		name  string
		rules []Rule
		steps []step
	}{
		{"below once, while it stays", []Rule{low}, []step{{m, left(21), ""}, {m, left(19.99), "warning balance $19.99"}, {m, left(18), ""}, {20 * h, left(2), ""}}},
		{"at the threshold is not below", []Rule{low}, []step{{m, left(20), ""}}},
		{"low at the first reading ever", []Rule{low}, []step{{m, left(3), "warning balance $3.00"}}},
		{"nothing from an unknown balance", []Rule{low}, []step{{m, func(r *Reading) { r.BalanceUSD = nil }, ""}}},
		{"nothing from a sum that is none", []Rule{low}, []step{{m, left(math.Inf(-1)), ""}, {m, left(math.NaN()), ""}, {m, left(-2e9), ""}}},
		{"nothing from what is stale", []Rule{low}, []step{{m, func(r *Reading) { left(3)(r); blind(m)(r) }, ""}}},
		{"a fault neither clears nor repeats", []Rule{low}, []step{{m, left(19), "warning balance $19.00"}, {h, blind(h), ""}, {m, left(19), ""}}},
		{"over when well past for 15 min", []Rule{low}, []step{{m, left(19), "warning balance $19.00"}, {m, left(22), ""}, {14 * m, left(22), ""}, {m, left(22), "-warning balance $22.00"}}},
		{"not well past takes a day", []Rule{low}, []step{{m, left(19), "warning balance $19.00"}, {m, left(21), ""}, {23 * h, left(21), ""}, {h, left(21), "-warning balance $21.00"}}},
		{"a top-up ends it at once", []Rule{low}, []step{{m, left(19), "warning balance $19.00"}, {m, topped(44, 25), "-warning balance $44.00"}}},
		{"a top-up that is too small does not", []Rule{low}, []step{{m, left(10), "warning balance $10.00"}, {m, topped(15, 5), ""}, {h, left(15), ""}}},
		{"again after a top-up", []Rule{low}, []step{{m, left(19), "warning balance $19.00"}, {2 * h, topped(44, 25), "-warning balance $44.00"}, {h, left(18), "warning balance $18.00"}}},
		{"again after an all-clear, at once", []Rule{low}, []step{{m, left(19), "warning balance $19.00"}, {m, topped(44, 25), "-warning balance $44.00"}, {6 * time.Second, left(18), "warning balance $18.00"}, {30 * m, left(17), ""}}},
		{"again and again waits for the cooldown", []Rule{low}, []step{
			{m, left(19), "warning balance $19.00"}, {m, topped(44, 25), "-warning balance $44.00"}, {m, left(18), "warning balance $18.00"}, {m, topped(43, 25), "-warning balance $43.00"},
			{m, left(17), "warning balance $17.00"}, {m, topped(42, 25), "-warning balance $42.00"}, {m, left(16), ""}, {58*m - 1, left(16), ""}, {1, left(16), "warning balance $16.00"},
			{m, topped(41, 25), "-warning balance $41.00"}, {2 * h, left(15), "warning balance $15.00"}, {m, topped(40, 25), "-warning balance $40.00"}, {m, left(14), "warning balance $14.00"},
		}},
		{"what is left is one thing", []Rule{low, {Kind: Balance, BelowUSD: 5, Level: Urgent}, {Kind: Used}, {Kind: Runway, Within: 24 * h, Level: Urgent}, {Kind: TopUp}}, []step{
			{m, left(30), ""},
			{m, func(r *Reading) {
				left(4)(r)
				r.UsedRatio, r.Forecast = f(0.96), forecast.Forecast{State: forecast.Depleted, Subject: forecast.Account}
			}, "urgent balance $4.00"},
			{m, func(r *Reading) {
				topped(104, 100)(r)
				r.UsedRatio, r.Forecast = f(0.48), forecast.Forecast{State: forecast.Idle}
			}, "-urgent balance $104.00"},
		}},
		{"the runway of a cap is another", []Rule{low, {Kind: Runway, Within: 24 * h}}, []step{{m, func(r *Reading) {
			left(4)(r)
			r.Forecast = forecast.Forecast{State: forecast.Depleted, Subject: forecast.Key}
		}, "warning balance $4.00; warning runway 0 s"}}},
		{"a top-up that ends nothing", []Rule{low, {Kind: TopUp}}, []step{{m, left(50), ""}, {m, topped(60, 10), "info top_up $10.00"}}},
		{"a refund that begins something", []Rule{low, {Kind: TopUp}}, []step{{m, left(50), ""}, {m, topped(10, -40), "warning balance $10.00"}}},
		{"a top-up of nothing does not end it", []Rule{low}, []step{{m, left(19), "warning balance $19.00"}, {m, topped(44, 0), ""}}},
		{"two levels at once: the higher alone", []Rule{low, {Kind: Balance, BelowUSD: 5, Level: Urgent}}, []step{{m, left(30), ""}, {m, left(4), "urgent balance $4.00"}, {m, left(3), ""}}},
		{"two levels one by one", []Rule{low, {Kind: Balance, BelowUSD: 5, Level: Urgent}}, []step{{m, left(10), "warning balance $10.00"}, {m, left(4), "urgent balance $4.00"}}},
		{"two levels over at once: the higher alone", []Rule{low, {Kind: Balance, BelowUSD: 5, Level: Urgent}},
			[]step{{m, left(10), "warning balance $10.00"}, {m, left(4), "urgent balance $4.00"}, {m, topped(50, 46), "-urgent balance $50.00"}}},
		{"two levels with channels of their own", []Rule{{Kind: Balance, BelowUSD: 20, Channels: []string{"mail"}}, {Kind: Balance, BelowUSD: 5, Level: Urgent, Channels: []string{"phone"}}},
			[]step{{m, left(4), "warning balance $4.00; urgent balance $4.00"}}},
		{"S01 spent once", Defaults(), []step{{m, left(30), ""}, {m, left(-0.34), "urgent balance -$0.34"}, {m, left(-0.5), ""}, {h, left(-0.5), ""}}},
		{"another account's rule", []Rule{{Kind: Balance, BelowUSD: 20, Account: "work"}}, []step{{m, left(1), ""}}},
		{"its own account's rule", []Rule{{Kind: Balance, BelowUSD: 20, Account: "Personal"}}, []step{{m, left(1), "warning balance $1.00"}}},
		{"for 3 hours", []Rule{{Kind: Balance, BelowUSD: 20, For: 3 * h}}, []step{{m, left(19), ""}, {2 * h, left(19), ""}, {m, left(20.5), ""}, {m, left(19), ""}, {2 * h, left(19), ""}, {h, left(19), "warning balance $19.00"}}},

		{"quiet: told when it ends", []Rule{quiet}, []step{{12 * h, left(19), ""}, {8 * h, left(18), ""}, {h, left(17), "warning balance $17.00"}, {m, left(17), ""}}},
		{"quiet: told that it was", []Rule{quiet}, []step{{12 * h, left(19), ""}, {h, topped(50, 31), ""}, {9 * h, left(50), "-warning balance $50.00"}, {m, left(50), ""}, {24 * h, left(50), ""}}},
		{"quiet: told once that it was, twice", []Rule{quiet}, []step{{12 * h, left(19), ""}, {h, topped(50, 31), ""}, {h, left(18), ""}, {h, topped(60, 42), ""}, {7 * h, left(60), "-warning balance $60.00"}, {m, left(60), ""}}},
		{"quiet: it was, and is again", []Rule{quiet}, []step{{12 * h, left(19), ""}, {h, topped(50, 31), ""}, {h, left(18), ""}, {8 * h, left(17), "warning balance $17.00"}, {m, left(17), ""}}},
		{"quiet: over as they end", []Rule{quiet}, []step{{12 * h, left(19), ""}, {9 * h, topped(50, 31), "-warning balance $50.00"}}},
		{"quiet: urgent passes", []Rule{{Kind: Balance, BelowUSD: 20, Level: Urgent, Quiet: night}}, []step{{12 * h, left(19), "urgent balance $19.00"}}},
		{"quiet: urgent held if so told", []Rule{{Kind: Balance, BelowUSD: 20, Level: Urgent, Quiet: night, QuietUrgent: true}}, []step{{12 * h, left(19), ""}, {9 * h, left(19), "urgent balance $19.00"}}},
		{"quiet: that it is over waits", []Rule{quiet}, []step{{11 * h, left(19), "warning balance $19.00"}, {2 * h, topped(50, 31), ""}, {8 * h, left(49), "-warning balance $50.00"}}},
		{"quiet: a top-up waits", []Rule{{Kind: TopUp, Level: Info, Quiet: night}}, []step{{11 * h, left(1), ""}, {2 * h, topped(11, 10), ""}, {h, topped(26, 15), ""}, {8 * h, nothing, "info top_up $25.00"}, {m, nothing, ""}}},

		{"used", []Rule{{Kind: Used, AboveRatio: 0.8}}, []step{{m, func(r *Reading) { r.UsedRatio = f(0.79) }, ""}, {m, func(r *Reading) { r.UsedRatio = f(0.8) }, "warning used 80 %"}}},
		{"budget: each day anew, in silence at midnight", []Rule{{Kind: Spend, AboveUSD: 10}}, []step{
			{m, func(r *Reading) { r.DayUSD = f(10) }, ""}, {m, func(r *Reading) { r.DayUSD = f(10.5) }, "warning spend $10.50"},
			{14 * h, func(r *Reading) { r.DayUSD = f(0) }, ""}, {h, func(r *Reading) { r.DayUSD = f(11) }, "warning spend $11.00"}}},
		{"budget: what was read before midnight is of the day before", []Rule{{Kind: Spend, AboveUSD: 10}, {Kind: Spend, AboveUSD: 10, Window: Week}}, []step{
			{m, func(r *Reading) { r.DayUSD, r.WeekUSD = f(10.5), f(9) }, "warning spend $10.50"},
			{14 * h, func(r *Reading) { r.DayUSD, r.WeekUSD, r.At = f(10.5), f(11), r.Now.Add(-2*h) }, "warning spend $11.00"}, {m, func(r *Reading) { r.DayUSD = f(.5) }, ""}}},
		{"budget: a part that is taken back is no all-clear until it is a tenth", []Rule{{Kind: Spend, AboveUSD: 10}}, []step{
			{m, func(r *Reading) { r.DayUSD = f(10.5) }, "warning spend $10.50"}, {m, func(r *Reading) { r.DayUSD = f(9.5) }, ""},
			{h, func(r *Reading) { r.DayUSD = f(9.5) }, ""}, {m, func(r *Reading) { r.DayUSD = f(9) }, "-warning spend $9.00"}}},
		{"nothing is left to the cent", []Rule{{Kind: Balance, BelowUSD: -5}}, []step{{m, left(.01), ""}, {m, left(0), "warning balance $0.00"}}},
		{"budgets of week and month", []Rule{{Kind: Spend, AboveUSD: 10, Window: Week}, {Kind: Spend, AboveUSD: 10, Window: Month}},
			[]step{{m, func(r *Reading) { r.WeekUSD, r.MonthUSD = f(11), f(12) }, "warning spend $11.00; warning spend $12.00"}}},
		{"of the next week and the next month", []Rule{{Kind: Spend, AboveUSD: 10, Window: Week}, {Kind: Spend, AboveUSD: 10, Window: Month}}, []step{
			{m, func(r *Reading) { r.WeekUSD, r.MonthUSD = f(11), f(12) }, "warning spend $11.00; warning spend $12.00"},
			{48 * h, func(r *Reading) { r.WeekUSD, r.MonthUSD = f(13), f(14) }, "warning spend $13.00"}, // Monday
			{7 * 24 * h, func(r *Reading) { r.WeekUSD, r.MonthUSD = f(9), f(15) }, ""},
			{24 * h, func(r *Reading) { r.WeekUSD, r.MonthUSD = f(9), f(16) }, "warning spend $16.00"}, // December
		}},
		{"of a week and a month of which less than that was seen", []Rule{{Kind: Spend, AboveUSD: 10, Window: Week}, {Kind: Spend, AboveUSD: 10, Window: Month}}, []step{
			{m, func(r *Reading) { r.LeastDayUSD, r.LeastWeekUSD, r.LeastMonthUSD = f(99), f(9), f(9) }, ""},
			{m, func(r *Reading) { r.LeastWeekUSD, r.LeastMonthUSD = f(11), f(9) }, "warning spend $11.00"},
			{m, func(r *Reading) { r.LeastWeekUSD, r.LeastMonthUSD = f(11), f(12) }, "warning spend $12.00"},
		}},
		{"of a day of which less than that was seen", []Rule{{Kind: Spend, AboveUSD: 10}},
			[]step{
				{m, func(r *Reading) { r.LeastDayUSD = f(9) }, ""},
				{m, func(r *Reading) { r.LeastDayUSD = f(11) }, "warning spend $11.00"},
				{m, func(r *Reading) { r.LeastDayUSD = f(12) }, ""},
			}},
		{"S11 burst", []Rule{{Kind: Spike}}, []step{{m, odd(), ""}, {m, odd(hour), "warning spike $8.20"}, {m, odd(hour), ""}, {m, odd(), ""}, {15 * m, odd(), "-warning spike —"}}},
		{"spike of cents is none", []Rule{{Kind: Spike}}, []step{{m, odd(Unusual{Kind: Spike, ID: HourID, Times: 9, ExcessUSD: 0.9}), ""}}},
		{"spike where nothing is usual yet", []Rule{{Kind: Spike}}, []step{{m, nothing, ""}}},
		{"a factor of its own", []Rule{{Kind: Spike, Factor: 5}, {Kind: Spike, Factor: 4, Level: Info}}, []step{{m, odd(hour), "info spike $8.20"},
			{m, odd(Unusual{Kind: Spike, ID: HourID, Times: 5, ExcessUSD: 9, Value: "$10.00"}), "warning spike $10.00"}}},
		{"an hour, a day and a rise each by itself", []Rule{{Kind: Spike}, {Kind: Leak}}, []step{{m, odd(hour), "warning spike $8.20"},
			{m, odd(hour, Unusual{Kind: Spike, ID: DayID, Times: 3, ExcessUSD: 9, Value: "$30.00"}), "warning spike $30.00"},
			{m, odd(hour, Unusual{Kind: Leak, ID: WeeksID, Times: 1.5, ExcessUSD: 9, Value: "$3.00"}), "warning leak $3.00"}}},
		{"what is not known any more is not over", []Rule{{Kind: Spike}}, []step{{m, odd(hour), "warning spike $8.20"}, {h, func(r *Reading) { r.Unusual = nil }, ""}, {h, odd(hour), ""}}},
		{"caps each by itself", []Rule{{Kind: Limit}}, []step{
			{m, func(r *Reading) {
				r.Limits = []Allowance{{ID: "a", UsedUSD: f(9), LimitUSD: 10}, {ID: "b", UsedUSD: f(8), LimitUSD: 10}, {ID: "closed"}}
			}, "warning limit 90 %"},
			{m, func(r *Reading) {
				r.Limits = []Allowance{{ID: "a", UsedUSD: f(9), LimitUSD: 10}, {ID: "b", UsedUSD: f(10), LimitUSD: 10}}
			}, "warning limit 100 %"},
			{m, func(r *Reading) { r.Limits = nil }, ""}, {m, func(r *Reading) { r.Limits = []Allowance{} }, ""}}},
		{"a cap that is not known just now stands, and is told once", []Rule{{Kind: Limit}}, []step{
			{m, func(r *Reading) { r.Limits = []Allowance{{ID: "a", UsedUSD: f(9), LimitUSD: 10}} }, "warning limit 90 %"},
			{h, func(r *Reading) { r.Limits[0].UsedUSD = nil }, ""}, {h, func(r *Reading) { r.Limits[0].UsedUSD = f(9) }, ""},
			{h, func(r *Reading) { r.Limits[0].UsedUSD = f(1) }, ""}, {15 * m, nothing, "-warning limit 10 %"}}},
		{"what is missing of some only is not forgotten", []Rule{{Kind: Limit}}, []step{
			{m, func(r *Reading) { r.Limits = []Allowance{{ID: "a", UsedUSD: f(9), LimitUSD: 10}} }, "warning limit 90 %"},
			{h, func(r *Reading) { r.Limits, r.Partial = []Allowance{{ID: "b", UsedUSD: f(9), LimitUSD: 10}}, true }, "warning limit 90 %"},
			{h, func(r *Reading) { r.Limits = []Allowance{{ID: "a", UsedUSD: f(9), LimitUSD: 10}} }, ""},
			{h, func(r *Reading) { r.Limits, r.Partial = []Allowance{}, false }, ""}, {h, func(r *Reading) { r.Limits = []Allowance{{ID: "a", UsedUSD: f(9), LimitUSD: 10}} }, "warning limit 90 %"}}},
		{"a key that is missing of some only still expires", []Rule{{Kind: KeyExpiry}}, []step{{m, expires(24 * h), "warning key_expiry 23 h 59 min"},
			{m, func(r *Reading) { r.Keys, r.Partial = []Expiry{}, true }, ""}, {m, func(r *Reading) { expires(24 * h)(r); r.Partial = false }, ""}}},
		{"a purchase of nothing", []Rule{{Kind: TopUp}}, []step{{m, left(5), ""}, {m, topped(5, 0), ""}}},
		{"S12 thousands of keys are few messages", []Rule{{Kind: Limit}}, []step{{m, func(r *Reading) {
			for i := range 5000 {
				r.Limits = append(r.Limits, Allowance{ID: fmt.Sprint(i), UsedUSD: f(1), LimitUSD: 1})
			}
		}, "warning limit 100 %; warning limit 100 %; warning limit 100 %"}}},
		{"key expires", []Rule{{Kind: KeyExpiry}, {Kind: KeyExpiry, Within: 24 * h, Level: Urgent}}, []step{{m, expires(8 * 24 * h), ""}, {24 * h, expires(8 * 24 * h), "warning key_expiry 7 d"},
			{6 * 24 * h, expires(8 * 24 * h), "urgent key_expiry 23 h 59 min"}, {24 * h, expires(8 * 24 * h), ""}, {m, expires(90 * 24 * h), ""}, {h, expires(90 * 24 * h), "-urgent key_expiry 82 d"}}},
		{"top-ups: not the old ones", []Rule{{Kind: TopUp, Level: Info}}, []step{
			{m, func(r *Reading) { r.TopUps = []credit.TopUp{{At: start.Add(-h), AmountUSD: 5}} }, ""}, {m, topped(30, 25), "info top_up $25.00"}, {m, nothing, ""},
			{m, topped(20, -10), "info top_up $10.00"}}},
		{"top-up missing", []Rule{{Kind: TopUpMissing, BelowUSD: 10}}, []step{{m, left(9), ""}, {59 * m, left(8), ""}, {m, left(8), "warning top_up_missing $8.00"}}},

		{"A04 stale once, and when it is over", Defaults(), []step{{m, left(90), ""}, {9 * m, blind(9 * m), ""}, {m, blind(10 * m), "warning stale 10 min"}, {h, blind(70 * m), ""},
			{m, left(90), ""}, {15 * m, left(90), "-warning stale 0 s"}}},
		{"never read at all", Defaults(), []step{{m, func(r *Reading) { blind(11 * m)(r); r.At = time.Time{} }, "warning stale 11 min"}}},
		{"T02 clock set back a year", []Rule{low}, []step{{m, left(19), "warning balance $19.00"}, {-365 * 24 * h, topped(50, 31), ""}, {15 * m, left(50), "-warning balance $50.00"}, {h, left(19), "warning balance $19.00"}}},
		{"rules twice", []Rule{low, low}, []step{{m, left(19), "warning balance $19.00"}}},
		{"a threshold that is no number", []Rule{{Kind: Balance, BelowUSD: math.NaN()}, {Kind: Balance, BelowUSD: math.Inf(1)}}, []step{{m, left(-19), ""}}},
		{"a kind that is none", []Rule{{Kind: "moon"}}, []step{{m, left(-19), ""}}},
	} {
		t.Run(tc.name, func(t *testing.T) { play(t, tc.rules, tc.steps) })
	}
}

func TestRunway(t *testing.T) {
	lasts := func(p50 time.Duration) func(*Reading) {
		return func(r *Reading) {
			s := p50.Seconds()
			r.BalanceUSD = f(12)
			r.Forecast = forecast.Forecast{State: forecast.OK, At: r.Now, Subject: forecast.Account, P10: s / 2, P50: s, P90: s * 2}
		}
	}
	state := func(s forecast.State) func(*Reading) {
		return func(r *Reading) { r.Forecast = forecast.Forecast{State: s, At: r.Now} }
	}
	const m, h = time.Minute, time.Hour
	three := []Rule{{Kind: Runway, Within: 72 * h}}
	for _, tc := range []struct {
		name  string
		rules []Rule
		steps []step
	}{
		{"as likely as not", three, []step{{m, lasts(73 * h), ""}, {m, lasts(72 * h), "warning runway 3 d"}}},
		{"urgent asks for more certainty", []Rule{{Kind: Runway, Level: Urgent}}, []step{{m, lasts(20 * h), ""}, {m, lasts(12 * h), "urgent runway 12 h"}}},
		{"its own certainty", []Rule{{Kind: Runway, Chance: 0.1}}, []step{{m, lasts(49 * h), ""}, {m, lasts(48 * h), "warning runway 2 d"}}},
		{"over past a tenth more", three, []step{{m, lasts(70 * h), "warning runway 2 d 22 h"}, {m, lasts(79 * h), ""}, {h, lasts(79 * h), ""}, {m, lasts(80 * h), "-warning runway 3 d 8 h"}}},
		{"no forecast says nothing", three, []step{{m, lasts(70 * h), "warning runway 2 d 22 h"}, {m, state(forecast.Cold), ""}, {h, state(forecast.Unknown), ""}, {h, lasts(70 * h), ""}}},
		{"idle is over", three, []step{{m, lasts(70 * h), "warning runway 2 d 22 h"}, {m, state(forecast.Idle), ""}, {15 * m, state(forecast.Idle), "-warning runway —"}}},
		{"spent", three, []step{{m, state(forecast.Depleted), "warning runway 0 s"}}},
	} {
		t.Run(tc.name, func(t *testing.T) { play(t, tc.rules, tc.steps) })
	}
}

func TestFree(t *testing.T) {
	used := func(n, of int64) func(*Reading) {
		return func(r *Reading) {
			left := of - n
			r.Free = &credit.FreeRequests{Used: &n, Limit: &of, Remaining: &left}
		}
	}
	play(t, []Rule{{Kind: Free}}, []step{
		{0, used(10, 50), ""},
		{time.Minute, used(45, 50), "warning free 90 %"},
		{time.Minute, used(50, 50), ""},
		{13 * time.Hour, func(r *Reading) { r.Free = nil }, ""},
		{time.Hour, used(0, 50), ""}, // 00:02 UTC: no all-clear
		{time.Hour, used(46, 50), "warning free 92 %"},
		{time.Minute, used(0, 0), ""},
	})
	r := Reading{Now: start, At: start, Fresh: true}
	used(46, 50)(&r)
	_, events, _ := Evaluate([]Rule{{Kind: Free}}, State{}, r)
	if want := "46 of today's 50 requests to free models are used, they reset Sun 22 Nov, 00:00"; len(events) != 1 || !strings.Contains(events[0].Text, want) {
		t.Errorf("events = %+v, want %q", events, want)
	}
	if got, want := (Rule{Kind: Free}).String(), "free above 90 %"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
}

func TestA01AroundAThreshold(t *testing.T) {
	for name, swing := range map[string]float64{"a cent": 0.01, "a dollar": 1, "a quarter": 5, "from spent to plenty": 40} {
		for _, every := range []time.Duration{time.Second, time.Minute, 10 * time.Minute} {
			var s State
			told := 0
			for i := range 1000 {
				usd := 20 + swing*float64(i%2*2-1)
				now := start.Add(time.Duration(i) * every)
				var events []Event
				s, events, _ = Evaluate([]Rule{{Kind: Balance, BelowUSD: 20}}, s, Reading{Account: "x", Now: now, At: now, Fresh: true, BalanceUSD: &usd})
				told += len(events)
			}
			if told > 2 {
				t.Errorf("%s every %v: %d notifications, want at most 2", name, every, told)
			}
		}
	}
}

func TestA02CrossingWhileDown(t *testing.T) {
	rules := Defaults()
	r := Reading{Account: "x", Now: start, At: start, Fresh: true, BalanceUSD: f(30)}
	s, events, _ := Evaluate(rules, State{}, r)
	if len(events) != 0 {
		t.Fatalf("Evaluate(…) = %v, want nothing", events)
	}
	r.Now, r.At, r.BalanceUSD = start.Add(8*time.Hour), start.Add(8*time.Hour), f(12)
	for i, want := range []int{1, 0, 0} {
		s, events, _ = Evaluate(rules, restart(t, s), r)
		if len(events) != want {
			t.Errorf("restart %d: Evaluate(…) = %v, want %d events", i+1, events, want)
		}
	}
	if got := s.Active(); len(got) != 1 || got[0].ValueText != "$12.00" {
		t.Errorf("Active() = %+v, want the balance alone", got)
	}
}

// TestProperties plays random accounts with one rule of each kind: what is told
// alternates between firing and cleared for each subject, the arguments are never changed,
// restarts change nothing, and the state stays small.
func TestProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	maybe := func(scale float64) *float64 {
		if rng.IntN(5) == 0 {
			return nil
		}
		return f(scale * (rng.Float64() - 0.1))
	}
	rules := append(slices.CompactFunc(Defaults(), func(a, b Rule) bool { return a.Kind == b.Kind }), Rule{Kind: Used}, Rule{Kind: Spend, AboveUSD: 5}, Rule{Kind: TopUpMissing, BelowUSD: 10})
	for i := range rules {
		if i%2 == 0 {
			rules[i].Quiet = Quiet{22 * time.Hour, 7 * time.Hour}
		}
	}
	for range 5 {
		var s State
		now := start
		type thing struct {
			kind    Kind
			subject string
		}
		standing := map[thing]int{}
		for range 300 {
			now = now.Add(time.Duration(rng.IntN(3600)) * time.Second)
			r := Reading{Account: "x", Now: now, At: now, Fresh: rng.IntN(4) > 0, BalanceUSD: maybe(40), UsedRatio: maybe(1.2), DayUSD: maybe(8),
				Limits: []Allowance{{ID: "a", UsedUSD: f(rng.Float64()), LimitUSD: 1}}, Keys: []Expiry{{ID: "k", At: now.Add(time.Duration(rng.IntN(300)) * time.Hour)}}}
			if rng.IntN(3) > 0 {
				r.Unusual = []Unusual{}
				if rng.IntN(2) > 0 {
					r.Unusual = append(r.Unusual, Unusual{Kind: Spike, ID: HourID, Times: 6 * rng.Float64(), ExcessUSD: 2})
				}
			}
			if !r.Fresh {
				r.Gap = time.Duration(rng.IntN(120)) * time.Minute
			}
			before, _ := json.Marshal(s)
			next, events, _ := Evaluate(rules, s, r)
			if after, _ := json.Marshal(s); string(after) != string(before) {
				t.Fatalf("Evaluate changed its state from %s to %s", before, after)
			}
			if again, eventsAgain, _ := Evaluate(rules, restart(t, s), r); !reflect.DeepEqual(again, next) || !reflect.DeepEqual(eventsAgain, events) {
				t.Fatalf("after a restart Evaluate(…) = %+v, %+v, want %+v, %+v", again, eventsAgain, next, events)
			}
			for _, e := range events {
				if !r.Fresh && e.Rule != Stale {
					t.Fatalf("Evaluate(…) told %+v of a reading that is not fresh", e)
				}
				for _, e := range e.each() {
					if e.Rule == TopUp || e.Cleared && strings.Contains(e.Text, "in quiet hours") {
						continue // it was never told to have begun
					}
					th := thing{e.Rule, e.Subject}
					if e.Cleared {
						standing[th]--
					} else {
						standing[th]++
					}
					if n := standing[th]; n < 0 || n > 1 {
						t.Fatalf("%v was told %d times more than it cleared, want 0 or 1", th, n)
					}
				}
			}
			if s = next; len(s.instances) > len(rules)+1 { // an hour and a day may be a spike
				t.Fatalf("the state holds %d watches for %d rules", len(s.instances), len(rules))
			}
		}
	}
}

func TestText(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, zone)
	runs := forecast.Forecast{State: forecast.OK, At: now, P10: 3600, P50: 4 * 3600, P90: 9 * 3600}
	far := forecast.Forecast{State: forecast.OK, At: now, P10: 1e8, P50: 2e8, P90: 4e8}
	for _, tc := range []struct {
		name string
		rule Rule
		set  func(*Reading)
		want string
	}{
		{"balance", Rule{Kind: Balance, BelowUSD: 5}, func(r *Reading) { r.BalanceUSD, r.Forecast = f(4.9), runs },
			"work: $4.90 is left, below $5.00, runs out about Sat 21 Nov, 14:00 (Sat 21 Nov, 10:42 CET)"},
		{"spent", Rule{Kind: Balance}, left(-0.34), "work: nothing is left, the balance is -$0.34 (Sat 21 Nov, 10:42 CET)"},
		{"runway", Rule{Kind: Runway}, func(r *Reading) { r.BalanceUSD, r.Forecast = f(4.9), runs },
			"work: the balance runs out about Sat 21 Nov, 14:00, >99 % sure within 1 d, $4.90 is left (Sat 21 Nov, 10:42 CET)"},
		{"balance, in years", Rule{Kind: Balance, BelowUSD: 5}, func(r *Reading) { r.BalanceUSD, r.Forecast = f(4.9), far },
			"work: $4.90 is left, below $5.00, runs out in over a year (Sat 21 Nov, 10:42 CET)"},
		{"balance, early", Rule{Kind: Balance, BelowUSD: 5}, func(r *Reading) { r.BalanceUSD, r.Forecast, r.Early = f(4.9), runs, true },
			"work: $4.90 is left, below $5.00, runs out between 11:42 and 19:42 today (Sat 21 Nov, 10:42 CET)"},
		{"runway, early", Rule{Kind: Runway}, func(r *Reading) { r.BalanceUSD, r.Forecast, r.Early = f(4.9), runs, true },
			"work: the balance runs out between 11:42 and 19:42 today, >99 % sure within 1 d, $4.90 is left (Sat 21 Nov, 10:42 CET)"},
		{"limit", Rule{Kind: Limit}, func(r *Reading) {
			r.Limits = []Allowance{{ID: "h", Name: `key "ci"`, UsedUSD: f(18.6), LimitUSD: 20, ResetsAt: now.Add(40 * time.Hour)}}
		}, `work: key "ci" has used $18.60 of $20.00 (93 %), resets Mon 23 Nov, 02:42 (Sat 21 Nov, 10:42 CET)`},
		{"spike", Rule{Kind: Spike}, func(r *Reading) {
			r.Unusual = []Unusual{{Kind: Spike, ID: HourID, Times: 4, ExcessUSD: 6, Value: "$8.20", Text: "spent $8.20 in an hour; most of the rise is a\x1b with b"}}
		}, "work: spent $8.20 in an hour; most of the rise is a\ufffd with b (Sat 21 Nov, 10:42 CET)"},
		{"stale", Rule{Kind: Stale}, func(r *Reading) { blind(11 * time.Minute)(r); r.At = now.Add(-11 * time.Minute) },
			"work: no good reading for 11 min: connection refused; the last is of (Sat 21 Nov, 10:31 CET)"},
		{"I12 controls and keys in names", Rule{Kind: KeyExpiry}, func(r *Reading) {
			r.Keys = []Expiry{{ID: "h", Name: "a\x1b]52;c;x\a\u202e\nsk-or-v1-0123456789abcdef", At: now}}
		}, "work: a\ufffd]52;c;x\ufffd\ufffd [redacted] expired Sat 21 Nov, 10:42 (Sat 21 Nov, 10:42 CET)"},
		{"I07 long names", Rule{Kind: KeyExpiry}, func(r *Reading) { r.Keys = []Expiry{{Name: strings.Repeat("é", 999), At: now}} },
			"work: " + strings.Repeat("é", 30) + "… expired Sat 21 Nov, 10:42 (Sat 21 Nov, 10:42 CET)"},
	} {
		r := Reading{Account: "work", Now: now, At: now, Fresh: true}
		tc.set(&r)
		_, events, _ := Evaluate([]Rule{tc.rule}, State{}, r)
		if len(events) == 1 && tc.rule.Kind != Stale {
			if said := events[0].Summary(); "work: "+said+" (Sat 21 Nov, 10:42 CET)" != tc.want {
				t.Errorf("%s: Summary() = %q", tc.name, said)
			}
		}
		if len(events) != 1 || events[0].Text != tc.want {
			t.Errorf("%s: Evaluate(…) = %+v, want one event with\n%s", tc.name, events, tc.want)
		}
	}
}

func TestFoldedTextCounts(t *testing.T) {
	r := Reading{Account: "x", Now: start, At: start, Fresh: true}
	for i := range 15 {
		r.Limits = append(r.Limits, Allowance{ID: fmt.Sprint(i), UsedUSD: f(1), LimitUSD: 1})
	}
	if _, events, _ := Evaluate([]Rule{{Kind: Limit}}, State{}, r); len(events) != 3 || !strings.HasSuffix(events[2].Text, ", and 12 more") {
		t.Errorf("Evaluate(…) = %+v, want 3 events of which the last counts 12 more", events)
	}
	r.Limits = r.Limits[:3]
	if _, events, _ := Evaluate([]Rule{{Kind: Limit}}, State{}, r); len(events) != 3 || strings.Contains(events[2].Text, "more") || events[2].Folds {
		t.Errorf("Evaluate(…) = %+v, want 3 events that count no more", events)
	}
}

func TestActive(t *testing.T) {
	r := Reading{Account: "x", Now: start, At: start, Fresh: true, BalanceUSD: f(4), UsedRatio: f(0.95)}
	rules := append(Defaults(), Rule{Kind: Used, Level: Info})
	s, _, _ := Evaluate(rules, State{}, r)
	if got := said(s.Active()); got != "urgent balance $4.00" {
		t.Errorf("Active() = %q, want the strictest of each thing, the most urgent first", got)
	}
	r.BalanceUSD = f(100)
	s, events, _ := Evaluate(rules, s, r)
	if got := said(s.Active()); got != "info used 95 %" || len(events) != 0 {
		t.Errorf("Active() = %q, and told %q, want nothing of a balance that is fine again", got, said(events))
	}
}

// What quiet hours hold back is to be recorded at once, and once; the message
// afterwards says what was.
func TestQuietHoursAreRecorded(t *testing.T) {
	const h = time.Hour
	rules := []Rule{{Kind: Balance, BelowUSD: 20, Quiet: Quiet{From: 22 * h, To: 7 * h}}, {Kind: TopUp, Quiet: Quiet{From: 22 * h, To: 7 * h}}}
	var s State
	r := Reading{Account: "personal", Fresh: true}
	for _, st := range []struct {
		at         time.Duration
		left       float64
		topUp      float64
		sent, kept string
	}{
		{0, 21, 0, "", ""},
		{12 * h, 19, 0, "", "personal: $19.00 is left, below $20.00 (Sat 21 Nov, 22:00 UTC)"},
		{13 * h, 18, 0, "", ""},
		{14 * h, 118, 100, "", "personal: $118.00 is left, no longer below $20.00; in quiet hours, from Sat 21 Nov, 22:00 to Sun 22 Nov, 00:00, it was $18.00 (Sun 22 Nov, 00:00 UTC)"},
		{15 * h, 118, 0, "", ""},
		{16 * h, 17, 0, "", "personal: $17.00 is left, below $20.00 (Sun 22 Nov, 02:00 UTC)"},
		{17 * h, 117, 100, "", "personal: $117.00 is left, no longer below $20.00; in quiet hours, from Sun 22 Nov, 02:00 to Sun 22 Nov, 03:00, it was $17.00 (Sun 22 Nov, 03:00 UTC)"},
		{21 * h, 117, 0, "personal: topped up by $200.00, $117.00 is left, no longer below $20.00; in quiet hours, from Sun 22 Nov, 02:00 to Sun 22 Nov, 03:00, it was $17.00 (Sun 22 Nov, 03:00 UTC)", ""},
		{22 * h, 117, 0, "", ""},
	} {
		r.Now = start.Add(st.at)
		r.At, r.BalanceUSD = r.Now, &st.left
		if st.topUp != 0 {
			r.TopUps = append(slices.Clone(r.TopUps), credit.TopUp{At: r.Now, AmountUSD: st.topUp})
		}
		next, events, held := Evaluate(rules, restart(t, s), r)
		texts := func(events []Event) string {
			var all []string
			for _, e := range events {
				all = append(all, e.Text)
			}
			return strings.Join(all, "\n")
		}
		if sent, kept := texts(events), texts(held); sent != st.sent || kept != st.kept {
			t.Errorf("after %v: sent %q, recorded %q, want %q, %q", st.at, sent, kept, st.sent, st.kept)
		}
		for _, e := range events {
			if !e.Recorded {
				t.Errorf("after %v: %q was recorded before, and is not marked so", st.at, e.Text)
			}
		}
		s = next
	}
}

// A message at a top-up says what it ends.
func TestAnAllClearNamesWhatItEnds(t *testing.T) {
	r := Reading{Account: "x", Now: start, At: start, Fresh: true, BalanceUSD: f(4), Forecast: forecast.Forecast{State: forecast.Depleted, Subject: forecast.Account}}
	rules := append(Defaults(), Rule{Kind: Used})
	r.UsedRatio = f(0.96)
	s, events, _ := Evaluate(rules, State{}, r)
	if len(events) != 1 || len(events[0].Covers) != 4 {
		t.Fatalf("at $4: %+v, want one event that covers four", events)
	}
	r.Now = start.Add(time.Minute)
	r.At, r.BalanceUSD, r.UsedRatio, r.Forecast = r.Now, f(104), f(0.48), forecast.Forecast{State: forecast.Idle}
	r.TopUps = []credit.TopUp{{At: r.Now, AmountUSD: 100}}
	_, events, _ = Evaluate(rules, s, r)
	want := "x: topped up by $100.00, $104.00 is left, no longer below $5.00, no longer below $20.00, no longer running out within 3 d, no longer running out within 1 d, no longer above 90 % (Sat 21 Nov, 10:01 UTC)"
	if len(events) != 1 || events[0].Text != want {
		t.Errorf("after a top-up: %+v, want %s", events, want)
	}
}

func TestQuiet(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	const h = time.Hour
	for _, tc := range []struct {
		name  string
		quiet Quiet
		at    time.Time
		want  bool
	}{
		{"none", Quiet{}, start, false},
		{"within", Quiet{9 * h, 11 * h}, start, true},
		{"at its beginning", Quiet{10 * h, 11 * h}, start, true},
		{"at its end", Quiet{9 * h, 10 * h}, start, false},
		{"over midnight, before", Quiet{22 * h, 7 * h}, start.Add(13 * h), true},
		{"over midnight, after", Quiet{22 * h, 7 * h}, start.Add(20 * h), true},
		{"over midnight, by day", Quiet{22 * h, 7 * h}, start, false},
		{"T03 the hour that summer time skips", Quiet{22 * h, 7 * h}, time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC).In(berlin), true},
		{"T03 07:00 on a day of 23 h", Quiet{22 * h, 7 * h}, time.Date(2026, 3, 29, 5, 0, 0, 0, time.UTC).In(berlin), false},
	} {
		if got := tc.quiet.At(tc.at); got != tc.want {
			t.Errorf("%s: At(%v) = %v, want %v", tc.name, tc.at, got, tc.want)
		}
	}
}

func TestRuleString(t *testing.T) {
	for want, r := range map[string]Rule{
		"balance below $20.00":               {Kind: Balance, BelowUSD: 20},
		"balance below $20.00 for 3 h":       {Kind: Balance, BelowUSD: 20, For: 3 * time.Hour},
		"top_up_missing below $9.00 for 1 h": {Kind: TopUpMissing, BelowUSD: 9},
		"limit above 90 %":                   {Kind: Limit},
		"spend per week above $25.00":        {Kind: Spend, Window: Week, AboveUSD: 25},
		"runway within 1 d, 90 % sure":       {Kind: Runway, Level: Urgent},
		"key_expiry within 7 d":              {Kind: KeyExpiry},
		"leak above 1.5 x the usual":         {Kind: Leak},
		"stale for 10 min":                   {Kind: Stale},
		"top_up":                             {Kind: TopUp},
	} {
		if got := r.String(); got != want {
			t.Errorf("String() = %q, want %q", got, want)
		}
	}
}

func TestWithDefaults(t *testing.T) {
	q := Quiet{time.Hour, 2 * time.Hour}
	got := WithDefaults([]Rule{{Kind: Balance, BelowUSD: 1}}, []Kind{Stale, Leak}, q)
	for _, r := range got {
		switch {
		case r.Kind == Stale || r.Kind == Leak || r.Kind == Balance && r.BelowUSD != 1:
			t.Errorf("WithDefaults(…) holds %+v, want it gone", r)
		case r.Kind != Balance && r.Quiet != q:
			t.Errorf("WithDefaults(…) holds %+v, want the quiet hours in it", r)
		}
	}
	if want := len(Defaults()) - 4; len(got) != want {
		t.Errorf("WithDefaults(…) has %d rules, want %d", len(got), want)
	}
}

// What an audience does is what it does to each of five channels.
func TestAudience(t *testing.T) {
	channels := []string{"a", "b", "c", "d", "e"}
	var sets []audience
	for mask := range 1 << 3 {
		var names []string
		for i := range 3 {
			if mask>>i&1 == 1 {
				names = append(names, channels[i])
			}
		}
		sets = append(sets, audience{false, names}, audience{true, names})
	}
	for _, a := range sets {
		if some := slices.ContainsFunc(channels, a.has); some == a.empty() {
			t.Errorf("%v is empty: %v", a, a.empty())
		}
		for _, b := range sets {
			meet := false
			for _, c := range channels {
				meet = meet || a.has(c) && b.has(c)
				if got := a.without(b).has(c); got != (a.has(c) && !b.has(c)) {
					t.Errorf("%v without %v: %s is in it: %v", a, b, c, got)
				}
			}
			if a.meets(b) != meet {
				t.Errorf("%v meets %v: %v", a, b, !meet)
			}
		}
	}
	if !to(nil).has("a") || to([]string{"b"}).has("a") {
		t.Error("no names are not all, or some are")
	}
}

func TestLeastFactor(t *testing.T) {
	rules := []Rule{{Kind: Spike, Factor: 2, Account: "work"}, {Kind: Spike, Factor: 9}, {Kind: Leak}}
	for _, c := range []struct {
		kind    Kind
		account string
		want    float64
	}{{Spike, "Work", 2}, {Spike, "home", SpikeFactor}, {Leak, "work", LeakFactor}} {
		if got := LeastFactor(rules, c.kind, c.account); got != c.want {
			t.Errorf("LeastFactor(…, %s, %s) = %v, want %v", c.kind, c.account, got, c.want)
		}
	}
}

func FuzzState(f *testing.F) {
	s, _, _ := Evaluate(Defaults(), State{}, Reading{Account: "x", Now: start, At: start, Fresh: true, BalanceUSD: new(float64)})
	seed, _ := json.Marshal(s)
	f.Add(seed)
	f.Add([]byte(`{"version":3}`))
	f.Add([]byte(`{"version":1,"watches":{"balance -5|":{"event":{"text":"\u001b"},"firing":true}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var s State
		if json.Unmarshal(data, &s) != nil {
			if !reflect.DeepEqual(s, State{}) {
				t.Fatalf("a failed Unmarshal of %q left %+v", data, s)
			}
			return
		}
		for _, e := range s.Active() {
			if strings.ContainsAny(e.Text+e.ValueText+e.Account+e.Subject, "\n\x1b\x00") {
				t.Fatalf("Unmarshal(%q) let %+v pass", data, e)
			}
		}
		next, _, _ := Evaluate(Defaults(), s, Reading{Account: "x", Now: start, At: start, Fresh: true, BalanceUSD: new(float64)})
		if _, err := json.Marshal(next); err != nil {
			t.Fatalf("Unmarshal(%q) leads to a state that cannot be kept: %v", data, err)
		}
	})
}

func BenchmarkEvaluate(b *testing.B) {
	r := Reading{Account: "x", Now: start, At: start, Fresh: true, BalanceUSD: f(4), UsedRatio: f(0.95)}
	s, _, _ := Evaluate(Defaults(), State{}, r)
	for b.Loop() {
		Evaluate(Defaults(), s, r)
	}
}

// BenchmarkEvaluateKeys judges an account with as many keys as are ever
// listed, all of them capped and expiring.
func BenchmarkEvaluateKeys(b *testing.B) {
	r := Reading{Account: "x", Now: start, At: start, Fresh: true}
	for i := range 5000 {
		id, used := fmt.Sprintf("%064x", i), float64(i%90)
		r.Limits = append(r.Limits, Allowance{ID: id, Name: "key " + id[60:], UsedUSD: &used, LimitUSD: 100, ResetsAt: start.Add(time.Hour)})
		r.Keys = append(r.Keys, Expiry{ID: id, Name: "key " + id[60:], At: start.AddDate(0, 1, i)})
	}
	s, _, _ := Evaluate(Defaults(), State{}, r)
	for b.Loop() {
		Evaluate(Defaults(), s, r)
	}
}

// What is unusual is compared in its own unit: with the sum that the rule's factor makes of
// what is usual.
func TestTheSumThatIsUnusual(t *testing.T) {
	now := start.Add(time.Hour)
	r := Reading{Account: "x", Now: now, At: now, Fresh: true, Unusual: []Unusual{{Kind: Spike, ID: HourID, Times: 4, USD: 12, ExcessUSD: 9, Value: "$12.00"}}}
	_, events, _ := Evaluate([]Rule{{Kind: Spike, Factor: 3}}, State{}, r)
	if len(events) != 1 || *events[0].Number != 12 || *events[0].Threshold != 9 || events[0].Unit != USD {
		t.Errorf("%+v, want one of $12.00 over $9.00", events)
	}
}
