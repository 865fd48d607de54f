package monitor

import (
	"context"
	"time"

	"ortop/history"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/spenders"
)

// newSpenders is who spends the account's credits.
func newSpenders(m *Monitor) *spenders.Service {
	return spenders.New(spenders.Options{
		Account: m.o.Account, BaseURL: m.o.BaseURL, Now: m.o.Now, Log: m.log, Spent: m.spent,
		Connect: func(ctx context.Context) (spenders.API, error) { return m.connected(ctx) },
		Subject: func() *spenders.Subject {
			s := m.subj.Load()
			if s == nil {
				return nil
			}
			return &spenders.Subject{DB: s.db, Account: s.account, KeySeries: s.key, Key: s.asker}
		},
	})
}

// Breakdown returns who spent what: see spenders.Service.
func (m *Monitor) Breakdown(ctx context.Context, q spenders.Query) (spenders.Breakdown, error) {
	return m.spenders.Breakdown(ctx, q)
}

// BreakdownPlot returns what one row of a breakdown spent: see
// spenders.Service.Plot.
func (m *Monitor) BreakdownPlot(ctx context.Context, by spenders.By, id string, from, to time.Time, n int) (history.Plot, error) {
	return m.spenders.Plot(ctx, by, id, from, to, n)
}

// spent is what a series spent in a span, as far as it was read; nil where too
// much of that is not known.
func (m *Monitor) spent(ctx context.Context, series history.Series, from, to time.Time) (*float64, error) {
	s := m.subj.Load()
	st := &store{m: m, db: s.db}
	poll, ok, err := s.db.Poll(ctx, series)
	if err != nil || !ok || poll.Success.IsZero() {
		return nil, err
	}
	if late := to.Sub(poll.Success); late > 2*m.o.Interval && late.Seconds() > edgeShare*to.Sub(from).Seconds() {
		return nil, nil
	}
	first, ok, err := st.first(ctx, series, to)
	if err != nil || !ok {
		return nil, err
	}
	p := past{at: to, since: first.At}
	if p.plot, err = s.db.BucketsAt(ctx, series, []time.Time{from, to}); err != nil {
		return nil, err
	}
	return p.over(from), nil
}

// listLimit bounds the listing of the keys: there may be 50 pages of them.
const listLimit = 2 * time.Minute

// keysChore lists the account's keys.
func keysChore(m *Monitor) *chore {
	return &chore{
		name: "keys", every: spenders.KeysEvery, limit: listLimit,
		wanted: (*store).manages,
		ask: func(ctx context.Context, _ API, _ time.Time) (func(context.Context, *store) error, error) {
			list, err := m.spenders.ListKeys(ctx)
			return func(_ context.Context, st *store) error { st.allow.list(list); return nil }, err
		},
	}
}

// manages reports whether the account was read, and with a key that may see
// all of it.
func (st *store) manages() bool {
	return st.was.ok && st.known.Key != nil && st.known.Key.Kind == credit.KeyManagement
}

// findDriver asks who spends more than before.
func findDriver(ctx context.Context, s *spenders.Service, u unusual) (spenders.Driver, error) {
	span, before := u.compared()
	d, err := s.Driver(ctx, span, before)
	d.OfUSD = u.USD
	return d, err
}

// compared is the span in which what u is about was spent, and the one that it
// is compared with.
func (u unusual) compared() (span, before credit.Span) {
	const day, week = 24 * time.Hour, 7 * 24 * time.Hour
	ends := func(to time.Time, d time.Duration) credit.Span { return credit.Span{From: to.Add(-d), To: to} }
	switch u.ID {
	case alert.HourID:
		return ends(u.At, time.Hour), ends(u.At.Add(-time.Hour), day)
	case alert.DayID:
		return ends(u.At, day), ends(u.At.Add(-day), week)
	}
	return ends(u.At, week), ends(u.At.Add(-time.Duration(u.Weeks-1)*week), week)
}
