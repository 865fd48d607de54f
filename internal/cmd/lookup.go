package cmd

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"ortop/client"
	"ortop/internal/ledger"
	"ortop/internal/reconcile"
	"ortop/internal/render"
	"ortop/internal/text"
)

// How requests are looked up: politely.
const (
	lookupPace    = time.Second
	lookupTries   = 4                // of one request, where the service has trouble
	lookupPatient = time.Minute      // the longest wait that it may ask for
	recordDelay   = 30 * time.Second // within which a record may not be there yet
)

// lookUp requests the records of at most limit requests of the log and matches
// them. The error is for a key that cannot be had.
func (a *app) lookUp(ctx context.Context, s settings, r *render.Reconciliation, limit int) error {
	key, _, err := a.key(ctx, s)
	if err != nil {
		return err
	}
	api, err := newClient(s.baseURL, key)
	if err != nil {
		return err
	}
	defer api.CloseIdle()
	chosen := choose(r.Log.Entries, limit)
	if took := time.Duration(len(chosen)) * lookupPace; took > 10*time.Second {
		a.hint("%d requests are looked up, one a second: this takes %s", len(chosen), text.Span(took))
	}
	reader := &recordReader{request: api.Generation, now: a.now, records: map[string]*reconcile.Record{}}
	r.LookupError = reader.readAll(ctx, chosen)
	if ctx.Err() != nil {
		return r.LookupError
	}
	look := reconcile.Match(&r.Log, reader.records)
	r.Lookup = &look
	return nil
}

// choose returns those entries that a record can tell most of: those without a
// time or a cost, and then the dearest.
func choose(entries []ledger.Entry, limit int) []ledger.Entry {
	worth := func(e ledger.Entry) float64 {
		if e.CostUSD == nil || e.At.IsZero() {
			return math.Inf(1)
		}
		return *e.CostUSD
	}
	chosen := slices.DeleteFunc(slices.Clone(entries), func(e ledger.Entry) bool { return e.ID == "" })
	slices.SortStableFunc(chosen, func(a, b ledger.Entry) int { return cmp.Compare(worth(b), worth(a)) })
	return chosen[:min(limit, len(chosen))]
}

// recordReader reads the service's records, one a second.
type recordReader struct {
	request func(ctx context.Context, id string) (client.Generation, error)
	now     func() time.Time
	records map[string]*reconcile.Record // nil: there is none
	asked   bool
}

// readAll reads the record of each entry. It stops at the first answer that
// tells that the others would be no better.
func (r *recordReader) readAll(ctx context.Context, entries []ledger.Entry) error {
	var early []ledger.Entry
	for _, e := range entries {
		if err := r.read(ctx, e.ID); err != nil {
			return err
		}
		if r.records[e.ID] == nil && r.now().Sub(e.At) < recordDelay {
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

func (r *recordReader) read(ctx context.Context, id string) error {
	pace := lookupPace
	for try := 1; ; try++ {
		if r.asked {
			if err := wait(ctx, pace); err != nil {
				return err
			}
		}
		r.asked = true
		g, err := r.request(ctx, id)
		switch {
		case err == nil:
			record := &reconcile.Record{CostUSD: g.UsageUSD, BYOK: g.IsBYOK != nil && *g.IsBYOK}
			if g.CreatedAt != nil {
				record.At = *g.CreatedAt
			}
			r.records[id] = record
			return nil
		case errors.Is(err, client.ErrNotFound):
			r.records[id] = nil
			return nil
		case !passing(err) || try == lookupTries:
			return err
		}
		pace *= 2
		var said *client.APIError
		if errors.As(err, &said) && said.RetryAfter != nil {
			if *said.RetryAfter > lookupPatient {
				return err
			}
			pace = max(pace, *said.RetryAfter)
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

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
