package history

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/longtest"
)

func mustLoad(t testing.TB, db *DB, w Want) Past {
	t.Helper()
	p, err := db.Load(ctx, w)
	if err != nil {
		t.Fatalf("Load() = %v", err)
	}
	return p
}

// subjects returns the series of an account, of its key and of the key's cap.
func subjects(t testing.TB, db *DB) []Series {
	t.Helper()
	list := []Series{account(t, db)}
	for _, name := range []string{"key:0badcafe", "cap:0badcafe"} {
		s, err := db.Series(ctx, "personal", "https://openrouter.ai/api/v1", name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

// anew is the reason of segments from which on a trail counts.
const anew = "another account"

// caller is what goes on from poll to poll: it loads where something is not
// known to it, and adds what its own readings add.
type caller struct {
	t    *testing.T
	db   *DB
	all  []Series
	past Past
	want Want
}

func newCaller(t *testing.T, db *DB, since time.Time) *caller {
	c := &caller{t: t, db: db, all: subjects(t, db)}
	c.want = Want{Account: c.all[0], Series: c.all[1:], Since: since, FromReason: anew}
	return c
}

// sync loads if it must, and reports whether it did.
func (c *caller) sync() bool {
	c.t.Helper()
	if c.db.Unchanged(c.want.Account) {
		return false
	}
	c.want.Have = c.past.Trails
	c.past = mustLoad(c.t, c.db, c.want)
	return true
}

func (c *caller) poll(u PollUpdate, readings ...Reading) {
	c.t.Helper()
	grown, err := c.db.Preview(u, readings...)
	if err != nil {
		c.t.Fatalf("Preview() = %v", err)
	}
	if err := c.db.Record(ctx, u, readings...); err != nil && !errors.Is(err, ErrReadOnly) {
		c.t.Fatalf("Record() = %v", err)
	}
	for s, g := range grown {
		c.past.Trails[s].Add(g)
	}
}

// plainTrail returns t with its readings from since on, for a comparison.
func plainTrail(t *credit.Trail, since time.Time) credit.Trail {
	p := *t
	p.Samples = append([]credit.Sample{}, p.Samples...)
	for len(p.Samples) > 2 && !p.Samples[2].At.After(since) {
		p.Samples = slices.Delete(p.Samples, 1, 2)
	}
	p.Segments = append([]Segment{}, p.Segments...)
	p.Gaps = append([]credit.Gap{}, p.Gaps...)
	p.Backfilled = append([]credit.Span{}, p.Backfilled...)
	p.TopUps = append([]credit.TopUp{}, p.TopUps...)
	return p
}

// check compares what the caller has with what a load of everything, and what
// the queries, tell.
func (c *caller) check(step string, rng *rand.Rand) {
	c.t.Helper()
	loaded := maps.Clone(c.db.loaded)
	want := c.want
	want.Have = nil
	fresh := mustLoad(c.t, c.db, want)
	c.db.loaded = loaded
	for i, s := range c.all {
		got, want := plainTrail(c.past.Trails[s], want.Since), plainTrail(fresh.Trails[s], want.Since)
		if !reflect.DeepEqual(got, want) {
			c.t.Fatalf("%s: series %d has\n%+v\nwant\n%+v", step, i, got, want)
		}
		began, ok, err := c.db.Began(ctx, s, anew)
		if err != nil || ok == got.Empty() || ok && !began.Equal(got.First.At) {
			c.t.Fatalf("%s: series %d began %v, %t, %v, want %v", step, i, began, ok, err, got.First.At)
		}
		if got.Empty() {
			continue
		}
		first, last := got.First.At, got.Samples[len(got.Samples)-1].At.Add(time.Hour)
		from := first
		if c.want.Since.After(first) {
			from = c.want.Since
		}
		if !from.Before(last) {
			continue
		}
		bounds := []time.Time{from}
		if last.Sub(from) > time.Hour {
			bounds[0] = from.Add(time.Duration(rng.Int64N(int64(last.Sub(from)) / 2)))
		}
		for range 1 + rng.IntN(20) {
			bounds = append(bounds, bounds[len(bounds)-1].Add(time.Second+time.Duration(rng.Int64N(int64(3*time.Hour)))))
		}
		plot, err := c.db.BucketsAt(ctx, s, bounds)
		if p := got.Plot(got.Curve(), bounds, nil, time.Time{}); err != nil || fmt.Sprint(p) != fmt.Sprint(plot) {
			c.t.Fatalf("%s: series %d: Plot() =\n%+v\nwant\n%+v, %v", step, i, p, plot, err)
		}
		for _, at := range append(bounds, last, got.Samples[rng.IntN(len(got.Samples))].At) {
			if at.Before(from) {
				continue
			}
			v, ok, err := c.db.At(ctx, s, at)
			if w, found := got.At(at); err != nil || ok != found || w != v {
				c.t.Fatalf("%s: series %d: At(%v) = %v, %v, want %v, %v, %v", step, i, at, w, found, v, ok, err)
			}
		}
		end := time.Unix(1<<40, 0)
		topUps, err := c.db.TopUps(ctx, s, first, end)
		if err != nil || !slices.Equal(topUps, got.TopUps) {
			c.t.Fatalf("%s: series %d: top-ups %v, want %v, %v", step, i, got.TopUps, topUps, err)
		}
		segments, err := c.db.Segments(ctx, s, first, end)
		if err != nil || !slices.Equal(segments, got.Segments) {
			c.t.Fatalf("%s: series %d: segments %v, want %v, %v", step, i, got.Segments, segments, err)
		}
	}
}

func TestTrailsAgreeWithQueries(t *testing.T) {
	t.Parallel()
	for seed := range longtest.Of[uint64](3, 12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 7))
			path := filepath.Join(t.TempDir(), "history.db")
			db, other := openTest(t, path), openTest(t, path)
			for _, db := range []*DB{db, other} {
				if err := db.conn.exec("PRAGMA synchronous = OFF"); err != nil { // nothing is killed here
					t.Fatal(err)
				}
			}
			since := []time.Time{{}, at(300), at(2000)}[seed%3]
			c := newCaller(t, db, since)
			others := subjects(t, other)
			now, loads := at(0), 0
			usage, credits := []float64{10, 5, 1}, 20.0
			make := func(all []Series) (u PollUpdate, readings []Reading) {
				u = PollUpdate{Series: all[0], Attempt: now, Success: now, Interval: time.Minute, State: fmt.Append(nil, now)}
				if rng.IntN(12) == 0 { // a poll that failed
					u.Success, u.FaultKind, u.Fault = time.Time{}, credit.FaultNetwork, "no route"
					return u, nil
				}
				for i, s := range all {
					if i > 0 && rng.IntN(3) == 0 {
						continue
					}
					if rng.IntN(3) == 0 {
						usage[i] += rng.ExpFloat64()
					}
					r := Reading{Series: s, At: now, UsageUSD: usage[i]}
					if i == 0 {
						if rng.IntN(8) == 0 {
							credits += float64(rng.IntN(3)-1) * 10
						}
						r.CreditsUSD, r.CreditsKnown = credits, rng.IntN(10) > 0
					}
					switch rng.IntN(60) {
					case 0:
						r.NewSegment = &Segment{Fingerprint: fmt.Sprint(now), Reason: "another key"}
					case 1:
						usage[i] *= rng.Float64()
						r.UsageUSD = usage[i]
					case 2:
						r.NewSegment = &Segment{Reason: anew}
					}
					readings = append(readings, r)
				}
				return u, readings
			}
			elsewhere := func() {
				u, readings := make(others)
				if err := other.Record(ctx, u, readings...); err != nil {
					t.Fatal(err)
				}
			}
			for i := range 300 {
				step := fmt.Sprintf("step %d", i)
				switch rng.IntN(30) {
				case 0:
					elsewhere()
				case 1:
					if db.readOnly == nil {
						db.readOnly = ErrReadOnly
					} else {
						db.readOnly = nil
					}
				case 2:
					if db.readOnly == nil {
						s := c.all[rng.IntN(3)]
						if first, ok, err := db.First(ctx, s); err != nil {
							t.Fatal(err)
						} else if ok {
							end := first.At.Truncate(time.Hour)
							_, err := db.Backfill(ctx, s, []Spend{{From: end.Add(-2 * time.Hour), To: end.Add(-time.Hour), USD: 0.01}, {From: end.Add(-time.Hour), To: end, USD: 0.02}})
							if err != nil {
								t.Fatal(err)
							}
						}
					}
				}
				if c.sync() {
					loads++
					c.check(step+", loaded", rng)
				}
				raced := rng.IntN(25) == 0
				if raced {
					elsewhere()
					now = now.Add(time.Duration(rng.IntN(3)) * time.Second)
				}
				u, readings := make(c.all)
				c.poll(u, readings...)
				if !raced && rng.IntN(4) == 0 && db.Unchanged(c.want.Account) {
					c.check(step+", added", rng)
				}
				switch rng.IntN(12) {
				case 0: // a gap
					now = now.Add(time.Duration(rng.IntN(20000)) * time.Second)
				case 1: // in the same second
					now = now.Add(time.Duration(rng.IntN(400)) * time.Millisecond)
				case 2: // a clock that was set back
					now = now.Add(-time.Duration(rng.IntN(100)) * time.Second)
				default:
					now = now.Add(time.Minute)
				}
			}
			db.readOnly = nil
			now = now.Add(time.Hour)
			u, readings := make(c.all)
			c.poll(u, readings...)
			c.sync()
			c.check("at the end", rng)
			verify(t, db)
			if loads < 5 || loads > 200 {
				t.Errorf("%d loads in 300 polls, want some", loads)
			}
		})
	}
}

