//go:build unix

package share

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"log/slog"
	"ortop/client"
	"ortop/history"
	"ortop/internal/pgwire"
	"ortop/internal/sharetest"
)

func open(t testing.TB, dsn string, lease time.Duration) *Engine {
	t.Helper()
	e, err := Open(Options{DSN: client.NewSecret(dsn), Lease: lease})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func TestMain(m *testing.M) { os.Exit(sharetest.Main(m)) }

// started returns an engine with a schema, on a cluster that other tests use too where
// nothing is measured.
func started(t testing.TB, lease time.Duration) (*sharetest.Cluster, *Engine) {
	t.Helper()
	if _, ok := t.(*testing.B); ok {
		return alone(t, lease)
	}
	return set(t, sharetest.Database(t), lease)
}

// alone returns one on a cluster that may be stopped.
func alone(t testing.TB, lease time.Duration) (*sharetest.Cluster, *Engine) {
	t.Helper()
	return set(t, sharetest.Start(t), lease)
}

func set(t testing.TB, c *sharetest.Cluster, lease time.Duration) (*sharetest.Cluster, *Engine) {
	t.Helper()
	e := open(t, c.DSN(), lease)
	if was, err := e.Init(); err != nil || was != 0 {
		t.Fatalf("Init() = %d, %v", was, err)
	}
	if was, err := e.Init(); err != nil || was != version {
		t.Fatalf("Init() again = %d, %v", was, err)
	}
	return c, e
}

// station is a collector with its own file.
type station struct {
	*Collector
	t  testing.TB
	db *history.DB // that a monitor would have

	path string // of their file
}

func newStation(t testing.TB, e *Engine, host string, accounts ...string) *station {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), host+".db")
	var dbs [2]*history.DB
	for i := range dbs {
		db, err := history.Open(ctx, path, history.Options{Share: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		dbs[i] = db
	}
	s := &station{e.NewCollector(dbs[0], host, slog.New(slog.DiscardHandler), nil), t, dbs[1], path}
	for _, name := range accounts {
		s.Add(name, "u")
	}
	return s
}

// read stores a reading of an account.
func (s *station) read(account string, at time.Time, usage float64) {
	s.t.Helper()
	s.readAll(account, at, usage, 0)
}

// readAll stores one of an account and of some keys of it.
func (s *station) readAll(account string, at time.Time, usage float64, keys int) {
	s.t.Helper()
	ctx := context.Background()
	own, err := s.db.Series(ctx, account, "u", history.Own)
	if err != nil {
		s.t.Fatal(err)
	}
	u := history.PollUpdate{Series: own, Attempt: at, Success: at, Due: at.Add(time.Minute), Interval: time.Minute, State: []byte(fmt.Sprintf(`{"n":%q}`, s.host))}
	all := []history.Reading{{Series: own, At: at, UsageUSD: usage, CreditsUSD: 100, CreditsKnown: true}}
	for k := range keys {
		key, err := s.db.Series(ctx, account, "u", fmt.Sprint("key#", k))
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, history.Reading{Series: key, At: at, UsageUSD: usage})
	}
	if err := s.db.Record(ctx, u, all...); err != nil {
		s.t.Fatal(err)
	}
}

// usages are those of the samples that a viewer sees.
func usages(t testing.TB, e *Engine, account string) (list []float64) {
	t.Helper()
	ctx := context.Background()
	all, err := e.List(true)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if a.Name != account {
			continue
		}
		db, err := history.OpenMemory(ctx, history.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := e.Replica(a).Follow(ctx, db, a); err != nil {
			t.Fatal(err)
		}
		s, err := db.Series(ctx, account, "u", history.Own)
		if err != nil {
			t.Fatal(err)
		}
		samples, err := db.Range(ctx, s, time.Unix(0, 0), time.Unix(1<<40, 0))
		if err != nil || db.Damage() != "" {
			t.Fatal(err, db.Damage())
		}
		for _, v := range samples {
			list = append(list, v.UsageUSD)
		}
	}
	return list
}

