package spenders

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/sim"
)

// pane returns another process's Service for the account of b, with a history of its
// own connection, and a client of its own.
func (b *bench) pane(path string) *bench {
	b.t.Helper()
	p := &bench{t: b.t, account: b.account}
	var err error
	if p.db, err = history.Open(b.t.Context(), path, history.Options{}); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { p.db.Close() })
	p.use(sim.DemoKey)
	p.Service = newService(p.db, func(context.Context) (API, error) { return p.api, nil }, p.subject.Load)
	p.o.Watched = func() bool { return true }
	return p
}

// panes returns n processes that share one history file, the first of which has
// read the account.
func panes(t *testing.T, n int) []*bench {
	t.Helper()
	c := sim.Config{Profile: "steady"}
	c.Members = 3
	b := newBench(t, c)
	path := filepath.Join(t.TempDir(), "history.db")
	var all []*bench
	for range n {
		all = append(all, b.pane(path))
	}
	for _, p := range all {
		p.read()
	}
	return all
}

// Processes that break spend down at the same time, or soon after one another, cost
// what one of them does.
func TestPanesAskOnce(t *testing.T) {
	for _, by := range Bys {
		for _, apart := range []time.Duration{0, 3 * time.Second} {
			bubble(t, func(t *testing.T) {
				requests := func(n int) (asked int, rows []int) {
					all := panes(t, n)
					all[0].account.Fail(sim.Fault{Delay: time.Second})
					before := len(all[0].account.Requests())
					rows = make([]int, n)
					var wait sync.WaitGroup
					for i, p := range all {
						wait.Go(func() {
							time.Sleep(time.Duration(i) * apart)
							rows[i] = len(p.broken(by, 24*time.Hour).Rows)
						})
					}
					wait.Wait()
					return len(all[0].account.Requests()) - before, rows
				}
				one, want := requests(1)
				five, rows := requests(5)
				if five != one {
					t.Errorf("five panes %v apart made %d requests for a breakdown by %s, one %d", apart, five, by, one)
				}
				for _, n := range rows {
					if n != want[0] || n == 0 {
						t.Errorf("five panes show %v rows by %s, one %d", rows, by, want[0])
					}
				}
			})
		}
	}
}

// What was answered comes back as it was, whatever it is.
func TestAnAnswerIsTheSameForAll(t *testing.T) {
	bubble(t, func(t *testing.T) {
		all := panes(t, 2)
		same := func(name string, ask func(b *bench) (any, answer, error)) {
			v, a, err := ask(all[0])
			w, o, otherErr := ask(all[1])
			if err != nil || otherErr != nil || !reflect.DeepEqual(v, w) || !a.from.Equal(o.from) || !a.to.Equal(o.to) || a.at.Sub(o.at).Abs() > time.Millisecond {
				t.Errorf("%s: %+v, %v of %v to %v at %v\nthe other: %+v, %v of %v to %v at %v", name, v, err, a.from, a.to, a.at, w, otherErr, o.from, o.to, o.at)
			}
		}
		to := time.Now().Truncate(time.Second)
		from := to.Add(-48 * time.Hour)
		same("analytics", func(b *bench) (any, answer, error) {
			return cached(t.Context(), b.Service, "a", from, to, func(ctx context.Context, api API) (client.Analytics, error) {
				return api.Query(ctx, client.AnalyticsQuery{Metrics: []string{creditsUsage, requestCount}, Dimensions: []string{"model", "user"}, Granularity: "hour", From: from, To: to, Limit: 10_000})
			})
		})
		same("activity", func(b *bench) (any, answer, error) {
			return cached(t.Context(), b.Service, "b", from, to, func(ctx context.Context, api API) (client.Activity, error) {
				return api.Activity(ctx, client.ActivityQuery{})
			})
		})
		same("members", func(b *bench) (any, answer, error) {
			return cached(t.Context(), b.Service, "c", from, to, func(ctx context.Context, api API) (client.List[client.Member], error) { return api.Members(ctx) })
		})
		same("guardrails of members", func(b *bench) (any, answer, error) {
			return cached(t.Context(), b.Service, "d", from, to, func(ctx context.Context, api API) (client.List[client.GuardrailMember], error) {
				return api.GuardrailMembers(ctx)
			})
		})
		if n := all[0].requests("/analytics/query") + all[0].requests("/activity"); n != 2 {
			t.Errorf("%d requests, want 2", n)
		}
	})
}