func TestLoadIsOneReadTransaction(t *testing.T) {
	db, _ := fresh(t)
	all := subjects(t, db)
	u := PollUpdate{Series: all[0], Attempt: at(0), Interval: time.Minute, State: []byte("{}")}
	readings := func(m float64) (list []Reading) {
		for i, s := range all {
			list = append(list, Reading{Series: s, At: at(m), UsageUSD: m, CreditsUSD: 100 + m, CreditsKnown: i == 0})
		}
		return list
	}
	for m := range 200 {
		if err := db.Record(ctx, u, readings(float64(m))...); err != nil {
			t.Fatal(err)
		}
	}
	another := openTest(t, db.Path()) // which knows nothing yet
	c := newCaller(t, another, at(100))
	before := another.Stats()
	c.sync()
	if s := another.Stats(); s.Selects-before.Selects > 10 || s.ReadTx-before.ReadTx != 1 || s.Commits != before.Commits {
		t.Errorf("Load() cost %+v after %+v, want at most 10 SELECTs in one transaction", s, before)
	}
	if n := len(c.past.Trails[c.all[1]].Samples); n != 101 {
		t.Errorf("Load() has %d samples, want the first and 100 since", n)
	}
	before = another.Stats()
	if c.sync() {
		t.Error("nothing was written, and it loads again")
	}
	list := readings(200)
	for i := range list {
		list[i].Series = c.all[i]
	}
	c.poll(PollUpdate{Series: c.all[0], Attempt: at(200), State: []byte("{ }"), Events: []Event{{At: at(200), Text: "x"}}}, list...)
	if c.sync() {
		t.Error("it loads what it wrote itself")
	}
	if s := another.Stats(); s.Selects != before.Selects || s.ReadTx != before.ReadTx || s.Commits != before.Commits+1 {
		t.Errorf("a poll cost %+v after %+v, want one commit alone", s, before)
	}
	poll(t, db, all[0], at(201), 500)
	before = another.Stats()
	if !c.sync() {
		t.Error("another wrote, and it does not load")
	}
	if s := another.Stats(); s.Selects-before.Selects > 10 || s.ReadTx-before.ReadTx != 1 {
		t.Errorf("Load() of news cost %+v after %+v, want at most 10 SELECTs in one transaction", s, before)
	}
}

