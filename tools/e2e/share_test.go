//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ortop/internal/sharetest"
	"ortop/internal/sim"
)

// machine is one of a team's: a home of its own.
type machine struct {
	*household
}

// team is a simulated account, a cluster, and machines that share a history on it.
type team struct {
	t       *testing.T
	account *sim.Account
	url     string
	pg      *sharetest.Cluster
	wire    *sharetest.Relay // to PGlite, which cannot be stopped and started; nil: it is PostgreSQL
}

func newTeam(t *testing.T) *team {
	t.Helper()
	account, url := serve(t, sim.Config{Profile: "steady"})
	c := &team{t: t, account: account, url: url, pg: sharetest.Start(t)}
	if c.pg.Lite() {
		c.wire = sharetest.NewRelay(t, c.pg.Port)
	}
	return c
}

// dsn is where the machines find the engine.
func (c *team) dsn() string {
	if c.wire == nil {
		return c.pg.DSN()
	}
	return strings.Replace(c.pg.DSN(), fmt.Sprint(":", c.pg.Port), fmt.Sprint(":", c.wire.Port()), 1)
}

// down takes the engine away, and up brings it back.
func (c *team) down() {
	if c.wire != nil {
		c.wire.Cut(true)
		return
	}
	c.pg.Down("immediate")
}

func (c *team) up() {
	if c.wire != nil {
		c.wire.Cut(false)
		return
	}
	c.pg.Up()
}

// machine returns one with a key, which may collect, or without, which views. config
// comes before [share].
func (c *team) machine(key bool, config string) machine {
	m := machine{&household{t: c.t, account: c.account, home: c.t.TempDir()}}
	m.env = []string{"HOME=" + m.home, "PATH=" + os.Getenv("PATH"), "ORTOP_SHARE_DSN=" + c.dsn()}
	if key {
		m.env = append(m.env, "ORTOP_BASE_URL="+c.url, "OPENROUTER_API_KEY="+sim.DemoKey)
	} else {
		m.env = append(m.env, "ORTOP_BASE_URL=http://127.0.0.1:1") // nobody answers there
	}
	m.configure(config + "\n[share]\nlease = \"10s\"\n")
	return m
}

func (m machine) collect() *service { return collectorWith(m.t, m.env, "--interval", "2s") }

// seen is what status says to a viewer.
func (m machine) seen() (code int, at time.Time, balance float64) {
	m.t.Helper()
	code, out, said := m.run("status", "--json")
	var s struct {
		At      *time.Time `json:"at"`
		Source  *string    `json:"source"`
		Balance *float64   `json:"balance_usd"`
	}
	if err := json.Unmarshal([]byte(out), &s); err != nil {
		m.t.Fatalf("status: %v, %s", err, said)
	}
	if s.At != nil {
		at = *s.At
	}
	if s.Balance != nil {
		balance = *s.Balance
	}
	if code == 0 && (s.Source == nil || *s.Source != "share") {
		m.t.Errorf("status: source %v, want share", s.Source)
	}
	return code, at, balance
}

// await waits until ok.
func (c *team) await(what string, ok func() bool) {
	c.t.Helper()
	for end := time.Now().Add(busy * time.Minute); !ok(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			for _, table := range []string{"account", "collector", "series"} {
				c.t.Logf("%s:\n%s", table, c.pg.Query("SELECT * FROM ortop."+table))
			}
			c.t.Fatalf("waited in vain for: %s", what)
		}
	}
}

