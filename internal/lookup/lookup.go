// Package lookup requests OpenRouter's records of single requests, politely: one
// a second, and no more where the others would get no better answer.
package lookup

import (
	"cmp"
	"context"
	"errors"
	"math"
	"time"

	"ortop/client"
	"ortop/internal/ledger"
	"ortop/internal/reconcile"
	"ortop/internal/sorted"
)

// How requests are looked up: politely.
const (
	Pace        = time.Second
	tries       = 4                // of one request, where the service has trouble
	longestWait = time.Minute      // a longer wait ends the look-up
	recordDelay = 30 * time.Second // within which a record may not be there yet
)

// Choose returns the entries to look up first: those without a time or a cost,
// and then the most expensive.
func Choose(entries []ledger.Entry, limit int) []ledger.Entry {
	worth := func(e *ledger.Entry) float64 {
		if e.CostUSD == nil || e.At.IsZero() {
			return math.Inf(1)
		}
		return *e.CostUSD
	}
	chosen := sorted.Without(entries, func(e *ledger.Entry) bool { return e.ID == "" })
	sorted.Rows(chosen, func(a, b *ledger.Entry) int { return cmp.Compare(worth(b), worth(a)) })
	return chosen[:min(limit, len(chosen))]
}

// Reader reads the records of requests.
type Reader struct {
	Request   func(ctx context.Context, id string) (client.Generation, error)
	Now       func() time.Time
	Records   map[string]*reconcile.Record // nil: there is none
	requested bool
}

// ReadAll reads the record of each entry. It stops at the first answer that
// tells that the others would be no better.
func (r *Reader) ReadAll(ctx context.Context, entries []ledger.Entry) error {
	var early []ledger.Entry
	for _, e := range entries {
		if err := r.read(ctx, e.ID); err != nil {
			return err
		}
		if r.Records[e.ID] == nil && r.Now().Sub(e.At) < recordDelay {
			early = append(early, e)
		}
	}
	for _, e := range early {
		if err := r.read(ctx, e.ID); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reader) read(ctx context.Context, id string) error {
	pace := Pace
	for try := 1; ; try++ {
		if r.requested {
			if err := Wait(ctx, pace); err != nil {
				return err
			}
		}
		r.requested = true
		g, err := r.Request(ctx, id)
		switch {
		case err == nil:
			record := &reconcile.Record{CostUSD: g.UsageUSD, BYOK: g.IsBYOK != nil && *g.IsBYOK}
			if g.CreatedAt != nil {
				record.At = *g.CreatedAt
			}
			r.Records[id] = record
			return nil
		case errors.Is(err, client.ErrNotFound):
			r.Records[id] = nil
			return nil
		case !passing(err) || try == tries:
			return err
		}
		pace *= 2
		var api *client.APIError
		if errors.As(err, &api) && api.RetryAfter != nil {
			if *api.RetryAfter > longestWait {
				return err
			}
			pace = max(pace, *api.RetryAfter)
		}
	}
}

// passing reports whether the same question may be answered later.
func passing(err error) bool {
	for _, kind := range []error{client.ErrRateLimited, client.ErrServer, client.ErrTimeout, client.ErrNetwork} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// Wait waits for d, or until ctx ends.
func Wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