// A failure is everybody's for a minute, as the error that it was, and who waits for
// an answer need not wait for its own failure after it.
func TestAFailureIsSharedByPanes(t *testing.T) {
	for _, c := range []struct {
		fault sim.Fault
		is    error
		text  string
	}{
		{sim.Fault{Status: 500}, client.ErrServer, "500"},
		{sim.Fault{Status: 403}, client.ErrForbidden, "403"},
		{sim.Fault{Status: 404}, client.ErrNotFound, "404"},
		{sim.Fault{Hang: true}, client.ErrNetwork, "no answer within 15 s"},
	} {
		bubble(t, func(t *testing.T) {
			all := panes(t, 5)
			c.fault.Path = "/activity"
			all[0].account.Fail(c.fault)
			var wait sync.WaitGroup
			began := time.Now()
			for _, p := range all {
				wait.Go(func() {
					_, _, err := cached(t.Context(), p.Service, "q", began.Add(-time.Hour), began, func(ctx context.Context, api API) (client.Activity, error) {
						return api.Activity(ctx, client.ActivityQuery{})
					})
					if !errors.Is(err, c.is) || !strings.Contains(oneLine(err), c.text) {
						t.Errorf("%+v: %v, want %v", c.fault, err, c.is)
					}
				})
			}
			wait.Wait()
			if n := all[0].requests("/activity"); n != 1 || time.Since(began) > 16*time.Second {
				t.Errorf("%+v: %d requests in %v, want one", c.fault, n, time.Since(began))
			}
			all[0].account.Fail()
			time.Sleep(10 * time.Second)
			once := all[0].pane(all[0].db.Path()) // a command of its own is worth a try
			once.read()
			once.o.Watched = nil
			if _, _, err := cached(t.Context(), once.Service, "q", began.Add(-time.Hour), began, func(ctx context.Context, api API) (client.Activity, error) {
				return api.Activity(ctx, client.ActivityQuery{})
			}); err != nil {
				t.Errorf("%+v: a single answer: %v", c.fault, err)
			}
			time.Sleep(2 * time.Minute)
			if c.is == client.ErrForbidden || c.is == client.ErrNotFound {
				return // an hour each
			}
			if _, _, err := cached(t.Context(), all[3].Service, "q", began.Add(-time.Hour), began, func(ctx context.Context, api API) (client.Activity, error) {
				return api.Activity(ctx, client.ActivityQuery{})
			}); err != nil {
				t.Errorf("%+v: two minutes later: %v", c.fault, err)
			}
		})
	}
}

// Who waits for what another process asks gets what comes of that, and not an earlier
// failure; where nothing does, it asks.
func TestAnEarlierFailureIsNotWaitedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		all := panes(t, 2)
		b, other := all[0].Service.board(all[0].api), all[1].Service.board(all[1].api)
		b.watched, other.watched = false, false
		q := question{"q", time.Now().Add(-time.Hour), time.Now()}
		none := func([]post) bool { return false }
		failed := func(context.Context) ([]byte, error) {
			return nil, &client.APIError{Kind: client.ErrServer, Status: 500}
		}
		if err := b.ask(t.Context(), q, none, failed); !errors.Is(err, client.ErrServer) {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		wait.Go(func() {
			time.Sleep(time.Second)
			b.ask(t.Context(), q, none, func(context.Context) ([]byte, error) { time.Sleep(5 * time.Second); return []byte("y"), nil })
		})
		wait.Go(func() {
			time.Sleep(2 * time.Second)
			got := ""
			err := other.ask(t.Context(), q, func(about []post) bool {
				for _, p := range about {
					if p.Kind == isAnswer {
						got = string(other.read(t.Context(), p))
					}
				}
				return got != ""
			}, func(context.Context) ([]byte, error) { t.Error("it was asked twice"); return nil, nil })
			if err != nil || got != "y" {
				t.Errorf("ask = %v, %q, want what was waited for", err, got)
			}
		})
		wait.Wait()

		gone := question{"gone", q.from, q.to}
		if err := b.ask(t.Context(), gone, none, failed); err == nil {
			t.Fatal("no error")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		wait.Go(func() {
			b.ask(ctx, gone, none, func(ctx context.Context) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() })
		})
		time.Sleep(time.Second)
		asked := false
		if err := other.ask(t.Context(), gone, none, func(context.Context) ([]byte, error) { asked = true; return nil, nil }); err != nil || !asked {
			t.Errorf("ask = %v, asked %t, of who waited for nothing", err, asked)
		}
		wait.Wait()
	})
}

