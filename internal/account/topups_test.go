package account

import (
	"testing"
	"time"

	"ortop/internal/credit"
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
