//go:build unix

package e2e

import (
	"bytes"
	"database/sql"
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
	account, url := serve(t, sim.Config{Profile: "steady"})
	h := &household{t: t, account: account, home: t.TempDir()}
	h.env = []string{"HOME=" + h.home, "ORTOP_BASE_URL=" + url, "OPENROUTER_API_KEY=" + sim.DemoKey}
	return h
}

// dashboard starts one, polling every two seconds.
func (h *household) dashboard() *terminal {
	return onTerminal(h.t, 80, 24, h.env, ortop, "--interval", "2s")
}

// every is the interval of the tests' dashboards and collectors.
const every = 2 * time.Second

// polls returns when the balance was requested.
func (h *household) polls() []time.Time {
	var at []time.Time
	for _, r := range h.account.Requests() {
		if strings.HasSuffix(r.Path, "/credits") {
			at = append(at, r.At)
		}
	}
	return at
}

// awaitPolls waits for n polls more.
func (h *household) awaitPolls(n int) []time.Time {
	h.t.Helper()
	before := len(h.polls())
	for limit := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if polls := h.polls(); len(polls) >= before+n {
			return polls[before:]
		}
		if time.Now().After(limit) {
			h.t.Fatalf("%d polls in two minutes, want %d", len(h.polls())-before, n)
		}
	}
}

// awaitOnePoller waits for n polls more, and checks that no two processes made
// them, each at its own interval.
func (h *household) awaitOnePoller(n int) {
	h.t.Helper()
	polls := h.awaitPolls(n)
	// One poll may be late, and the next in time.
	if span := polls[len(polls)-1].Sub(polls[0]); time.Duration(len(polls)-2)*every > span {
		h.t.Errorf("%d polls in %v, want one in %v", len(polls), span, every)
	}
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
	h.awaitPolls(1) // the second may have asked once as it came
	var polls []time.Time
	for range 5 {
		polls = append(polls, h.awaitPolls(1)...)
		if s := h.status(); s.Balance == nil || *s.Source != "history" {
			t.Errorf("status beside a collector: balance %v, source %s", s.Balance, *s.Source)
		}
	}
	if span := polls[len(polls)-1].Sub(polls[0]); span < time.Duration(len(polls)-2)*every {
		t.Errorf("two dashboards and a status loop made %d requests in %v, want one in %v", len(polls), span, every)
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
	before := len(h.polls())
	second.press("r")
	second.waitFor(want, 3*time.Second)
	first.waitFor(want, 3*time.Second)
	if n := len(h.polls()) - before; n != 1 {
		t.Errorf("one refresh made %d requests", n)
	}
}

// stopIdle stops a dashboard that does not write at that moment: who does holds the file.
func (h *household) stopIdle(x *terminal) {
	h.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(h.home, ".local/share/ortop/history.db"))
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for limit := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		x.cmd.Process.Signal(syscall.SIGSTOP)
		_, err := db.Exec("PRAGMA busy_timeout = 500; BEGIN IMMEDIATE; ROLLBACK")
		if err == nil {
			return
		}
		x.cmd.Process.Signal(syscall.SIGCONT)
		if time.Now().After(limit) {
			h.t.Fatalf("a dashboard writes at every moment: %v", err)
		}
	}
}

func TestTakeOver(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(h *household, x *terminal){
		"killed":  func(_ *household, x *terminal) { x.cmd.Process.Kill() },
		"stopped": (*household).stopIdle,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHousehold(t)
			first := h.dashboard()
			first.waitFor(balancePattern, 5*time.Second)
			second := h.dashboard()
			second.waitFor(balancePattern, 5*time.Second)
			end(h, first)
			h.awaitOnePoller(4)
			if s := h.status(); s.Balance == nil || s.Error != nil || *s.AgeS > 20 {
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
	shell.press("\x1a")
	shell.waitFor("Stopped", 3*time.Second)
	h.awaitOnePoller(4)
	shell.press("stty -a | grep -c ' icanon'\r")
	shell.waitFor(`(?m)^1\s*$`, 3*time.Second)
	shell.press("fg\r")
	shell.waitFor(balancePattern+` left`, 5*time.Second)
	h.awaitOnePoller(4)
	shell.press("q")
	shell.waitFor(`ready>\s*$`, 3*time.Second)
}

// TestKilledDashboardLosesNothing kills dashboards while they wait and while they poll, and looks
// for each reading that a status had told of.
func TestKilledDashboardLosesNothing(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	var last float64
	for i := range 4 {
		x := h.dashboard()
		x.waitFor(balancePattern, 5*time.Second)
		s := h.status()
		if s.TotalUsage == nil || *s.TotalUsage < last {
			t.Fatalf("usage %v after %v", s.TotalUsage, last)
		}
		last = *s.TotalUsage
		if i%2 == 1 {
			h.awaitPolls(1) // it reads the answer, or stores it
		}
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
