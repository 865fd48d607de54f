package spenders

import (
	"context"
	"math"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/credit"
)

const (
	// maxTrends is how many keys' own series are read for one breakdown.
	maxTrends = 60
	// hourTrend is the longest span whose trends are fetched by the hour.
	hourTrend = 8 * 24 * time.Hour
)

// trends gives the breakdown and its rows what they spent in each of n equal
// parts of the span: a key by its own series, and what these do not reach back
// to, and all else, by one question to the analytics. What is not known stays
// nil.
func (s *Service) trends(ctx context.Context, sub *Subject, ordinary bool, n int, b *Breakdown) error {
	if n < 1 || b.days || len(b.Rows) == 0 || !b.From.Before(b.To) {
		return nil
	}
	var err error
	if b.Trend, err = seriesTrend(ctx, sub.DB, sub.Account, b.From, b.To, n); err != nil {
		return err
	}
	if ordinary {
		if sub.KeySeries != 0 {
			b.Rows[0].Trend, err = seriesTrend(ctx, sub.DB, sub.KeySeries, b.From, b.To, n)
		}
		return err
	}
	missing, nothing := false, make([]float64, n)
	for i := range b.Rows {
		r := &b.Rows[i]
		switch {
		case r.SpendUSD != nil && math.Abs(*r.SpendUSD) < slack:
			r.Trend = nothing
			continue
		case b.By == ByKey && i < maxTrends:
			series, err := sub.DB.Series(ctx, s.o.Account, s.o.BaseURL, listedPrefix+r.ID)
			if err != nil {
				return err
			}
			if r.Trend, err = seriesTrend(ctx, sub.DB, series, b.From, b.To, n); err != nil {
				return err
			}
		}
		missing = missing || r.Trend == nil
	}
	if missing {
		s.useTrends(ctx, n, b)
	}
	return nil
}

// seriesTrend is a trend by what is stored; nil where that begins within the
// span.
func seriesTrend(ctx context.Context, db *history.DB, series history.Series, from, to time.Time, n int) ([]float64, error) {
	if series == 0 {
		return nil, nil
	}
	p, err := db.Buckets(ctx, series, from, to, n)
	if err != nil || !p.Buckets[0].Known {
		return nil, err
	}
	return trendOf(p), nil
}

// trendOf is the spend of a plot's buckets, NaN where it is not known.
//
//go:noinline
func trendOf(p history.Plot) []float64 {
	values := make([]float64, len(p.Buckets))
	for i, b := range p.Buckets {
		values[i] = max(0, b.SpendUSD)
		if !b.Known || b.Blurred {
			values[i] = math.NaN()
		}
	}
	return values
}

// useTrends gives rows that have none the trends that the analytics know them
// by. A name that two rows share says nothing of either.
func (s *Service) useTrends(ctx context.Context, n int, b *Breakdown) {
	granularity, start := granularityOf(b.From, b.To, hourTrend)
	answer, span, err := cached(ctx, s, "use by "+string(b.By)+" by "+granularity, start, b.To, func(ctx context.Context, api API) (client.Analytics, error) {
		return api.Query(ctx, client.AnalyticsQuery{
			Metrics: []string{creditsUsage}, Dimensions: []string{dimensions[b.By]}, Granularity: granularity, From: start, To: b.To, Limit: 10_000,
		})
	})
	if err != nil || answer.Truncated || answer.Unread > 0 {
		return
	}
	byName := map[string][]client.AnalyticsRow{}
	for i := range answer.Rows {
		r := &answer.Rows[i]
		if name := dimension(r, 0); name != "" {
			byName[name] = append(byName[name], *r)
		}
	}
	nameOf := func(r *Row) string {
		for _, name := range []string{r.Name, r.Label, r.ID} {
			if name != "" && byName[name] != nil {
				return name
			}
		}
		return ""
	}
	users := map[string]int{}
	for i := range b.Rows {
		users[nameOf(&b.Rows[i])]++
	}
	step := granularities[granularity]
	for i := range b.Rows {
		r := &b.Rows[i]
		name := nameOf(r)
		if r.Trend != nil || name == "" || users[name] > 1 {
			continue
		}
		usd, unknown := spendRows(byName[name], step)
		if len(unknown) > 0 {
			continue
		}
		p := equalSpans(b.From, b.To, n)
		for i := range p.Buckets {
			p.Buckets[i].Known = true
		}
		spread(&p, even(usd, step, span.to))
		r.Trend = trendOf(p)
	}
}

// granularityOf is what the analytics have a span by, by the hour where it is
// no longer than hours, and where it begins then.
func granularityOf(from, to time.Time, hours time.Duration) (granularity string, start time.Time) {
	switch span := to.Sub(from); {
	case span <= 3*time.Hour-time.Minute:
		return "minute", from.Truncate(time.Minute)
	case span > hours:
		return "day", credit.DayStart(from)
	}
	return "hour", from.Truncate(time.Hour)
}

// equalSpans is a plot of n spans of one length, of which nothing is known.
func equalSpans(from, to time.Time, n int) history.Plot {
	p := history.Plot{Buckets: make([]history.Bucket, n)}
	step := to.Sub(from) / time.Duration(n)
	for i := range p.Buckets {
		b := &p.Buckets[i]
		b.From, b.To = from.Add(time.Duration(i)*step), from.Add(time.Duration(i+1)*step)
		if i == n-1 {
			b.To = to
		}
	}
	return p
}

// spread adds spends to the buckets that they fall into, each by its part.
func spread(p *history.Plot, spends []history.Spend) {
	for i, x := 0, 0; i < len(p.Buckets) && x < len(spends); {
		b, spend := &p.Buckets[i], spends[x]
		b.SpendUSD += spend.USD * b.Span.Shared(credit.Span{From: spend.From, To: spend.To}).Seconds() / spend.To.Sub(spend.From).Seconds()
		if spend.To.After(b.To) {
			i++
		} else {
			x++
		}
	}
}
