//go:build unix

package share

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/pgwire"
	"ortop/internal/sharetest"
)

// pair is a cluster with a standby that stops getting anything when it is cut off: what
// was acknowledged after that is lost to it.
type pair struct {
	primary, standby *sharetest.Cluster
	wire             *sharetest.Relay
}

func newPair(t *testing.T, c *sharetest.Cluster) *pair {
	t.Helper()
	r := sharetest.NewRelay(t, c.Port)
	p := &pair{c, c.Standby(r.Port()), r}
	t.Cleanup(func() { r.Silent.Store(false) })
	return p
}

// dsn names both, of which the one is meant that takes writes.
func (p *pair) dsn() string {
	return p.primary.By(p.primary.Port, p.standby.Port) + "&target_session_attrs=read-write"
}

const countSamples = "SELECT count(*) FROM ortop.sample"

// lag cuts the standby off once it has all that there is.
func (p *pair) lag(t *testing.T) {
	t.Helper()
	sharetest.WaitFor(t, "the standby to have all", func() bool { return p.standby.Query(countSamples) == p.primary.Query(countSamples) })
	p.wire.Silent.Store(true)
}

// failOver kills the primary, and after what is done meanwhile makes the standby take its
// place.
func (p *pair) failOver(t *testing.T, meanwhile ...func()) {
	t.Helper()
	acknowledged := p.primary.Query(countSamples)
	p.primary.Down("immediate")
	for _, f := range meanwhile {
		f()
	}
	p.standby.Promote()
	if kept := p.standby.Query(countSamples); kept == acknowledged {
		t.Fatalf("the standby has all of %s samples: it did not lag", acknowledged)
	} else {
		t.Logf("the standby has %s of %s samples that were acknowledged", kept, acknowledged)
	}
}

