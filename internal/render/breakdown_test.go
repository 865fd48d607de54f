package render

import (
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/spenders"
)

func TestBudgetText(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	usd := func(v float64) *float64 { return &v }
	row := func(f forecast.Forecast) spenders.Row {
		return spenders.Row{
			Cap: credit.Cap{LimitUSD: usd(40), RemainingUSD: usd(3.1)}, ResetsAt: now.AddDate(0, 0, 2), Runway: f,
		}
	}
	for _, c := range []struct {
		name string
		row  spenders.Row
		want string
	}{
		{"none", spenders.Row{}, ""},
		{"a forecast", row(forecast.Forecast{State: forecast.OK, At: now, P50: 20 * 3600}), "$3.10 left of $40.00, resets 23 Nov (UTC), runs out Sun 22 Nov, 06:42"},
		{"nothing is left", row(forecast.Forecast{State: forecast.Depleted, At: now}), "$3.10 left of $40.00, resets 23 Nov (UTC), spent"},
		{"it resets before", row(forecast.Forecast{CapLasts: true}), "$3.10 left of $40.00, resets 23 Nov (UTC), lasts"},
	} {
		if got := budgetText(&c.row, now); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestColumnsThatSayNothingAreLeftOut(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	zero, limit := 0.0, 40.0
	for _, c := range []struct {
		name         string
		row          spenders.Row
		byok, capped bool
	}{
		{"neither", spenders.Row{Name: "a", BYOKUSD: &zero}, false, false},
		{"BYOK", spenders.Row{Name: "a", BYOKUSD: &limit}, true, false},
		{"a cap", spenders.Row{Name: "a", Cap: credit.Cap{LimitUSD: &limit}}, false, true},
	} {
		got := BreakdownText(&spenders.Breakdown{By: spenders.ByKey, Rows: []spenders.Row{c.row}}, now, 0)
		if strings.Contains(got, "BYOK") != c.byok || strings.Contains(got, "cap") != c.capped {
			t.Errorf("%s: the table is\n%s", c.name, got)
		}
	}
}
