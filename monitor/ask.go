package monitor

import (
	"context"
	"errors"
	"time"

	"ortop/client"
	"ortop/credit"
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
	if a.keyAsked = q.known.wantsKey(q.now(), a.fingerprint); a.keyAsked {
		a.key, a.keyErr = quickly(ctx, a.api.Key)
	}
	a.creditsAsked = q.known.wantsCredits(q.now(), a.fingerprint) && worthAsking(a.keyErr)
	if a.creditsAsked {
		a.credits, a.creditsErr = quickly(ctx, a.api.Credits)
	}
	a.at = q.now()
	return a
}

// worthAsking reports whether a second request can fare better than the first.
func worthAsking(err error) bool {
	var api *client.APIError
	switch {
	case err == nil:
		return true
	case errors.Is(err, client.ErrUnauthorized), errors.Is(err, client.ErrNetwork), errors.Is(err, client.ErrRedirect):
		return false
	}
	return !errors.As(err, &api) || !api.HasRetryAfter
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
