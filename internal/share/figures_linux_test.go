package share

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/pgwire"
	"ortop/internal/sharetest"
)

// What a team's history costs and keeps, on a cluster of its own. tools/team runs it and
// judges the figures. ORTOP_FIGURES is its size: 1 is 10,000 accounts of 200 keys, a year
// of one of them, and a million rows.
//
//	ORTOP_FIGURES=.01 go test -run - -bench Figures -benchtime 1x ./internal/share
func BenchmarkFigures(b *testing.B) {
	size, err := strconv.ParseFloat(os.Getenv("ORTOP_FIGURES"), 64)
	if err != nil || size <= 0 {
		b.Skip("ORTOP_FIGURES says how large it is to be")
	}
	for _, f := range []struct {
		name string
		of   func(*testing.B, float64)
	}{{"flat out", flatOut}, {"paced", paced}, {"turns", turns}, {"fence", fence}, {"year", year}, {"death", death}, {"chaos", chaos}} {
		b.Run(f.name, func(b *testing.B) {
			for range b.N {
				f.of(b, size)
			}
		})
	}
}

// figure prints one.
func figure(b *testing.B, id, format string, args ...any) {
	b.Helper()
	b.Logf("FIGURE %s: %s", id, fmt.Sprintf(format, args...))
}

// planned is the load that is planned for, in polls a second: 10,000 accounts once a minute.
const planned = 167

// perPoll are the keys that a poll finds changed, of keysEach.
const perPoll, keysEach = 10, 200

// scaled is n of a full size, and one at least.
func scaled(n int, size float64) int { return max(1, int(math.Ceil(float64(n)*size))) }

