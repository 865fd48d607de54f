package spenders

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/sim"
)

const (
	testURL  = "http://127.0.0.1/api/v1"
	ordinary = "sk-or-v1-ordinary00000000000000000000000000000000000000000000000000000"
)

func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

// oldAccount is a simulated account that has spent for weeks before it is
// first read.
func oldAccount(profile string) sim.Config {
	return sim.Config{Profile: profile, OrdinaryKey: ordinary, Now: time.Now, Start: time.Now().AddDate(0, 0, -35)}
}

// bench is a simulated account, a history of what was read of it, and a Service
// for both, to be used inside a synctest bubble.
type bench struct {
	*Service
	t       *testing.T
	account *sim.Account
	db      *history.DB
	api     *client.Client
	subject atomic.Pointer[Subject]
}

func newBench(t *testing.T, c sim.Config) *bench {
	t.Helper()
	b := &bench{t: t}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Start.IsZero() { // a past of days is enough for most, and soon made
		c.Start = c.Now().AddDate(0, 0, -5)
	}
	var err error
	if b.account, err = sim.New(c); err != nil {
		t.Fatal(err)
	}
	if b.db, err = history.OpenMemory(t.Context(), history.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.db.Close() })
	b.use(sim.DemoKey)
	b.Service = newService(b.db, func(context.Context) (API, error) { return b.api, nil }, b.subject.Load)
	return b
}

// inMemory is a service of an account without an API, whose history is in memory.
func inMemory(t *testing.T) (*Subject, *Service) {
	t.Helper()
	db, err := history.OpenMemory(t.Context(), history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	account, err := db.Series(t.Context(), "test", testURL, "account")
	if err != nil {
		t.Fatal(err)
	}
	return &Subject{DB: db, Account: account}, newService(db, nil, nil)
}

// newService is a Service for the account of the tests in a history.
func newService(db *history.DB, connect func(context.Context) (API, error), subject func() *Subject) *Service {
	return New(Options{
		Account: "test", BaseURL: testURL, Connect: connect, Subject: subject, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Spent: func(ctx context.Context, series history.Series, from, to time.Time) (*float64, string, error) {
			first, ok, err := db.First(ctx, series)
			if err != nil || !ok || first.At.After(from) {
				return nil, "", err
			}
			p, err := db.BucketsAt(ctx, series, []time.Time{from, to})
			if err != nil {
				return nil, "", err
			}
			return &p.Buckets[0].SpendUSD, "", nil
		},
	})
}

// use connects with another key.
func (b *bench) use(key string) {
	b.t.Helper()
	var err error
	b.api, err = client.New(client.Config{BaseURL: testURL, Key: client.NewSecret(key), Transport: b.account.RoundTripper(), Now: time.Now})
	if err != nil {
		b.t.Fatal(err)
	}
}

// read reads the account, or the key that sees itself alone.
func (b *bench) read() {
	b.t.Helper()
	ctx := b.t.Context()
	k, err := b.api.Key(ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	s := &Subject{DB: b.db, Key: &credit.Key{
		Kind: credit.KeyManagement, Label: k.Label,
		Cap:   credit.Cap{LimitUSD: k.LimitUSD, RemainingUSD: k.LimitRemainingUSD, Reset: credit.Reset(k.LimitReset), IncludesBYOK: is(k.IncludeBYOKInLimit)},
		Usage: credit.Usage{TotalUSD: &k.UsageUSD, DailyUSD: k.UsageDailyUSD, WeeklyUSD: k.UsageWeeklyUSD, MonthlyUSD: k.UsageMonthlyUSD},
		BYOK:  credit.Usage{TotalUSD: k.BYOKUsageUSD, DailyUSD: k.BYOKDailyUSD, WeeklyUSD: k.BYOKWeeklyUSD, MonthlyUSD: k.BYOKMonthlyUSD},
	}}
	series := func(name string) history.Series {
		id, err := b.db.Series(ctx, "test", testURL, name)
		if err != nil {
			b.t.Fatal(err)
		}
		return id
	}
	s.Account = series("account")
	now := time.Now()
	var readings []history.Reading
	if !is(k.IsManagementKey) {
		s.Key.Kind, s.KeySeries = credit.KeyOrdinary, series("key:own")
		readings = append(readings, history.Reading{Series: s.KeySeries, At: now, UsageUSD: k.UsageUSD})
	} else if c, err := b.api.Credits(ctx); err != nil {
		b.t.Fatal(err)
	} else {
		readings = append(readings, history.Reading{Series: s.Account, At: now, UsageUSD: c.TotalUsageUSD, CreditsUSD: c.TotalCreditsUSD, CreditsKnown: true})
	}
	if err := b.db.Record(ctx, history.PollUpdate{Series: s.Account, Attempt: now, Success: now, Interval: time.Minute}, readings...); err != nil {
		b.t.Fatal(err)
	}
	b.subject.Store(s)
}

// look reads the account and breaks its spend down.
func (b *bench) look(by By, span time.Duration) Breakdown {
	b.t.Helper()
	b.read()
	return b.broken(by, span)
}

func (b *bench) broken(by By, span time.Duration) Breakdown {
	b.t.Helper()
	now := time.Now()
	d, err := b.Breakdown(b.t.Context(), Query{By: by, From: now.Add(-span), To: now})
	if err != nil {
		b.t.Fatalf("Breakdown by %s: %v", by, err)
	}
	return d
}

// requests is how often an endpoint was asked.
func (b *bench) requests(path string) (n int) {
	for _, r := range b.account.Requests() {
		if strings.HasSuffix(r.Path, path) {
			n++
		}
	}
	return n
}

func deref(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}
