//go:build unix

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/monitor"
	"ortop/internal/share"
	"ortop/internal/sharetest"
	"ortop/internal/sim"
)

// fleetSQL makes $n accounts like the one there is, which goes: the i-th has i*1.37 left
// and runs out in 3 i hours, but each fiftieth spends nothing. The seventh and the eighth
// have one name.
const fleetSQL = `INSERT INTO ortop.collector VALUES ('c', 'collector-1', 1, clock_timestamp() + interval '1 hour', '');
INSERT INTO ortop.account (name, base_url, owner, rev, snapshot)
SELECT CASE WHEN i IN (7, 8) THEN 'twin' ELSE 'team-' || lpad(i::text, 4, '0') || '-' || (ARRAY['search', 'support-desk', 'ci'])[i % 3 + 1] END,
	CASE WHEN i = 8 THEN 'https://eu.example.com/api/v1' ELSE 'https://openrouter.ai/api/v1' END, 'c', 1,
	('$json'::jsonb || jsonb_build_object('at', ahead(0), 'stale', false, 'source', 'credits', 'error', NULL, 'balance_usd', i * 1.37, 'spendable_usd', i * 1.37,
	'total_credits_usd', ('$json'::jsonb->>'total_usage_usd')::float8 + i * 1.37, 'burn', jsonb_build_object('usd_per_hour', .5, 'usd_per_day', 12 + i % 7),
	'forecast', CASE WHEN i % 50 = 0 THEN '{"state": "idle"}'::jsonb ELSE jsonb_build_object('state', 'ok', 'subject', 'account', 'p10', ahead(2 * i), 'p50', ahead(3 * i), 'p90', ahead(5 * i)) END))::text
FROM generate_series(1, $n) i;
INSERT INTO ortop.series SELECT n.id, s.key, s.subject, s.attempt_ms, s.success_ms, s.due_ms, 3600000, s.read_ms, s.at, s.usage,
	CASE WHEN s.subject = 'account' THEN s.usage + (n.snapshot::jsonb->>'balance_usd')::float8 END, s.fault_kind, s.fault
	FROM ortop.account n, ortop.series s, ortop.account o WHERE o.name = 'pattern' AND s.account = o.id AND n.id <> o.id;
INSERT INTO ortop.sample SELECT n.id, s.key, s.at, s.usage FROM ortop.account n, ortop.sample s, ortop.account o WHERE o.name = 'pattern' AND s.account = o.id AND n.id <> o.id;
INSERT INTO ortop.fact SELECT n.id, f.key, f.kind, f.at, f.to_at, CASE WHEN f.kind = 1 THEN s.credits ELSE f.usd END, f.a, f.b, f.c
	FROM ortop.account o JOIN ortop.fact f ON f.account = o.id CROSS JOIN ortop.account n JOIN ortop.series s ON s.account = n.id AND s.key = f.key WHERE o.name = 'pattern' AND n.id <> o.id;
DELETE FROM ortop.account WHERE name = 'pattern'`

// fleetOf is a team's engine with n accounts, and the environment of a viewer, which has
// no key.
func fleetOf(t testing.TB, n int) (pg *sharetest.Cluster, env []string) {
	t.Helper()
	pg = sharetest.Start(t)
	env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "ORTOP_SHARE_DSN=" + pg.DSN()}
	e, err := share.Open(share.Options{DSN: client.NewSecret(pg.DSN())})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Init(); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	start := now.AddDate(0, 0, -3)
	account, err := sim.New(sim.Config{Profile: "steady", Start: start})
	if err != nil {
		t.Fatal(err)
	}
	db, err := history.OpenMemory(t.Context(), history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const url = "https://openrouter.ai/api/v1"
	if err := monitor.Backdate(t.Context(), db, "pattern", url, client.NewSecret(sim.DemoKey).Fingerprint(), start, now, account.Usage, account.Credits); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Push(t.Context(), db, "pattern", url); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(ortop, "status", "--json", "--share")
	cmd.Env = env
	out, _ := cmd.Output() // it is as old as it is
	if !json.Valid(out) {
		t.Fatalf("status: %s", out)
	}
	pg.Script(regexp.MustCompile(`\bahead\(([^)]*)\)`).ReplaceAllString(
		strings.NewReplacer("$n", strconv.Itoa(n), "$json", strings.TrimSpace(string(out))).Replace(fleetSQL),
		`to_char(now() AT TIME ZONE 'utc' + ($1) * interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`))
	return pg, env
}