// flatOut is how many polls are taken a second by eight connections, in among the series
// of all accounts, and what that costs a collector.
func flatOut(b *testing.B, size float64) {
	c, e := started(b, time.Minute)
	accounts := scaled(10_000, size)
	c.Query(fmt.Sprintf(`INSERT INTO ortop.account (name, base_url, owner, token) SELECT 'a' || i, 'u', 'me', 1 FROM generate_series(1, %d) i`, accounts))
	c.Query(fmt.Sprintf(`INSERT INTO ortop.series (account, key, subject) SELECT a.id, k, CASE k WHEN 1 THEN 'account' ELSE 'key#' || k END FROM ortop.account a, generate_series(1, %d) k`, keysEach+1))
	c.Query("VACUUM ANALYZE")
	var n, done atomic.Int64
	poll := func() error {
		i := n.Add(1)
		id, at := i%int64(accounts)+1, int64(1_700_000_000)+i
		ms := at * 1000
		w := wire{}
		for k := int64(1); k <= perPoll+1; k++ {
			subject := history.Own
			if k > 1 {
				subject = fmt.Sprint("key#", k)
			}
			w.Samples = append(w.Samples, history.SampleRow{Key: k, At: at, Usage: float64(i)})
			w.Series = append(w.Series, history.HeadRow{Key: k, Subject: subject, Attempt: &ms, Success: &ms, Read: &ms, At: &at, Usage: float64(i)})
		}
		_, ok, err := e.append(id, 1, "me", w, sentMark{"~sent", 0, i}, nil)
		if err == nil && !ok {
			err = errFenced
		}
		return err
	}
	used, began := ownCPU(b), time.Now()
	end := began.Add(time.Duration(30 * size * float64(time.Second)))
	var all sync.WaitGroup
	for range maxConns {
		all.Go(func() {
			for time.Now().Before(end) || done.Load() < 1000 {
				if err := poll(); err != nil {
					b.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	figure(b, "polls", "%.0f polls/s of %d rows, among %d series", float64(done.Load())/took.Seconds(), perPoll+1, accounts*(keysEach+1))
	figure(b, "sending", "%.3f of a processor at %d polls/s", (ownCPU(b)-used).Seconds()/float64(done.Load())*planned, planned)
}

// paced is what the load of 10,000 accounts that are polled once a minute costs the engine,
// and what sending it costs a collector: 167 are polled once a second, and sent as often
// as Run does at most.
func paced(b *testing.B, size float64) {
	c, e := started(b, time.Minute)
	var names []string
	for i := range planned {
		names = append(names, fmt.Sprint("x", i))
	}
	s := newStation(b, e, "a", names...)
	s.Start(b.Context())
	now := time.Now().Truncate(time.Second).Add(-time.Hour)
	poll := func(second int, names []string) {
		for _, n := range names {
			s.readAll(n, now.Add(time.Duration(second)*time.Second), float64(second+1), perPoll)
		}
	}
	poll(0, names)
	s.ship(b.Context()) // what is made once is there
	const turns = int(time.Second / gather)
	engine, sending, began := c.CPU(), time.Duration(0), time.Now()
	for turn := range scaled(60, size) * turns {
		second := turn/turns + 1
		poll(second, names[turn%turns*planned/turns:(turn%turns+1)*planned/turns])
		before := ownCPU(b)
		if turn%(15*turns) == 0 {
			s.beat(b.Context())
		}
		s.ship(b.Context())
		sending += ownCPU(b) - before
		time.Sleep(time.Until(began.Add(time.Duration(turn+1) * gather)))
	}
	polls := scaled(60, size) * planned
	took := time.Since(began)
	if n := s.Waits(); n > 0 {
		b.Errorf("%d entries wait", n)
	}
	// A busy machine may be slower: what counts is what a poll takes.
	share := func(cpu time.Duration) float64 { return cpu.Seconds() / float64(polls) * planned }
	figure(b, "engine", "%.3f of a processor at %d polls/s, measured at %.0f", share(c.CPU()-engine), planned, float64(polls)/took.Seconds())
	figure(b, "shipping", "%.3f of a processor at %d polls/s", share(sending), planned)
}

// ownCPU is the processor time of this process so far.
func ownCPU(b *testing.B) time.Duration {
	var u syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// turns counts round trips: of a poll, and of a viewer's second with many accounts.
func turns(b *testing.B, _ float64) {
	c, _ := started(b, time.Minute)
	r := sharetest.NewRelay(b, c.Port)
	far := open(b, c.By(r.Port()), time.Minute)
	var names []string
	for i := range 50 {
		names = append(names, fmt.Sprint("x", i))
	}
	s := newStation(b, far, "a", names...)
	s.Start(b.Context())
	const polls = 20
	var before int64
	for i := range polls + 1 {
		if i == 1 { // its series are known
			before = r.Turns.Load()
		}
		s.readAll("x0", noon.Add(time.Duration(i)*time.Minute), float64(i), perPoll)
		s.ship(b.Context())
	}
	figure(b, "trips", "%.2f of a poll", float64(r.Turns.Load()-before)/polls)
	before = r.Turns.Load()
	list, err := far.List(false)
	must(b, err)
	figure(b, "look", "%d for %d accounts", r.Turns.Load()-before, len(list))
}

// fence counts the writes that are taken by a lease that was, while another has the
// account.
func fence(b *testing.B, _ float64) {
	_, e := started(b, time.Minute)
	id := int64(0)
	must(b, e.query(`INSERT INTO @.account (name, base_url, owner, token) VALUES ('x', 'u', 'new', 2) RETURNING id`, func(r pgwire.Row) error { return r.Scan(&id) }))
	key, err := e.key(map[string]int64{}, id, history.Own)
	must(b, err)
	var all sync.WaitGroup
	var taken, refused atomic.Int64
	write := func(owner string, token int64, from int) {
		for i := range 300 {
			at := noon.Unix() + int64(from+i)
			w := wire{Rows: history.Rows{Samples: []history.SampleRow{{Key: key, At: at, Usage: 1}}, Series: []history.HeadRow{{Key: key, Subject: history.Own, At: &at, Usage: 1}}}}
			_, ok, err := e.append(id, token, owner, w, sentMark{}, nil)
			switch {
			case err != nil:
				b.Error(err)
			case owner == "new":
			case ok:
				taken.Add(1)
			default:
				refused.Add(1)
			}
		}
	}
	all.Go(func() { write("new", 2, 0) })
	all.Go(func() { write("old", 1, 1000) })
	all.Go(func() { write("new", 1, 2000) }) // its own, from before another had it
	all.Go(func() { write("old", 2, 3000) })
	all.Wait()
	rows := 0
	must(b, e.query(`SELECT count(*) FROM @.sample WHERE at >= $1`, func(r pgwire.Row) error { return r.Scan(&rows) }, noon.Unix()+1000))
	figure(b, "late", "%d of %d", max(int64(rows), taken.Load()), taken.Load()+refused.Load())
}

// death is how long an account is not read when its collector dies, by a lease of 6 s.
func death(b *testing.B, _ float64) {
	const lease = 6 * time.Second
	c, _ := started(b, lease)
	var names []string
	for i := range 12 {
		names = append(names, fmt.Sprint("x", i))
	}
	type reading struct {
		who int
		at  time.Time
	}
	var mu sync.Mutex
	last, hole := map[string]reading{}, time.Duration(0)
	ctx, cancel := context.WithCancel(b.Context())
	var all sync.WaitGroup
	var dead atomic.Int64
	dead.Store(-1)
	relays := make([]*sharetest.Relay, 3)
	for i := range relays {
		relays[i] = sharetest.NewRelay(b, c.Port)
		e := open(b, c.By(relays[i].Port()), lease)
		s := newStation(b, e, fmt.Sprint("h", i), names...)
		s.Start(ctx)
		all.Go(func() { s.Run(ctx) })
		all.Go(func() {
			for ; ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
				for _, a := range s.accounts {
					if dead.Load() == int64(i) || !a.MayPoll() {
						continue
					}
					now := time.Now()
					mu.Lock()
					if was := last[a.Name]; was.who != i && int64(was.who) == dead.Load() {
						hole = max(hole, now.Sub(was.at))
					}
					last[a.Name] = reading{i, now}
					mu.Unlock()
				}
			}
		})
	}
	defer all.Wait()
	defer cancel()
	of := func(who int64) (n int) {
		mu.Lock()
		defer mu.Unlock()
		for _, r := range last {
			if int64(r.who) == who {
				n++
			}
		}
		return n
	}
	sharetest.WaitFor(b, "each to have accounts", func() bool { return of(0) > 0 && of(1) > 0 && of(2) > 0 && of(0)+of(1)+of(2) == len(names) })
	n := of(1)
	dead.Store(1)
	relays[1].Cut(true)
	sharetest.WaitFor(b, "the others to have its accounts", func() bool { return of(1) == 0 })
	mu.Lock()
	defer mu.Unlock()
	figure(b, "hole", "%.1f s, by a lease of %v, of %d accounts", hole.Seconds(), lease, n)
}

// chaos counts the rows that are missing or wrong when collectors and the engine were
// killed, frozen and cut off.
func chaos(b *testing.B, size float64) {
	c, e := started(b, 2*time.Second)
	var names []string
	for i := range 30 {
		names = append(names, fmt.Sprint("x", i))
	}
	f := newFight(b, names, c.DSN(), c.DSN(), c.DSN())
	f.keys = perPoll
	f.startAll()
	rows := int64(scaled(1_000_000, size))
	f.havoc(c, e, func(int) bool { return f.seconds.Load()*(perPoll+1) >= rows })
	lost, of := f.finish(e)
	figure(b, "lost", "%d of %d", lost, of)
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// median is the time that half of the runs of f take at most, in ms.
func median(b *testing.B, f func() error) float64 {
	var all []time.Duration
	for range 40 {
		began := time.Now()
		must(b, f())
		all = append(all, time.Since(began))
	}
	slices.Sort(all)
	return float64(all[len(all)/2].Microseconds()) / 1000
}
