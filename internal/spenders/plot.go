package spenders

import (
	"context"
	"errors"
	"strings"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/credit"
)

var (
	errNoUse  = errors.New("nothing was used")
	errNobody = errors.New("the analytics do not know whose use that is")
)

// Plot returns what one row of a breakdown spent in n equal spans from one time
// to another: a key by its own series as far as that reaches back,
// and else by the analytics. A zero from is the account's first sample. Spans
// without data are not Known. It may wait for the network.
func (s *Service) Plot(ctx context.Context, by By, id string, from, to time.Time, n int) (history.Plot, error) {
	sub := s.o.Subject()
	if sub == nil || dimensions[by] == "" {
		return history.Plot{}, nil
	}
	if from.IsZero() {
		first, ok, err := sub.DB.First(ctx, sub.Account)
		if err != nil || !ok {
			return history.Plot{}, err
		}
		from = first.At
	}
	from, to = from.Truncate(time.Second), to.Truncate(time.Second)
	if !from.Before(to) || n < 1 {
		return history.Plot{}, nil
	}
	ordinary := sub.Key != nil && sub.Key.Kind == credit.KeyOrdinary
	if by == ByKey {
		series := sub.KeySeries
		if !ordinary {
			var err error
			if series, err = sub.DB.Series(ctx, s.o.Account, s.o.BaseURL, listedPrefix+id); err != nil {
				return history.Plot{}, err
			}
		}
		if series == 0 {
			return history.Plot{}, nil
		}
		p, err := sub.DB.Buckets(ctx, series, from, to, n)
		if err != nil || ordinary || len(p.Buckets) > 0 && p.Buckets[0].Known {
			return p, err
		}
		if plot, err := s.usePlot(ctx, by, id, from, to, n); err == nil {
			return plot, nil
		}
		return p, nil
	}
	if ordinary {
		return history.Plot{}, nil
	}
	return s.usePlot(ctx, by, id, from, to, n)
}

// usePlot is a plot from the analytics.
func (s *Service) usePlot(ctx context.Context, by By, id string, from, to time.Time, n int) (history.Plot, error) {
	granularity, start := granularityOf(from, to, hoursBack)
	if oldest := credit.DayStart(to).Add(-daysBack); start.Before(oldest) {
		start = oldest
	}
	spends, err := s.useOf(ctx, by, id, granularity, start, to, creditsUsage)
	if err != nil && !errors.Is(err, errNoUse) && !errors.Is(err, errNobody) {
		return history.Plot{}, err
	}
	known := !errors.Is(err, errNobody)
	p := equalSpans(from, to, n)
	for i := range p.Buckets {
		if b := &p.Buckets[i]; known && b.To.After(start) {
			b.Known, b.Observed = true, 1
		}
	}
	spread(&p, spends)
	return p, nil
}

// useOf is what one of those who spend spent, by the minute, hour or day, from
// the first that is not 0 on: the sum of metrics. The error is errNoUse where
// there is none.
func (s *Service) useOf(ctx context.Context, by By, id, granularity string, from, to time.Time, metrics ...string) ([]history.Spend, error) {
	question := strings.Join(metrics, "+") + " of " + string(by) + " " + id + " by " + granularity
	answer, span, err := cached(ctx, s, question, from, to, func(ctx context.Context, api API) (client.Analytics, error) {
		return api.Query(ctx, client.AnalyticsQuery{
			Metrics: metrics, Granularity: granularity, From: from, To: to, Limit: 10_000,
			Filters: []client.AnalyticsFilter{{Field: dimensions[by], Operator: "eq", Values: []string{id}}},
		})
	})
	switch {
	case err != nil:
		return nil, err
	case answer.Truncated || answer.Unread > 0:
		return nil, errPartial
	case len(answer.Rows) == 0 && len(answer.Warnings) > 0:
		return nil, errNobody
	}
	step := granularities[granularity]
	usd, unknown := spendRows(answer.Rows, step)
	spends := even(usd, step, span.to)
	switch {
	case len(unknown) > 0:
		return nil, errPartial
	case len(spends) == 0:
		return nil, errNoUse
	}
	return spends, nil
}
