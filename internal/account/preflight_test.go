package account

import (
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

func TestCapAfter(t *testing.T) {
	at := time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC) // a Saturday
	var samples []credit.Sample
	for i := range 2001 { // 1 USD an hour
		samples = append(samples, credit.Sample{At: at.Add(time.Duration(i-2000) * time.Minute), UsageUSD: float64(i) / 60})
	}
	model := forecast.New(at, samples, forecast.Options{})
	remaining, limit := 20.0, 30.0
	for _, c := range []struct {
		name     string
		reset    credit.Reset
		d        time.Duration
		from, to float64
	}{
		{"now", credit.ResetDaily, 0, 20, 20},
		{"before the reset", credit.ResetDaily, time.Hour, 18, 19.1},
		{"after the reset", credit.ResetDaily, 6 * time.Hour, 15, 18.1},
		{"a whole window after the reset", credit.ResetDaily, 48 * time.Hour, -20, 6},
		{"many windows", credit.ResetDaily, 480 * time.Hour, -20, 6},
		{"never reset", credit.ResetNever, 48 * time.Hour, -80, -28},
		{"a reset that is not known", "yearly", 48 * time.Hour, -80, -28},
	} {
		got := capAfter(model, credit.Cap{LimitUSD: &limit, RemainingUSD: &remaining, Reset: c.reset}, at, c.d)
		if got == nil || *got < c.from || *got > c.to {
			t.Errorf("%s: capAfter(…, %v) = %v, want %v to %v", c.name, c.d, deref(got), c.from, c.to)
		}
	}
	if got := capAfter(forecast.New(at, nil, forecast.Options{}), credit.Cap{LimitUSD: &limit, RemainingUSD: &remaining}, at, time.Hour); got != nil {
		t.Errorf("capAfter of no history = %v, want nil", *got)
	}
}
