package panel

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/forecast"
	"ortop/ui/draw"
	"ortop/ui/scenes"
)

// What a plan says fits every width, and what is not known stands as a dash.
func TestPlanResults(t *testing.T) {
	year := forecast.Forecast{State: forecast.OK, At: scenes.Now, P10: 400 * 86400, P50: 500 * 86400, P90: 900 * 86400, History: 1e15}
	for _, c := range []struct {
		name string
		plan forecast.Plan
		want [PlanFields]string
	}{
		{"nothing is known", forecast.Plan{WithTopUp: forecast.Forecast{State: forecast.Unknown}}, [3]string{"lasts until —", "needs —", "—"}},
		{"idle", forecast.Plan{WithTopUp: forecast.Forecast{State: forecast.Idle}, AllowanceUSDPerDay: scenes.USD(6.35)}, [3]string{"nothing is being spent", "needs —, or at most $6.35 a day", "—"}},
		{"too little", forecast.Plan{WithTopUp: forecast.Forecast{State: forecast.Depleted}, NeededUSD: scenes.USD(80)}, [3]string{"does not bring the balance above $0.00", "needs $80.00 more for 90 % certainty", "—"}},
		{"ages", forecast.Plan{WithTopUp: year, NeededUSD: scenes.USD(0), AllowanceUSDPerDay: scenes.USD(6.35), Auto: &forecast.AutoTopUp{ThresholdUSD: 1, AmountUSD: 5, Every: 9000 * time.Hour, USDPerMonth: 0.41}},
			[3]string{"lasts over a year", "needs nothing more for 90 % certainty; up to $6.35 a day can be spent", "threshold $1, amount $5: less than once a year, $0.41 a month"}},
		{"a mix", forecast.Plan{WithTopUp: forecast.Forecast{State: forecast.Idle}, NeededUSD: scenes.USD(172), AllowanceUSDPerDay: scenes.USD(6.35), Buy: &forecast.Purchases{CostUSD: scenes.USD(184.63),
			Items: []forecast.Item{{Package: forecast.Package{AmountUSD: 100}, Count: 1}, {Package: forecast.Package{AmountUSD: 70, BonusUSD: 10}, Count: 1}}}},
			[3]string{"nothing is being spent", "buy 1 x $100 and 1 x $80 for $184.63 with fees, or spend at most $6.35 a day", "—"}},
	} {
		d := Plan{Pen: plainPen, Snap: scenes.Healthy(), TopUpUSD: 25, Until: time.Date(2026, 12, 1, 0, 0, 0, 0, scenes.Zone), Days: 7, Result: &c.plan}
		for i, want := range c.want {
			if got := ansi.Strip(d.outcome(i, 100)); !strings.Contains(got, want) {
				t.Errorf("%s: outcome(%d) = %q, want %q", c.name, i, got, want)
			}
		}
		if needed := c.plan.NeededUSD; needed != nil && *needed > 0 && c.plan.AllowanceUSDPerDay == nil { // in few cells the amount is whole
			if got := ansi.Strip(d.outcome(FieldUntil, 14)); got != "needs $80.00" {
				t.Errorf("%s: in 14 cells %q", c.name, got)
			}
		}
		for w := 20; w < 120; w++ {
			for each := 1; each <= 2; each++ {
				lines := d.lines(w, each)
				if len(lines) != each*PlanFields {
					t.Fatalf("%s: %d lines in %d cells, want %d of each field", c.name, len(lines), w, each)
				}
				for i, line := range lines {
					if draw.Width(line) > max(w, 50) {
						t.Errorf("%s: line %d of %d each in %d cells takes %d", c.name, i, each, w, draw.Width(line))
					}
				}
			}
		}
	}
}

// A date beside a plan is never without how sure it is, where there are 17 cells for it.
func TestBriefDays(t *testing.T) {
	in := func(p10, p50, p90 float64) forecast.Forecast {
		return forecast.Forecast{State: forecast.OK, At: scenes.Now, P10: p10 * 86400, P50: p50 * 86400, P90: p90 * 86400, History: 1e15}
	}
	for _, c := range []struct {
		f    forecast.Forecast
		want string
	}{
		{in(1.5, 2.5, 5.5), "22 to 26 Nov"},
		{in(8.2, 10, 12), "29 Nov to 3 Dec"},
		{in(20, 60, 100), "after 11 Dec"},
		{in(400, 500, 900), daysOf(in(400, 500, 900), scenes.Now)},
	} {
		if got := briefDays(c.f, scenes.Now); got != c.want {
			t.Errorf("%v to %v: %q, want %q", c.f.P10, c.f.P90, got, c.want)
		}
	}
}
