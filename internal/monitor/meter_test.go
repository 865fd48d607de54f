package monitor

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/sim"
)

// quiet is an account of which nothing is spent but by Spend.
func quiet() sim.Config {
	start := time.Now().Add(-48 * time.Hour)
	return sim.Config{CreditsUSD: 100, Trace: []sim.Point{{At: start, USD: 0}, {At: start.Add(time.Hour), USD: 12}}}
}

func TestMeterSettles(t *testing.T) {
	t.Parallel()
	type spend struct {
		after time.Duration // the end of what is done
		usd   float64
	}
	less := sim.Answer(`{"data":{"total_credits":100,"total_usage":3}}`)
	less.Path = "/credits"
	for _, c := range []struct {
		name    string
		spends  []spend
		fail    []sim.Fault
		cancel  time.Duration
		usd     float64 // below 0: unknown
		settled bool
		after   time.Duration // settled
		took    time.Duration
		fault   credit.FaultKind
	}{
		{name: "nothing spent", settled: true, took: 90 * time.Second},
		{name: "spent before the end", spends: []spend{{-time.Second, 0.25}}, usd: 0.25, settled: true, took: 90 * time.Second},
		{name: "charges that land late", spends: []spend{{-time.Second, 0.25}, {35 * time.Second, 0.5}, {65 * time.Second, 0.125}}, usd: 0.875, settled: true, after: 70 * time.Second, took: 160 * time.Second},
		{name: "others who never stop", spends: []spend{{time.Second, 1}, {80 * time.Second, 1}, {160 * time.Second, 1}, {229 * time.Second, 1}}, usd: 4, took: 4 * time.Minute},
		{name: "a server that fails for good", fail: []sim.Fault{sim.Error(503)}, usd: -1, took: 4 * time.Minute, fault: credit.FaultServer},
		{name: "a key that is refused", fail: []sim.Fault{sim.Error(401)}, usd: -1, took: 0, fault: credit.FaultUnauthorized},
		{name: "numbers of another series", fail: []sim.Fault{less}, usd: -1, took: 4 * time.Minute, fault: credit.FaultMalformed},
		{name: "ended by a person", spends: []spend{{5 * time.Second, 0.25}}, cancel: 25 * time.Second, usd: 0.25, took: 25 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				b := newBench(t, quiet())
				meter, err := New(b.o).Meter(t.Context(), "")
				if err != nil {
					t.Fatal(err)
				}
				defer meter.Close()
				time.Sleep(10 * time.Minute)
				ended := time.Now().Add(time.Minute)
				for _, s := range c.spends {
					time.AfterFunc(time.Until(ended.Add(s.after)), func() { b.account.Spend(s.usd) })
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				b.account.Fail(c.fail...)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.cancel > 0 {
					time.AfterFunc(c.cancel, cancel)
				}
				calls := 0
				got := meter.Settle(ctx, func(Cost) { calls++ })
				if took := time.Since(ended); took != c.took {
					t.Errorf("Settle took %v, want %v", took, c.took)
				}
				if (got.SpentUSD == nil) != (c.usd < 0) || got.SpentUSD != nil && math.Abs(*got.SpentUSD-c.usd) > 1e-9 {
					t.Errorf("Settle(…).SpentUSD = %v, want %v", deref(got.SpentUSD), c.usd)
				}
				if got.Settled != c.settled || c.settled && got.SettledAfter != c.after || got.Of != "the account" || calls == 0 {
					t.Errorf("Settle(…) = %+v after %d calls, want settled %v after %v", got, calls, c.settled, c.after)
				}
				if kind := kindOf(got.Fault); kind != c.fault {
					t.Errorf("Settle(…).Fault = %q, want %q", kind, c.fault)
				}
			})
		})
	}
}

func kindOf(f *account.Fault) credit.FaultKind {
	if f == nil {
		return ""
	}
	return f.Kind
}

