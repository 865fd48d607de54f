package cmd

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"ortop/internal/fault"
	"ortop/internal/metrics"
	"ortop/internal/monitor"
)

// Who spends is asked for so often, and told while it is no older than
// spendersStale.
const (
	spendersEvery = 5 * time.Minute
	spendersLimit = 15 * time.Second
	spendersStale = 3 * spendersEvery
)

// spenders are who spent an account's credits in the last 24 h.
type spenders struct {
	keys, models atomic.Pointer[monitor.Breakdown]
}

// follow asks again and again until ctx ends.
func (s *spenders) follow(ctx context.Context, mon *monitor.Monitor, now func() time.Time, log *slog.Logger) {
	wait := time.NewTimer(time.Second) // for the first poll
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wait.C:
		}
		for by, kept := range map[monitor.By]*atomic.Pointer[monitor.Breakdown]{monitor.ByKey: &s.keys, monitor.ByModel: &s.models} {
			ask, cancel := context.WithTimeout(ctx, spendersLimit)
			to := now()
			b, err := mon.Breakdown(ask, monitor.BreakdownQuery{By: by, From: to.Add(-24 * time.Hour), To: to})
			cancel()
			if err != nil {
				log.Debug("who spends is not known", "by", string(by), "error", oneLine(fault.Message(err)))
				continue
			}
			kept.Store(&b)
		}
		wait.Reset(spendersEvery)
	}
}

// rows are what b says at now, for metrics: nothing where it is old.
func rows(b *monitor.Breakdown, now time.Time) (list []metrics.Row) {
	if b == nil || now.Sub(b.ReadAt) > spendersStale {
		return nil
	}
	for _, r := range b.Rows {
		if r.SpendUSD != nil {
			list = append(list, metrics.Row{ID: r.ID, Name: r.Name, SpendUSD: *r.SpendUSD})
		}
	}
	return list
}
