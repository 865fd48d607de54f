package monitor

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"ortop/client"
	"ortop/internal/credit"
)

// quickWaits are the pauses before a request is made again at once, after a
// refused or reset connection only.
var quickWaits = [...]time.Duration{250 * time.Millisecond, time.Second}

// ConnectError is that the account has no key, or that it could not be had.
type ConnectError struct{ Err error }

func (e *ConnectError) Error() string { return e.Err.Error() }

// Unwrap returns what Options.Connect returned.
func (e *ConnectError) Unwrap() error { return e.Err }

// question is one poll: what it needs to know of the loop, copied.
type question struct {
	o     *Options
	api   API // nil: connect first
	fp    string
	known known
	now   func() time.Time
	log   *slog.Logger
	// refused reports that the key was not accepted the last time.
	refused bool
}

// ask polls: the key's facts where they are wanted, and the credits.
func (q question) ask(ctx context.Context) answer {
	a := answer{api: q.api, fingerprint: q.fp}
	if a.api == nil {
		a.api, a.fingerprint, a.connectErr = q.o.Connect(ctx)
	}
	if a.connectErr != nil {
		a.at, a.connectErr = q.now(), &ConnectError{a.connectErr}
		return a
	}
	a.keyAsked = q.known.wantsKey(q.now(), a.fingerprint)
	a.creditsAsked = q.known.wantsCredits(q.now(), a.fingerprint)
	// Both at once: a slow answer to one must not cost the other.
	var wait func()
	if a.keyAsked {
		wait = beside(func() { a.key, a.keyErr = asked(ctx, q, "key", a.api.Key) })
	}
	if wait != nil && q.refused { // one request is enough to be refused again
		wait()
		wait = nil
		a.creditsAsked = a.creditsAsked && !errors.Is(a.keyErr, client.ErrUnauthorized)
	}
	if a.creditsAsked {
		a.credits, a.creditsErr = asked(ctx, q, "credits", a.api.Credits)
	}
	if wait != nil {
		wait()
	}
	a.at = q.now()
	return a
}

// beside runs f in a goroutine of its own. wait waits for it, and panics if f
// did.
func beside(f func()) (wait func()) {
	done := make(chan *PanicError, 1)
	go func() {
		defer func() { done <- panicError(recover()) }()
		f()
	}()
	return func() {
		if p := <-done; p != nil {
			panic(p)
		}
	}
}

// asked makes a request and notes it in the log.
func asked[T any](ctx context.Context, q question, what string, request func(context.Context) (T, error)) (T, error) {
	began := q.now()
	v, err := quickly(ctx, request)
	took := q.now().Sub(began).Round(time.Millisecond)
	if err != nil {
		q.log.Debug("asked in vain", "for", what, "took", took, "error", oneLine(err))
	} else {
		q.log.Debug("asked", "for", what, "took", took)
	}
	return v, err
}

// quickly makes a request, and makes it again where the connection was
// refused or reset.
func quickly[T any](ctx context.Context, request func(context.Context) (T, error)) (v T, err error) {
	for _, wait := range quickWaits {
		v, err = request(ctx)
		var n *client.NetworkError
		if !errors.As(err, &n) || !n.QuickRetry {
			return v, err
		}
		select {
		case <-ctx.Done():
			return v, err
		case <-time.After(wait):
		}
	}
	return request(ctx)
}

// keyFacts turns the API's answer into the words of this field.
func keyFacts(k client.Key) *credit.Key {
	total := k.UsageUSD
	f := &credit.Key{
		Kind:    credit.KeyUnknown,
		Label:   k.Label,
		Creator: k.CreatorUserID,
		Cap: credit.Cap{
			LimitUSD: k.LimitUSD, RemainingUSD: k.LimitRemainingUSD,
			Reset: credit.Reset(k.LimitReset), IncludesBYOK: said(k.IncludeBYOKInLimit),
		},
		Usage:    credit.Usage{TotalUSD: &total, DailyUSD: k.UsageDailyUSD, WeeklyUSD: k.UsageWeeklyUSD, MonthlyUSD: k.UsageMonthlyUSD},
		BYOK:     credit.Usage{TotalUSD: k.BYOKUsageUSD, DailyUSD: k.BYOKDailyUSD, WeeklyUSD: k.BYOKWeeklyUSD, MonthlyUSD: k.BYOKMonthlyUSD},
		FreeTier: said(k.IsFreeTier),
	}
	switch {
	case said(k.IsManagementKey):
		f.Kind = credit.KeyManagement
	case k.IsManagementKey != nil:
		f.Kind = credit.KeyOrdinary
	}
	if k.ExpiresAt != nil {
		f.ExpiresAt = *k.ExpiresAt
	}
	return f
}

// said reports whether the answer had the flag, and set.
func said(b *bool) bool { return b != nil && *b }
