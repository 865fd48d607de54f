//go:build unix

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"ortop/internal/sim"
)

const balancePattern = `\$[0-9,]+\.[0-9]{2}`

// household is a simulated account behind HTTP, and a home folder for the
// processes that watch it.
type household struct {
	t       *testing.T
	account *sim.Account
	home    string
	env     []string
}

func newHousehold(t *testing.T) *household {
	t.Helper()
	account, err := sim.New(sim.Config{Profile: "steady"})
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := account.Listen(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	h := &household{t: t, account: account, home: t.TempDir()}
	h.env = []string{"HOME=" + h.home, "ORTOP_BASE_URL=" + url, "OPENROUTER_API_KEY=" + sim.DemoKey}
	return h
}

// dashboard starts one, polling every two seconds.
func (h *household) dashboard() *terminal {
	return onTerminal(h.t, 80, 24, h.env, ortop, "--interval", "2s")
}

// polls is how often the balance was asked for.
func (h *household) polls() int {
	n := 0
	for _, r := range h.account.Requests() {
		if strings.HasSuffix(r.Path, "/credits") {
			n++
		}
	}
	return n
}

// pollsIn is how often it is asked for in the next d.
func (h *household) pollsIn(d time.Duration) int {
	before := h.polls()
	time.Sleep(d)
	return h.polls() - before
}

func (h *household) status() statusJSON {
	h.t.Helper()
	cmd := exec.Command(ortop, "status", "--json", "--interval", "2s")
	cmd.Env = h.env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		h.t.Fatalf("status: %v, %s", err, stderr.String())
	}
	var s statusJSON
	if err := json.Unmarshal(out, &s); err != nil {
		h.t.Fatal(err)
	}
	return s
}

func TestTwoDashboardsAskOnce(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	first := h.dashboard()
	first.waitFor(balancePattern, 5*time.Second)
	second := h.dashboard()
	second.waitFor(balancePattern, 5*time.Second)
	// The second asked once as it came, or not at all; then one asks for both.
	time.Sleep(time.Second)
	before := h.polls()
	for range 8 {
		if s := h.status(); s.Balance == nil || *s.Source != "history" {
			t.Errorf("status beside a collector: balance %v, source %s", s.Balance, *s.Source)
		}
		time.Sleep(time.Second)
	}
	if n := h.polls() - before; n < 3 || n > 6 {
		t.Errorf("two dashboards and a status loop made %d requests in 8 s, want about 4", n)
	}

	h.account.TopUp(1000)
	want := regexp.QuoteMeta(fmt.Sprintf("%d", int(h.account.Credits(time.Now())))[0:1])
	first.waitFor(`\$`+want, 6*time.Second)
	a := first.waitFor(balancePattern+` left`, 6*time.Second)
	second.waitFor(regexp.QuoteMeta(a[:len(a)-len(".00 left")]), 6*time.Second)
}

func TestRefreshInTheSecondReachesTheFirst(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	first := onTerminal(t, 80, 24, h.env, ortop, "--interval", "10m")
	first.waitFor(balancePattern, 5*time.Second)
	second := onTerminal(t, 80, 24, h.env, ortop, "--interval", "10m")
	second.waitFor(balancePattern, 5*time.Second)
	time.Sleep(5500 * time.Millisecond)
	h.account.TopUp(5000)
	credits := int(h.account.Credits(time.Now()))
	want := fmt.Sprintf(`of \$%d,%03d\.00`, credits/1000, credits%1000)
	before := h.polls()
	second.press("r")
	second.waitFor(want, 3*time.Second)
	first.waitFor(want, 3*time.Second)
	if n := h.polls() - before; n != 1 {
		t.Errorf("one refresh made %d requests", n)
	}
}

func TestTakeOver(t *testing.T) {
	for name, end := range map[string]func(x *terminal){
		"killed":  func(x *terminal) { x.cmd.Process.Kill() },
		"stopped": func(x *terminal) { x.cmd.Process.Signal(syscall.SIGSTOP) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHousehold(t)
			first := h.dashboard()
			first.waitFor(balancePattern, 5*time.Second)
			time.Sleep(1500 * time.Millisecond)
			second := h.dashboard()
			second.waitFor(balancePattern, 5*time.Second)
			end(first)
			time.Sleep(5 * time.Second) // two intervals and a little
			if n := h.pollsIn(12 * time.Second); n < 2 || n > 8 {
				t.Errorf("the second made %d requests in 12 s after the first was %s", n, name)
			}
			if s := h.status(); s.Balance == nil || s.Error != nil || *s.AgeS > 8 {
				t.Errorf("after the first was %s: %+v", name, s)
			}
		})
	}
}

func TestSuspendedDashboardLetsGo(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	shell := onTerminal(t, 80, 24, append(h.env, "PS1=ready> "), "bash", "--norc", "--noprofile", "-i")
	shell.waitFor("ready>", 5*time.Second)
	shell.press(ortop + " --interval 2s\r")
	shell.waitFor(balancePattern+` left`, 5*time.Second)
	second := h.dashboard()
	second.waitFor(balancePattern, 5*time.Second)
	time.Sleep(time.Second)
	shell.press("\x1a")
	shell.waitFor("Stopped", 3*time.Second)
	if n := h.pollsIn(8 * time.Second); n < 3 || n > 6 {
		t.Errorf("8 s after a suspend the second made %d requests, want about 4", n)
	}
	shell.press("stty -a | grep -c ' icanon'\r")
	shell.waitFor(`(?m)^1\s*$`, 3*time.Second)
	shell.press("fg\r")
	shell.waitFor(balancePattern+` left`, 5*time.Second)
	if n := h.pollsIn(6 * time.Second); n < 2 || n > 5 {
		t.Errorf("6 s after fg there were %d requests, want about 3", n)
	}
	shell.press("q")
	shell.waitFor(`ready>\s*$`, 3*time.Second)
}

// TestKilledDashboardLosesNothing kills dashboards at random moments and looks
// for each reading that a status had told of.
func TestKilledDashboardLosesNothing(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	var last float64
	for i := range 4 {
		x := h.dashboard()
		x.waitFor(balancePattern, 5*time.Second)
		time.Sleep(time.Duration(100+i*370) * time.Millisecond)
		s := h.status()
		if s.TotalUsage == nil || *s.TotalUsage < last {
			t.Fatalf("usage %v after %v", s.TotalUsage, last)
		}
		last = *s.TotalUsage
		x.cmd.Process.Kill()
		x.cmd.Wait()
	}
	cmd := exec.Command(ortop, "doctor", "--verify")
	cmd.Env = h.env
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("as they were written")) {
		t.Errorf("doctor: %v\n%s", err, out)
	}
	if _, err := os.Stat(filepath.Join(h.home, ".local/share/ortop/history.db")); err != nil {
		t.Error(err)
	}
}
