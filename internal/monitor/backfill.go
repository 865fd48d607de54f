package monitor

import (
	"cmp"
	"context"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/sorted"
	"ortop/internal/spenders"
)

// pastChore requests once the spend before the first reading, for as long as
// it takes to be answered.
func pastChore() *chore {
	return &chore{
		name: "past spend", every: rarely,
		wanted: wantsPast,
		request: func(ctx context.Context, api API, now time.Time) (apply, error) {
			spans, note, err := spenders.Past(ctx, api, now)
			return func(ctx context.Context, st *store) (account.Input, error) { return st.fill(ctx, spans, note) }, err
		},
	}
}

func wantsPast(st *store) bool { return st.state.Facts.Filled.IsZero() && st.manages() }

// fillLimit bounds what a single answer waits for the past.
const fillLimit = 5 * time.Second

// young reports whether there is next to no history to forecast from.
func (st *store) young() bool {
	t := st.book.Account
	return !t.Empty() && st.o.Now().Sub(t.First.At) <= rarely
}

// fillPast requests the past beside a single poll, where the history is young. That
// it cannot be had is no fault.
func (st *store) fillPast(ctx context.Context, api API, young bool) account.Input {
	now := st.o.Now()
	in, err := st.fillKey(ctx)
	c := pastChore()
	if err == nil && young && c.wanted(st) {
		ctx, cancel := context.WithTimeout(ctx, fillLimit)
		defer cancel()
		if st.o.Filling != nil {
			defer st.o.Filling()()
		}
		var take apply
		if take, err = c.request(ctx, api, now); err == nil {
			in, err = take(ctx, st)
		}
	}
	if err != nil {
		st.log.Debug("request failed", "for", c.name, "error", oneLine(err))
	}
	return in
}

// fill puts the account's spend before its first reading into history.
func (st *store) fill(ctx context.Context, spans []history.Spend, note string) (account.Input, error) {
	n, err := st.db.Backfill(ctx, st.of(), spans)
	if err != nil {
		return account.Input{}, err
	}
	st.log.Info("filled in spend from before the first reading", "spans", n)
	return account.Input{Filled: true, Unread: note}, st.load(ctx)
}

// keyShare is how much of an account's spend must be a key's own, for the
// key's spend to stand for the account's.
const keyShare = 0.5

// fillKey puts what an ordinary key's windows show of its spend before its
// first reading into history, and for want of better into the account's, by
// the key's share of all that was ever spent.
func (st *store) fillKey(ctx context.Context) (account.Input, error) {
	f := st.state.Facts
	if !f.Ordinary() || st.book.Key.Empty() || !f.KeyFilled.IsZero() {
		return account.Input{}, nil
	}
	k := f.Key
	at := f.KeyAt.Truncate(time.Second) // as the reading is stored
	spans := windowSpend(k.Usage, at)
	if _, err := st.db.Backfill(ctx, st.series[account.OfKey], spans); err != nil {
		return account.Input{}, err
	}
	if !st.book.Cap.Empty() {
		u, b := k.Usage, k.BYOK
		all := credit.Usage{DailyUSD: credit.Sum(u.DailyUSD, b.DailyUSD), WeeklyUSD: credit.Sum(u.WeeklyUSD, b.WeeklyUSD), MonthlyUSD: credit.Sum(u.MonthlyUSD, b.MonthlyUSD)}
		if _, err := st.db.Backfill(ctx, st.series[account.OfCap], windowSpend(all, at)); err != nil {
			return account.Input{}, err
		}
	}
	newest, have := st.book.Account.Newest()
	if own := k.Usage.TotalUSD; have && f.Filled.IsZero() && own != nil && *own >= keyShare*newest.UsageUSD && *own > 0 {
		for i := range spans {
			spans[i].USD *= newest.UsageUSD / *own
		}
		if _, err := st.db.Backfill(ctx, st.of(), spans); err != nil {
			return account.Input{}, err
		}
	}
	return account.Input{KeyFilled: true}, st.load(ctx)
}

// windowSpend is what a key's own windows, read at a time, show of its spend: the
// day so far, the week before that, and the month before that.
func windowSpend(u credit.Usage, at time.Time) []history.Spend {
	type window struct {
		from time.Time
		usd  *float64
	}
	windows := []window{{credit.DayStart(at), u.DailyUSD}, {credit.WeekStart(at), u.WeeklyUSD}, {credit.MonthStart(at), u.MonthlyUSD}}
	sorted.Rows(windows, func(a, b *window) int { return cmp.Compare(b.from.Unix(), a.from.Unix()) })
	var spans []history.Spend
	to, inside := at, 0.0
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

// How finely a simulated past is written.
const (
	backdateFine   = 48 * time.Hour
	backdateCoarse = 10 * time.Minute
)

// Backdate writes a simulated account's past into an empty history, as if it
// had been polled from start until now by the key with this fingerprint. usage
// and credits are its lifetime totals in USD at any moment.
func Backdate(ctx context.Context, db *history.DB, name, baseURL, fingerprint string, start, now time.Time, usage, credits func(time.Time) float64) error {
	series, err := db.Series(ctx, name, baseURL, account.OfAccount.Name(""))
	if err != nil {
		return err
	}
	var readings []history.Reading
	end := now.Add(-minGap - time.Second) // the first poll may follow at once
	for t := start; t.Before(end); {
		readings = append(readings, history.Reading{
			Series: series, At: t, UsageUSD: usage(t), CreditsUSD: credits(t), CreditsKnown: true,
		})
		if now.Sub(t) > backdateFine {
			t = t.Add(backdateCoarse)
		} else {
			t = t.Add(time.Minute)
		}
	}
	readings = append(readings, history.Reading{
		Series: series, At: end, UsageUSD: usage(end), CreditsUSD: credits(end), CreditsKnown: true,
	})
	readings[0].NewSegment = &history.Segment{Fingerprint: fingerprint, Reason: account.FirstReading}
	state, err := account.State{Facts: account.Facts{
		Key: &credit.Key{Kind: credit.KeyManagement}, Fingerprint: fingerprint, Source: account.FromCredits, ReadBy: fingerprint,
	}}.Encode()
	if err != nil {
		return err
	}
	// Without an interval, no reading counts as the end of a gap.
	return db.Record(ctx, history.PollUpdate{Series: series, Due: now, State: state}, readings...)
}