func owners(t *testing.T, stations ...*station) (n map[string]int) {
	t.Helper()
	n = map[string]int{}
	for _, s := range stations {
		for _, a := range s.accounts {
			if a.MayPoll() {
				n[a.Name]++
			}
		}
	}
	return n
}

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func TestTakeOverAndFence(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	_, e := started(t, 4*time.Second)
	a, b := newStation(t, e, "a", "x"), newStation(t, e, "b", "x")
	a.Start(ctx)
	b.Start(ctx)
	if n := owners(t, a, b); n["x"] != 1 || b.accounts[0].MayPoll() {
		t.Fatalf("x has %d collectors", n["x"])
	}
	a.read("x", noon, 1)
	a.read("x", noon.Add(time.Minute), 2)
	a.ship(ctx)
	if got := usages(t, e, "x"); !reflect.DeepEqual(got, []float64{1, 2}) {
		t.Fatalf("the engine has %v", got)
	}
	if !a.accounts[0].MaySend() {
		t.Error("what was acknowledged is not sent")
	}
	// a is frozen past its lease; b takes over, with its past.
	sharetest.WaitFor(t, "b to take over", func() bool {
		b.beat(ctx)
		return b.accounts[0].MayPoll()
	})
	if a.accounts[0].MayPoll() || a.accounts[0].MaySend() {
		t.Error("who was frozen past its lease reads on")
	}
	b.read("x", noon.Add(3*time.Minute), 4)
	b.ship(ctx)
	// What a has read is true, and late; its state is void.
	a.read("x", noon.Add(2*time.Minute), 3)
	a.ship(ctx)
	a.ship(ctx)
	if n := a.Waits(); n != 0 {
		t.Errorf("%d entries of the fenced collector wait", n)
	}
	if got := usages(t, e, "x"); !reflect.DeepEqual(got, []float64{1, 2, 3, 4}) {
		t.Errorf("the engine has %v", got)
	}
	states := 0
	err := e.query(`SELECT count(*) FROM @.state WHERE convert_from(value, 'UTF8') = '{"n":"b"}'`, func(r pgwire.Row) error { return r.Scan(&states) })
	if err != nil || states != 1 {
		t.Errorf("%d states of who has the lease, %v, want 1", states, err)
	}
	a.beat(ctx)
	if a.accounts[0].MayPoll() {
		t.Error("two collectors at once")
	}
	// b goes; a takes over at once and has all of it.
	done, cancel := context.WithCancel(ctx)
	cancel()
	b.Run(done)
	a.beat(ctx)
	if !a.accounts[0].MayPoll() {
		t.Fatal("the account of who went is not taken over")
	}
	own, err := a.db.Series(ctx, "x", "u", history.Own)
	if err != nil {
		t.Fatal(err)
	}
	past, err := a.db.Load(ctx, history.Want{Account: own, Series: []history.Series{own}})
	if err != nil || string(past.State) != `{"n":"b"}` {
		t.Errorf("state %s, %v, want that of who went", past.State, err)
	}
	if c, err := e.Verify(func(int, int) {}); err != nil || len(c.Wrong) > 0 || c.Samples != 4 || !c.Checksums {
		t.Errorf("Verify() = %+v, %v", c, err)
	}
}

// Many that start at once share the accounts without one that has two, or none.
func TestRace(t *testing.T) {
	ctx := context.Background()
	_, e := started(t, 20*time.Second)
	var names []string
	for i := range 40 {
		names = append(names, fmt.Sprint("x", i))
	}
	var stations []*station
	for i := range 8 {
		stations = append(stations, newStation(t, e, fmt.Sprint("h", i), names...))
	}
	done := make(chan bool)
	for _, s := range stations {
		go func() { s.Start(ctx); s.beat(ctx); done <- true }()
	}
	for range stations {
		<-done
	}
	fair := func() bool {
		for _, s := range stations {
			s.beat(ctx)
		}
		n := owners(t, stations...)
		for _, name := range names {
			if n[name] > 1 {
				t.Fatalf("%s has %d collectors", name, n[name])
			}
		}
		most := 0
		for _, s := range stations {
			most = max(most, len(owners(t, s)))
		}
		return len(n) == len(names) && most <= 15
	}
	sharetest.WaitFor(t, "each account to have a collector, and each collector its share", fair)
}

