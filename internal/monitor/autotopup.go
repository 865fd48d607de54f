package monitor

import (
	"context"
	"errors"
	"sort"
	"time"

	"ortop/history"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// refill is what the rules know of it.
func refill(a *AutoTopUp) *alert.Refill {
	if a == nil {
		return nil
	}
	return &alert.Refill{ThresholdUSD: a.ThresholdUSD, AmountUSD: a.AmountUSD, MissingSince: a.MissingSince}
}

// shopping is the account's purchases, kept between polls so that each of them
// looks at what is new.
type shopping struct {
	first     credit.Sample // of the account
	until     time.Time     // what is before was looked at
	purchases []forecast.Purchase
}

// bought returns the newest purchases up to at, oldest first.
func (st *store) bought(ctx context.Context, at time.Time) ([]forecast.Purchase, error) {
	first, ok, err := st.first(ctx, st.account, at)
	if err != nil || !ok {
		return nil, err
	}
	b := &st.shopping
	if b.first != first {
		*b = shopping{first: first, until: first.At}
	}
	end := at.Add(time.Second)
	topUps, err := st.db.TopUps(ctx, st.account, b.until, end)
	if err != nil {
		return nil, err
	}
	var failed error
	reading := func(t time.Time) (credit.Sample, bool) {
		s, ok, err := st.db.At(ctx, st.account, t)
		failed = errors.Join(failed, err)
		return s, ok
	}
	fresh := b.purchases
	for _, t := range topUps[max(0, len(topUps)-2*forecast.MostPurchases):] {
		if p, ok := forecast.NewPurchase(t, reading); ok {
			fresh = append(fresh, p)
		}
	}
	if failed != nil {
		return nil, failed
	}
	b.purchases = fresh[max(0, len(fresh)-forecast.MostPurchases):]
	if end.After(b.until) {
		b.until = end
	}
	return b.purchases, nil
}

// autoTopUp says what the account's purchases tell of an automatic top-up, and
// by the model of its spend, when it buys next; nil where they tell of none.
func (st *store) autoTopUp(ctx context.Context, t *trail, m *forecast.Model, at time.Time) (*AutoTopUp, error) {
	purchases, err := st.bought(ctx, at)
	if err != nil {
		return nil, err
	}
	p, ok := forecast.FindTopUps(purchases)
	if !ok || !st.was.sample.CreditsKnown {
		return nil, nil
	}
	a := &AutoTopUp{ThresholdUSD: p.ThresholdUSD, AmountUSD: p.AmountUSD, Seen: p.Seen, Last: p.Last}
	over := st.was.sample.Balance().LeftUSD() - p.ThresholdUSD
	a.Next = m.Forecast(&over)
	if usd, ok := m.MonthUSD(); ok {
		a.USDPerMonth = &usd
	}
	a.MissingSince, err = st.missing(ctx, st.account, p, t, at)
	return a, err
}

// missing returns since when a purchase of p is overdue at at; zero if it is
// not.
func (st *store) missing(ctx context.Context, series history.Series, p forecast.TopUpPattern, t *trail, at time.Time) (time.Time, error) {
	now := st.was.sample
	under := func(s credit.Sample) bool {
		return s.Segment == now.Segment && s.CreditsKnown && s.CreditsUSD == now.CreditsUSD && s.Balance().LeftUSD() < p.SureUSD
	}
	if !under(now) {
		return time.Time{}, nil
	}
	before, ok, err := st.db.At(ctx, series, at.Add(-p.Overdue))
	if err != nil || !ok || !under(before) {
		return time.Time{}, err
	}
	// With the same credits a balance only falls.
	if i := sort.Search(len(t.samples), func(i int) bool { return under(t.samples[i]) }); i < len(t.samples) {
		return t.samples[i].At, nil
	}
	return before.At, nil
}
