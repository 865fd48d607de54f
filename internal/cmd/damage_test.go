package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/cmdtest"
	"ortop/internal/keys"
	"ortop/internal/longtest"
)

// weeks is an account of some weeks, behind a server that still answers.
type weeks struct {
	t    *testing.T
	url  string
	home string
	now  time.Time
	file []byte // its history
}

func newWeeks(t *testing.T) *weeks {
	t.Helper()
	end := cmdtest.Day("2026-11-27 10:42")
	start := end.AddDate(0, 0, -24)
	const perHour = 0.37
	usage := func(at time.Time) float64 {
		h := at.Sub(start).Hours()
		return 40 + perHour*h + 2*float64(int(h/24))
	}
	credits := func(at time.Time) float64 {
		d := int(at.Sub(start).Hours() / 24)
		return float64(100 + 50*(d/3))
	}
	w := &weeks{t: t, home: t.TempDir(), now: start}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Date", w.now.UTC().Format(http.TimeFormat))
		rw.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/credits"):
			fmt.Fprintf(rw, `{"data":{"total_credits":%v,"total_usage":%v}}`, credits(w.now), usage(w.now))
		case strings.HasSuffix(r.URL.Path, "/key"):
			fmt.Fprint(rw, `{"data":{"label":"sk-or-v1-abc...123","usage":0,"limit":null,"limit_remaining":null,"is_management_key":true,"creator_user_id":"user_1"}}`)
		default:
			rw.WriteHeader(http.StatusNotFound)
			fmt.Fprint(rw, `{"error":{"code":404,"message":"not here"}}`)
		}
	}))
	t.Cleanup(server.Close)
	w.url = server.URL
	if err := os.WriteFile(filepath.Join(w.home, "config.toml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(w.home, "whole.db")
	if got := w.run(path, "status"); got.code != 0 { // whose key it is
		t.Fatalf("the first reading: %+v", got)
	}
	ctx := context.Background()
	db, err := history.Open(ctx, path, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := db.Series(ctx, "default", server.URL, "account")
	if err != nil {
		t.Fatal(err)
	}
	for at := start.Add(10 * time.Minute); at.Before(end); at = at.Add(10 * time.Minute) {
		if at.Hour() >= 1 && at.Hour() < 6 && at.Day()%3 == 0 {
			continue // asleep
		}
		r := history.Reading{Series: s, At: at, UsageUSD: usage(at), CreditsUSD: credits(at), CreditsKnown: true}
		if err := db.Record(ctx, history.PollUpdate{Series: s, Attempt: at, Interval: 10 * time.Minute}, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	w.now = end
	for range 2 { // what is known of the account is stored with it
		if got := w.run(path, "report", "--json"); got.code != 0 {
			t.Fatalf("report on the whole file: %+v", got)
		}
	}
	if w.file, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return w
}

type outcome struct {
	code     int
	out, err string
}

// run runs a command in this process.
func (w *weeks) run(path string, args ...string) outcome {
	w.t.Helper()
	pipe := func() (*os.File, func() string) {
		f, err := os.CreateTemp(w.home, "out-*")
		if err != nil {
			w.t.Fatal(err)
		}
		return f, func() string {
			defer os.Remove(f.Name())
			defer f.Close()
			_, _ = f.Seek(0, 0)
			b, _ := io.ReadAll(f)
			return string(b)
		}
	}
	out, printed := pipe()
	errs, said := pipe()
	w.t.Setenv("OPENROUTER_MANAGEMENT_KEY", "sk-or-v1-0123456789abcdef")
	a := &cli.App{Env: keys.TakeEnvironment(), Stdin: os.Stdin, Stdout: out, Stderr: errs, Now: func() time.Time { return w.now }}
	root := newRoot(a)
	root.SetArgs(append(args, "--history", path, "--base-url", w.url, "--config", filepath.Join(w.home, "config.toml")))
	root.SetOut(out)
	root.SetErr(errs)
	code := cli.Report(errs, root.Execute())
	return outcome{code, printed(), said()}
}

// harm damages a copy of b, and says how.
func harm(b []byte, rng *rand.Rand) ([]byte, string) {
	b = bytes.Clone(b)
	const page = 4096
	at := rng.IntN(len(b))
	switch rng.IntN(6) {
	case 0:
		b[at] ^= 1 << rng.IntN(8)
		return b, fmt.Sprintf("a bit at %d", at)
	case 1, 2:
		b[at] ^= byte(1 + rng.IntN(255))
		return b, fmt.Sprintf("a byte at %d", at)
	case 3:
		n := min(len(b)-at, 1<<rng.IntN(13))
		clear(b[at : at+n])
		return b, fmt.Sprintf("%d zeros at %d", n, at)
	case 4:
		return b[:at], fmt.Sprintf("cut at %d", at)
	}
	x, y := rng.IntN(len(b)/page)*page, rng.IntN(len(b)/page)*page
	z := bytes.Clone(b[x : x+page])
	copy(b[x:x+page], b[y:y+page])
	copy(b[y:y+page], z)
	return b, fmt.Sprintf("pages %d and %d changed places", x/page, y/page)
}

// wrongRow returns a row of got that tells otherwise than that of want of the
// same time; what is not known is empty, and a row of nothing else begins a gap.
// Where damage comes first, spans begin
// with another reading, at a time that want has no row for.
func wrongRow(got, want string, spans bool) string {
	rows := map[string][]string{}
	for line := range strings.Lines(want) {
		cells := strings.Split(line, ",")
		rows[cells[0]] = cells
	}
	for line := range strings.Lines(got) {
		cells := strings.Split(line, ",")
		row, ok := rows[cells[0]]
		nothing := strings.Trim(line[len(cells[0]):], ",\n") == ""
		if !ok && !spans && !nothing || ok && len(row) != len(cells) {
			return line
		}
		for i, c := range cells {
			if c = strings.TrimSpace(c); !ok || c == "" || c == strings.TrimSpace(row[i]) {
				continue
			}
			// A spend has more digits where the row before has no totals.
			x, err := strconv.ParseFloat(c, 64)
			y, err2 := strconv.ParseFloat(strings.TrimSpace(row[i]), 64)
			if err != nil || err2 != nil || !cmdtest.Near(x, y) {
				return line
			}
		}
	}
	return ""
}

// wrongValue returns where an amount of got is not that of want. What is not
// known, or is a guess, may differ.
func wrongValue(path string, got, want any) string {
	switch g := got.(type) {
	case map[string]any:
		w, _ := want.(map[string]any)
		for k, v := range g {
			switch k {
			case "forecast", "state", "subject", "p10", "p50", "p90", "hours", "chance", "drivers", "plan", "track", "auto_top_up", "rhythm", "limits", "notes", "error", "stale", "source":
				continue
			}
			if s := wrongValue(path+"."+k, v, w[k]); s != "" {
				return s
			}
		}
	case []any:
		w, _ := want.([]any)
		if len(g) > len(w) {
			return path
		}
		for i := range g {
			if s := wrongValue(path+"["+strconv.Itoa(i)+"]", g[i], w[i]); s != "" {
				return s
			}
		}
	case nil:
	case float64:
		if w, ok := want.(float64); !ok || !cmdtest.Near(g, w) {
			return fmt.Sprintf("%s is %v, want %v", path, got, want)
		}
	default:
		if got == "unknown" {
			return ""
		}
		if !reflect.DeepEqual(got, want) {
			return fmt.Sprintf("%s is %v, want %v", path, got, want)
		}
	}
	return ""
}

// TestD15DamageIsNeverSilent damages the history of an account in many ways.
// ORTOP_DAMAGES is in how many.
func TestD15DamageIsNeverSilent(t *testing.T) {
	n := 15
	if longtest.On() {
		n = 40
	}
	if v, err := strconv.Atoi(os.Getenv("ORTOP_DAMAGES")); err == nil {
		n = v
	}
	w := newWeeks(t)
	commands := [][]string{
		{"history", "--csv"}, {"history", "--every", "1d", "--csv"}, {"report", "--json"},
		{"status", "--json", "--max-age", "1h"}, {"forecast", "--json"},
	}
	path := filepath.Join(w.home, "history.db")
	try := func(b []byte, args []string) outcome {
		for _, suffix := range []string{"-wal", "-shm", ".v3.bak"} {
			os.Remove(path + suffix)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return w.run(path, args...)
	}
	want := make([]outcome, len(commands))
	for i, args := range commands {
		if want[i] = try(w.file, args); want[i].code != 0 || want[i].err != "" {
			t.Fatalf("%v on the whole file: %+v", args, want[i])
		}
	}
	rng := rand.New(rand.NewPCG(12, 560))
	counts := map[string]int{}
	for i := range n {
		b, how := harm(w.file, rng)
		for c, args := range commands {
			got := try(b, args)
			name := strings.Join(args[:1], " ")
			said := strings.Contains(got.err, "damaged") || strings.Contains(got.err, "not a history") || strings.Contains(got.err, "version")
			json1, json2 := map[string]any{}, map[string]any{}
			wrong := ""
			if args[0] == "history" {
				wrong = wrongRow(got.out, want[c].out, len(args) > 2)
			} else if json.Unmarshal([]byte(got.out), &json1) == nil && json.Unmarshal([]byte(want[c].out), &json2) == nil {
				wrong = wrongValue("", json1, json2)
			}
			switch {
			case got.code == 0 && got.out == want[c].out:
				counts[name+": right"]++
			case wrong != "":
				t.Errorf("%d, %s: %s: wrong: %s\n%s", i, how, name, wrong, got.err)
				counts[name+": WRONG"]++
			case !said:
				t.Errorf("%d, %s: %s: code %d, not said:\n%s\n%s", i, how, name, got.code, got.err, got.out)
				counts[name+": SILENT"]++
			case got.code == 0 && (args[0] == "history" || args[0] == "report"):
				t.Errorf("%d, %s: %s: code 0 with %s", i, how, name, got.err)
			default:
				counts[fmt.Sprintf("%s: said, code %d", name, got.code)]++
			}
		}
	}
	t.Logf("%d damages: %v", n, counts)
}
