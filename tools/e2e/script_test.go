//go:build unix

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"ortop/internal/focustest"
	"ortop/internal/sim"
)

// ordinaryKey is accepted by the scripts' simulated accounts beside
// sim.DemoKey.
const ordinaryKey = "sk-or-v1-ordinary00000000000000000000000000000000000000000000000000000"

type simKey struct{}

// TestScript runs the scripts of testdata/script, each with a home folder and
// a simulated account of its own.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			account, err := sim.New(sim.Config{Profile: "steady", OrdinaryKey: ordinaryKey})
			if err != nil {
				return err
			}
			url, stop, err := account.Listen(context.Background())
			if err != nil {
				return err
			}
			env.Defer(stop)
			env.Values[simKey{}] = account
			home := filepath.Join(env.WorkDir, "home")
			if err := os.Mkdir(home, 0o700); err != nil {
				return err
			}
			env.Setenv("HOME", home)
			for _, name := range []string{"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "NO_COLOR", "TERM"} {
				env.Setenv(name, "")
			}
			env.Setenv("PATH", filepath.Dir(ortop)+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("ORTOP_BASE_URL", url)
			env.Setenv("KEY", sim.DemoKey)
			env.Setenv("ORDINARY", ordinaryKey)
			env.Setenv("LANG", "C.UTF-8")
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "midnight" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return time.Now().UTC().Hour() == 0, nil // the day so far is no longer than an hour
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sim": simCommand, "exit": exitCommand, "json": jsonCommand, "secretless": secretless, "focus": focusCommand,
		},
	})
}

// simCommand changes the script's account: sim fail STATUS [RETRY-AFTER], sim
// fail-at PATH STATUS [RETRY-AFTER], sim body PATH JSON …, sim html STATUS, sim ok, sim topup
// USD, sim spend USD, sim mark, sim log FILE, sim asked PATH N.
func simCommand(ts *testscript.TestScript, _ bool, args []string) {
	account := ts.Value(simKey{}).(*sim.Account)
	number := func(i int) int {
		n, err := strconv.Atoi(args[i])
		ts.Check(err)
		return n
	}
	switch args[0] {
	case "fail":
		f := sim.Error(number(1))
		if len(args) > 2 {
			f.Header = http.Header{"Retry-After": {args[2]}}
		}
		account.Fail(f)
	case "fail-at":
		f := sim.Error(number(2))
		if len(args) > 3 {
			f.Header = http.Header{"Retry-After": {args[3]}}
		}
		f.Path = args[1]
		account.Fail(f)
	case "body":
		var faults []sim.Fault
		for i := 1; i+1 < len(args); i += 2 {
			f := sim.Answer(args[i+1])
			f.Path = args[i]
			faults = append(faults, f)
		}
		account.Fail(faults...)
	case "html":
		account.Fail(sim.HTML(number(1)))
	case "ok":
		account.Fail()
	case "topup":
		account.TopUp(float64(number(1)))
	case "spend":
		usd, err := strconv.ParseFloat(args[1], 64)
		ts.Check(err)
		account.Spend(usd)
	case "rotate":
		account.Rotate(args[1])
	case "log":
		from, err := time.Parse(time.RFC3339Nano, ts.Getenv("SINCE"))
		ts.Check(err)
		writeLog(ts, account, from, args[1])
	case "mark":
		ts.Setenv("SINCE", time.Now().Format(time.RFC3339Nano))
	case "asked":
		n := 0
		for _, r := range account.Requests() {
			if strings.HasSuffix(r.Path, args[1]) {
				n++
			}
		}
		if n != number(2) {
			ts.Fatalf("%s was asked %d times, want %s", args[1], n, args[2])
		}
	case "quiet": // since sim mark
		since, err := time.Parse(time.RFC3339Nano, ts.Getenv("SINCE"))
		ts.Check(err)
		for _, r := range account.Requests() {
			if r.At.After(since) {
				ts.Fatalf("%s was asked since the mark", r.Path)
			}
		}
	default:
		ts.Fatalf("unknown: sim %s", args[0])
	}
}

// writeLog logs what was spent since sim mark, one answer of the API a line.
func writeLog(ts *testscript.TestScript, account *sim.Account, from time.Time, file string) {
	var b strings.Builder
	for _, g := range account.Generations(from, time.Now()) {
		fmt.Fprintf(&b, `{"id":%q,"created":%d,"model":%q,"usage":{"cost":%v}}`+"\n", g.ID, g.At.Unix(), g.Model, g.CostUSD)
	}
	ts.Check(os.WriteFile(ts.MkAbs(file), []byte(b.String()), 0o600))
}

// exitCommand runs ortop and compares its exit code: exit 2 status --json.
func exitCommand(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec("ortop", args[1:]...)
	code := 0
	if exit, ok := err.(interface{ ExitCode() int }); ok {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("ortop: %v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("ortop %s: exit code %d, want %s", strings.Join(args[1:], " "), code, args[0])
	}
}

// jsonCommand compares a value of the last standard output: json balance_usd
// 74.75, json key.label null. Without a value the key must merely be there.
func jsonCommand(ts *testscript.TestScript, neg bool, args []string) {
	var v any
	if err := json.Unmarshal([]byte(ts.ReadFile("stdout")), &v); err != nil {
		ts.Fatalf("standard output is not JSON: %v", err)
	}
	for _, name := range strings.Split(args[0], ".") {
		if list, ok := v.([]any); ok {
			if i, err := strconv.Atoi(name); err == nil && i < len(list) {
				v = list[i]
				continue
			}
		}
		object, _ := v.(map[string]any)
		var ok bool
		if v, ok = object[name]; !ok {
			ts.Fatalf("there is no key %s", args[0])
		}
	}
	if len(args) < 2 {
		return
	}
	got, err := json.Marshal(v)
	ts.Check(err)
	if (string(got) == args[1]) == neg {
		ts.Fatalf("%s = %s, want %s%s", args[0], got, map[bool]string{true: "not "}[neg], args[1])
	}
}

// focusCommand fails unless a file is FOCUS 1.2, and its usage what a report in JSON has:
// focus CSV [JSON].
func focusCommand(ts *testscript.TestScript, _ bool, args []string) {
	rows, problems := focustest.Check(ts.ReadFile(args[0]))
	if problems != nil {
		ts.Fatalf("%s is not FOCUS: %s", args[0], strings.Join(problems, "\n"))
	}
	if len(args) < 2 {
		return
	}
	var report struct {
		Spend *float64 `json:"spend_usd"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &report))
	if got := focustest.Usage(rows); report.Spend == nil || math.Abs(got-*report.Spend) > 1e-6 || len(rows) < 2 {
		ts.Fatalf("%d rows have a usage of %v, want what %s has", len(rows), got, args[1])
	}
}

// secretless fails if a key is in any file below the working folder or in the
// last output.
func secretless(ts *testscript.TestScript, _ bool, _ []string) {
	secrets := []string{sim.DemoKey[9:], ordinaryKey[9:]}
	check := func(where, text string) {
		for _, s := range secrets {
			if strings.Contains(text, s) {
				ts.Fatalf("a key is in %s", where)
			}
		}
	}
	check("standard output", ts.ReadFile("stdout"))
	check("standard error", ts.ReadFile("stderr"))
	err := filepath.WalkDir(ts.MkAbs("."), func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		if !strings.HasSuffix(path, ".key") {
			check(path, string(b))
		}
		return nil
	})
	ts.Check(err)
}
