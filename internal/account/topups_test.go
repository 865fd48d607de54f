package account

import (
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// What was bought last is of the account's own past, and not of what a surface happens to
// have drawn; a refund is no purchase.
func TestLastTopUp(t *testing.T) {
	trail := trailOf(60, func(int) float64 { return 10 }, 100)
	of := func(b *Book) float64 {
		s := View(&State{}, b, Rules{}, t0.Add(time.Minute), true)
		return s.LastTopUp.AmountUSD
	}
	if got := of(bookOf(trail)); got != 0 {
		t.Errorf("without a purchase $%v was bought last", got)
	}
	for i, usd := range []float64{25, 50, -5} {
		trail.TopUps = append(trail.TopUps, credit.TopUp{At: t0.Add(time.Duration(i-10) * time.Minute), AmountUSD: usd})
	}
	if got := of(bookOf(trail)); got != 50 {
		t.Errorf("$%v was bought last, want 50", got)
	}
	if got := of(&Book{}); got != 0 {
		t.Errorf("where nothing was read $%v was bought last", got)
	}
}

// What runs out is refilled where a top-up is expected of the balance, and there is some.
func TestRefilled(t *testing.T) {
	for _, c := range []struct {
		name    string
		auto    *AutoTopUp
		state   forecast.State
		subject forecast.Subject
		want    bool
	}{
		{"expected", &AutoTopUp{}, forecast.OK, forecast.Account, true},
		{"expected of an idle account", &AutoTopUp{}, forecast.Idle, forecast.Account, true},
		{"none is known", nil, forecast.OK, forecast.Account, false},
		{"it did not come", &AutoTopUp{MissingSince: t0}, forecast.OK, forecast.Account, false},
		{"a cap is reached first", &AutoTopUp{}, forecast.OK, forecast.Key, false},
		{"nothing is left", &AutoTopUp{}, forecast.Depleted, forecast.Account, false},
		{"nothing is known", &AutoTopUp{}, forecast.Unknown, forecast.Account, false},
	} {
		s := Snapshot{AutoTopUp: c.auto, Forecast: forecast.Forecast{State: c.state, Subject: c.subject}}
		if got := s.Refilled(); got != c.want {
			t.Errorf("%s: Refilled() = %v", c.name, got)
		}
	}
}