// While the engine is away all goes on, and is sent when it is back.
func TestEngineAway(t *testing.T) {
	ctx := context.Background()
	t.Parallel()
	c, e := alone(t, 2*time.Second)
	a := newStation(t, e, "a", "x")
	a.Start(ctx)
	a.read("x", noon, 1)
	a.ship(ctx)
	c.Down("immediate")
	a.read("x", noon.Add(time.Minute), 2)
	sharetest.WaitFor(t, "the engine's absence is noticed", func() bool { a.beat(ctx); return a.Away() > 5*time.Second })
	a.ship(ctx)
	if !a.accounts[0].MayPoll() {
		t.Error("nothing is read while the engine is away")
	}
	if !a.accounts[0].MaySend() {
		t.Error("nothing is sent after two leases without an engine")
	}
	if a.Waits() != 1 || a.Trouble() == "" {
		t.Errorf("%d wait, %q", a.Waits(), a.Trouble())
	}
	c.Up()
	a.beat(ctx)
	a.ship(ctx)
	if got := usages(t, e, "x"); !reflect.DeepEqual(got, []float64{1, 2}) || a.Trouble() != "" {
		t.Errorf("the engine has %v; %s", got, a.Trouble())
	}
}

// A back-fill and a history from elsewhere come before what was sent.
func TestRewriteAndPush(t *testing.T) {
	ctx := context.Background()
	_, e := started(t, 20*time.Second)
	a := newStation(t, e, "a", "x")
	a.Start(ctx)
	a.read("x", noon, 5)
	a.ship(ctx)
	own, err := a.db.Series(ctx, "x", "u", history.Own)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.db.Backfill(ctx, own, []history.Spend{{From: noon.Add(-2 * time.Hour), To: noon.Add(-time.Hour), USD: 2}}); err != nil {
		t.Fatal(err)
	}
	a.read("x", noon.Add(time.Minute), 6)
	a.ship(ctx)
	if got := usages(t, e, "x"); !reflect.DeepEqual(got, []float64{3, 5, 5, 6}) && !reflect.DeepEqual(got, []float64{3, 5, 6}) {
		t.Errorf("after the back-fill the engine has %v", got)
	}
	b := newStation(t, e, "b")
	b.read("y", noon, 1)
	b.read("y", noon.Add(time.Hour), 2)
	for range 2 {
		if n, err := e.Push(ctx, b.db, "y", "u"); err != nil || n != 2 {
			t.Fatalf("Push() = %d, %v", n, err)
		}
	}
	if got := usages(t, e, "y"); !reflect.DeepEqual(got, []float64{1, 2}) {
		t.Errorf("after the push the engine has %v", got)
	}
	if c, err := e.Verify(func(int, int) {}); err != nil || len(c.Wrong) > 0 {
		t.Errorf("Verify() = %+v, %v", c, err)
	}
}

func TestNoSchema(t *testing.T) {
	c := sharetest.Database(t)
	e := open(t, c.DSN(), time.Second)
	if _, _, err := e.Version(); !errors.Is(err, ErrNoSchema) {
		t.Errorf("Version() = %v", err)
	}
	if err := e.query(`SELECT 'SECRET'::int`, nil); err == nil || !strings.HasPrefix(err.Error(), "the shared history: ") {
		t.Error(err)
	}
}

