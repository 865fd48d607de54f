package account

import (
	"math"
	"strings"
	"testing"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// Forecasts that ended beyond an end of their range widen that side, those that held
// narrow both a little, and what ended before another series teaches nothing.
func TestWhatForecastsTeach(t *testing.T) {
	ended := func(outcomes string) (list []credit.Forecast) { // the newest first
		for _, o := range outcomes {
			list = append(list, credit.Forecast{Outcome: map[rune]credit.Outcome{'h': credit.OutcomeHeld, 'e': credit.OutcomeEarly, 'l': credit.OutcomeLate, 'v': credit.OutcomeVoid}[o]})
		}
		return list
	}
	for _, c := range []struct {
		outcomes     string
		below, above float64
	}{
		{"", 0, 0},
		{"hhhhhhhhlh", -.03, 0},
		{"elhhhhhhhh", 0, 0},
		{strings.Repeat("l", 40), -.12, 1.08},
		{strings.Repeat("h", 40) + strings.Repeat("e", 40), -.12, -.12},
		{"lv" + strings.Repeat("e", 30), -.003, .027},
	} {
		got := taught(ended(c.outcomes))
		if math.Abs(got[0]-c.below) > 1e-9 || math.Abs(got[1]-c.above) > 1e-9 {
			t.Errorf("%q teaches %v, want %v and %v", c.outcomes, got, c.below, c.above)
		}
	}

	b := bookOf(trailOf(3000, func(ago int) float64 { return 36.5 - float64(ago/7)/30 }, 100))
	left := 60.0
	plain := b.model(b.Account, t0, nil).Forecast(&left)
	b.Ended = ended(strings.Repeat("lllhhhhhhh", 4))
	wide := b.model(b.Account, t0, nil).Forecast(&left)
	want := math.Exp(taught(b.Ended)[1])
	if got := math.Log(wide.P90/wide.P50) / math.Log(plain.P90/plain.P50); wide.P50 != plain.P50 || math.Abs(got-want) > .05 {
		t.Errorf("the range above is %.3f times as wide about %v, want %.3f times about %v", got, wide.P50, want, plain.P50)
	}
	last := forecast.Forecast{}
	for usd := .01; usd < 1e4; usd *= 1.3 { // more money still ends no earlier
		f := b.model(b.Account, t0, nil).Forecast(&usd)
		if f.P10 < last.P10*(1-1e-9) || f.P50 < last.P50*(1-1e-9) || f.P90 < last.P90*(1-1e-9) || f.P10 > f.P50 || f.P50 > f.P90 {
			t.Fatalf("%v USD: %+v, less than of less: %+v", usd, f, last)
		}
		last = f
	}
	if f := b.model(trailOf(3000, func(ago int) float64 { return 36.5 - float64(ago/7)/30 }, 100), t0, nil).Forecast(&left); f.P90 != plain.P90 {
		t.Error("another series learns of the account's forecasts")
	}

	record := track(b.Ended, nil)
	if says := record.String(); !strings.HasSuffix(says, "That made the range 11 % narrower before and 27 % wider after its middle.") {
		t.Errorf("it says %q", says)
	}
	// It is of the forecasts of the book and those that end now.
	if now := ended("l"); track(b.Ended, now).Taught != taught(append(now, b.Ended...)) {
		t.Error("a forecast that ends now does not teach")
	}
}
