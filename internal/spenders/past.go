package spenders

import (
	"cmp"
	"context"
	"errors"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/sorted"
)

// How far back spend is fetched: the API has it by the hour for a month, by
// the day for a year.
const (
	hoursBack = 30 * 24 * time.Hour
	daysBack  = 364 * 24 * time.Hour
)

// creditsUsage is the metric of what is taken from credits, fees for BYOK
// included; the one that is called total_usage has BYOK spend besides.
const creditsUsage = "credits_usage"

// Past fetches what the account spent before now: by the hour, and by the day
// before that. note names what of the answers could not be read.
func Past(ctx context.Context, api API, now time.Time) (spans []history.Spend, note string, err error) {
	hours, note, err := spendBy(ctx, api, "hour", now.Add(-hoursBack).Truncate(time.Hour), now)
	if err != nil && !worthAnother(err) {
		return nil, "", err
	}
	days, dayNote, dayErr := spendBy(ctx, api, "day", credit.DayStart(now).Add(-daysBack), now)
	if dayErr == nil && len(hours) > 0 { // a day within which they begin has the rest of it
		days = sorted.Without(days, func(s *history.Spend) bool { return !s.From.Before(hours[0].From) })
	}
	if dayErr == nil {
		return append(days, hours...), cmp.Or(note, dayNote), nil
	}
	if err == nil {
		return hours, note, nil
	}
	if !worthAnother(dayErr) {
		return nil, "", dayErr
	}
	spans, err = activitySpend(ctx, api, now)
	return spans, "", err
}

// worthAnother reports whether a question that is put otherwise may fare
// better.
func worthAnother(err error) bool {
	return !errors.Is(err, client.ErrUnauthorized) && !errors.Is(err, client.ErrForbidden) && !errors.Is(err, client.ErrNetwork) && !errors.Is(err, client.ErrRateLimited)
}

// errPartial is an answer whose sums are not whole.
var errPartial = errors.New("the answer has not all of the rows")

// spendBy fetches spend by the hour or day.
func spendBy(ctx context.Context, api API, granularity string, from, to time.Time) (spans []history.Spend, note string, err error) {
	a, err := api.Query(ctx, client.AnalyticsQuery{
		Metrics: []string{creditsUsage}, Granularity: granularity, From: from, To: to, Limit: 10_000,
	})
	if err != nil {
		return nil, "", err
	}
	if a.Truncated {
		return nil, "", errPartial
	}
	if a.Unread > 0 {
		note = a.Odd
	}
	step := granularities[granularity]
	usd, unknown := spendRows(a.Rows, step)
	return sorted.Without(even(usd, step, to), func(s *history.Spend) bool {
		_, listed := usd[s.From]
		return unknown[s.From] || !listed && a.Unread > 0
	}), note, nil
}

// granularities are how long the buckets of a query are.
var granularities = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

// spendRows is the sum of the metrics in each bucket, by its beginning, and which of
// the buckets have a part that is not known.
func spendRows(rows []client.AnalyticsRow, step time.Duration) (usd map[time.Time]float64, unknown map[time.Time]bool) {
	usd, unknown = map[time.Time]float64{}, map[time.Time]bool{}
	for _, r := range rows {
		at := r.Start.Truncate(step)
		for _, v := range r.Metrics {
			switch {
			case v == nil:
				unknown[at] = true
				usd[at] += 0
			case *v >= 0:
				usd[at] += *v
			}
		}
	}
	return usd, unknown
}

// activitySpend fetches spend by the day of the last 30 that are over.
func activitySpend(ctx context.Context, api API, now time.Time) ([]history.Spend, error) {
	a, err := api.Activity(ctx, client.ActivityQuery{})
	if err != nil {
		return nil, err
	}
	if a.Unread > 0 {
		return nil, errPartial
	}
	usd := map[time.Time]float64{}
	for _, r := range a.Rows {
		usd[credit.DayStart(r.Date)] += r.UsageUSD
	}
	return even(usd, 24*time.Hour, credit.DayStart(now)), nil
}

// even makes spans of step of what began when, from the first up to end. What
// is missing between them was a span without traffic, which the API leaves out.
func even(usd map[time.Time]float64, step time.Duration, end time.Time) []history.Spend {
	var first time.Time
	for at := range usd {
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	if first.IsZero() || first.Before(end.Add(-2*daysBack)) {
		return nil
	}
	var spans []history.Spend
	for at := first; at.Before(end); at = at.Add(step) {
		to := at.Add(step)
		if to.After(end) {
			to = end
		}
		spans = append(spans, history.Spend{From: at, To: to, USD: usd[at]})
	}
	return spans
}
