package monitor

import (
	"context"
	"time"

	"ortop/history"
	"ortop/internal/spenders"
)

// newSpenders is who spends the account's credits.
func newSpenders(m *Monitor) *spenders.Service {
	return spenders.New(spenders.Options{
		Account: m.o.Account, BaseURL: m.o.BaseURL, Now: m.o.Now, Log: m.log, Spent: m.spent,
		Offline: m.offline.Load, Watched: m.watched.Load,
		Connect: func(ctx context.Context) (spenders.API, error) { return m.connected(ctx) },
		Subject: func() *spenders.Subject {
			s := m.subject.Load()
			if s == nil {
				return nil
			}
			return &spenders.Subject{DB: s.db, Account: s.account, KeySeries: s.keySeries, Key: s.facts.KeyBy(s.book.Poll.Success, m.o.Now())}
		},
	})
}

// Breakdown returns who spent what: see spenders.Service.
//
//go:noinline
func (m *Monitor) Breakdown(ctx context.Context, q spenders.Query) (spenders.Breakdown, error) {
	return m.spenders.Breakdown(ctx, q)
}

// Charges returns what was spent by day, key and model: see spenders.Service.
func (m *Monitor) Charges(ctx context.Context, from, to time.Time) spenders.Charges {
	return m.spenders.Charges(ctx, from, to)
}

// BreakdownPlot returns what one row of a breakdown spent: see
// spenders.Service.Plot.
//
//go:noinline
func (m *Monitor) BreakdownPlot(ctx context.Context, by spenders.By, id string, from, to time.Time, n int) (history.Plot, error) {
	return m.spenders.Plot(ctx, by, id, from, to, n)
}
