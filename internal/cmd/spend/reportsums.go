package spend

import (
	"cmp"
	"context"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/render/report"
	"ortop/internal/text"
)

// spend is what was spent within the span and the period; nil where that is
// not known.
func (r *reportBuilder) spend(ctx context.Context, from, to time.Time) (*float64, error) {
	if to.After(r.To) {
		to = r.To
	}
	if !from.Before(to) {
		return nil, nil
	}
	sums, err := r.mon.SpendBetween(ctx, from, to)
	return sums[0], err
}

// sumUp reads what was spent, in all and by the day.
func (r *reportBuilder) sumUp(ctx context.Context) (err error) {
	sameTime := r.Before.Add(r.To.Sub(r.From))
	if sameTime.After(r.From) { // the month before was shorter
		sameTime = r.From
	}
	if r.SpentUSD, err = r.spend(ctx, r.From, r.To); err != nil {
		return err
	}
	if r.BeforeUSD, err = r.spend(ctx, r.Before, r.From); err != nil {
		return err
	}
	if r.SameTimeUSD, err = r.spend(ctx, r.Before, sameTime); err != nil {
		return err
	}
	if err = r.explain(ctx); err != nil || r.Period == "day" {
		return err
	}
	return r.sumUpDays(ctx)
}

// sumUpDays reads what was spent by the day, in the period and in the one before.
func (r *reportBuilder) sumUpDays(ctx context.Context) error {
	before := cut(r.Before, r.From, nextDay)
	// All at once: the last of those before ends where the period begins.
	spans, err := r.parts(ctx, append(before[:len(before)-1], cut(r.From, r.To, nextDay)...))
	if err != nil {
		return err
	}
	was, is := spans[:len(before)-1], spans[len(before)-1:]
	r.Days = make([]report.Day, max(len(was), len(is)))
	for i, s := range was {
		d := &r.Days[i]
		d.Before, d.BeforeUSD, d.BeforeWhy = credit.DayStart(s.From), s.SpentUSD, s.Why
	}
	for i, s := range is {
		d := &r.Days[i]
		d.At, d.SpentUSD, d.SpentWhy = credit.DayStart(s.From), s.SpentUSD, s.Why
	}
	return nil
}

func nextDay(at time.Time) time.Time { return credit.DayStart(at).AddDate(0, 0, 1) }

// cut are the bounds of the parts from one moment to a later one, of which each begins
// at next of the one before.
func cut(from, to time.Time, next func(time.Time) time.Time) (bounds []time.Time) {
	for at := from; at.Before(to); at = next(at) {
		bounds = append(bounds, at)
	}
	return append(bounds, to)
}

// parts is what was spent from each of the bounds to the next, or why that is not known.
func (r *reportBuilder) parts(ctx context.Context, bounds []time.Time) ([]report.SpentSpan, error) {
	sums, err := r.mon.SpendBetween(ctx, bounds...)
	spans := make([]report.SpentSpan, len(sums))
	for i, usd := range sums {
		spans[i] = report.SpentSpan{Span: credit.Span{From: bounds[i], To: bounds[i+1]}, SpentUSD: usd}
		if usd == nil && err == nil {
			var b credit.Bucket
			b, err = r.bucket(ctx, bounds[i], bounds[i+1])
			spans[i].Why = account.NotSeen(b.Holes)
		}
	}
	return spans, err
}

// explain says why a sum is not known.
func (r *reportBuilder) explain(ctx context.Context) (err error) {
	if r.SpentUSD == nil {
		if r.SpentWhy, err = r.unknown(ctx, r.From, r.To); err != nil {
			return err
		}
	}
	if r.BeforeUSD == nil || r.SameTimeUSD == nil {
		r.BeforeWhy, err = r.unknown(ctx, r.Before, r.From)
	}
	return err
}

// unknown says why what was spent in a span is not known.
func (r *reportBuilder) unknown(ctx context.Context, from, to time.Time) (string, error) {
	ar, _ := r.mon.Archive()
	first, ok, err := ar.DB.First(ctx, ar.Shown)
	poll, _, err2 := ar.DB.Poll(ctx, ar.Shown)
	switch {
	case err != nil || err2 != nil:
		return "", cmp.Or(err, err2)
	case !ok: // which the state says
		return "", nil
	case !first.At.Before(to):
		return "history begins " + first.At.UTC().Format("Mon 2 Jan 2006, 15:04"), nil
	case first.At.After(from):
		why := "history begins " + first.At.UTC().Format("Mon 2 Jan, 15:04")
		since, err := r.spend(ctx, first.At, to)
		if since != nil {
			why += "; " + text.USD(*since) + " since"
		}
		return why, err
	case poll.Success.Before(to):
		return "nothing was read since " + poll.Success.UTC().Format("Mon 2 Jan, 15:04"), nil
	}
	b, err := r.bucket(ctx, from, to)
	return account.PartSeen(b), err
}

// bucket is what the history has of a span.
func (r *reportBuilder) bucket(ctx context.Context, from, to time.Time) (credit.Bucket, error) {
	ar, _ := r.mon.Archive()
	plot, err := ar.DB.BucketsAt(ctx, ar.Shown, []time.Time{from, to})
	if err != nil {
		return credit.Bucket{}, err
	}
	return plot.Buckets[0], nil
}
