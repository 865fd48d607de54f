//go:build linux

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ortop/internal/sim"
)

// long is how many times more often than in CI a loop of the fault suite runs:
// ORTOP_FAULTS=long makes a thousand kills and a thousand damaged histories.
var long = os.Getenv("ORTOP_FAULTS") == "long"

// times is n in CI and all in a long run.
func times(n, all int) int {
	if long {
		return all
	}
	return n
}

// figure puts a line into the report of the fault suite.
func figure(t *testing.T, id, format string, args ...any) {
	t.Helper()
	t.Logf("FIGURE %s: %s", id, fmt.Sprintf(format, args...))
}

// faulty is a household whose server can do what HTTP forbids.
type faulty struct {
	*household
	server *httptest.Server
	raw    atomic.Pointer[func(net.Conn)] // answers in place of the account
	opened atomic.Int64                   // connections
}

func newFaulty(t *testing.T) *faulty {
	t.Helper()
	account, err := sim.New(sim.Config{Profile: "steady", OrdinaryKey: ordinaryKey})
	if err != nil {
		t.Fatal(err)
	}
	f := &faulty{household: &household{t: t, account: account, home: t.TempDir()}}
	f.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer := f.raw.Load(); answer != nil {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			(*answer)(conn)
			return
		}
		account.Handler().ServeHTTP(w, r)
	}))
	f.server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			f.opened.Add(1)
		}
	}
	f.server.Start()
	t.Cleanup(f.server.Close)
	f.env = []string{"HOME=" + f.home, "ORTOP_BASE_URL=" + f.server.URL + "/api/v1", "OPENROUTER_API_KEY=" + sim.DemoKey}
	return f
}

// run runs a command to its end, and returns its exit code and what it wrote.
func (h *household) run(args ...string) (code int, stdout, stderr string) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), busy*25*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, ortop, args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, h.env...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); cmd.ProcessState == nil || ctx.Err() != nil {
		h.t.Fatalf("ortop %v: %v, %v", args, err, ctx.Err())
	}
	return cmd.ProcessState.ExitCode(), out.String(), said.String()
}

// number is the first amount that a text shows, e.g. 1234.5 of "$1,234.50".
func number(t *testing.T, text string) float64 {
	t.Helper()
	m := regexp.MustCompile(`-?\$[0-9,]+\.?[0-9]*`).FindString(text)
	n, err := strconv.ParseFloat(strings.NewReplacer("$", "", ",", "").Replace(m), 64)
	if err != nil {
		t.Fatalf("no amount in %q", text)
	}
	return n
}

// contractG checks what holds for every fault once a dashboard has ended: nothing
// invalid was stored, and the key is nowhere.
func (h *household) contractG(x *terminal) {
	h.t.Helper()
	x.mu.Lock()
	wrote := bytes.Clone(x.raw)
	x.mu.Unlock()
	secretIsNowhere(h.t, h.home, map[string][]byte{"the terminal": wrote})
	code, out, said := h.run("history", "--json", "--since", "1h")
	var past struct {
		Rows []struct {
			Balance *float64 `json:"balance_usd"`
		} `json:"rows"`
	}
	if err := json.Unmarshal([]byte(out), &past); err != nil || code != 0 {
		h.t.Fatalf("history: exit code %d, %s (%v)", code, said, err)
	}
	truth := h.account.Credits(time.Now()) - h.account.Usage(time.Now())
	for _, r := range past.Rows {
		// Spend that was filled in has no balance.
		if r.Balance != nil && (*r.Balance < truth-1 || *r.Balance > truth+1) {
			h.t.Errorf("stored: a balance of %v, want about %v", *r.Balance, truth)
		}
	}
	verified(h.t, h.env, "")
}

// secretIsNowhere looks for the key in the files below a folder, and in texts.
func secretIsNowhere(t *testing.T, folder string, texts map[string][]byte) {
	t.Helper()
	for where, text := range texts {
		for _, key := range []string{sim.DemoKey, ordinaryKey} {
			if bytes.Contains(text, []byte(key[9:])) {
				t.Errorf("a key is in %s", where)
			}
		}
	}
	if folder == "" {
		return
	}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasSuffix(path, ".key") {
			return err
		}
		b, err := os.ReadFile(path)
		if err == nil {
			secretIsNowhere(t, "", map[string][]byte{path: b})
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// peak is the most memory that a process had, in MiB.
func peak(t *testing.T, pid int) float64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(b)
	if m == nil {
		t.Fatalf("no VmHWM in %s", b)
	}
	kb, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return float64(kb) / 1024
}

// quit ends a dashboard by q, and returns its exit code.
func (x *terminal) quit() int {
	x.t.Helper()
	x.press("q")
	return x.ended(5 * time.Second)
}

// ended waits for the end of the program, and returns its exit code.
func (x *terminal) ended(limit time.Duration) int {
	x.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- x.cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(busy * limit):
		x.t.Fatalf("it does not end:\n%s", x.screen())
	}
	<-x.done
	return x.cmd.ProcessState.ExitCode()
}
