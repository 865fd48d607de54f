package monitor

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"ortop/client"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/routine"
	"ortop/internal/text"
)

// quickWaits are the pauses before a request is made again at once, after a
// refused or reset connection only.
var quickWaits = [...]time.Duration{250 * time.Millisecond, time.Second}

// ConnectError is that the account has no key, or that it could not be had.
type ConnectError struct{ Err error }

func (e *ConnectError) Error() string { return e.Err.Error() }

// Unwrap returns what Options.Connect returned.
func (e *ConnectError) Unwrap() error { return e.Err }

// request is one poll: what it needs to know of the loop, copied.
type request struct {
	connect     connector
	api         API // nil: connect first
	fingerprint string
	facts       account.Facts
	now         func() time.Time
	log         *slog.Logger
	// refused reports that the key was not accepted the last time.
	refused bool
}

// response is what one poll got.
type response struct {
	api     API
	reading account.Reading
	// The errors behind the reading's faults.
	connectErr, keyErr, totalsErr error
	panic                         *routine.PanicError
}

// err returns the error behind a fault of the reading; a fault that is none of
// a request's is an error of its own.
func (r response) err(f *account.Fault) error {
	switch {
	case f == nil:
		return nil
	case f == r.reading.ConnectFault:
		return r.connectErr
	case f == r.reading.KeyFault:
		return r.keyErr
	case f == r.reading.TotalsFault:
		return r.totalsErr
	}
	return &faultError{*f}
}

// send polls: the key's facts where they are wanted, and the credits.
func (q request) send(ctx context.Context) response {
	r := response{api: q.api, reading: account.Reading{Fingerprint: q.fingerprint}}
	in := &r.reading
	if r.api == nil {
		var err error
		if r.api, in.Fingerprint, err = q.connect(ctx); err != nil {
			r.connectErr = &ConnectError{err}
			in.At, in.ConnectFault = q.now(), newFault(r.connectErr)
			return r
		}
	}
	began := q.now()
	wantsTotals := q.facts.WantsTotals(began, in.Fingerprint)
	var key client.Key
	wait := func() {}
	if q.facts.WantsKey(began, in.Fingerprint) {
		// Both at once: a slow answer to one must not cost the other.
		join := beside(func() { q.askKey(ctx, &r, &key) })
		wait = func() {
			join()
			q.takeKey(&r, &key)
			wait = func() {}
		}
	}
	if q.refused { // one request is enough to be refused again
		wait()
		wantsTotals = wantsTotals && !errors.Is(r.keyErr, client.ErrUnauthorized)
	}
	if wantsTotals {
		var credits client.Credits
		r.totalsErr = q.timed(ctx, "credits", func() (err error) {
			credits, err = r.api.Credits(ctx)
			return err
		})
		wait()
		if in.TotalsFault = newFault(r.totalsErr); r.totalsErr == nil {
			in.Totals = &credit.Balance{CreditsUSD: credits.TotalCreditsUSD, UsageUSD: credits.TotalUsageUSD}
			in.Skew = skew(credits.Meta)
		}
	}
	wait()
	if in.At = q.now(); in.Key != nil && began.Before(credit.DayStart(in.At)) {
		// Whether its windows are of the day before, or of the day that began, nobody knows.
		q.askKey(ctx, &r, &key)
		q.takeKey(&r, &key)
		in.At = q.now()
	}
	return r
}

//go:noinline
func (q *request) askKey(ctx context.Context, r *response, key *client.Key) {
	r.keyErr = q.timed(ctx, "key", func() (err error) {
		*key, err = r.api.Key(ctx)
		return err
	})
}

// takeKey puts the answer about the key into the reading.
//
//go:noinline
func (q *request) takeKey(r *response, key *client.Key) {
	in := &r.reading
	if in.Key, in.KeyFault = nil, newFault(r.keyErr); r.keyErr != nil {
		return
	}
	in.Key, in.Skew = KeyFacts(*key), skew(key.Meta)
	if key.Odd != "" {
		q.log.Debug("left out of an answer", "for", "key", "what", key.Odd)
	}
}

