package monitor

import (
	"context"
	"errors"
	"slices"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// purchases are an account's newest top-ups with the balance around each, so
// that each is looked at once.
type purchases struct {
	first credit.Sample // of the account
	until time.Time     // top-ups up to then were looked at
	list  []forecast.Purchase
}

// find returns the purchases of an account, oldest first. Those from before
// what the trail holds are looked up in the history.
func (p *purchases) find(ctx context.Context, db *history.DB, series history.Series, t *credit.Trail) ([]forecast.Purchase, error) {
	if t.Empty() {
		return nil, nil
	}
	held := t.First.At
	if len(t.Samples) > 1 {
		held = t.Samples[1].At
	}
	var failed error
	return p.update(t, func(at time.Time) (credit.Sample, bool) {
		if !at.Before(held) {
			return t.At(at)
		}
		s, ok, err := db.At(ctx, series, at)
		failed = errors.Join(failed, err)
		return s, ok
	}), failed
}

// add returns the purchases with what was bought since, of which the trail
// holds all that is around it.
func (p *purchases) add(t *credit.Trail) []forecast.Purchase { return p.update(t, t.At) }

func (p *purchases) update(t *credit.Trail, at func(time.Time) (credit.Sample, bool)) []forecast.Purchase {
	if t.Empty() {
		return nil
	}
	if p.first != t.First {
		*p = purchases{first: t.First}
	}
	list := slices.Clip(p.list)
	for _, u := range t.TopUps[max(0, len(t.TopUps)-2*forecast.MostPurchases):] {
		if !u.At.After(p.until) {
			continue
		}
		p.until = u.At
		if day := (credit.Span{From: u.At, To: u.At.Add(time.Second)}); credit.Torn(t.Gaps, day, 0) {
			continue // what the balance was before is not known
		}
		if bought, ok := forecast.NewPurchase(u, at); ok {
			list = append(list, bought)
		}
	}
	p.list = list[max(0, len(list)-forecast.MostPurchases):]
	return p.list
}
