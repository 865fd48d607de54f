package spenders

import (
	"cmp"
	"context"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/sorted"
)

// maxKeyRunways is for how many caps, those that are spent first as things go, it is
// forecast when they are spent: each takes a read of the key's own series, and where
// that tells too little yet, of maxKeyQuestions of them a question.
const (
	maxKeyRunways   = 16
	maxKeyQuestions = 6
)

// keyRunways forecasts when the caps of the keys are spent that spent any of them in
// the span, by the series of each, of which at is the newest reading. Of a cap that
// counts BYOK as well, its series has only a part.
func (s *Service) keyRunways(ctx context.Context, sub *Subject, b *Breakdown, at time.Time) error {
	var spending []*Row
	for i := range b.Rows {
		r := &b.Rows[i]
		if left := r.Cap.RemainingUSD; left == nil || r.SpendUSD == nil || !(*r.SpendUSD > 0) || r.Disabled {
			continue
		} else if *left <= 0 {
			r.Runway, r.SpentChance = spentBefore(forecast.Forecast{State: forecast.Depleted, At: at}, r.ResetsAt, at)
			continue
		}
		if r.Cap.IncludesBYOK && (r.BYOKUSD == nil || *r.BYOKUSD > 0) {
			continue
		}
		spending = append(spending, r)
	}
	sorted.By(spending, func(x, y *Row) int {
		return cmp.Compare(*x.Cap.RemainingUSD / *x.SpendUSD, *y.Cap.RemainingUSD / *y.SpendUSD)
	})
	questions := maxKeyQuestions
	for _, r := range spending[:min(maxKeyRunways, len(spending))] {
		m, err := s.keyModel(ctx, sub, r.ID, at)
		if err != nil {
			return err
		}
		f := m.Forecast(r.Cap.RemainingUSD)
		if f.State != forecast.OK && questions > 0 {
			questions--
			spends, err := s.useOf(ctx, ByKey, r.ID, "hour", at.Add(-runwayBack).Truncate(time.Hour), at, creditsUsage)
			if err == nil {
				f = spendModel(spends, at).Forecast(r.Cap.RemainingUSD)
			} else if !worthAnother(err) {
				questions = 0
			}
		}
		r.Runway, r.SpentChance = spentBefore(f, r.ResetsAt, at)
	}
	return nil
}

// keyModel is what forecasts from a key's own series.
func (s *Service) keyModel(ctx context.Context, sub *Subject, hash string, at time.Time) (*forecast.Model, error) {
	series, err := sub.DB.Series(ctx, s.o.Account, s.o.BaseURL, listedPrefix+hash)
	if err != nil {
		return nil, err
	}
	from := at.Add(-runwayBack)
	samples, err := sub.DB.Range(ctx, series, from, at)
	if err != nil {
		return nil, err
	}
	gaps, err := sub.DB.Gaps(ctx, series, from, at)
	var spans []credit.Span
	for _, g := range gaps {
		spans = append(spans, g.Span)
	}
	return forecast.New(at, samples, forecast.Options{Gaps: spans}), err
}

// spentBefore is f as the forecast of a limit that resets at resets, zero: never,
// and how likely it is spent before; nil: not known, or it never does.
func spentBefore(f forecast.Forecast, resets, now time.Time) (*forecast.Forecast, *float64) {
	var chance *float64
	if p, ok := f.Chance(resets.Sub(now)); ok && !resets.IsZero() {
		chance = &p
	}
	return new(forecast.Sooner(forecast.Forecast{State: forecast.Unknown, At: now}, f, forecast.Key, resets)), chance
}