// What a person has seen on a viewer's screen reaches the collector's file.
func TestAcknowledge(t *testing.T) {
	ctx := context.Background()
	_, e := started(t, 20*time.Second)
	a := newStation(t, e, "a", "x")
	a.Start(ctx)
	own, err := a.db.Series(ctx, "x", "u", history.Own)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().Truncate(time.Second)
	u := history.PollUpdate{Series: own, Attempt: at, Success: at, Events: []history.Event{{At: at, Kind: "alert", Level: "warning", Text: "low", Data: []byte("{}")}}}
	if err := a.db.Record(ctx, u, history.Reading{Series: own, At: at, UsageUSD: 1}); err != nil {
		t.Fatal(err)
	}
	a.ship(ctx)
	list, err := e.List(false)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	db, err := history.OpenMemory(ctx, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r := e.Replica(list[0])
	if err := r.Follow(ctx, db, list[0]); err != nil {
		t.Fatal(err)
	}
	viewed, err := db.Series(ctx, "x", "u", history.Own)
	if err != nil {
		t.Fatal(err)
	}
	events, err := db.Events(ctx, viewed, at.Add(-time.Hour), at.Add(time.Hour), -1)
	if err != nil || len(events) != 1 || events[0].Acknowledged {
		t.Fatal(events, err)
	}
	if err := e.Acknowledge(list[0], events[0].Row()); err != nil {
		t.Fatal(err)
	}
	other := events[0]
	other.Text = "another"
	if err := e.Acknowledge(list[0], other.Row()); !errors.Is(err, history.ErrNoEvent) {
		t.Errorf("an event that is not there: %v", err)
	}
	// Where the disk does not take it, the next beat brings it again.
	gone, err := history.OpenMemory(ctx, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	disk := a.Collector.db
	a.Collector.db = gone
	a.beat(ctx)
	a.Collector.db = disk
	a.beat(ctx)
	if events, err = a.db.Events(ctx, own, at.Add(-time.Hour), at.Add(time.Hour), -1); err != nil || len(events) != 1 || !events[0].Acknowledged {
		t.Errorf("the collector has %+v, %v", events, err)
	}
	// Another viewer sees it with the next reading, and what came since.
	at = at.Add(time.Minute)
	if err := a.db.Record(ctx, history.PollUpdate{Series: own, Attempt: at, Success: at}, history.Reading{Series: own, At: at, UsageUSD: 2}); err != nil {
		t.Fatal(err)
	}
	a.ship(ctx)
	if list, err = e.List(false); err != nil {
		t.Fatal(err)
	}
	if err := r.Follow(ctx, db, list[0]); err != nil {
		t.Fatal(err)
	}
	events, err = db.Events(ctx, viewed, at.Add(-time.Hour), at.Add(time.Hour), -1)
	if err != nil || len(events) != 1 || !events[0].Acknowledged {
		t.Errorf("the other viewer has %+v, %v", events, err)
	}
	if p, _, err := db.Poll(ctx, viewed); err != nil || p.UsageUSD == nil || *p.UsageUSD != 2 {
		t.Errorf("the viewer stands at %+v, %v", p, err)
	}
}

// Of tables of a newer version viewers read on; a collector keeps what it reads.
func TestNewerSchema(t *testing.T) {
	ctx := context.Background()
	_, e := started(t, 20*time.Second)
	a := newStation(t, e, "a", "x")
	a.Start(ctx)
	a.read("x", noon, 1)
	a.ship(ctx)
	if err := e.query(`UPDATE @.meta SET version = $1`, nil, version+1); err != nil {
		t.Fatal(err)
	}
	a.beat(ctx)
	a.read("x", noon.Add(time.Minute), 2)
	a.ship(ctx)
	if !strings.Contains(a.Trouble(), "newer version") || a.Waits() != 1 || !a.accounts[0].MayPoll() {
		t.Errorf("trouble %q, %d wait, reads on: %t", a.Trouble(), a.Waits(), a.accounts[0].MayPoll())
	}
	if got := usages(t, e, "x"); !reflect.DeepEqual(got, []float64{1}) {
		t.Errorf("a viewer sees %v", got)
	}
	if err := e.query(`UPDATE @.meta SET version = $1`, nil, version); err != nil {
		t.Fatal(err)
	}
	a.beat(ctx)
	a.ship(ctx)
	if got := usages(t, e, "x"); !reflect.DeepEqual(got, []float64{1, 2}) || a.Trouble() != "" {
		t.Errorf("a viewer sees %v; %s", got, a.Trouble())
	}
}