func TestMeterTellsTheBackground(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := b.run()
		s := after(t, m, 2*time.Hour)
		meter, err := New(b.o).Meter(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer meter.Close()
		began := time.Now()
		time.Sleep(30 * time.Minute)
		before := b.asked("/credits")
		c := meter.Settle(t.Context(), func(Cost) {})
		want := *s.Burn.USDPerHour * time.Since(began).Hours()
		if c.BackgroundUSD == nil || math.Abs(*c.BackgroundUSD-want) > 0.15*want {
			t.Errorf("BackgroundUSD = %v, want about %v", deref(c.BackgroundUSD), want)
		}
		if spent := b.account.Usage(time.Now()) - b.account.Usage(began); c.SpentUSD == nil || math.Abs(*c.SpentUSD-spent) > 0.2*spent {
			t.Errorf("SpentUSD = %v, want about %v, the background not subtracted", deref(c.SpentUSD), spent)
		}
		// Every reading is stored, and the collector goes on by it.
		if n := b.asked("/credits") - before; n > 30 {
			t.Errorf("4 min made %d requests, want one in 10 s and the collector's", n)
		}
		if samples, err := b.db.Range(t.Context(), m.subject.Load().account, began, time.Now().Add(time.Second)); err != nil || len(samples) < 24 {
			t.Errorf("history has %d samples of it, %v", len(samples), err)
		}
	})
}

func TestMeterOfAKey(t *testing.T) {
	t.Parallel()
	const ordinary = "sk-or-v1-ordinary00000000000000000000000000000000000000000000000000000"
	bubble(t, func(t *testing.T) {
		c := quiet()
		c.OrdinaryKey = ordinary
		b := newBench(t, c)
		api, _, err := b.o.Connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		keys, err := api.(*client.Client).Keys(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		first, other := keys.Rows[0].Hash, keys.Rows[1].Hash
		if u := func(h string) float64 { k, _ := api.KeyByHash(t.Context(), h); return k.UsageUSD }; true {
			was := u(first)
			b.account.Spend(1)
			if u(first) == was { // Spend is of the account's first key, which may be listed last
				slices.Reverse(keys.Rows)
				first, other = keys.Rows[0].Hash, keys.Rows[1].Hash
			}
		}
		for hash, want := range map[string]float64{first: 0.5, other: 0} {
			meter, err := New(b.o).Meter(t.Context(), hash)
			if err != nil {
				t.Fatal(err)
			}
			b.account.Spend(0.5)
			got := meter.Settle(t.Context(), func(Cost) {})
			if got.SpentUSD == nil || math.Abs(*got.SpentUSD-want) > 1e-9 || !got.Settled || meter.Own() {
				t.Errorf("key %.4s: Settle(…) = %+v, want %v spent", hash, got, want)
			}
		}
		if _, err := New(b.o).Meter(t.Context(), "ffff"); !errors.Is(err, client.ErrNotFound) {
			t.Errorf("Meter of a key that is not there: %v, want %v", err, client.ErrNotFound)
		}

		key := ordinary
		b.key.Store(&key)
		meter, err := New(b.o).Meter(t.Context(), first)
		if err != nil || !meter.Own() {
			t.Fatalf("Meter by an ordinary key = %v, want its own usage", err)
		}
		if got := meter.Settle(t.Context(), func(Cost) {}); got.SpentUSD == nil || got.Of == "the account" {
			t.Errorf("Settle(…) by an ordinary key = %+v", got)
		}
		meter, err = New(b.o).Meter(t.Context(), "") // the account is hidden
		if err != nil || meter.Own() || meter.Of() == "the account" {
			t.Fatalf("Meter by an ordinary key = %v", err)
		}
	})
}

func TestMeterOfNothing(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, quiet())
		b.account.Fail(sim.Error(503))
		if _, err := New(b.o).Meter(t.Context(), ""); err == nil {
			t.Error("Meter of a server that fails: no error")
		}
		o := b.o
		o.Connect = func(context.Context) (API, string, error) { return nil, "", errors.New("no key") }
		var connect *ConnectError
		if _, err := New(o).Meter(t.Context(), ""); !errors.As(err, &connect) {
			t.Errorf("Meter without a key: %v, want a ConnectError", err)
		}
		o.Open = func(context.Context) (*history.DB, string, error) { return nil, "", errors.New("no file") }
		if _, err := New(o).Meter(t.Context(), ""); err == nil || errors.As(err, &connect) {
			t.Errorf("Meter without history: %v, want the file's error", err)
		}
	})
}
