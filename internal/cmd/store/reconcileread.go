package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ortop/client"
	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/lookup"
	"ortop/internal/monitor"
	"ortop/internal/reconcile"
	"ortop/internal/render"
	"ortop/internal/text"
)

// spent finds what the account spent while the log was written, and reads the
// account if it was not read since. Why it is not known is r.Reason.
func spent(ctx context.Context, a *cli.App, s *session.Settings, r *render.Reconciliation) (known reconcile.Account, err error) {
	ses := session.Watch(a, *s, a.ErrLog(), nil)
	defer cli.Closing(&err, ses.Close)
	last := r.To.Truncate(time.Second).Add(time.Second) // logs often have whole seconds
	settle := reconcile.Settle
	if r.Log.ByDay() { // its ends are those of days, not of requests
		last, settle = r.To, 0
	}
	snap, err := readSince(ctx, a, ses.Mon, last)
	if snap.StorageNote != "" {
		a.Hint("%s", snap.StorageNote)
	}
	if err != nil && ctx.Err() != nil {
		return known, err
	}
	r.Reason = err
	if err == nil && snap.Fault != nil {
		r.Reason = errors.New(snap.Fault.Message)
	}
	known.Read = snap.At
	end := last.Add(settle)
	if snap.At.Before(end) && !snap.At.Before(last) {
		end = snap.At
	}
	spent, err := ses.Mon.Spent(ctx, r.From, end)
	if errors.Is(err, monitor.ErrNotCovered) && end.After(last) { // an import may end with the log
		spent, err = ses.Mon.Spent(ctx, r.From, last)
	}
	switch {
	case errors.Is(err, monitor.ErrNotCovered):
		if r.Reason == nil {
			r.Reason = errors.New(notCovered(spent, r.From, r.To))
		}
		return known, nil
	case err != nil:
		r.Reason = err
		return known, nil
	}
	r.Reason, r.Spent = nil, &spent
	known.SpentUSD, known.UnsureUSD = &spent.USD, spent.UnsureUSD
	return known, nil
}

// readGap is longer than the monitor leaves between two requests.
const readGap = 5500 * time.Millisecond

// readSince returns a snapshot of a reading after t, if one can be had. The
// account may have been read just before t, and is not read again at once.
func readSince(ctx context.Context, a *cli.App, mon *monitor.Monitor, t time.Time) (snap account.Snapshot, err error) {
	for range 2 {
		snap, err = mon.Once(ctx, monitor.Freshness{MaxAge: max(0, a.Now().Sub(t.Add(reconcile.Settle)))})
		if err != nil || snap.Fault != nil || !snap.At.Before(t) || t.Sub(a.Now()) > readGap {
			return snap, err
		}
		if err := lookup.Wait(ctx, readGap); err != nil {
			return snap, err
		}
	}
	return snap, err
}

func notCovered(s monitor.Spent, from, to time.Time) string {
	if s.Covered.From.IsZero() {
		return "there is no history of this account"
	}
	return fmt.Sprintf("history covers %s, and the log %s", render.Minutes(s.Covered.From, s.Covered.To), render.Minutes(from, to))
}

// lookUp requests the records of at most limit requests of the log and matches
// them. The error is for a key that cannot be had.
func lookUp(ctx context.Context, a *cli.App, s *session.Settings, r *render.Reconciliation, limit int) error {
	key, _, err := session.Key(ctx, a, s)
	if err != nil {
		return err
	}
	api, err := session.NewClient(s.BaseURL, key, a.Now)
	if err != nil {
		return err
	}
	defer api.CloseIdle()
	chosen := lookup.Choose(r.Log.Entries, limit)
	if took := time.Duration(len(chosen)) * lookup.Pace; took > 10*time.Second {
		a.Hint("%d requests are looked up, one a second: this takes %s", len(chosen), text.Span(took))
	}
	p, n := a.Progress(), 0
	defer p.End()
	request := func(ctx context.Context, id string) (client.Generation, error) {
		p.Printf("%d of %d requests looked up", min(n, len(chosen)), len(chosen))
		n++
		return api.Generation(ctx, id)
	}
	reader := &lookup.Reader{Request: request, Now: a.Now, Records: map[string]*reconcile.Record{}}
	r.LookupError = reader.ReadAll(ctx, chosen)
	if ctx.Err() != nil {
		return r.LookupError
	}
	look := reconcile.Match(&r.Log, reader.Records)
	r.Lookup = &look
	return nil
}
