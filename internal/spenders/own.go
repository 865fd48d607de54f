package spenders

import (
	"context"
	"strings"
	"time"

	"ortop/internal/credit"
	"ortop/internal/text"
)

// ownRow is all that an ordinary key may know: what it spent itself.
func (s *Service) ownRow(ctx context.Context, sub *Subject, b *Breakdown) error {
	k := sub.Key
	r := Row{ID: k.Label, Name: k.Label, Label: k.Label, Cap: k.Cap}
	r.ResetsAt, _ = k.Cap.Reset.Next(b.To)
	var before *float64
	var err error
	if sub.KeySeries != 0 {
		if r.SpendUSD, _, err = s.o.Spent(ctx, sub.KeySeries, b.From, b.To); err != nil {
			return err
		}
		if before, _, err = s.o.Spent(ctx, sub.KeySeries, b.From.Add(-b.To.Sub(b.From)), b.From); err != nil {
			return err
		}
	}
	if r.SpendUSD == nil && b.From.Equal(credit.DayStart(b.To)) {
		r.SpendUSD = k.Usage.DailyUSD
	}
	r.since(before)
	if b.From.Equal(credit.DayStart(b.To)) {
		r.BYOKUSD = k.BYOK.DailyUSD
	}
	b.noteBYOK(k)
	balance, err := s.balance(ctx, sub)
	r.SpendableUSD, r.Binding = credit.Spendable(balance, k)
	b.Rows = []Row{r}
	return err
}

// noteBYOK says what an ordinary key had paid to providers directly, if
// anything: it is known by the day, week and month alone.
func (b *Breakdown) noteBYOK(k *credit.Key) {
	var sums []string
	for _, w := range []struct {
		usd  *float64
		span string
	}{{k.BYOK.DailyUSD, "today"}, {k.BYOK.WeeklyUSD, "this week"}, {k.BYOK.MonthlyUSD, "this month"}, {k.BYOK.TotalUSD, "ever"}} {
		if w.usd != nil && *w.usd > 0 {
			sums = append(sums, text.USD(*w.usd)+" "+w.span)
		}
	}
	if len(sums) == 0 {
		return
	}
	line := "BYOK, not in spend: " + strings.Join(sums, ", ") + " (UTC)"
	if k.Cap.LimitUSD != nil && k.Cap.IncludesBYOK {
		line += "; it counts against the cap"
	}
	b.note(line)
}

// balance is the account's, as it was last read; nil is unknown.
func (s *Service) balance(ctx context.Context, sub *Subject) (*credit.Balance, error) {
	newest, ok, err := sub.DB.At(ctx, sub.Account, time.Unix(1<<40, 0))
	if err != nil || !ok {
		return nil, err
	}
	return newest.Balance(), nil
}