// Who asked and died bars nobody for longer than a request may take; who asks for
// longer is not interrupted.
func TestAClaimEnds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		all := panes(t, 2)
		dead, other := all[0].Service.board(all[0].api), all[1].Service.board(all[1].api)
		q := question{"q", time.Now().Add(-time.Hour), time.Now()}
		if name, err := dead.claim(t.Context(), q, nil); name == "" || err != nil {
			t.Fatalf("claim = %q, %v", name, err)
		}
		none := func([]post) bool { return false }
		began := time.Now()
		if err := other.ask(t.Context(), q, none, func(context.Context) ([]byte, error) { return []byte("x"), nil }); err != nil || time.Since(began) < claimGood || time.Since(began) > claimGood+time.Second {
			t.Errorf("ask = %v after %v, want an answer after %v", err, time.Since(began), claimGood)
		}

		slow := question{"slow", q.from, q.to}
		var wait sync.WaitGroup
		wait.Go(func() {
			dead.ask(t.Context(), slow, none, func(context.Context) ([]byte, error) { time.Sleep(time.Minute); return []byte("y"), nil })
		})
		time.Sleep(time.Second)
		began, got := time.Now(), ""
		err := other.ask(t.Context(), slow, func(about []post) bool {
			for _, p := range about {
				got += string(other.read(t.Context(), p))
			}
			return got != ""
		}, func(context.Context) ([]byte, error) { t.Error("it was asked twice"); return nil, nil })
		if err != nil || got != "y" || time.Since(began) > time.Minute {
			t.Errorf("ask = %v, %q after %v", err, got, time.Since(began))
		}
		wait.Wait()

		// A caller that leaves leaves no claim.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		left := question{"left", q.from, q.to}
		if err := dead.ask(ctx, left, none, func(ctx context.Context) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() }); err == nil {
			t.Error("no error of a context that ended")
		}
		names, err := other.db.StateNames(t.Context(), other.account, boardPrefix)
		if about := left.about(names, time.Now()); err != nil || len(about) != 0 {
			t.Errorf("%v, %v are left on the board", about, err)
		}
	})
}

// What is put up is not to be read without the key, has an end, and is little.
func TestTheBoardIsSealedAndBounded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		all := panes(t, 2)
		b := all[0].Service.board(all[0].api)
		put := func(name string, n int) {
			now := time.Now()
			if err := b.ask(t.Context(), question{name, now.Add(-time.Hour), now}, func([]post) bool { return false },
				func(context.Context) ([]byte, error) { return []byte(strings.Repeat("person@example.org ", n)), nil }); err != nil {
				t.Fatal(err)
			}
		}
		sizes := func() (n, bytes int) {
			names, err := b.db.StateNames(t.Context(), b.account, boardPrefix)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				value, err := b.db.State(t.Context(), b.account, name)
				if err != nil || strings.Contains(string(value), "person") || strings.Contains(name, "person") {
					t.Errorf("%s, %v: it can be read", name, err)
				}
				bytes += len(value)
			}
			return len(names), bytes
		}
		for i := range 3 * maxPosts {
			put(fmt.Sprint("person", i), 10)
		}
		if n, _ := sizes(); n != maxPosts {
			t.Errorf("%d posts, want %d", n, maxPosts)
		}
		for i := range 9 {
			put(fmt.Sprint("large", i), 50_000)
			time.Sleep(time.Second)
		}
		if n, bytes := sizes(); bytes > maxBoard+maxPosts*100 || n < 4 {
			t.Errorf("%d posts of %d bytes, want at most %d", n, bytes, maxBoard)
		}
		put("too large", maxPosted)
		time.Sleep(answerGood)
		put("last", 1)
		if n, bytes := sizes(); n != 1 || bytes > 100 {
			t.Errorf("%d posts of %d bytes are left, want the last", n, bytes)
		}

		// Another key may be shown more, or less.
		other := all[1]
		other.use(ordinary)
		found := false
		now := time.Now()
		if err := other.Service.board(other.api).ask(t.Context(), question{"last", now.Add(-time.Hour), now}, func(about []post) bool {
			for _, p := range about {
				found = found || other.Service.board(other.api).read(t.Context(), p) != nil
			}
			return found
		}, func(context.Context) ([]byte, error) { return nil, nil }); err != nil || found {
			t.Errorf("another key found it: %v, %v", found, err)
		}
	})
}

// A history that is not to be written, or not there, leaves everybody to ask.
func TestNoBoardIsNoHindrance(t *testing.T) {
	bubble(t, func(t *testing.T) {
		all := panes(t, 1)
		first := len(all[0].broken(ByModel, 24*time.Hour).Rows)
		readOnly, err := history.Open(t.Context(), all[0].db.Path(), history.Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer readOnly.Close()
		sub := *all[0].subject.Load()
		sub.DB = readOnly
		if sub.Account, err = readOnly.Series(t.Context(), "test", testURL, "account"); err != nil {
			t.Fatal(err)
		}
		s := newService(readOnly, func(context.Context) (API, error) { return all[0].api, nil }, func() *Subject { return &sub })
		s.o.Log = slog.New(slog.DiscardHandler)
		to := time.Now()
		before := all[0].requests("/analytics/query")
		d, err := s.Breakdown(t.Context(), Query{By: ByModel, From: to.Add(-24 * time.Hour), To: to})
		if err != nil || len(d.Rows) != first || all[0].requests("/analytics/query") != before {
			t.Errorf("read only: %d rows, %v, %d requests, want what was answered before", len(d.Rows), err, all[0].requests("/analytics/query")-before)
		}
		d, err = s.Breakdown(t.Context(), Query{By: ByProvider, From: to.Add(-24 * time.Hour), To: to})
		if err != nil || len(d.Rows) == 0 || all[0].requests("/analytics/query") == before {
			t.Errorf("read only: %d rows, %v, want that it asks by itself", len(d.Rows), err)
		}
	})
}