// fleetOrder are the accounts of fleetOf, who runs out first at the top.
func fleetOrder(n int) (order []int) {
	for i := 1; i <= n; i++ {
		if i%50 != 0 {
			order = append(order, i)
		}
	}
	for i := 50; i <= n; i += 50 {
		order = append(order, i)
	}
	return order
}

func fleetName(i int) string {
	switch i {
	case 7:
		return "twin at openrouter.ai"
	case 8:
		return "twin at eu.example.com"
	}
	return fmt.Sprintf("team-%04d-%s", i, []string{"search", "support-desk", "ci"}[i%3])
}

// fleetLeft is what an account has left, as it is written.
func fleetLeft(i int) string {
	whole, cents, _ := strings.Cut(strconv.FormatFloat(float64(i)*1.37, 'f', 2, 64), ".")
	if n := len(whole); n > 3 {
		whole = whole[:n-3] + "," + whole[n-3:]
	}
	return "$" + whole + "." + cents
}

// click is a press of the left button on the words, where they are.
func (x *terminal) click(words string) {
	x.t.Helper()
	for y, line := range strings.Split(x.screen(), "\n") {
		if before, _, ok := strings.Cut(line, words); ok {
			n := len([]rune(before)) + 1
			x.press(fmt.Sprintf("\x1b[<0;%d;%dM\x1b[<0;%d;%dm", n, y+1, n, y+1))
			return
		}
	}
	x.t.Fatalf("no %q on the screen:\n%s", words, x.screen())
}

// fleetRows are what the accounts on the screen have left, from the top.
func (x *terminal) fleetRows() (left []string) {
	for _, line := range strings.Split(x.screen(), "\n") {
		if m := regexp.MustCompile(`\$[\d,]+\.\d\d`).FindString(line); m != "" && !strings.Contains(line, "all ") && !strings.Contains(line, "known") {
			left = append(left, m)
		}
	}
	return left
}

// shows waits until an account is on the screen, with what it has left.
func (x *terminal) shows(i int) {
	x.t.Helper()
	x.waitFor(`(?s)1 overview.*▸ `+fleetName(i)+` [^\n]*`+regexp.QuoteMeta(fleetLeft(i))+` `, fleetWait)
}

// waitForFleet waits until the rows of the table are those of accounts, whose names have
// room or not.
func (x *terminal) waitForFleet(accounts []int, named bool) {
	x.t.Helper()
	var want []string
	for _, i := range accounts {
		want = append(want, fleetLeft(i))
	}
	for from := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		right := slices.Equal(x.fleetRows(), want)
		for _, i := range accounts {
			right = right && (!named || strings.Contains(x.screen(), fleetName(i)+" "))
		}
		if right {
			return
		}
		if time.Since(from) > busy*fleetWait {
			x.t.Fatalf("%v are on the screen, want %v:\n%s", x.fleetRows(), want, x.screen())
		}
	}
}

const fleetWait = 10 * time.Second

