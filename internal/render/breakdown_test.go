package render

import (
	"slices"
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
			Cap: credit.Cap{LimitUSD: usd(40), RemainingUSD: usd(3.1)}, ResetsAt: now.AddDate(0, 0, 2), Runway: &f,
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
	zero, limit, seven := 0.0, 40.0, int64(7)
	for _, c := range []struct {
		name string
		row  spenders.Row
		want []string
	}{
		{"neither", spenders.Row{Name: "a", BYOKUSD: &zero}, nil},
		{"BYOK", spenders.Row{Name: "a", BYOKUSD: &limit}, []string{"BYOK"}},
		{"a cap", spenders.Row{Name: "a", Cap: credit.Cap{LimitUSD: &limit}}, []string{"cap"}},
		{"requests", spenders.Row{Name: "a", Requests: &seven}, []string{"requests"}},
	} {
		got := BreakdownText(&spenders.Breakdown{By: spenders.ByKey, Rows: []spenders.Row{c.row}}, now, 0)
		want := append([]string{"key", "spend"}, c.want...)
		if heads := strings.Fields(strings.Split(got, "\n")[1]); !slices.Equal(heads, want) {
			t.Errorf("%s: the columns are %q, want %q:\n%s", c.name, heads, want, got)
		}
	}
}