func TestStateAndEventsWaitWithTheirReading(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	record := func(m float64) error {
		u := PollUpdate{Series: s, Attempt: at(m), State: fmt.Append(nil, m), Remember: []Forecast{made(m)},
			Events: []Event{{ID: 99, At: at(m).Add(time.Millisecond), Kind: "alert", Text: fmt.Sprint(m), Acknowledged: m == 2}, {At: at(m), Text: "too"}}}
		return db.Record(ctx, u, Reading{Series: s, At: at(m), UsageUSD: m})
	}
	if err := record(1); err != nil {
		t.Fatal(err)
	}
	db.readOnly = ErrReadOnly
	for _, m := range []float64{2, 3} {
		var se *StorageError
		if err := record(m); !errors.As(err, &se) {
			t.Fatalf("Record() = %v, want a StorageError", err)
		}
	}
	check := func(written bool) {
		t.Helper()
		p := mustLoad(t, db, Want{Account: s, AcknowledgedSince: at(1)})
		if string(p.State) != "3" || *p.Poll.UsageUSD != 3 || len(p.Open) != 3 || len(p.Trails[s].Samples) != 4 {
			t.Errorf("Load() = %+v, want the state, poll, forecasts and readings of 3", p)
		}
		if len(p.Acknowledged) != 1 || p.Acknowledged[0].Text != "2" {
			t.Errorf("Load() has acknowledged %+v, want that of 2", p.Acknowledged)
		}
		events, err := db.Events(ctx, s, at(0), at(9), 5)
		var texts string
		for _, e := range events {
			texts += e.Text + " "
			if (e.ID == 0) == (written || e.At.Before(at(2))) {
				t.Errorf("event %+v has an ID, or none, written: %v", e, written)
			}
		}
		if want := "too 3 too 2 too "; err != nil || texts != want {
			t.Errorf("Events() = %q, %v, want %q", texts, err, want)
		}
	}
	check(false)
	other := openTest(t, db.Path())
	if p := mustLoad(t, other, Want{Account: account(t, other)}); string(p.State) != "1" || *p.Poll.UsageUSD != 1 || len(p.Open) != 1 {
		t.Errorf("Load() by another = %+v, want that of 1", p)
	}
	db.readOnly = nil
	before := db.Stats().Commits
	if err := db.SetState(ctx, s, "x", nil); err != nil { // writes what waits
		t.Fatal(err)
	}
	if n := db.Stats().Commits - before; n != 2 {
		t.Errorf("%d commits, want one for what waited and one for SetState", n)
	}
	check(true)
	verify(t, db)
	if err := db.Record(ctx, PollUpdate{State: []byte("x")}); !errors.Is(err, ErrNoSeries) {
		t.Errorf("Record() of no series' state = %v, want ErrNoSeries", err)
	}
}

