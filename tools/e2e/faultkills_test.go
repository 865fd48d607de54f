//go:build linux

package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ortop/history"
)

// manyAccounts is a household whose server is another account behind each first
// part of the path: to the program each is read for the first time.
func manyAccounts(t *testing.T) (h *household, base func(i int) string) {
	t.Helper()
	f := newFaulty(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, path, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); ok {
			r.URL.Path, r.URL.RawPath = "/"+path, ""
		}
		f.account.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return f.household, func(i int) string { return fmt.Sprintf("%s/%d/api/v1", server.URL, i) }
}

// killed starts a command and kills it after a random part of span. It returns what
// the command wrote until then, and whether it had ended by itself.
func (h *household) killed(span time.Duration, args ...string) (stdout string, done bool) {
	h.t.Helper()
	cmd := exec.Command(ortop, args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, h.env...)
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	time.Sleep(rand.N(span))
	cmd.Process.Kill()
	_ = cmd.Wait() // its state says it
	return out.String(), cmd.ProcessState.Success()
}

// D01: what was acknowledged to a person or a script is there after a kill at any
// moment.
func TestD01KilledCommandsLoseNothing(t *testing.T) {
	t.Parallel()
	n := times(30, 1000)
	h, base := manyAccounts(t)
	h.run("status", "--base-url", base(0)) // the file is there
	type reading struct {
		At    string   `json:"at"`
		Usage *float64 `json:"total_usage_usd"`
	}
	acknowledged := map[int]reading{}
	span := 60 * time.Millisecond
	for i := 1; i <= n; i++ {
		if i%10 == 1 { // the machine may be busy
			began := time.Now()
			h.run("status", "--json", "--base-url", base(-i))
			span = time.Since(began) * 3 / 2
		}
		out, _ := h.killed(span, "status", "--json", "--base-url", base(i))
		var r reading
		if json.Unmarshal([]byte(out), &r) == nil && r.Usage != nil {
			acknowledged[i] = r
		}
	}
	for i, want := range acknowledged {
		_, out, said := h.run("status", "--json", "--max-age", "1000h", "--base-url", base(i))
		var got reading
		if err := json.Unmarshal([]byte(out), &got); err != nil || got.Usage == nil || got.At != want.At || *got.Usage != *want.Usage {
			t.Errorf("acknowledged %v of %s, but there is %s %s", *want.Usage, want.At, out, said)
		}
	}
	verified(t, h.env, "")
	figure(t, "D01", "%d commands killed while they read and stored, %d readings acknowledged, all of them there", n, len(acknowledged))
	if len(acknowledged) == 0 || len(acknowledged) == n {
		t.Errorf("%d of %d were acknowledged: the kills came too early, or too late", len(acknowledged), n)
	}
}

// manyReadings is a CSV of a year of hourly readings.
func manyReadings(rows int) string {
	var b strings.Builder
	b.WriteString("at,total_credits_usd,total_usage_usd,balance_usd,spend_usd\n")
	start := time.Now().Add(-time.Duration(rows+2) * time.Hour).Truncate(time.Hour).UTC()
	for i := range rows {
		usage := float64(i) * 0.0003
		fmt.Fprintf(&b, "%s,875,%.6f,%.6f,0.0003\n", start.Add(time.Duration(i)*time.Hour).Format(time.RFC3339), usage, 875-usage)
	}
	return b.String()
}

