package account

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// Of a cap and a budget, each with its own spend and reset, it is said how likely each
// is spent before; the one that is first, and before its reset, is the headline.
func TestLimitsAreForecastEachOfItsOwn(t *testing.T) {
	dollarAnHour := func(ago int) float64 { return 36.5 - float64(ago)/60 }
	for _, c := range []struct {
		name        string
		cap, budget float64 // left
		reset       credit.Reset
		first       forecast.Subject
		says        []string
	}{
		{"both last", 400, 300, credit.ResetDaily, forecast.Account, []string{"The key's cap probably lasts: ", "The member budget probably lasts: "}},
		{"the budget is first", 400, 2, credit.ResetDaily, forecast.Budget, []string{"The key's cap probably lasts: ", "The member budget runs out first: "}},
		{"the cap is first", 1, 2, credit.ResetDaily, forecast.Key, []string{"The key's cap runs out first: ", "The member budget runs out later: "}},
		{"neither ever resets", 3, 2, credit.ResetNever, forecast.Budget, []string{"The member budget runs out before the balance, and never resets."}},
		{"the cap is spent", 0, 2, credit.ResetDaily, forecast.Key, []string{"The key's cap is spent; it resets on ", "The member budget runs out later: "}},
	} {
		b := bookOf(trailOf(600, dollarAnHour, 100))
		b.Key, b.Cap, b.Budget = trailOf(600, dollarAnHour, 0), trailOf(600, dollarAnHour, 0), trailOf(600, dollarAnHour, 0)
		resets, _ := c.reset.Next(t0)
		k := &credit.Key{
			Kind: credit.KeyOrdinary, Usage: credit.Usage{TotalUSD: usd(14)},
			Cap:     credit.Cap{LimitUSD: usd(500), RemainingUSD: usd(c.cap), Reset: c.reset},
			Budgets: []credit.Budget{{Scope: "member", SpendUSD: usd(48), ResetsAt: resets, Cap: credit.Cap{LimitUSD: usd(50), RemainingUSD: usd(c.budget), Reset: c.reset}}},
		}
		_, o := forecasts(&Facts{Key: k, Fingerprint: "fp", Source: FromCredits, KeyAt: t0}, b, t0)
		s := Snapshot{Now: t0, At: t0, Key: k, Forecast: o.Forecast, Bounds: o.Bounds}
		if o.Forecast.Subject != c.first {
			t.Errorf("%s: the headline is of the %s, want the %s", c.name, o.Forecast.Subject, c.first)
		}
		if len(o.Bounds) != 2 {
			t.Fatalf("%s: %d limits, want 2", c.name, len(o.Bounds))
		}
		for _, bound := range o.Bounds {
			p, ok := bound.Chance()
			switch f := bound.Forecast; {
			case c.reset == credit.ResetNever && ok:
				t.Errorf("%s: a chance of %v before a reset that never comes", c.name, p)
			case c.reset == credit.ResetNever:
			case !ok || math.IsNaN(p) || p < 0 || p > 1:
				t.Errorf("%s: chance of the %s = %v, %v", c.name, f.Subject, p, ok)
			case f.State == forecast.OK && (p >= .5) != f.Time(f.P50).Before(bound.ResetsAt):
				t.Errorf("%s: chance of the %s = %v, with its middle at %v and its reset at %v", c.name, f.Subject, p, f.Time(f.P50), bound.ResetsAt)
			}
		}
		why := s.Why(t0)
		for _, says := range c.says {
			if !slices.ContainsFunc(why, func(line string) bool { return strings.HasPrefix(line, says) }) {
				t.Errorf("%s: why = %q, want a line %q…", c.name, why, says)
			}
		}
	}
}

// A week of work is said in words where the forecast goes by it, in the zone of the
// person who reads it.
func TestRhythmIsSaidWhereItIsUsed(t *testing.T) {
	working := func(days int, until time.Time) *Book {
		u := 0.0
		trail := &credit.Trail{FromReason: FirstReading}
		for at := until.AddDate(0, 0, -days).Add(time.Minute); !at.After(until); at = at.Add(5 * time.Minute) {
			if h := at.Hour(); h >= 9 && h < 18 && at.Weekday() != time.Saturday && at.Weekday() != time.Sunday {
				u += .1
			}
			s := credit.Sample{At: at, UsageUSD: u, CreditsUSD: 1000, CreditsKnown: true}
			trail.Add(credit.Growth{ReadAt: at, Sample: &s})
		}
		return bookOf(trail)
	}
	tokyo := time.FixedZone("JST", 9*3600)
	friday := time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		days int
		now  time.Time
		want string
	}{
		{36, friday, "You rarely spend on Saturdays and Sundays and from 18:00 to 09:00; the forecast allows for it."},
		{36, friday.In(tokyo), "You rarely spend on Saturdays and Sundays (UTC) and from 03:00 to 18:00; the forecast allows for it."},
		{20, friday, "You rarely spend from 18:00 to 09:00; the forecast allows for it."},
		{1, friday, ""},
	} {
		_, o := forecasts(&Facts{Source: FromCredits, Key: &credit.Key{Kind: credit.KeyManagement}}, working(c.days, friday), friday)
		s := Snapshot{At: friday, Now: c.now, Forecast: o.Forecast, Rhythm: o.Rhythm}
		if got := s.whyRhythm(c.now); got != c.want {
			t.Errorf("%d days: %q, want %q", c.days, got, c.want)
		}
		stored, err := State{Outlook: o}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if back := DecodeState(stored).Outlook.Rhythm; o.Rhythm != nil && *back != *o.Rhythm {
			t.Errorf("%d days: stored as %+v, want %+v", c.days, back, o.Rhythm)
		}
	}
}
