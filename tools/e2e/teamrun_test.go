//go:build linux

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/sharetest"
	"ortop/internal/sim"
)

// teamRun is a team of three collectors and two viewers with many accounts of 20 keys,
// each behind HTTP of its own, while collectors and the engine are killed, frozen
// and cut off.
type teamRun struct {
	*team
	accounts   []*sim.Account
	names      []string
	urls       []string
	began      time.Time
	length     time.Duration
	interval   time.Duration
	collectors []*collecting
	viewers    []machine
	wire       *sharetest.Relay
	told       *toldOnce
	api        atomic.Int64 // requests at the address that viewers are told
	looked     int          // times that viewers looked
	cents      float64      // that a viewer was off at most at the end
	depleted   map[string]bool
	away, cut  span // when the engine was, and a collector was cut off
}

// span is a part of the run.
type span struct{ from, to time.Time }

const runLease = 10 * time.Second

// collecting is a machine with a collector that may be killed and started again.
type collecting struct {
	machine
	cmd *exec.Cmd
	cpu time.Duration // of the lives before
}

// toldOnce counts how often each alert was told, of each account.
type toldOnce struct {
	*httptest.Server
	mu    sync.Mutex
	count map[string]map[string]int
}

func newToldOnce(t *testing.T) *toldOnce {
	w := &toldOnce{count: map[string]map[string]int{}}
	w.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var p struct {
			Rule, Subject, Level, Account, Since string
			Cleared                              bool
		}
		if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
			t.Errorf("an alert that is no JSON: %v", err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.count[p.Account] == nil {
			w.count[p.Account] = map[string]int{}
		}
		w.count[p.Account][fmt.Sprint(p.Rule, " ", p.Subject, " ", p.Level, " ", p.Cleared, " since ", p.Since)]++
	}))
	t.Cleanup(w.Close)
	return w
}

// of are the alerts that an account had, and those that were told more than once.
func (w *toldOnce) of(account string) (n int, twice []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for what, times := range w.count[account] {
		n++
		if times > 1 {
			twice = append(twice, fmt.Sprint(times, " times ", what))
		}
	}
	return n, twice
}

// runSize is a number of the environment, or what it is without.
func runSize(t *testing.T, name string, without float64) float64 {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		return without
	}
	n, err := strconv.ParseFloat(v, 64)
	if err != nil || n <= 0 {
		t.Fatalf("%s=%q is no number above 0", name, v)
	}
	return n
}

func newTeamRun(t *testing.T) *teamRun {
	t.Helper()
	r := &teamRun{
		team: &team{t: t, pg: sharetest.Start(t)}, told: newToldOnce(t), depleted: map[string]bool{}, began: time.Now(),
		length:   time.Duration(runSize(t, "ORTOP_TEAM_MINUTES", 1) * float64(time.Minute)),
		interval: time.Duration(runSize(t, "ORTOP_TEAM_INTERVAL", 10) * float64(time.Second)),
	}
	n := int(runSize(t, "ORTOP_TEAM_ACCOUNTS", 6))
	config := fmt.Sprintf("alerts = [{rule=\"balance\", below=5}]\nchannels = [{name=\"hook\", kind=\"webhook\", url=%q}]\n", r.told.URL)
	keyFile := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(keyFile, []byte(sim.DemoKey), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		account, url := serve(t, sim.Config{Profile: "steady", Seed: uint64(i + 1), Keys: 20, Start: r.began.Add(-2 * time.Hour)})
		name := fmt.Sprintf("account-%d", i)
		r.accounts, r.urls, r.names = append(r.accounts, account), append(r.urls, url), append(r.names, name)
		config += fmt.Sprintf("[[accounts]]\nname = %q\nbase_url = %q\nkey_file = %q\n", name, url, keyFile)
	}
	r.wire = sharetest.NewRelay(t, r.pg.Port)
	for i := range 3 {
		c := &collecting{machine: r.machine(false, config)}
		if i == 2 {
			for k, v := range c.env {
				c.env[k] = strings.Replace(v, fmt.Sprint(":", r.pg.Port), ":"+strconv.Itoa(r.wire.Port()), 1)
			}
		}
		for k, v := range c.env { // each account has its own
			if strings.HasPrefix(v, "ORTOP_BASE_URL=") {
				c.env[k] = "X="
			}
		}
		r.collectors = append(r.collectors, c)
	}
	counting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		r.api.Add(1)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(counting.Close)
	for range 2 {
		v := r.machine(false, "")
		for k := range v.env {
			if strings.HasPrefix(v.env[k], "ORTOP_BASE_URL=") {
				v.env[k] = "ORTOP_BASE_URL=" + counting.URL
			}
		}
		r.viewers = append(r.viewers, v)
	}
	return r
}

