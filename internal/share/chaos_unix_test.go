//go:build unix

package share

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"log/slog"
	"ortop/history"
	"ortop/internal/longtest"
	"ortop/internal/pgwire"
	"ortop/internal/sharetest"
)

// What is done to a team, and the test that does it. The program's own processes are
// killed, stopped and cut off in tools/e2e/share_test.go besides.
//
//	a collector is killed, frozen past its lease, started again   TestChaos, TestTeam (e2e)
//	the engine is stopped, crashes, is away, ends all connections  TestChaos, TestEngineAway
//	a late write by an old lease, with the answer in flight        TestTakeOverAndFence, TestSameBatchTwice
//	two of three collectors are cut off                            TestPartition
//	a network that falls silent                                    TestSilentNetwork
//	the primary dies, and a standby that lagged takes over         TestLaggingStandby, TestFailOver
//	all accounts are asked for at once when the engine is back     TestEngineBack
//	many collectors start at once                                  TestRace
//	the same batch twice                                           TestSameBatchTwice
//	a pooler with fewer connections than clients                   TestPooler
//	an alert that two could tell                                   TestTeamAlertsOnce (e2e)

// A network that falls silent holds nobody for long, and readings go on.
func TestSilentNetwork(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c, e := started(t, 4*time.Second)
	r := sharetest.NewRelay(t, c.Port)
	far := open(t, c.By(r.Port()), 4*time.Second)
	a := newStation(t, far, "a", "x")
	a.Start(ctx)
	a.read("x", noon, 1)
	a.ship(ctx)
	r.Silent.Store(true)
	began := time.Now()
	a.beat(ctx)
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("a renewal takes %v in a silent network", took)
	}
	if !a.accounts[0].MayPoll() {
		t.Error("nothing is read in a silent network")
	}
	a.read("x", noon.Add(time.Minute), 2)
	r.Silent.Store(false)
	sharetest.WaitFor(t, "what waits to be sent", func() bool {
		a.beat(ctx)
		a.ship(ctx)
		return a.Waits() == 0 && a.Away() == 0
	})
	if got := usages(t, e, "x"); len(got) != 2 {
		t.Errorf("the engine has %v", got)
	}
}

// fighter is a collector that is killed and frozen.
type fighter struct {
	t    testing.TB
	e    *Engine
	host string
	path string
	run  run
}

// run is one of its lives.
type run struct {
	cancel context.CancelFunc
	frozen *atomic.Bool
	done   chan bool
}

// fight is several of them, and what they read.
type fight struct {
	t        testing.TB
	accounts []string
	keys     int // that each reading has besides
	fighters []*fighter
	seconds  atomic.Int64
	over     atomic.Bool // nothing more is read
	books    sync.Map    // usage by account, subject and second
}

func newFight(t testing.TB, accounts []string, dsns ...string) *fight {
	t.Helper()
	f := &fight{t: t, accounts: accounts}
	for i, dsn := range dsns {
		f.fighters = append(f.fighters, &fighter{t: t, e: open(t, dsn, 2*time.Second), host: fmt.Sprint("h", i), path: filepath.Join(t.TempDir(), "h.db")})
	}
	return f
}

// start begins a life of the fighter i.
func (f *fight) start(i int) {
	ctx, cancel := context.WithCancel(context.Background())
	r := run{cancel, new(atomic.Bool), make(chan bool)}
	f.fighters[i].run = r
	go func() { defer close(r.done); f.life(ctx, f.fighters[i], r.frozen) }()
}

func (f *fight) startAll() {
	for i := range f.fighters {
		f.start(i)
	}
}

func (f *fight) kill(i int) {
	r := f.fighters[i].run
	r.cancel()
	<-r.done
}

// await waits for n more readings.
func (f *fight) await(what string, n int64) {
	f.t.Helper()
	n += f.seconds.Load()
	sharetest.WaitFor(f.t, what, func() bool { return f.seconds.Load() > n })
}