// D02: an import, an export, a backup, a restore and a migration that are killed leave
// the old or the new, and nothing that the next command does not remove.
func TestD02KilledFileCommands(t *testing.T) {
	t.Parallel()
	n := times(4, 170)
	h := newFaulty(t)
	csv := filepath.Join(h.home, "readings.csv")
	if err := os.WriteFile(csv, []byte(manyReadings(4000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, said := h.run("status"); code != 0 {
		t.Fatal(said)
	}
	data := filepath.Join(h.home, ".local", "share", "ortop")
	db := filepath.Join(data, "history.db")
	rowsOf := func(args ...string) int {
		_, out, said := (&household{t, h.account, h.home, h.env[:1]}).run(append([]string{"history", "--csv"}, args...)...)
		if said != "" {
			t.Errorf("history %v says %s", args, said)
		}
		return strings.Count(out, "\n")
	}
	rows := func(file string) int {
		return rowsOf("--since", "2y", "--history", file, "--base-url", h.server.URL+"/api/v1")
	}
	fresh := bytesOf(t, db)
	old := unpackedFile(t, "../../history/testdata/v2.db.gz")
	few := rows(db)
	if code, _, said := h.run("import", csv); code != 0 {
		t.Fatal(said)
	}
	full, many := bytesOf(t, db), rows(db)
	backup := filepath.Join(h.home, "backup.db")
	if code, _, said := h.run("backup", backup); code != 0 {
		t.Fatal(said)
	}
	span := func(args ...string) time.Duration { // how long it takes
		began := time.Now()
		h.run(args...)
		return time.Since(began) * 11 / 10
	}
	reset := func(to []byte) {
		names, _ := filepath.Glob(db + "*")
		for _, name := range names {
			os.Remove(name)
		}
		if err := os.WriteFile(db, to, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kills := 0
	loop := func(took time.Duration, args []string, before func(), after func()) {
		for range n {
			before()
			if _, done := h.killed(took, args...); !done {
				kills++
			}
			after()
		}
	}
	oldOrNew := func(what string, olds, news int) func() {
		return func() {
			if got := rows(db); got != olds && got != news {
				t.Errorf("%s leaves %d rows, want %d or %d", what, got, olds, news)
			}
			verified(t, h.env, "")
		}
	}
	reset(fresh)
	loop(span("import", csv), []string{"import", csv}, func() { reset(fresh) }, oldOrNew("a killed import", few, many))
	reset(full)
	out := filepath.Join(h.home, "out.db")
	loop(span("backup", filepath.Join(h.home, "timed.db")), []string{"backup", out}, func() { os.Remove(out) }, func() {
		if _, err := os.Stat(out); err == nil && rows(out) != many {
			t.Error("a killed backup leaves half a file")
		}
	})
	reset(fresh)
	loop(span("restore", backup, "--replace"), []string{"restore", backup, "--replace"}, func() { reset(fresh) }, oldOrNew("a killed restore", few, many))
	reset(old)
	whole := readingsIn(t, db)
	loop(span("status"), []string{"status"}, func() { reset(old) }, func() {
		if got := readingsIn(t, db); got != whole || whole == 0 {
			t.Errorf("a killed migration leaves %d readings, want %d", got, whole)
		}
		verified(t, h.env, "")
	})
	// What they leave beside it is removed by the next that comes once it is old.
	folders := []string{data, h.home}
	for _, folder := range folders {
		left, _ := filepath.Glob(filepath.Join(folder, ".*.new-*"))
		for _, name := range left {
			ago := time.Now().Add(-time.Hour)
			if err := os.Chtimes(name, ago, ago); err != nil {
				t.Fatal(err)
			}
		}
	}
	os.Remove(out)
	for _, args := range [][]string{{"status"}, {"backup", out}} {
		if code, _, said := h.run(args...); code != 0 {
			t.Error(args, said)
		}
	}
	for _, folder := range folders {
		if left, _ := filepath.Glob(filepath.Join(folder, ".*.new-*")); len(left) > 0 {
			t.Errorf("killed commands leave %q", left)
		}
	}
	figure(t, "D02", "%d kills of import, backup, restore and migration: the old or the new each time", kills)
	if kills == 0 {
		t.Error("nothing was killed")
	}
}

func unpackedFile(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// readingsIn is how many readings the history of an older version has, as it is
// read, whatever version it is of now.
func readingsIn(t *testing.T, path string) int {
	t.Helper()
	db, err := history.Open(t.Context(), path, history.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	series, err := db.Series(t.Context(), "personal", "https://openrouter.ai/api/v1", "")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.Range(t.Context(), series, time.Unix(0, 0), time.Now().AddDate(9, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return len(rows)
}

func bytesOf(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A07: a collector that is killed at any moment between the reading and the
// delivery tells of an alert in the end, and what it sends again has the same id.
func TestA07KilledWhileDelivering(t *testing.T) {
	t.Parallel()
	n := times(12, 300)
	h, base := manyAccounts(t)
	var mu sync.Mutex
	told := map[string][]string{} // the ids by account
	calls := map[net.Conn]bool{}  // those that are not over
	phone := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var m struct{ ID, Account string }
		if err != nil || json.Unmarshal(body, &m) != nil || m.ID == "" {
			return
		}
		mu.Lock()
		told[m.Account] = append(told[m.Account], m.ID)
		mu.Unlock()
	}))
	phone.Config.ConnState = func(c net.Conn, state http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		if calls[c] = true; state != http.StateNew && state != http.StateActive {
			delete(calls, c)
		}
	}
	phone.Start()
	t.Cleanup(phone.Close)
	count := func(account string) int { mu.Lock(); defer mu.Unlock(); return len(told[account]) }
	// settled waits for what was sent by one who was killed since: calls are taken in
	// their order, so that those before this one are known when it is answered.
	settled := func() {
		answer, err := http.Post(phone.URL, "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		for deadline := time.Now().Add(busy * 10 * time.Second); ; time.Sleep(time.Millisecond) {
			mu.Lock()
			left := len(calls)
			mu.Unlock()
			if left == 0 {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d calls are never over", left)
			}
		}
	}
	kills, again := 0, 0
	for i := range n {
		name := fmt.Sprintf("a%d", i)
		config := filepath.Join(h.home, name+".toml")
		text := fmt.Sprintf("[[accounts]]\nname = %q\nbase_url = %q\nkey_file = %q\n[[alerts]]\nrule = \"balance\"\nbelow = 1000000\n[[channels]]\nname = \"phone\"\nkind = \"webhook\"\nurl = %q\n",
			name, base(i), filepath.Join(h.home, "the.key"), phone.URL)
		key, _ := strings.CutPrefix(h.env[2], "OPENROUTER_API_KEY=")
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(h.home, "the.key"), []byte(key), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"collect", "--config", config, "--account", name, "--interval", "2s"}
		before := 0
		for range 3 {
			h.killed(90*time.Millisecond, args...)
			if settled(); count(name) == 0 {
				before++
			}
			kills++
		}
		c := collectorWith(t, h.env, args[1:]...)
		for deadline := time.Now().Add(busy * 20 * time.Second); count(name) == 0; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("the alert of %s was never told", name)
			}
		}
		c.waitFor(`msg=read`)
		time.Sleep(100 * time.Millisecond) // another would come at once
		if code := c.end(os.Interrupt); code != 130 {
			t.Errorf("exit code %d", code)
		}
		mu.Lock()
		ids := told[name]
		mu.Unlock()
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("told twice, as %q", ids)
			}
		}
		again += len(ids) - 1
		if before == 3 && len(ids) != 1 {
			t.Errorf("killed before it told, and told %d times", len(ids))
		}
	}
	figure(t, "A07", "%d kills of collectors about to deliver, %d alerts, each told; %d sent once more under the same id, killed before the answer was stored", kills, n, again)
}