// Every example of share, with a cluster, in the order of the help.
func TestShareExamples(t *testing.T) {
	t.Parallel()
	sharetest.Needs(t, "psql that goes with it")
	c := newTeam(t)
	m := c.machine(true, "")
	m.env = append(m.env, "PGHOST="+c.pg.Dir, fmt.Sprintf("PGPORT=%d", c.pg.Port), "PGUSER=admin", "PGDATABASE=postgres", "LANG=C.UTF-8")
	if err := os.Mkdir(filepath.Join(m.home, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(ortop, filepath.Join(m.home, "bin", "ortop")); err != nil {
		t.Fatal(err)
	}
	run := func(line string) {
		t.Helper()
		cmd := exec.Command("sh", "-c", line)
		cmd.Dir, cmd.Env = m.home, append(m.env[:len(m.env):len(m.env)], "PATH="+filepath.Join(m.home, "bin")+":"+os.Getenv("PATH"))
		if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "ERROR") {
			t.Errorf("%s: %v\n%s", line, err, out)
		}
	}
	lines := examples(t, "share", "init")
	for _, name := range []string{"grants", "push", "status", "verify"} {
		if name == "push" {
			run("ortop status --no-share") // a past
		}
		lines = append(lines, examples(t, "share", name)...)
	}
	if len(lines) < 7 {
		t.Errorf("the commands have %d examples, want all", len(lines))
	}
	for _, line := range lines {
		if strings.Contains(line, "--print") { // instead of the line before
			c.pg.Query("DROP SCHEMA ortop CASCADE")
		}
		run(line)
	}
}

// Two collectors share an account; viewers without a key see all that they read, also
// after one was killed, and while the engine was away.
func TestTeam(t *testing.T) {
	t.Parallel()
	c := newTeam(t)
	one, two, viewer := c.machine(true, ""), c.machine(true, ""), c.machine(false, "")
	if code, _, said := viewer.run("status"); code != 4 || !strings.Contains(said, "ortop share init") {
		t.Errorf("status without a schema: exit code %d, %s", code, said)
	}
	if code, out, said := one.run("share", "init"); code != 0 || !strings.Contains(out, "version 1 is made") {
		t.Fatalf("share init: exit code %d, %s%s", code, out, said)
	}
	if code, out, _ := one.run("share", "init"); code != 0 || !strings.Contains(out, "there already") {
		t.Errorf("share init again: exit code %d, %s", code, out)
	}
	first := one.collect()
	id := first.waitFor("collector=(\\w+)")[1]
	first.waitFor("took over the account")
	second := two.collect()
	c.await("a viewer to see a reading", func() bool { code, _, _ := viewer.seen(); return code == 0 })
	c.account.Spend(7)
	left := func() float64 { return c.account.Credits(time.Now()) - c.account.Usage(time.Now()) }
	right := func() bool {
		code, _, balance := viewer.seen()
		return code == 0 && balance < left()+.5 && balance > left()-.5
	}
	c.await("a viewer to see the balance", right)
	c.await("a viewer to see who spends", func() bool {
		code, out, _ := viewer.run("breakdown", "--by", "key", "--json")
		var b struct{ Rows []struct{ ID string } }
		return code == 0 && json.Unmarshal([]byte(out), &b) == nil && len(b.Rows) > 0
	})
	for _, args := range [][]string{
		{"forecast", "--json"}, {"history", "--json"}, {"breakdown", "--json"}, {"report", "--json"}, {"alerts", "list"}, {"status", "--prometheus"},
		{"status", "--all"}, {"status", "--all", "--json"}, {"status", "--all", "--prometheus"}, {"status"}, {"history"}, {"accounts"}, {"share", "status"}, {"share", "verify"}, {"status", "--format", "{{.Balance}}"}, {"doctor"},
	} {
		code, out, said := viewer.run(args...)
		if code != 0 || len(out) < 3 {
			t.Errorf("%v: exit code %d, %s%s", args, code, out, said)
		}
		if strings.Contains(out+said, "127.0.0.1:1/") {
			t.Errorf("%v asked the API: %s%s", args, out, said)
		}
	}
	if _, out, _ := viewer.run("doctor"); strings.Contains(out, "history.db") {
		t.Errorf("doctor looks for a file that a viewer does not have:\n%s", out)
	}
	activity := filepath.Join(viewer.home, "activity.csv")
	if err := os.WriteFile(activity, []byte("date,usage\n2026-01-02,1.5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"import", activity}, {"alerts", "mute", "8h"}, {"alerts", "unmute"}} {
		if code, out, said := viewer.run(args...); code != 2 || out != "" || !strings.Contains(said, "nothing is stored on this machine") {
			t.Errorf("%v: exit code %d, %s%s", args, code, out, said)
		}
	}
	if c.pg.Query("SELECT owner FROM ortop.account") != id { // it was handed over meanwhile
		first, second = second, first
		one, two = two, one
	}
	killed := time.Now()
	if err := first.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	c.await("the second's reading", func() bool { _, at, _ := viewer.seen(); return at.After(killed.Add(time.Second)) })
	t.Logf("read again after %v", time.Since(killed))
	c.account.Spend(5)
	c.await("a viewer to see the balance", right)

	screen := onTerminal(t, 100, 30, viewer.env, ortop)
	screen.waitFor("% left", busy*20*time.Second)
	c.down()
	screen.waitFor("shared history: away", busy*20*time.Second)
	second.waitFor(`msg="sharing the history" .*error=`)
	away := time.Now()
	if code, out, said := two.run("share", "status"); code != 1 {
		t.Errorf("share status while the engine is away: exit code %d, %s%s", code, out, said)
	}
	if code, _, said := viewer.run("status"); code != 4 || !strings.Contains(said, "the shared history") {
		t.Errorf("status while the engine is away: exit code %d, %s", code, said)
	}
	for _, args := range [][]string{{"guard", "--", "true"}, {"preflight", "--need", "1"}} { // which do not wait
		if code, _, said := viewer.run(args...); code != 4 || !strings.Contains(said, "the shared history") {
			t.Errorf("%v while the engine is away: exit code %d, %s", args, code, said)
		}
	}
	if code, out, said := viewer.run("statusline"); code != 0 || out != "-\n" || !strings.Contains(said, "the shared history") {
		t.Errorf("statusline while the engine is away: exit code %d, %s%s", code, out, said)
	}
	if _, out, _ := viewer.run("accounts"); !strings.Contains(out, "no connection") {
		t.Errorf("accounts while the engine is away:\n%s", out)
	}
	plain := serviceWith(t, viewer.env, "--plain")
	plain.waitFor("^ortop: hint: the shared history: .*: ortop goes on trying, Ctrl\\+C ends it$")
	late, stopped := onTerminal(t, 240, 30, viewer.env, ortop), onTerminal(t, 240, 30, viewer.env, ortop)
	for _, x := range []*terminal{late, stopped} {
		x.waitFor("ortop goes on trying, Ctrl\\+C ends it", busy*20*time.Second)
		x.waitFor(`waiting for the shared history, \d+ s`, busy*20*time.Second)
	}
	stopped.press("\x03")
	if stopped.cmd.Wait(); stopped.cmd.ProcessState.ExitCode() != 130 {
		t.Errorf("Ctrl+C while a dashboard waits for the engine: exit code %d, want 130", stopped.cmd.ProcessState.ExitCode())
	}
	c.account.Spend(3)
	c.await("readings to wait", func() bool {
		_, out, _ := two.run("share", "status", "--json")
		var o struct {
			Waits int `json:"waiting"`
		}
		return json.Unmarshal([]byte(out), &o) == nil && o.Waits > 2
	})
	c.await("the collector to see what is spent meanwhile", func() bool {
		_, out, _ := two.run("status", "--json", "--max-age", "1h", "--no-share")
		var s struct {
			Balance float64 `json:"balance_usd"`
		}
		return json.Unmarshal([]byte(out), &s) == nil && s.Balance < left()+.5
	})
	c.up()
	second.waitFor("sharing the history goes on")
	c.account.Spend(2)
	screen.waitFor("updated just now", busy*20*time.Second)
	late.waitFor("% left", busy*20*time.Second)
	plain.waitFor(`left: \$\d`)
	if code := plain.end(syscall.SIGINT); code != 130 {
		t.Errorf("exit code %d of --plain after SIGINT", code)
	}
	c.await("a viewer to see the balance", right)
	if code := second.end(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d after SIGTERM", code)
	}
	// Nothing of the time without an engine is missing.
	code, out, said := viewer.run("history", "--json", "--since", "1h")
	var past struct {
		Rows []struct {
			At time.Time `json:"at"`
		} `json:"rows"`
	}
	if err := json.Unmarshal([]byte(out), &past); err != nil || code != 0 {
		t.Fatalf("history: exit code %d, %s (%v)", code, said, err)
	}
	during := 0
	for _, r := range past.Rows {
		if r.At.After(away.Add(-2 * time.Second)) {
			during++
		}
	}
	if during < 2 {
		t.Errorf("%d readings of the time without an engine are shared", during)
	}
	files, err := filepath.Glob(filepath.Join(viewer.home, ".*", "*", "*", "*.db*"))
	if err != nil || len(files) > 0 {
		t.Errorf("a viewer left files: %v, %v", files, err)
	}
	if code, out, said := viewer.run("statusline"); code != 0 || !strings.HasPrefix(out, "$") || said != "" {
		t.Errorf("statusline: exit code %d, %s%s", code, out, said)
	}
	for _, m := range []machine{one, two, viewer} {
		secretIsNowhere(t, m.home, nil)
	}
}

// No DSN, however broken, is shown by anything.
func TestDSNIsNeverShown(t *testing.T) {
	t.Parallel()
	c := newTeam(t)
	unknown := fmt.Sprintf("postgres://nobody:hunter2@127.0.0.1:%d/none", c.pg.Port)
	if c.pg.Lite() { // it lets everybody in
		unknown = "postgres://nobody:hunter2@127.0.0.1:1/none"
	}
	for _, dsn := range []string{
		"postgres://u:hunter2@host/%zz", "postgres://u:hunter2@[::1/db", "postgres://u:hunter2@127.0.0.1:1/db", "postgres://u:hunter2@127.0.0.1:99999/db",
		"host=127.0.0.1 port=1 password=hunter2 user=u", "host='127.0.0.1 password=hunter2", "password=hunter2 sslmode=nonsense", "user=u password=hunter2 port=x",
		unknown, "postgres://u:hunter2@db.invalid/x", "hunter2", "postgres://u:hunter2@host/db?sslmode=disable",
		"postgres://u:hunter2@host/db?sslmode=require", "service=hunter2",
	} {
		m := c.machine(false, "")
		for i, v := range m.env {
			if strings.HasPrefix(v, "ORTOP_SHARE_DSN=") {
				m.env[i] = "ORTOP_SHARE_DSN=" + dsn
			}
		}
		for _, args := range [][]string{{"-v", "share", "status"}, {"-v", "status"}, {"doctor"}, {"share", "init"}, {"-v", "collect"}} {
			code, out, said := m.run(args...)
			if code == 0 || strings.Contains(out+said, "hunter2") {
				t.Errorf("%s: %v: exit code %d\n%s%s", dsn, args, code, out, said)
			}
		}
		secretIsNowhere(t, m.home, nil)
	}
}

// What is decided by two collectors is told once: by who has the account, after the
// engine took it, and not by who was frozen meanwhile.
func TestTeamAlertsOnce(t *testing.T) {
	t.Parallel()
	c := newTeam(t)
	hook := newWebhook(t)
	left := c.account.Credits(time.Now()) - c.account.Usage(time.Now())
	config := fmt.Sprintf("alerts = [{rule=\"balance\", below=%.2f}, {rule=\"balance\", below=%.2f, level=\"urgent\"}]\nchannels = [{name=\"hook\", kind=\"webhook\", url=%q}]\n", left-20, left-60, hook.URL)
	one, two := c.machine(true, config), c.machine(true, config)
	if code, _, said := one.run("share", "init"); code != 0 {
		t.Fatal(said)
	}
	first := one.collect()
	id := first.waitFor(`collector=(\w+)`)[1]
	second := two.collect()
	second.waitFor(`collector=(\w+)`)
	c.await("a reading", func() bool { return c.pg.Query("SELECT count(*) FROM ortop.sample") != "0" })
	c.account.Spend(30)
	hook.of(t, "balance", 1)
	c.await("the delivery to be stored: one that is not is made again", func() bool {
		return c.pg.Query(`SELECT count(*) FROM ortop.state WHERE name = '' AND convert_from(value, 'UTF8') NOT LIKE '%"deliveries"%'`) == "1"
	})
	if c.pg.Query("SELECT owner FROM ortop.account") != id {
		first, second = second, first
	}
	if err := first.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	second.waitFor("took over the account")
	c.account.Spend(40)
	if told := hook.of(t, "balance", 2); told[1].Level != "urgent" {
		t.Errorf("the second alert is %+v", told[1])
	}
	if err := first.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	n := len(c.account.Requests())
	c.await("five more requests", func() bool { return len(c.account.Requests()) > n+5 })
	for _, s := range []*service{first, second} {
		if code := s.end(syscall.SIGTERM); code != 0 {
			t.Errorf("exit code %d", code)
		}
	}
	if told := hook.of(t, "balance", 2); len(told) != 2 {
		t.Errorf("%d alerts of two thresholds: %+v", len(told), told)
	}
	if n := c.pg.Query("SELECT count(*) FROM ortop.event WHERE kind = 'alert'"); n != "2" {
		t.Errorf("%s alerts are shared, want 2", n)
	}
}

// A viewer with the least rights shows all, and what a person has seen reaches the
// collector.
func TestTeamRoles(t *testing.T) {
	t.Parallel()
	sharetest.Needs(t, "roles")
	c := newTeam(t)
	collector, viewer := c.machine(true, ""), c.machine(false, "")
	if code, _, said := collector.run("share", "init"); code != 0 {
		t.Fatal(said)
	}
	code, grants, said := collector.run("share", "grants")
	if code != 0 {
		t.Fatal(said)
	}
	c.pg.Query(grants)
	c.pg.Query("CREATE USER c1 IN ROLE ortop_collector; CREATE USER v1 IN ROLE ortop_viewer")
	for m, user := range map[*machine]string{&collector: "c1", &viewer: "v1"} {
		for i, v := range m.env {
			if strings.HasPrefix(v, "ORTOP_SHARE_DSN=") {
				m.env[i] = strings.Replace(v, "admin@", user+"@", 1)
			}
		}
	}
	s := collector.collect()
	s.waitFor("took over the account")
	c.await("a viewer to see a reading", func() bool { code, _, _ := viewer.seen(); return code == 0 })
	x := onTerminal(t, 100, 30, viewer.env, ortop)
	x.waitFor("% left", busy*20*time.Second)
	for _, m := range []struct {
		user string
		not  []string
	}{
		{"c1", []string{"DELETE FROM ortop.sample", "UPDATE ortop.sample SET usage = 0", "DELETE FROM ortop.event", "UPDATE ortop.event SET text = ''", "DROP TABLE ortop.sample", "CREATE TABLE ortop.x (i int)", "UPDATE ortop.meta SET version = 9", "DELETE FROM ortop.account"}},
		{"v1", []string{"INSERT INTO ortop.sample VALUES (1, 1, 1, 1)", "UPDATE ortop.account SET owner = 'x'", "DELETE FROM ortop.sample", "UPDATE ortop.event SET text = ''", "DELETE FROM ortop.collector", "INSERT INTO ortop.state VALUES (1, 'mutes', '')"}},
	} {
		for _, statement := range m.not {
			if out, err := c.pg.QueryAs(m.user, statement); err == nil || !strings.Contains(out, "permission denied") && !strings.Contains(out, "must be owner") {
				t.Errorf("%s may %s: %s", m.user, statement, out)
			}
		}
	}
	if code := s.end(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// A viewer that may start a command though the engine is away goes by what is left from when
// it answers.
func TestGuardOfATeamThatWasAway(t *testing.T) {
	t.Parallel()
	c := newTeam(t)
	collector, viewer := c.machine(true, ""), c.machine(false, "")
	if code, _, said := collector.run("share", "init"); code != 0 {
		t.Fatal(said)
	}
	s := collector.collect()
	c.await("a viewer to see a reading", func() bool { code, _, _ := viewer.seen(); return code == 0 })
	c.down()
	g := viewer.guard([]string{"--below", "1000000", "--allow-unknown"})
	pids := g.pids()
	g.untilSaid("started though it cannot be known")
	c.up()
	g.untilSaid("paused: ")
	g.untilStates(pids, stopped)
	s.end(syscall.SIGTERM)
}