// beside runs f in a goroutine of its own. wait waits for it, and panics if f
// did.
func beside(f func()) (wait func()) {
	done := make(chan *routine.PanicError, 1)
	routine.Go(func() {
		defer func() { done <- routine.Recovered(recover()) }()
		f()
	})
	return func() {
		if p := <-done; p != nil {
			panic(p)
		}
	}
}

// timed makes a request as again does, and notes it in the log.
func (q *request) timed(ctx context.Context, what string, send func() error) error {
	began := q.now()
	err := again(ctx, send)
	took := q.now().Sub(began).Round(time.Millisecond)
	if err != nil {
		q.log.Debug("request failed", "for", what, "took", took, "error", oneLine(err))
	} else {
		q.log.Debug("request answered", "for", what, "took", took)
	}
	return err
}

// again makes a request, and makes it again where the connection was refused or reset.
func again(ctx context.Context, send func() error) error {
	for _, wait := range quickWaits {
		err := send()
		var n *client.NetworkError
		if !errors.As(err, &n) || !n.QuickRetry {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
	return send()
}

// KeyFacts turns the API's answer into the words of this field.
func KeyFacts(k client.Key) *credit.Key {
	total := k.UsageUSD
	f := &credit.Key{
		Kind:    credit.KeyUnknown,
		Label:   k.Label,
		Creator: k.CreatorUserID,
		Owner:   credit.Owner{Organization: k.OrganizationID, Workspace: k.WorkspaceID},
		Cap: credit.Cap{
			LimitUSD: k.LimitUSD, RemainingUSD: k.LimitRemainingUSD,
			Reset: credit.Reset(k.LimitReset), IncludesBYOK: isSet(k.IncludeBYOKInLimit),
		},
		Usage:    credit.Usage{TotalUSD: &total, DailyUSD: k.UsageDailyUSD, WeeklyUSD: k.UsageWeeklyUSD, MonthlyUSD: k.UsageMonthlyUSD},
		BYOK:     credit.Usage{TotalUSD: k.BYOKUsageUSD, DailyUSD: k.BYOKDailyUSD, WeeklyUSD: k.BYOKWeeklyUSD, MonthlyUSD: k.BYOKMonthlyUSD},
		FreeTier: isSet(k.IsFreeTier), ExpiryUnread: k.ExpiryUnread,
	}
	switch {
	case isSet(k.IsManagementKey):
		f.Kind = credit.KeyManagement
	case k.IsManagementKey != nil:
		f.Kind = credit.KeyOrdinary
	}
	if k.ExpiresAt != nil {
		f.ExpiresAt = *k.ExpiresAt
	}
	if r := k.FreeModelDailyRequests; r != nil {
		f.FreeRequests = &credit.FreeRequests{Used: r.Used, Limit: r.Limit, Remaining: r.Remaining}
	}
	for _, b := range k.Budgets {
		if g := budgetOf(b); f.Kind != credit.KeyManagement || !g.OfKey() {
			f.Budgets = append(f.Budgets, g)
		}
	}
	return f
}

func budgetOf(b client.Budget) credit.Budget {
	g := credit.Budget{
		Cap:   credit.Cap{LimitUSD: b.LimitUSD, RemainingUSD: b.RemainingUSD, Reset: credit.Reset(b.ResetInterval), IncludesBYOK: isSet(b.IncludeBYOK)},
		Scope: text.Clean(b.Scope, 60), ID: b.BudgetID, SpendUSD: b.SpendUSD,
	}
	if b.ResetsAt != nil {
		g.ResetsAt = *b.ResetsAt
	}
	return g
}

// isSet reports whether the answer had the flag, and true.
func isSet(b *bool) bool { return b != nil && *b }

// skew is the server's lead over this clock: 0 where it is under a minute or
// not told.
func skew(m client.Meta) *time.Duration {
	var d time.Duration
	if m.ServerSkew != nil && m.ServerSkew.Abs() > time.Minute {
		d = m.ServerSkew.Round(time.Second)
	}
	return &d
}