// readKey stores a reading of an account and of one of its keys.
func (s *station) readKey(account, key string, at time.Time, usage float64) {
	s.t.Helper()
	s.read(account, at, usage)
	n, err := s.db.Series(context.Background(), account, "u", key)
	if err == nil {
		err = s.db.Record(context.Background(), history.PollUpdate{Series: n, Attempt: at, Success: at}, history.Reading{Series: n, At: at, UsageUSD: usage})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// A standby that lagged takes the place of the primary: what the primary acknowledged
// and the standby never saw is sent again, by who sent it, whoever has the account
// now. What was made meanwhile, accounts, series and leases, is made again.
func TestLaggingStandby(t *testing.T) {
	ctx := context.Background()
	t.Parallel()
	c, _ := alone(t, 20*time.Second)
	p := newPair(t, c)
	// The lease of the first ends before the second looks.
	a, b := newStation(t, open(t, p.dsn(), time.Second), "a", "x", "y"), newStation(t, open(t, p.dsn(), time.Minute), "b", "y", "z")
	viewer := open(t, p.dsn(), time.Second)
	a.Start(ctx)
	minute := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	for i := range 3 {
		a.read("x", minute(i), float64(i+1))
		a.read("y", minute(i), float64(i+1))
	}
	a.ship(ctx)
	p.lag(t)

	sharetest.WaitFor(t, "the second to take over", func() bool {
		b.beat(ctx)
		return b.accounts[0].MayPoll() && b.accounts[1].MayPoll()
	})
	for i := 3; i < 6; i++ {
		a.readKey("x", "key#new", minute(i), float64(i+1))
		a.ship(ctx)
		b.readKey("y", "key#other", minute(i), float64(i+1))
		b.read("z", minute(i), float64(i+1))
		b.ship(ctx)
	}
	if a.Waits()+b.Waits() > 0 {
		t.Fatalf("%d and %d entries were not acknowledged", a.Waits(), b.Waits())
	}
	db, err := history.OpenMemory(ctx, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var replica *Replica
	follow := func() {
		t.Helper()
		list, err := viewer.List(false)
		for _, s := range list {
			if s.Name == "x" && replica == nil {
				replica = viewer.Replica(s)
			}
			if s.Name == "x" {
				err = replica.Follow(ctx, db, s)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	follow()

	p.failOver(t)
	// What comes next is sent before the first looks whose the account is.
	a.read("x", minute(6), 7)
	a.ship(ctx)
	a.read("y", minute(6), 7)
	sharetest.WaitFor(t, "all to be sent again", func() bool {
		for _, s := range []*station{a, b} {
			s.beat(ctx)
			s.ship(ctx)
		}
		return a.Waits()+b.Waits() == 0 && p.standby.Query(countSamples) == "23"
	})
	for account, want := range map[string][]float64{"x": {1, 2, 3, 4, 5, 6, 7}, "y": {1, 2, 3, 4, 5, 6, 7}, "z": {4, 5, 6}} {
		if got := usages(t, viewer, account); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the engine has %v, want %v", account, got, want)
		}
	}
	for subject, want := range map[string]string{"x key#new": "4 5 6", "y key#other": "4 5 6"} {
		if got := p.standby.Query(`SELECT string_agg(p.usage::text, ' ' ORDER BY p.at) FROM ortop.sample p JOIN ortop.series s USING (account, key)
			JOIN ortop.account a ON a.id = account WHERE name || ' ' || subject = '` + subject + `'`); got != want {
			t.Errorf("%s: the engine has %s, want %s", subject, got, want)
		}
	}
	follow()
	own, err := db.Series(ctx, "x", "u", history.Own)
	if err != nil {
		t.Fatal(err)
	}
	if samples, err := db.Range(ctx, own, noon.Add(-time.Hour), noon.Add(time.Hour)); err != nil || len(samples) != 7 {
		t.Errorf("a viewer that looked on has %v, %v", samples, err)
	}
	if v, err := viewer.Verify(func(int, int) {}); err != nil || len(v.Wrong) > 0 {
		t.Errorf("Verify() = %+v, %v", v, err)
	}
}

// tell stores a reading with an event.
func (s *station) tell(account string, at time.Time, usage float64, text string) {
	s.t.Helper()
	own, err := s.db.Series(context.Background(), account, "u", history.Own)
	if err == nil {
		u := history.PollUpdate{Series: own, Attempt: at, Success: at, Events: []history.Event{{At: at, Kind: "alert", Level: "warning", Text: text, Data: []byte("{}")}}}
		err = s.db.Record(context.Background(), u, history.Reading{Series: own, At: at, UsageUSD: usage})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// What was told of an account and acknowledged is sent again too, by who told it, when
// the account is another's by then. What was decided and never acknowledged was not
// told, and is not sent.
func TestEventsOfAFormerOwner(t *testing.T) {
	ctx := context.Background()
	t.Parallel()
	c, _ := alone(t, 20*time.Second)
	p := newPair(t, c)
	a, b := newStation(t, open(t, p.dsn(), time.Second), "a", "x"), newStation(t, open(t, p.dsn(), time.Minute), "b", "x")
	a.Start(ctx)
	minute := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	a.tell("x", minute(0), 1, "the standby has it")
	a.ship(ctx)
	p.lag(t)
	sharetest.WaitFor(t, "the first to send by a lease", func() bool {
		a.beat(ctx)
		return a.accounts[0].MayPoll()
	})
	a.tell("x", minute(1), 2, "the primary took it")
	a.ship(ctx)
	if a.Waits() > 0 {
		t.Fatalf("%d entries were not acknowledged", a.Waits())
	}
	p.failOver(t)
	sharetest.WaitFor(t, "the second to take over", func() bool {
		b.beat(ctx)
		return b.accounts[0].MayPoll()
	})
	a.tell("x", minute(2), 3, "nobody took it")
	b.tell("x", minute(3), 4, "by the second")
	sharetest.WaitFor(t, "all to be sent", func() bool {
		b.beat(ctx)
		b.ship(ctx)
		a.ship(ctx) // it competes no more
		return a.Waits()+b.Waits() == 0
	})
	if got, want := p.standby.Query("SELECT string_agg(text, ', ' ORDER BY at) FROM ortop.event"), "the standby has it, the primary took it, by the second"; got != want {
		t.Errorf("the engine has the events %s, want %s", got, want)
	}
	if got := usages(t, open(t, p.dsn(), time.Second), "x"); !reflect.DeepEqual(got, []float64{1, 2, 3, 4}) {
		t.Errorf("the engine has the readings %v", got)
	}
}

// Three collectors go on while a standby that lagged takes over.
func TestFailOver(t *testing.T) {
	t.Parallel()
	c, _ := alone(t, 2*time.Second)
	p := newPair(t, c)
	f := newFight(t, []string{"p", "q", "r", "s", "t"}, p.dsn(), p.dsn(), p.dsn())
	f.startAll()
	f.await("readings before the standby lags", 50)
	p.lag(t)
	f.await("readings that the standby never sees", 50)
	p.failOver(t)
	f.await("readings after the fail-over", 100)
	f.finish(open(t, p.dsn(), 2*time.Second))
}

// Two of three collectors are cut off: the third takes their accounts, they go on
// reading, and what they read is refused as theirs and comes in late.
func TestPartition(t *testing.T) {
	t.Parallel()
	c, e := started(t, 2*time.Second)
	r := sharetest.NewRelay(t, c.Port)
	far := c.By(r.Port())
	f := newFight(t, []string{"p", "q", "r", "s", "t"}, c.DSN(), far, far)
	f.startAll()
	owners := func(host string) string {
		return c.Query("SELECT count(*) FROM ortop.account a JOIN ortop.collector c ON c.id = a.owner WHERE expires > clock_timestamp() AND host = '" + host + "'")
	}
	sharetest.WaitFor(t, "those far to have an account", func() bool { return owners("h1") != "0" || owners("h2") != "0" })
	f.await("readings of all", 30)
	r.Cut(true)
	sharetest.WaitFor(t, "the near one to have all accounts", func() bool { return owners("h0") == "5" })
	f.await("readings of both sides", 60)
	r.Cut(false)
	f.await("readings after the network is whole again", 60)
	f.finish(e)
	late := 0
	if err := e.query(`SELECT sum(rewritten) FROM @.account`, func(r pgwire.Row) error { return r.Scan(&late) }); err != nil || late == 0 {
		t.Errorf("%d writes came late, %v: who was cut off wrote as if the accounts were its own", late, err)
	}
}

// A write by an old lease is refused, and the same write twice is as once.
func TestSameBatchTwice(t *testing.T) {
	_, e := started(t, 20*time.Second)
	id := int64(0)
	if err := e.query(`INSERT INTO @.account (name, base_url, owner, token) VALUES ('x', 'u', 'me', 2) RETURNING id`, func(r pgwire.Row) error { return r.Scan(&id) }); err != nil {
		t.Fatal(err)
	}
	key, err := e.key(map[string]int64{}, id, history.Own)
	if err != nil {
		t.Fatal(err)
	}
	at := noon.Unix()
	w := wire{Rows: history.Rows{Samples: []history.SampleRow{{Key: key, At: at, Usage: 1}}, Series: []history.HeadRow{{Key: key, Subject: history.Own, At: &at, Usage: 1}},
		Events: []history.EventRow{{At: at, Sum: 1, Kind: "alert"}}, States: []history.StateRow{{Value: []byte("s")}}, Facts: []history.FactRow{{Key: key, At: at}},
		Forecasts: []history.ForecastRow{{At: at, Outcome: "open"}}}, Still: []stillRow{{key, at * 1000}}}
	for _, c := range []struct {
		owner string
		token int64
		k     sentMark
		want  bool
	}{
		{"me", 1, sentMark{"~sent", 0, 5}, false},      // an old lease
		{"another", 2, sentMark{"~sent", 0, 5}, false}, // another's
		{"me", 2, sentMark{"~sent", 4, 5}, false},      // the engine lacks what was sent before
		{"me", 2, sentMark{"~sent", 0, 5}, true},       // the first
		{"me", 2, sentMark{"~sent", 5, 5}, true},       // and again
		{"me", 2, sentMark{"~sent", 6, 7}, false},      // one before this was lost
		{"me", 1, sentMark{"~sent", 5, 6}, false},      // an old lease still
	} {
		if _, ok, err := e.append(id, c.token, c.owner, w, c.k, nil); err != nil || ok != c.want {
			t.Errorf("%+v: written %t, %v", c, ok, err)
		}
	}
	if _, ok, err := e.late(id, trueRows(w), sentMark{"~sent", 6, 7}); err != nil || ok {
		t.Errorf("late rows after ones that are lacking: written %t, %v", ok, err)
	}
	w.Series[0].Subject = "another" // which a rewrite gave the key to
	if _, ok, err := e.append(id, 2, "me", w, sentMark{"~sent", 5, 6}, nil); err != nil || ok {
		t.Errorf("rows of a key that is another series': written %t, %v", ok, err)
	}
	if _, ok, err := e.late(id, trueRows(w), sentMark{}); err != nil || ok {
		t.Errorf("late rows of a key that is another series': written %t, %v", ok, err)
	}
	for _, table := range []string{"sample", "event", "fact", "forecast"} {
		n := 0
		if err := e.query(`SELECT count(*) FROM @.`+table, func(r pgwire.Row) error { return r.Scan(&n) }); err != nil || n != 1 {
			t.Errorf("%s has %d rows, %v", table, n, err)
		}
	}
}

// An engine that was away for longer than all leases comes back: each account may be
// read twice until all have asked whose it is, and by one alone after that.
func TestEngineBack(t *testing.T) {
	ctx := context.Background()
	t.Parallel()
	c, e := alone(t, time.Second)
	var names []string
	for i := range 30 {
		names = append(names, fmt.Sprint("x", i))
	}
	var stations []*station
	for i := range 3 {
		s := newStation(t, e, fmt.Sprint("h", i), names...)
		s.Start(ctx)
		stations = append(stations, s)
	}
	sharetest.WaitFor(t, "all accounts to be read", func() bool { // a lease may end as others begin
		for _, s := range stations {
			s.beat(ctx)
		}
		return len(owners(t, stations...)) == len(names)
	})
	c.Down("immediate")
	sharetest.WaitFor(t, "all leases to end while all go on", func() bool {
		n := 0
		for _, s := range stations {
			s.beat(ctx)
			s.mu.Lock()
			if s.until.Before(time.Now()) {
				n++
			}
			s.mu.Unlock()
		}
		return n == len(stations)
	})
	if n := owners(t, stations...); len(n) != len(names) {
		t.Errorf("%d of %d accounts are read while the engine is away", len(n), len(names))
	}
	c.Up()
	sharetest.WaitFor(t, "one collector for each account", func() bool {
		for _, s := range stations {
			s.beat(ctx)
		}
		n := owners(t, stations...)
		for _, name := range names {
			if n[name] > 1 {
				t.Fatalf("%s has %d collectors after all have asked", name, n[name])
			}
		}
		return len(n) == len(names)
	})
}
