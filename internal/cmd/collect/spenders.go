package collect

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"ortop/internal/cmd/cli"
	"ortop/internal/fault"
	"ortop/internal/metrics"
	"ortop/internal/monitor"
	"ortop/internal/spenders"
)

// The spenders are read so often, and reported while they are no older than
// spendersStale.
const (
	spendersEvery = 5 * time.Minute
	spendersLimit = 15 * time.Second
	spendersStale = 3 * spendersEvery
)

// topSpenders are who spent an account's credits in the last 24 h.
type topSpenders struct {
	keys, models atomic.Pointer[spenders.Breakdown]
}

// follow reads them again and again until ctx ends; of a shared account, only while it
// is collected here.
func (s *topSpenders) follow(ctx context.Context, mon *monitor.Monitor, now func() time.Time, log *slog.Logger, shared bool) {
	wait := time.NewTimer(time.Second) // for the first poll
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wait.C:
		}
		if snap, _ := mon.Latest(); shared && !snap.Collecting { // another machine does
			wait.Reset(time.Second)
			continue
		}
		for by, latest := range map[spenders.By]*atomic.Pointer[spenders.Breakdown]{spenders.ByKey: &s.keys, spenders.ByModel: &s.models} {
			limited, cancel := context.WithTimeout(ctx, spendersLimit)
			to := now()
			b, err := mon.Breakdown(limited, spenders.Query{By: by, From: to.Add(-24 * time.Hour), To: to})
			cancel()
			if err != nil {
				log.Debug("who spends is not known", "by", string(by), "error", cli.OneLine(fault.Message(err)))
				continue
			}
			latest.Store(&b)
		}
		wait.Reset(spendersEvery)
	}
}

// rows are the rows of b for metrics: none where it is old at now.
func rows(b *spenders.Breakdown, now time.Time) (list []metrics.Row) {
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