func (r *teamRun) start(c *collecting) {
	r.t.Helper()
	log, err := os.OpenFile(filepath.Join(c.home, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		r.t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(ortop, "collect", "-q", "--interval", r.interval.String())
	cmd.Env, cmd.Stderr = c.env, log
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	c.cmd = cmd
	r.t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
}

// end sends a signal and waits for the end.
func (r *teamRun) end(c *collecting, signal syscall.Signal) {
	r.t.Helper()
	if err := c.cmd.Process.Signal(signal); err != nil {
		r.t.Fatal(err)
	}
	if err := c.cmd.Wait(); err != nil && signal == syscall.SIGTERM {
		log, _ := os.ReadFile(filepath.Join(c.home, "log"))
		r.t.Errorf("a collector ended with %v: %s", err, log[max(0, len(log)-2000):])
	}
	c.cpu += c.cmd.ProcessState.UserTime() + c.cmd.ProcessState.SystemTime()
}

// whole waits until each account has one of n collectors.
func (r *teamRun) whole(when string, n int) {
	r.t.Helper()
	want := fmt.Sprint(len(r.names), "|", n)
	r.await("a collector for each account "+when, func() bool {
		return want == r.pg.Query(`SELECT (SELECT count(*) FROM ortop.account a JOIN ortop.collector c ON c.id = a.owner WHERE expires > clock_timestamp()),
			(SELECT count(*) FROM ortop.collector WHERE expires > clock_timestamp())`)
	})
}

// pass lets a part of the run's length pass, while accounts spend.
func (r *teamRun) pass(part float64) {
	for end := time.Now().Add(time.Duration(part * float64(r.length))); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		r.accounts[int(time.Now().UnixMilli()/50)%len(r.accounts)].Spend(.01)
	}
}

// deplete leaves $4 to each second account from i on, of which an alert has to tell.
func (r *teamRun) deplete(i int) {
	for ; i < len(r.accounts); i += 4 {
		a, now := r.accounts[i], time.Now()
		a.Spend(a.Credits(now) - a.Usage(now) - 4)
		r.depleted[r.names[i]] = true
	}
}

// readings are when each account's balance was asked for, by any collector.
func (r *teamRun) readings(i int) (at []time.Time) {
	for _, q := range r.accounts[i].Requests() {
		if strings.HasSuffix(q.Path, "/credits") {
			at = append(at, q.At)
		}
	}
	return at
}

// TestTeamRun is the whole of a team, of the size that is asked for:
//
//	ORTOP_TEAM_ACCOUNTS=500 ORTOP_TEAM_MINUTES=10 ORTOP_TEAM_INTERVAL=60 go -C tools test ./e2e -run TestTeamRun -v -timeout 1h
func TestTeamRun(t *testing.T) {
	if os.Getenv("ORTOP_TEAM_ACCOUNTS") == "" {
		t.Skip("a run of minutes: ORTOP_TEAM_ACCOUNTS says of how many accounts")
	}
	sharetest.Needs(t, "way to be stopped")
	r := newTeamRun(t)
	if code, _, said := r.viewers[0].run("share", "init"); code != 0 {
		t.Fatal(said)
	}
	for _, c := range r.collectors {
		r.start(c)
	}
	r.whole("at the start", 3)
	r.await("a reading of each account", func() bool {
		return r.pg.Query("SELECT count(*) FROM ortop.series WHERE subject = 'account' AND at IS NOT NULL") == strconv.Itoa(len(r.names))
	})
	r.began = time.Now()
	asked := make([]int, len(r.accounts))
	for i := range r.accounts {
		asked[i] = len(r.readings(i))
	}

	r.pass(.1)
	r.look()
	r.end(r.collectors[0], syscall.SIGKILL)
	r.deplete(0)
	r.whole("after one was killed", 2)
	r.pass(.1)
	r.start(r.collectors[0])
	r.whole("after it was started again", 3)
	r.pass(.1)
	frozen := r.collectors[1].cmd.Process
	if err := frozen.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	r.deplete(1)
	r.whole("after one was frozen", 2)
	if err := frozen.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	r.whole("after it went on", 3)
	r.pass(.1)
	r.away.from = time.Now()
	r.pg.Down("immediate")
	r.look()
	r.pass(.1)
	r.pg.Up()
	r.whole("after the engine was away", 3)
	r.away.to = time.Now()
	r.pass(.1)
	r.cut.from = time.Now()
	r.wire.Cut(true)
	r.whole("after one was cut off", 2)
	r.pass(.1)
	r.look()
	r.wire.Cut(false)
	r.whole("after the network was whole again", 3)
	r.cut.to = time.Now()
	r.pass(.3)
	for name := range r.depleted {
		r.await("the alert of "+name, func() bool { n, _ := r.told.of(name); return n > 0 })
	}
	r.look()
	took := time.Since(r.began)
	r.right()
	for _, c := range r.collectors {
		r.end(c, syscall.SIGTERM)
	}
	r.compare()
	r.figures(took, asked)
}

// right compares what both viewers say of each account with the account's own books.
func (r *teamRun) right() {
	r.t.Helper()
	for i, v := range r.viewers {
		code, out, said := v.run("status", "--all", "--json")
		var o struct {
			Accounts []struct {
				Account string
				At      time.Time
				Balance float64 `json:"balance_usd"`
				Source  string
			}
		}
		if err := json.Unmarshal([]byte(out), &o); err != nil || code != 0 || len(o.Accounts) != len(r.names) {
			r.t.Fatalf("viewer %d: exit code %d, %d accounts, %v, %s", i, code, len(o.Accounts), err, said)
		}
		for _, a := range o.Accounts {
			n, err := strconv.Atoi(strings.TrimPrefix(a.Account, "account-"))
			if err != nil || n >= len(r.accounts) {
				r.t.Fatalf("viewer %d has an account %q", i, a.Account)
			}
			if off := r.off(n, a.At, r.accounts[n].Credits(a.At)-a.Balance); off > .005 {
				r.t.Errorf("viewer %d: %s is off by $%.4f at %v", i, a.Account, off, a.At)
			} else {
				r.cents = max(r.cents, off*100)
			}
		}
		files, err := filepath.Glob(filepath.Join(v.home, ".*", "*", "*", "*.db*"))
		if err != nil || len(files) > 0 {
			r.t.Errorf("viewer %d left files: %v, %v", i, files, err)
		}
	}
}

// off is how far a usage that is dated at a second is from all that the account told about
// then: an answer may be long on its way where the machine is busy.
func (r *teamRun) off(i int, at time.Time, usage float64) float64 {
	least := math.Inf(1)
	for _, asked := range r.readings(i) {
		if d := at.Sub(asked); d > -5*time.Second && d < time.Minute {
			least = min(least, math.Abs(r.accounts[i].Usage(asked)-usage))
		}
	}
	return least
}

// around is what an account told of its usage around a second.
func (r *teamRun) around(i int, at time.Time) (told string) {
	for _, asked := range r.readings(i) {
		if d := asked.Sub(at); d.Abs() < 3*time.Minute {
			told += fmt.Sprintf("%+.1f s: %.9f ", d.Seconds(), r.accounts[i].Usage(asked))
		}
	}
	return told
}

// asked is how often the API was asked without a key that it knows, which viewers have
// not: at the address that they are told, and at the accounts' own.
func (r *teamRun) asked() (n int) {
	n = int(r.api.Load())
	for _, a := range r.accounts {
		for _, q := range a.Requests() {
			if !q.Authorized {
				n++
			}
		}
	}
	return n
}

// look lets each viewer look at all accounts and at one, while anything may be away.
func (r *teamRun) look() {
	r.t.Helper()
	for _, v := range r.viewers {
		for _, args := range [][]string{{"status", "--all"}, {"status", "--account", r.names[0]}, {"alerts", "list", "--account", r.names[0]}, {"history", "--account", r.names[0]}} {
			if code, _, said := v.run(args...); code == 2 || code == 70 {
				r.t.Errorf("%v: exit code %d, %s", args, code, said)
			}
			r.looked++
		}
	}
}

// compare looks for each reading that is on a collector's disk at the engine, and for
// each of the engine's in the accounts' books.
func (r *teamRun) compare() {
	r.t.Helper()
	sent, read := map[string]float64{}, map[string][]float64{}
	var wrong, twice, missing, rows int
	for line := range strings.Lines(r.pg.Query(fmt.Sprintf(`SELECT a.name, s.subject, p.at, p.usage FROM ortop.sample p JOIN ortop.series s USING (account, key)
		JOIN ortop.account a ON a.id = p.account WHERE subject NOT LIKE '~%%' AND p.at >= %d`, r.began.Unix()))) {
		f := strings.Split(strings.TrimSpace(line), "|")
		if len(f) != 4 {
			r.t.Fatalf("a row %q", line)
		}
		usage, err := strconv.ParseFloat(f[3], 64)
		at, err2 := strconv.ParseInt(f[2], 10, 64)
		n, err3 := strconv.Atoi(strings.TrimPrefix(f[0], "account-"))
		if err != nil || err2 != nil || err3 != nil {
			r.t.Fatalf("a row %q", line)
		}
		rows++
		sent[strings.Join(f[:3], "|")] = usage
		if f[1] == "account" && r.off(n, time.Unix(at, 0), usage) > .005 {
			wrong++
			r.t.Logf("wrong: %s; %s", strings.TrimSpace(line), r.around(n, time.Unix(at, 0)))
		}
	}
	ctx := context.Background()
	for k, c := range r.collectors {
		db, err := history.Open(ctx, filepath.Join(c.home, ".local", "share", "ortop", "history.db"), history.Options{})
		if err != nil {
			r.t.Fatal(err)
		}
		if n, _, err := db.Waits(ctx, "", ""); err != nil || n > 0 {
			r.t.Errorf("%d entries of a collector that ended wait, %v", n, err)
		}
		for i, name := range r.names {
			all, err := db.All(ctx, name, r.urls[i])
			if err != nil {
				r.t.Fatal(err)
			}
			subjects := map[int64]string{}
			for _, h := range all.Series {
				subjects[h.Key] = h.Subject
			}
			for _, s := range all.Samples {
				if s.At < r.began.Unix() {
					continue
				}
				row := fmt.Sprintf("%s|%s|%d", name, subjects[s.Key], s.At)
				if _, ok := sent[row]; !ok {
					missing++
					r.t.Logf("missing: %s, which collector %d has", row, k)
				}
				if subjects[s.Key] == "account" && r.off(i, time.Unix(s.At, 0), s.Usage) > .005 {
					wrong++
					r.t.Logf("wrong: %s, which collector %d has as %v; %s", row, k, s.Usage, r.around(i, time.Unix(s.At, 0)))
				}
				read[row] = append(read[row], s.Usage)
			}
		}
		if err := db.Close(); err != nil {
			r.t.Error(err)
		}
	}
	// Two that read one second may differ by what was spent within it: the engine has one of both.
	for row, of := range read {
		usage, ok := sent[row]
		if ok && !slices.Contains(of, usage) {
			wrong++
			r.t.Logf("wrong: %s is %v, of the collectors %v", row, usage, of)
		}
		if slices.Max(of) > slices.Min(of) {
			twice++
			r.t.Logf("read twice: %s is %v, of the collectors %v", row, usage, of)
		}
	}
	r.t.Logf("%d rows compared with the collectors' files and the accounts' books: %d missing, %d wrong (%d read by two in one second), goal 0", rows, missing, wrong, twice)
	if missing+wrong > 0 || rows == 0 {
		r.t.Log(r.pg.Query("SELECT a.name, s.key, s.subject, s.at, (SELECT count(*) || ' ' || min(at) || ' ' || max(at) FROM ortop.sample p WHERE p.account = s.account AND p.key = s.key) FROM ortop.series s JOIN ortop.account a ON a.id = s.account WHERE subject LIKE '%account' ORDER BY 1, 2"))
		r.t.Log(r.pg.Query("SELECT name, rev, rewritten, id FROM ortop.account"))
		r.t.Errorf("%d of %d rows are missing, %d wrong", missing, rows, wrong)
	}
}

// twice is how often an account was read that had just been, in a part of the run: by
// another collector, as one does not read so soon again. It is of the one of which that
// was most, and of all.
func (r *teamRun) twice(s span, asked []int) (most, all int) {
	for i := range r.names {
		n, at := 0, r.readings(i)
		for k := max(1, asked[i]); k < len(at); k++ {
			if at[k].After(s.from) && at[k].Before(s.to) && at[k].Sub(at[k-1]) < r.interval/2 {
				n++
			}
		}
		most, all = max(most, n), all+n
	}
	return most, all
}

// figures prints what the run took, and judges the holes and the alerts.
func (r *teamRun) figures(took time.Duration, asked []int) {
	r.t.Helper()
	polls, alerts, again, longest, where := 0, 0, 0, time.Duration(0), ""
	for i, name := range r.names {
		at := r.readings(i)
		polls += len(at) - asked[i]
		for k := max(1, asked[i]); k < len(at); k++ {
			if hole := at[k].Sub(at[k-1]); hole > longest {
				longest, where = hole, fmt.Sprintf("%s at %v", name, at[k-1].Sub(r.began).Round(time.Second))
			}
		}
		n, twice := r.told.of(name)
		if alerts, again = alerts+n, again+len(twice); len(twice) > 0 {
			r.t.Errorf("%s: an alert was told %v", name, twice)
		}
	}
	r.t.Logf("FIGURE whole_hole: %.1f s, an account every %v", (longest - r.interval).Seconds(), r.interval)
	twice, of := r.twice(r.away, asked)
	r.t.Logf("FIGURE asks: %d of an account at most, %d in all, of %d accounts", twice, of, len(r.names))
	twice, of = r.twice(r.cut, asked)
	r.t.Logf("FIGURE cut_asks: %.2f of an account at most, %d in all, in %v", float64(twice)/math.Ceil(float64(r.cut.to.Sub(r.cut.from))/float64(r.interval)), of, r.cut.to.Sub(r.cut.from).Round(time.Second))
	cpu := time.Duration(0)
	for _, c := range r.collectors {
		cpu += c.cpu
	}
	r.t.Logf("%d accounts of 20 keys for %v, an interval of %v: %d polls, %.1f/s, %.1f ms of CPU each in the collectors", len(r.names), took.Round(time.Second),
		r.interval, polls, float64(polls)/took.Seconds(), float64(cpu.Milliseconds())/math.Max(1, float64(polls)))
	r.t.Logf("the longest time between two readings of an account: %v (%s): %v more than the interval, goal lease + 2 s = %v", longest.Round(100*time.Millisecond), where,
		(longest - r.interval).Round(100*time.Millisecond), runLease+2*time.Second)
	r.t.Logf("%d alerts, of %d accounts that ran low; told twice: %d, goal 0", alerts, len(r.depleted), again)
	n := r.asked()
	r.t.Logf("%d looks of two viewers, %.2f cents off at most at the end; their requests at the API: %d, goal 0", r.looked, r.cents, n)
	if n > 0 {
		r.t.Errorf("viewers asked the API %d times", n)
	}
	if limit := r.interval + (runLease+2*time.Second)*busy; longest > limit {
		r.t.Errorf("nothing was read for %v (%s), even on a busy machine at most %v", longest, where, limit)
	}
}
