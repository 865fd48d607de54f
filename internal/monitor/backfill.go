package monitor

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/credit"
)

// How far back spend is asked for: the API has it by the hour for a month, by
// the day for a year.
const (
	hoursBack = 30 * 24 * time.Hour
	daysBack  = 364 * 24 * time.Hour
)

// creditsUsage is the metric of what is taken from credits, fees for BYOK
// included; the one that is called total_usage has BYOK spend besides.
const creditsUsage = "credits_usage"

// backfillChore asks once for the spend before the first reading, for as long
// as it takes to be answered.
func backfillChore() *chore {
	return &chore{
		name: "past spend", every: rarely,
		wanted: func(st *store) bool {
			return st.known.Filled.IsZero() && st.manages()
		},
		ask: func(ctx context.Context, api API, now time.Time) (func(context.Context, *store) error, error) {
			spans, err := pastSpend(ctx, api, now)
			return func(ctx context.Context, st *store) error { return st.fill(ctx, spans, now) }, err
		},
	}
}

// fillLimit bounds what a single answer waits for the past.
const fillLimit = 5 * time.Second

// fillOnce asks for the past beside a single poll, where there is next to no
// history to forecast from. That it cannot be had is no fault.
func (st *store) fillOnce(ctx context.Context, api API, now time.Time) {
	c := backfillChore()
	first, ok, err := st.db.First(ctx, st.account)
	if err != nil || !ok || now.Sub(first.At) > rarely || !c.wanted(st) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, fillLimit)
	defer cancel()
	apply, err := c.ask(ctx, api, now)
	if err == nil {
		err = apply(ctx, st)
	}
	if err != nil {
		st.m.log.Debug("asked in vain", "for", c.name, "error", oneLine(err))
	}
}

// fill puts the account's spend before its first reading into history.
func (st *store) fill(ctx context.Context, spans []history.Spend, now time.Time) error {
	n, err := st.db.Backfill(ctx, st.account, spans)
	if err != nil {
		return err
	}
	st.known.Filled = now
	st.m.log.Info("filled in spend from before the first reading", "spans", n)
	return st.foresee(ctx, st.was.sample)
}

// keyShare is how much of an account's spend must be a key's own, for the
// key's to tell of the account's.
const keyShare = 0.5

// fillKey puts what an ordinary key's windows tell of its spend before its
// first reading into history, and for want of better into the account's, by
// the key's share of all that was ever spent.
func (st *store) fillKey(ctx context.Context, now time.Time) error {
	k := st.known.Key
	if k == nil || k.Kind != credit.KeyOrdinary || st.key == 0 || !st.known.KeyFilled.IsZero() {
		return nil
	}
	spans := windowSpend(k.Usage, now)
	if _, err := st.db.Backfill(ctx, st.key, spans); err != nil {
		return err
	}
	if st.capUse != 0 {
		u, b := k.Usage, k.BYOK
		all := credit.Usage{DailyUSD: added(u.DailyUSD, b.DailyUSD), WeeklyUSD: added(u.WeeklyUSD, b.WeeklyUSD), MonthlyUSD: added(u.MonthlyUSD, b.MonthlyUSD)}
		if _, err := st.db.Backfill(ctx, st.capUse, windowSpend(all, now)); err != nil {
			return err
		}
	}
	if all := st.was.sample.UsageUSD; st.was.ok && st.known.Filled.IsZero() && k.Usage.TotalUSD != nil && *k.Usage.TotalUSD >= keyShare*all && *k.Usage.TotalUSD > 0 {
		for i := range spans {
			spans[i].USD *= all / *k.Usage.TotalUSD
		}
		if _, err := st.db.Backfill(ctx, st.account, spans); err != nil {
			return err
		}
	}
	st.known.KeyFilled = now
	return nil
}

// pastSpend asks for what the account spent before now: by the hour, and by
// the day before that. A key that may not ask gets no error and no spend.
func pastSpend(ctx context.Context, api API, now time.Time) ([]history.Spend, error) {
	hours, err := spendBy(ctx, api, "hour", now.Add(-hoursBack).Truncate(time.Hour), now)
	if err != nil && !worthAnother(err) {
		return nil, err
	}
	days, dayErr := spendBy(ctx, api, "day", credit.DayStart(now).Add(-daysBack), now)
	if dayErr == nil && len(hours) > 0 { // a day within which they begin has the rest of it
		days = slices.DeleteFunc(days, func(s history.Spend) bool { return !s.From.Before(hours[0].From) })
	}
	if dayErr == nil {
		return append(days, hours...), nil
	}
	if err == nil {
		return hours, nil
	}
	if !worthAnother(dayErr) {
		return nil, dayErr
	}
	return activitySpend(ctx, api, now)
}

// worthAnother reports whether a question that is put otherwise may fare
// better.
func worthAnother(err error) bool {
	return !errors.Is(err, client.ErrUnauthorized) && !errors.Is(err, client.ErrForbidden) && !errors.Is(err, client.ErrNetwork) && !errors.Is(err, client.ErrRateLimited)
}

// errPartial is an answer whose sums are not whole.
var errPartial = errors.New("the answer has not all of the rows")

// spendBy asks for spend by the hour or day.
func spendBy(ctx context.Context, api API, granularity string, from, to time.Time) ([]history.Spend, error) {
	a, err := api.Query(ctx, client.AnalyticsQuery{
		Metrics: []string{creditsUsage}, Granularity: granularity, From: from, To: to, Limit: 10_000,
	})
	if err != nil {
		return nil, err
	}
	if a.Truncated {
		return nil, errPartial
	}
	step := granularities[granularity]
	return even(spendRows(a.Rows, step, creditsUsage), step, to), nil
}

// granularities are how long the buckets of a query are.
var granularities = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

// spendRows is the sum of metrics in each bucket, by its beginning.
func spendRows(rows []client.AnalyticsRow, step time.Duration, metrics ...string) map[time.Time]float64 {
	usd := map[time.Time]float64{}
	for _, r := range rows {
		for _, name := range metrics {
			if v := r.Metrics[name]; v != nil && *v > 0 {
				usd[r.Start.Truncate(step)] += *v
			}
		}
	}
	return usd
}

// activitySpend asks for spend by the day of the last 30 that are over.
func activitySpend(ctx context.Context, api API, now time.Time) ([]history.Spend, error) {
	a, err := api.Activity(ctx, client.ActivityQuery{})
	if err != nil {
		return nil, err
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

// windowSpend is what a key's own windows tell of its spend: the day so far,
// the week before that, and the month before that.
func windowSpend(u credit.Usage, now time.Time) []history.Spend {
	type window struct {
		from time.Time
		usd  *float64
	}
	windows := []window{{credit.DayStart(now), u.DailyUSD}, {credit.WeekStart(now), u.WeeklyUSD}, {credit.MonthStart(now), u.MonthlyUSD}}
	slices.SortStableFunc(windows, func(a, b window) int { return cmp.Compare(b.from.Unix(), a.from.Unix()) })
	var spans []history.Spend
	to, inside := now, 0.0
	for _, w := range windows {
		if w.usd == nil {
			continue
		}
		if usd := *w.usd - inside; w.from.Before(to) && usd >= 0 {
			spans = append(spans, history.Spend{From: w.from, To: to, USD: usd})
			to, inside = w.from, *w.usd
		}
	}
	return spans
}
