// Package spenders breaks an account's spend down by who spent it: its keys, models,
// providers, workspaces and members over a span, and what their caps and
// budgets leave them.
//
// Keys are known by their own series in the history, into which each listing of
// them is stored; all else by the API's analytics, whose answers are good for
// five minutes, for all processes that use the history. Nothing of members is
// logged, or stored but sealed with the key that sees them.
package spenders

import (
	"cmp"
	"context"
	"crypto/cipher"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/fault"
	"ortop/internal/gate"
	"ortop/internal/text"
)

// API is the part of the API that knows spenders; *client.Client is one.
type API interface {
	Query(ctx context.Context, q client.AnalyticsQuery) (client.Analytics, error)
	AnalyticsMeta(ctx context.Context) (client.AnalyticsMeta, error)
	Activity(ctx context.Context, q client.ActivityQuery) (client.Activity, error)
	Keys(ctx context.Context, workspaceID string) (client.List[client.APIKey], error)
	Workspaces(ctx context.Context) (client.List[client.Workspace], error)
	Budgets(ctx context.Context, idOrSlug string) (client.WorkspaceBudgets, error)
	Members(ctx context.Context) (client.List[client.Member], error)
	Guardrails(ctx context.Context, workspaceID string) (client.List[client.Guardrail], error)
	GuardrailKeys(ctx context.Context) (client.List[client.GuardrailKey], error)
	GuardrailMembers(ctx context.Context) (client.List[client.GuardrailMember], error)
	WorkspaceMembers(ctx context.Context, workspaceID string) (client.List[client.WorkspaceMember], error)
	// Seal is for what other processes with the same key are told of the answers;
	// nil: nothing.
	Seal() cipher.AEAD
}

// Options configure a Service. All fields are required but Watched.
type Options struct {
	// Account and BaseURL name the account in the history.
	Account, BaseURL string
	// Connect returns the way to the API. It is called for each question, and
	// returns the same value for as long as the key is the same.
	Connect func(ctx context.Context) (API, error)
	// Subject returns where the account's history lies; nil where that was not
	// opened yet.
	Subject func() *Subject
	// Spent returns what a series spent in a span; nil is unknown, for the reason
	// that it returns besides.
	Spent func(ctx context.Context, series history.Series, from, to time.Time) (usd *float64, why string, err error)
	// Offline reports that nothing is to be requested: what is stored has to do.
	Offline func() bool
	// Watched reports that answers are asked for again and again: then what failed in
	// another process can wait, while a single answer is worth a try of its own. It
	// may be nil.
	Watched func() bool
	Now     func() time.Time // the wall clock
	Log     *slog.Logger
}

func (o Options) offline() bool { return o.Offline != nil && o.Offline() }

// Subject is an account's place in the history, and the key that reads it.
type Subject struct {
	DB      *history.DB
	Account history.Series // the account's totals
	// KeySeries is the spend of Key where that is an ordinary key, and else zero.
	KeySeries history.Series
	Key       *credit.Key // nil until it is known
}

const (
	// rarely is the time between two requests for what changes rarely, or what
	// this key may not see.
	rarely = time.Hour
	// failureGood is how long a failed request is not repeated.
	failureGood = time.Minute
	// slack is how far two sums may differ and count as equal.
	slack = 1e-9
)

// Service breaks the spend of one account down. Its methods may be called from
// any goroutine; each returns as soon as its context ends, also while it shares
// a request with another call.
type Service struct {
	o       Options
	flights gate.Flights
	cache   cache

	mu     sync.Mutex
	places KeyList     // the newest list of workspaces, without keys
	stored *storedKeys // the newest that was read; nil: none was
}

// New returns a Service. It sends no request before a method is called.
func New(o Options) *Service { return &Service{o: o} }

func (s *Service) connect(ctx context.Context) (API, error) {
	if s.o.offline() {
		return nil, ErrNotAsked
	}
	return s.o.Connect(ctx)
}

// Errors of a question that has no answer.
var (
	errWhat   = errors.New("breaking spend down: by key, model, provider, workspace or member, over a span that has begun")
	errUnread = errors.New("breaking spend down: nothing was read yet")
	// ErrNotAsked is what only the API knows, where it was not to be asked.
	ErrNotAsked = errors.New("it is not stored, and was not to be requested")
)

// noteOrdinary is for a key that may not see the account.
const noteOrdinary = "this key sees itself alone: a management key shows every key, model, provider, workspace and member"

const noteTruncated = "the analytics left rows out: what is told of is not all"

// Breakdown returns who spent what. It may wait for the network: answers are good
// for five minutes.
//
// The error is a client's where the keys cannot be listed, which ByKey cannot
// do without; the breakdown then holds what was known before, if anything was.
// What else cannot be had is a note.
func (s *Service) Breakdown(ctx context.Context, q Query) (Breakdown, error) {
	now := s.o.Now()
	q.From, q.To = q.From.Truncate(time.Second), q.To.Truncate(time.Second)
	if q.To.After(now) {
		q.To = now.Truncate(time.Second)
	}
	b := Breakdown{Account: s.o.Account, By: q.By, From: q.From, To: q.To, ReadAt: now}
	if !slices.Contains(Bys, q.By) || !q.From.Before(q.To) {
		return b, errWhat
	}
	sub := s.o.Subject()
	if sub == nil || sub.Key == nil {
		b.ReadAt, b.TotalWhy = time.Time{}, "nothing was read yet"
		return b, errUnread
	}
	var err error
	ordinary := sub.Key.Kind == credit.KeyOrdinary
	switch {
	case ordinary:
		b.Notes = append(b.Notes, noteOrdinary)
		if q.By == ByKey {
			err = s.ownRow(ctx, sub, &b)
		}
	case q.By == ByKey:
		err = s.byKey(ctx, sub, &b)
	default:
		s.byUse(ctx, sub, &b)
		if q.By == ByModel {
			if err := storeModels(ctx, sub, b.Rows); err != nil {
				s.o.Log.Warn("storing the models", "error", err)
			}
		}
	}
	if !b.days { // the total is of what was asked, also where those who spent it are older
		b.From, b.To = q.From, q.To
	}
	if b.TotalUSD == nil && b.From.Before(b.To) {
		var totalErr error
		b.TotalUSD, b.TotalWhy, totalErr = s.o.Spent(ctx, sub.Account, b.From, b.To)
		err = cmp.Or(err, totalErr)
		if b.TotalWhy != "" && !ordinary {
			b.note("what the account spent in this span is not known: " + b.TotalWhy)
		}
	}
	b.sum(ordinary)
	if trendErr := s.trends(ctx, sub, ordinary, q.Trend, &b); err == nil {
		err = trendErr
	}
	if b.Rows == nil || err != nil && len(b.Rows) == 0 {
		b.ReadAt = time.Time{}
	}
	return b, err
}

// clean is a name of the server's as it may be shown and stored.
//
//go:noinline
func clean(s string) string { return text.Clean(s, 100) }

// oneLine is an error's text as it may be shown.
//
//go:noinline
func oneLine(err error) string { return text.Clean(fault.Message(err), 300) }

// is reports whether the answer had the flag, and set.
func is(b *bool) bool { return b != nil && *b }
