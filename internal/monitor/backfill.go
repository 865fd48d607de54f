package monitor

import (
	"cmp"
	"context"
	"slices"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/spenders"
)

// backfillChore asks once for the spend before the first reading, for as long
// as it takes to be answered.
func backfillChore() *chore {
	return &chore{
		name: "past spend", every: rarely,
		wanted: func(st *store) bool {
			return st.known.Filled.IsZero() && st.manages()
		},
		ask: func(ctx context.Context, api API, now time.Time) (func(context.Context, *store) error, error) {
			spans, err := spenders.Past(ctx, api, now)
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
