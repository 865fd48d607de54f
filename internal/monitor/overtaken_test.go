package monitor

import (
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/sim"
)

// What a person says of the balance and what a collector stores of a reading at the same
// time are both there afterwards, whichever is stored first.
func TestNobodyIsOvertaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		first bool // the collector is
	}{{"the collector stores last", false}, {"the person does", true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				b := newBench(t, sim.Config{Profile: "steady", OrdinaryKey: sim.MemberKey})
				b.alone()
				b.onDisk("history.db")
				key := sim.MemberKey
				b.key.Store(&key)
				if _, err := New(b.o).Once(t.Context(), Live); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				collector, err := openStore(t.Context(), New(b.o), Freshness{})
				if err != nil {
					t.Fatal(err)
				}
				person, err := openStore(t.Context(), New(b.o), Freshness{})
				if err != nil {
					t.Fatal(err)
				}
				api, fingerprint, err := b.o.Connect(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				q := request{api: api, fingerprint: fingerprint, facts: collector.state.Facts, now: b.o.Now, log: collector.log}
				r := q.send(t.Context())
				v := collector.judge(t.Context(), r.reading)
				usd := 63.52
				stores := []func() error{
					func() error {
						_, err := person.step(t.Context(), &account.Input{Stated: &account.Statement{USD: &usd}}, nil, false)
						return err
					},
					func() error {
						_, err := collector.step(t.Context(), &account.Input{Verdict: &v}, &poll{due: b.now().Add(time.Minute)}, true)
						return err
					},
				}
				if c.first {
					stores[0], stores[1] = stores[1], stores[0]
				}
				for _, store := range stores {
					if err := store(); err != nil {
						t.Fatal(err)
					}
				}
				after, err := openStore(t.Context(), New(b.o), Freshness{})
				if err != nil {
					t.Fatal(err)
				}
				f := after.state.Facts
				if f.Stated == nil || f.Stated.USD == nil || *f.Stated.USD != usd {
					t.Errorf("what was stated is lost: %+v", f.Stated)
				}
				if !f.KeyAt.Equal(v.Facts.KeyAt) || !after.book.Poll.Success.Equal(v.At.UTC().Truncate(time.Millisecond)) {
					t.Errorf("the key is as of %v, and was read at %v; want %v", f.KeyAt, after.book.Poll.Success, v.Facts.KeyAt)
				}
			})
		})
	}
}