// A viewer's table of 1,000 accounts on an engine: all of them, in order, at any size;
// filtered, sorted, clicked, and any of them opened, also of two with one name.
func TestFleetOfAThousand(t *testing.T) {
	t.Parallel()
	const n = 1000
	_, env := fleetOf(t, n)
	order := fleetOrder(n)
	for _, size := range [][2]int{{40, 12}, {80, 24}, {140, 40}, {200, 60}} {
		x := onTerminal(t, size[0], size[1], env, ortop, "--share")
		x.waitFor(`\$1\.37`, fleetWait)
		x.press("A")
		x.waitFor(`1 of 1,000`, fleetWait)
		x.waitFor(`all 1,000`, fleetWait)
		rows := min(size[1]-6, len(order))
		if size[0] < 60 {
			rows = size[1] - 5
		}
		x.waitForFleet(order[:rows], false)
		if size[0] != 140 {
			x.press("q")
			continue
		}
		for at := 1 + rows; at <= n; at += rows { // to the last page but one
			x.press("\x1b[6~")
			x.waitFor(fmt.Sprintf(` %s of 1,000`, thousands(at)), fleetWait)
			x.waitForFleet(order[at-rows:at], true)
		}

		x.press("/desk")
		x.waitFor(`/ desk`, fleetWait)
		desks := 0
		for i := 1; i <= n; i++ {
			if strings.Contains(fleetName(i), "desk") {
				desks++
			}
		}
		x.waitFor(fmt.Sprintf(`accounts  %d of 1,000`, desks), fleetWait)
		x.press("\x1b")
		x.waitFor(`accounts  \S+ of 1,000 ─`, fleetWait)
		x.press("/team-0777\r")
		x.waitFor(`accounts  1 of 1,000`, fleetWait)
		x.press("\r")
		x.shows(777)
		x.press("\x1b")
		x.waitFor(`/ team-0777`, fleetWait)
		x.press("\x1b")
		x.waitFor(`accounts  \S+ of 1,000 ─`, fleetWait)
		x.press("/twin\r")
		x.waitFor(`accounts  2 of 1,000`, fleetWait)
		for _, i := range []int{7, 8, 7} {
			x.click(fleetName(i))
			x.waitFor(`▸ `+fleetName(i), fleetWait)
			x.click(fleetName(i))
			x.shows(i)
			if i == 8 {
				x.waitFor(`at eu\.example\.com`, fleetWait)
			}
			x.press("A")
			x.waitFor(`accounts  2 of 1,000`, fleetWait)
		}
		x.press("\x1b")
		x.waitFor(`accounts  \S+ of 1,000 ─`, fleetWait)
		x.click("a day")
		x.waitFor(`sort: a day`, fleetWait)
		x.waitFor(` twin at openrouter`, fleetWait)
		x.press("q")
	}
}

// thousands writes a number as the screen does.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