// life is one run of a fighter, until it is killed.
func (f *fight) life(ctx context.Context, who *fighter, frozen *atomic.Bool) {
	var dbs [2]*history.DB
	for i := range dbs {
		db, err := history.Open(ctx, who.path, history.Options{Share: true})
		if err != nil {
			if ctx.Err() == nil {
				f.t.Error(err)
			}
			return
		}
		defer db.Close()
		dbs[i] = db
	}
	s := &station{who.e.NewCollector(dbs[0], who.host, slog.New(slog.DiscardHandler), nil), f.t, dbs[1], who.path}
	for _, name := range f.accounts {
		s.Add(name, "u")
	}
	s.Start(context.Background())
	for i := 0; ctx.Err() == nil; i++ {
		for frozen.Load() && ctx.Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
		if i%10 == 0 {
			s.beat(context.Background())
		}
		for _, a := range s.accounts {
			if !f.over.Load() && a.MayPoll() {
				at := f.seconds.Add(1)
				s.readAll(a.Name, noon.Add(time.Duration(at)*time.Second), float64(at), f.keys)
				f.books.Store(fmt.Sprint(a.Name, " ", history.Own, " ", noon.Unix()+at), float64(at))
				for k := range f.keys {
					f.books.Store(fmt.Sprint(a.Name, " key#", k, " ", noon.Unix()+at), float64(at))
				}
				a.Stored()
			}
		}
		s.ship(context.Background())
		time.Sleep(30 * time.Millisecond)
	}
}

// finish ends them all, has what waits in their files sent by who is there next, and
// compares what the engine has with what they read, of which it returns what is lost.
func (f *fight) finish(e *Engine) (lost, of int) {
	f.t.Helper()
	for i := range f.fighters {
		f.kill(i)
	}
	f.over.Store(true)
	for i, who := range f.fighters {
		db, err := history.Open(context.Background(), who.path, history.Options{})
		if err != nil {
			f.t.Fatal(err)
		}
		f.start(i)
		sharetest.WaitFor(f.t, "the files to be sent", func() bool {
			n, _, err := db.Waits(context.Background(), "", "")
			return err == nil && n == 0
		})
		f.kill(i)
		db.Close()
	}
	sent := map[string]float64{}
	err := e.query(`SELECT name || ' ' || subject || ' ' || p.at, p.usage FROM @.sample p JOIN @.series s USING (account, key) JOIN @.account a ON a.id = account`,
		func(r pgwire.Row) error {
			var name string
			var usage float64
			err := r.Scan(&name, &usage)
			sent[name] = usage
			return err
		})
	if err != nil {
		f.t.Fatal(err)
	}
	n, missing, wrong := 0, 0, 0
	for name, want := range f.books.Range {
		n++
		if got, ok := sent[name.(string)]; !ok {
			missing++
		} else if got != want {
			wrong++
		}
	}
	f.t.Logf("%d readings, %d rows, %d missing, %d wrong", f.seconds.Load(), len(sent), missing, wrong)
	if n < 100 || missing+wrong > 0 || len(sent) != n {
		f.t.Errorf("of %d readings %d are missing and %d wrong, of %d rows", n, missing, wrong, len(sent))
	}
	for _, name := range f.accounts {
		last := -1.0
		for _, u := range usages(f.t, e, name) {
			if u <= last {
				f.t.Fatalf("%s: a viewer sees %v after %v", name, u, last)
			}
			last = u
		}
	}
	if v, err := e.Verify(func(int, int) {}); err != nil || len(v.Wrong) > 0 {
		f.t.Errorf("Verify() = %+v, %v", v, err)
	}
	return missing + wrong, n
}

// havocs is how many things havoc does in a round.
const havocs = 6

// Collectors are killed, frozen and restarted, and the engine is; nothing that was
// stored is missing or wrong.
func TestChaos(t *testing.T) {
	t.Parallel()
	c, e := alone(t, 2*time.Second)
	f := newFight(t, []string{"p", "q", "r", "s", "t"}, c.DSN(), c.DSN(), c.DSN())
	f.startAll()
	rounds := longtest.Of(1, 2)
	if n, err := strconv.Atoi(os.Getenv("ORTOP_CHAOS")); err == nil {
		rounds = n
	}
	f.havoc(c, e, func(round int) bool { return round == rounds })
	f.finish(e)
}