func TestDamagedStateIsNone(t *testing.T) {
	db, s := fresh(t)
	for _, state := range []string{"", "{}"} {
		if err := db.Record(ctx, PollUpdate{Series: s, Attempt: at(0), State: []byte(state)}); err != nil {
			t.Fatal(err)
		}
		if p := mustLoad(t, db, Want{Account: s}); p.State == nil || string(p.State) != state {
			t.Errorf("Load() has state %q, want %q", p.State, state)
		}
	}
	if err := db.conn.exec("UPDATE account SET state = x'7b20'"); err != nil {
		t.Fatal(err)
	}
	if p := mustLoad(t, db, Want{Account: s}); p.State != nil || p.Old != nil {
		t.Errorf("Load() = state %q, old %q, want neither", p.State, p.Old)
	}
	if r, err := db.Verify(ctx); err != nil || r.OK {
		t.Errorf("Verify() = %+v, %v, want the damage", r, err)
	}
}

func TestLoadAgainAfterWhatItsCallerDoesNotKnow(t *testing.T) {
	db, s := fresh(t)
	if db.Unchanged(s) {
		t.Error("Unchanged() before a Load")
	}
	poll(t, db, s, at(0), 1)
	if err := addEvent(db, s, Event{At: at(0)}); err != nil {
		t.Fatal(err)
	}
	events, _ := db.Events(ctx, s, at(0), at(1), 1)
	other, err := db.Series(ctx, "other", "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		f    func() error
		same bool
	}{
		{"its own record", func() error { return tryPoll(db, s, at(1), 1) }, true},
		{"a record of another", func() error { return tryPoll(db, other, at(1), 1) }, true},
		{"a state of others", func() error { return db.SetState(ctx, s, "roster", nil) }, true},
		{"a claim", func() error { _, err := db.Claim(ctx, s, at(5), 0); return err }, true},
		{"readings alone", func() error { return db.Record(ctx, PollUpdate{}, Reading{Series: s, UsageUSD: 1, At: at(2)}) }, false},
		{"an acknowledged event", func() error { return db.Acknowledge(ctx, s, events[0].ID) }, false},
		{"a back-fill", func() error { _, err := db.Backfill(ctx, s, []Spend{spent(-2, -1, 0.1)}); return err }, false},
		{"an import", func() error {
			_, err := db.Import(ctx, s, Export{Samples: []credit.Sample{{At: at(-999)}}})
			return err
		}, false},
	} {
		mustLoad(t, db, Want{Account: s})
		if err := c.f(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if same := db.Unchanged(s); same != c.same {
			t.Errorf("%s: Unchanged() = %v, want %v", c.name, same, c.same)
		}
	}
}

func TestPreviewRefuses(t *testing.T) {
	db, s := fresh(t)
	for name, readings := range map[string][]Reading{
		"two of one series": {{Series: s}, {Series: s}}, "an unknown series": {{Series: 99}}, "less than nothing": {{Series: s, UsageUSD: -1}},
	} {
		if g, err := db.Preview(PollUpdate{}, readings...); err == nil {
			t.Errorf("%s: Preview() = %v, want an error", name, g)
		}
	}
	if r, err := db.Verify(ctx); err != nil || r.Rows != 0 {
		t.Errorf("Verify() = %+v, %v, want nothing stored", r, err)
	}
}

func TestWhatWasLoadedIsOfNoUse(t *testing.T) {
	db, s := fresh(t)
	other := openTest(t, db.Path())
	c := newCaller(t, db, time.Time{})
	rng := rand.New(rand.NewPCG(1, 1))
	for m := range 5 {
		poll(t, db, s, at(float64(m)), float64(m))
	}
	c.sync()

	// A failed write, and what another stored before it can be made good.
	if err := db.conn.exec(`CREATE TRIGGER fails BEFORE INSERT ON sample WHEN new.usage = 7 BEGIN SELECT raise(ABORT, 'no'); END`); err != nil {
		t.Fatal(err)
	}
	before := db.Stats().Selects
	u := PollUpdate{Series: s, Attempt: at(7), Interval: time.Minute}
	r := Reading{Series: s, At: at(7), UsageUSD: 7, CreditsUSD: 100, CreditsKnown: true}
	if err := db.Record(ctx, u, r); err == nil {
		t.Fatal("Record() = nil, want an error")
	}
	// But for the row's number, which the failure may have made up.
	if g, err := db.Preview(u, r); err != nil || g[s].Segment != nil || db.Stats().Selects > before+1 {
		t.Errorf("Preview() = %+v, %v with %d SELECTs, want it to go on from what is known", g, err, db.Stats().Selects-before)
	}
	poll(t, other, account(t, other), at(6), 6)
	if err := db.conn.exec("DROP TRIGGER fails"); err != nil {
		t.Fatal(err)
	}
	poll(t, db, s, at(8), 8)
	if !c.sync() {
		t.Error("what waited was written behind another's, and nothing is loaded")
	}
	c.check("after it was written", rng)

	// A back-fill moves the start of the segment that readings are of.
	if _, err := db.Backfill(ctx, s, []Spend{spent(-2, -1, 0)}); err != nil {
		t.Fatal(err)
	}
	r.At, r.UsageUSD = at(9), 9
	if g, err := db.Preview(u, r); err != nil || g[s].Sample.Segment != at(-120).Unix() {
		t.Errorf("Preview() after a back-fill = %+v, %v, want a sample of the segment of %v", g[s].Sample, err, at(-120))
	}

	// Another file in its place has another past.
	c.sync()
	older := filepath.Join(t.TempDir(), "older.db")
	twin := openTest(t, older)
	for m := range 3 {
		poll(t, twin, account(t, twin), at(float64(m)), float64(m))
	}
	twin.Close()
	for _, f := range []string{"", "-wal", "-shm"} {
		os.Remove(db.Path() + f)
	}
	if err := os.Rename(older, db.Path()); err != nil {
		t.Fatal(err)
	}
	if changed, err := db.Changed(ctx); !changed || err != nil {
		t.Fatalf("Changed() = %v, %v, want true", changed, err)
	}
	if !c.sync() || len(c.past.Trails[s].Samples) != 3 {
		t.Errorf("Load() = %+v, want the three readings of the other file", c.past.Trails[s])
	}
	c.check("in another file", rng)
}

func TestHeadKnowsWhatIsOfItsSegment(t *testing.T) {
	usd := func(v float64) *float64 { return &v }
	credits := []creditRow{{at: 3, credits: usd(10)}, {at: 7, credits: usd(20)}, {at: 8}, {at: 9, credits: usd(30)}}
	for _, c := range []struct {
		at, segment int64
		rows        int
		want        string // bought, and before the second of at
	}{
		{5, 5, 1, "10 <nil>"}, // the credits before are those of its first reading
		{6, 5, 1, "10 10"},
		{7, 5, 2, "20 10"},
		{8, 5, 3, "20 20"},
		{9, 5, 4, "30 20"},
		{10, 8, 3, "<nil> <nil>"},
	} {
		h := &head{}
		h.at.Int64 = c.at
		h.know(c.segment, credits[:c.rows])
		show := func(v *float64) string {
			if v == nil {
				return "<nil>"
			}
			return fmt.Sprint(*v)
		}
		if got := show(h.bought) + " " + show(h.before); got != c.want || !h.known || h.segment != c.segment {
			t.Errorf("at %d in the segment of %d: %s, want %s", c.at, c.segment, got, c.want)
		}
	}
}