// What a viewer's commands say of 1,000 accounts, and of two with one name.
func TestStatusOfAThousand(t *testing.T) {
	t.Parallel()
	const n = 1000
	_, env := fleetOf(t, n)
	run := func(args ...string) (code int, out, said string) {
		t.Helper()
		cmd := exec.Command(ortop, append(args, "--share")...)
		var stdout, stderr strings.Builder
		cmd.Env, cmd.Stdout, cmd.Stderr = env, &stdout, &stderr
		_ = cmd.Run() // the exit code says it
		return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
	}
	code, out, said := run("status", "--all", "--json")
	var all struct {
		Accounts []struct {
			Account   string
			BaseURL   string   `json:"base_url"`
			Balance   *float64 `json:"balance_usd"`
			Collector string
		}
	}
	if err := json.Unmarshal([]byte(out), &all); err != nil || code != 0 || len(all.Accounts) != n {
		t.Fatalf("status --all --json: exit code %d, %d accounts, %v, %s", code, len(all.Accounts), err, said)
	}
	places := map[string]bool{}
	for at, i := range fleetOrder(n) {
		a := all.Accounts[at]
		places[a.Account+" "+a.BaseURL] = true
		if name, _, _ := strings.Cut(fleetName(i), " at "); a.Account != name || a.Balance == nil || int(*a.Balance*100+.5) != i*137 || a.Collector != "collector-1" {
			t.Errorf("account %d is %+v, want %s", at, a, fleetName(i))
		}
	}
	if len(places) != n {
		t.Errorf("%d accounts can be told apart, of %d", len(places), n)
	}
	code, out, said = run("status", "--all")
	if code != 0 || !strings.HasPrefix(out, "1,000 accounts") || strings.Count(out, "twin at ") != 2 || !strings.Contains(out, fleetName(7)) || !strings.Contains(out, fleetName(8)) {
		t.Errorf("status --all: exit code %d, %.300s%s", code, out, said)
	}
	code, out, said = run("status", "--all", "--prometheus")
	series := slices.DeleteFunc(strings.Split(strings.TrimSpace(out), "\n"), func(line string) bool { return strings.HasPrefix(line, "#") })
	if code != 0 || len(series) < 8*n || len(series) > 20*n {
		t.Errorf("status --prometheus: exit code %d, %d series of %d accounts, %s", code, len(series), n, said)
	}
	for _, i := range []int{7, 8} {
		if want := fmt.Sprintf("ortop_balance_usd{account=%q} %g\n", fleetName(i), float64(i)*1.37); !strings.Contains(out, want) {
			t.Errorf("there is no %s", want)
		}
	}
	const here, eu = "https://openrouter.ai/api/v1", "https://eu.example.com/api/v1"
	for _, args := range [][]string{{"status"}, {"forecast"}, {"history"}, {}} {
		code, out, said = run(append(args, "--account", "twin")...)
		if code != 2 || out != "" || !strings.Contains(said, here) || !strings.Contains(said, eu) || !strings.Contains(said, "--base-url") {
			t.Errorf("%v --account twin: exit code %d, %s%s", args, code, out, said)
		}
	}
	for url, i := range map[string]int{here: 7, eu: 8} {
		if code, out, said = run("status", "--account", "twin", "--base-url", url); !strings.HasPrefix(out, "left        "+fleetLeft(i)) {
			t.Errorf("status of twin at %s: exit code %d, %s%s", url, code, out, said)
		}
	}
	if code, _, said = run("status", "--account", "team-0777-serch"); code != 4 || !strings.Contains(said, "did you mean team-0777-search?") || len(said) > 400 {
		t.Errorf("a name that is not there: exit code %d, %s", code, said)
	}
}

// BenchmarkFleetKeys is what a key press in a viewer's table takes, from the terminal to
// the frame on it, of 1,000 accounts on an engine, and how much longer that is than of
// 100.
func BenchmarkFleetKeys(b *testing.B) {
	pressed := func(n int) (median, p99 time.Duration) {
		_, env := fleetOf(b, n)
		x := onTerminal(b, 140, 40, env, ortop, "--share")
		x.waitFor(`\$1\.37`, fleetWait)
		x.press("A")
		x.waitFor(`all `+thousands(n), fleetWait)
		var took []time.Duration
		for i := range max(b.N, 100) {
			key, at := "\x1b[B", 2
			if i%2 == 1 {
				key, at = "\x1b[A", 1
			}
			want := fmt.Sprintf(" %d of %s", at, thousands(n))
			from := time.Now()
			x.press(key)
			for !strings.Contains(x.screen(), want) {
				if time.Since(from) > time.Minute {
					b.Fatalf("no %q on the screen:\n%s", want, x.screen())
				}
			}
			took = append(took, time.Since(from))
		}
		slices.Sort(took)
		return took[len(took)/2], took[len(took)*99/100]
	}
	few, _ := pressed(100)
	many, p99 := pressed(1000)
	b.ReportMetric(many.Seconds()*1000, "median-ms/key")
	b.ReportMetric(p99.Seconds()*1000, "p99-ms/key")
	b.ReportMetric(many.Seconds()/few.Seconds(), "x100accounts")
	b.ReportMetric(0, "ns/op")
}