// havoc kills, freezes and restarts them and the engine, each in any order in a round,
// until over.
func (f *fight) havoc(c *sharetest.Cluster, e *Engine, over func(round int) bool) {
	rng := rand.New(rand.NewPCG(3, uint64(time.Now().UnixNano())))
	for n, order := 0, []int(nil); !over(n / havocs); n++ {
		if n%havocs == 0 {
			order = rng.Perm(havocs)
		}
		i := rng.IntN(len(f.fighters))
		switch order[n%havocs] {
		case 0:
			f.kill(i)
			time.Sleep(time.Duration(rng.IntN(3000)) * time.Millisecond)
			f.start(i)
		case 1:
			frozen := f.fighters[i].run.frozen
			frozen.Store(true)
			time.Sleep(time.Duration(1000+rng.IntN(3000)) * time.Millisecond)
			frozen.Store(false)
		case 2:
			c.Down([]string{"fast", "immediate"}[rng.IntN(2)])
			time.Sleep(time.Duration(rng.IntN(2000)) * time.Millisecond)
			c.Up()
		case 3:
			// All connections are cut off; that of this statement may be among them.
			_ = e.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`, nil)
		default:
			time.Sleep(500 * time.Millisecond)
		}
	}
}

// Behind a pooler in transaction mode, with fewer connections than clients, every
// statement is answered with its own rows.
func TestPooler(t *testing.T) {
	const program = "/usr/sbin/pgbouncer"
	if _, err := os.Stat(program); err != nil {
		t.Skip("there is no pgbouncer: apt-get install pgbouncer")
	}
	c, _ := started(t, 20*time.Second)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	dir := filepath.Join(c.Dir, "pooler")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	ini := fmt.Sprintf("[databases]\n* = host=127.0.0.1 port=%d\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\n"+
		"auth_type = any\npool_mode = transaction\ndefault_pool_size = 4\n", c.Port, port)
	ini = strings.Replace(ini, "port="+fmt.Sprint(c.Port), "port="+fmt.Sprint(c.Port)+" user=admin", 1)
	path := filepath.Join(dir, "ini")
	if err := os.WriteFile(path, []byte(ini), 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{program, path}
	if os.Geteuid() == 0 {
		args = []string{program, "-u", "nobody", path}
	}
	cmd := exec.Command(args[0], args[1:]...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	e := open(t, c.By(port), 20*time.Second)
	sharetest.WaitFor(t, "the pooler", func() bool { _, _, err := e.Version(); return err == nil })
	var all sync.WaitGroup
	var wrong atomic.Int64
	for i := range 16 {
		all.Add(1)
		go func() {
			defer all.Done()
			for n := range 100 {
				want, got := fmt.Sprint(i, " ", n), ""
				err := e.query(`SELECT $1::text || ' ' || $2::text`, func(r pgwire.Row) error { return r.Scan(&got) }, i, n)
				if err != nil || got != want {
					wrong.Add(1)
					t.Logf("%q, %v", got, err)
				}
			}
		}()
	}
	all.Wait()
	if n := wrong.Load(); n > 0 {
		t.Errorf("%d of 1600 answers are wrong", n)
	}
	a := newStation(t, e, "a", "x")
	a.Start(context.Background())
	a.read("x", noon, 1)
	a.ship(context.Background())
	if got := usages(t, e, "x"); len(got) != 1 {
		t.Errorf("behind the pooler there is %v", got)
	}
}

// A clock that differs by more than two seconds is corrected by whole seconds.
func TestOffset(t *testing.T) {
	e := &Engine{}
	for ms, want := range map[int64]time.Duration{0: 0, 1900: 0, -1900: 0, 3700: 3 * time.Second, -90_500: -90 * time.Second} {
		now := time.Now()
		e.measure(now.UnixMilli()+ms, now)
		if got := e.Offset(); got != want {
			t.Errorf("%d ms: %v, want %v", ms, got, want)
		}
	}
}
