//go:build unix

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ortop/internal/sim"
)

// job works until it is told to end, and has a child of its own: both write their
// process and then a byte again and again.
const job = `echo $$ >&3
sh -c 'echo $$ >&3; while :; do printf . >&3; sleep 0.02; done' &
trap 'kill $!; exit 7' TERM
while :; do printf . >&3; sleep 0.02; done`

// stopped are the states of both processes while the job is paused.
const stopped = "[TD][TD]"

// guardRun is a guard that runs. Its standard error and what the job writes are
// files: what the job leaves behind holds nobody up.
type guardRun struct {
	t           *testing.T
	cmd         *exec.Cmd
	out, stderr string
	ended       chan struct{}
}

func (g *guardRun) said() string {
	b, err := os.ReadFile(g.stderr)
	if err != nil {
		g.t.Fatal(err)
	}
	return string(b)
}

// newIdle is a household whose account spends nothing by itself, with $100 left.
func newIdle(t *testing.T) *household {
	t.Helper()
	h := newHousehold(t)
	account, err := sim.New(sim.Config{Profile: "idle"})
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := account.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	h.account = account
	h.env = []string{"HOME=" + h.home, "ORTOP_BASE_URL=" + url, "OPENROUTER_API_KEY=" + sim.DemoKey, "PATH=" + os.Getenv("PATH")}
	now := time.Now()
	account.TopUp(100 - account.Credits(now) + account.Usage(now))
	return h
}

// guard runs the job, or a command, with these flags.
func (h *household) guard(flags []string, command ...string) *guardRun {
	h.t.Helper()
	dir := h.t.TempDir()
	g := &guardRun{t: h.t, out: filepath.Join(dir, "out"), stderr: filepath.Join(dir, "stderr"), ended: make(chan struct{})}
	out, err := os.Create(g.out)
	if err != nil {
		h.t.Fatal(err)
	}
	defer out.Close()
	stderr, err := os.Create(g.stderr)
	if err != nil {
		h.t.Fatal(err)
	}
	defer stderr.Close()
	if command == nil {
		command = []string{"sh", "-c", job}
	}
	args := append([]string{"guard", "--interval", "2s"}, flags...)
	g.cmd = exec.Command(ortop, append(append(args, "--"), command...)...)
	g.cmd.Env, g.cmd.Stderr, g.cmd.ExtraFiles = h.env, stderr, []*os.File{out}
	g.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := g.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	go func() { defer close(g.ended); g.cmd.Wait() }()
	h.t.Cleanup(func() {
		for _, pid := range g.written() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		g.cmd.Process.Kill()
		<-g.ended
	})
	return g
}

// written are the processes that the job named.
func (g *guardRun) written() (pids []int) {
	b, _ := os.ReadFile(g.out)
	for _, m := range regexp.MustCompile(`(\d+)\n`).FindAllStringSubmatch(string(b), -1) {
		var pid int
		fmt.Sscan(m[1], &pid)
		pids = append(pids, pid)
	}
	return pids
}

func (g *guardRun) until(what string, is func() bool) {
	g.t.Helper()
	for deadline := time.Now().Add(busy * 10 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			g.t.Fatalf("not %s in time; it says %q", what, g.said())
		}
	}
}

func (g *guardRun) untilSaid(pattern string) {
	g.t.Helper()
	re := regexp.MustCompile(pattern)
	g.until("said "+pattern, func() bool { return re.MatchString(g.said()) })
}

// pids waits for both processes of the job.
func (g *guardRun) pids() []int {
	g.t.Helper()
	g.until("running", func() bool { return len(g.written()) == 2 })
	return g.written()
}

// states are those that ps gives the processes, one letter each; - is gone. A shell
// that waits for a child to begin, which was stopped before it did, is in D.
func states(pids []int) (s string) {
	for _, pid := range pids {
		out, _ := exec.Command("ps", "-o", "stat=", "-p", fmt.Sprint(pid)).Output()
		if state := strings.TrimSpace(string(out)); state == "" || state[0] == 'Z' {
			s += "-"
		} else {
			s += state[:1]
		}
	}
	return s
}

func (g *guardRun) untilStates(pids []int, pattern string) {
	g.t.Helper()
	re := regexp.MustCompile(pattern)
	last := ""
	defer func() {
		if g.t.Failed() {
			g.t.Logf("the states are %s", last)
		}
	}()
	g.until("in the state "+pattern, func() bool { last = states(pids); return re.MatchString(last) })
}

func (g *guardRun) code() int {
	g.t.Helper()
	select {
	case <-g.ended:
	case <-time.After(busy * 15 * time.Second):
		g.t.Fatalf("it does not end; it says %q", g.said())
	}
	return g.cmd.ProcessState.ExitCode()
}

func (g *guardRun) size() int64 {
	info, err := os.Stat(g.out)
	if err != nil {
		g.t.Fatal(err)
	}
	return info.Size()
}

func TestGuardPausesUntilTopUp(t *testing.T) {
	t.Parallel()
	h := newIdle(t)
	g := h.guard([]string{"--below", "10"})
	pids := g.pids()
	h.account.Spend(95)
	g.untilSaid(`ortop: paused: the account has \$5\.00 left, \$10\.00 needed: \$5\.00 short; a top-up continues it\n`)
	g.untilStates(pids, stopped)
	before := g.size()
	h.account.TopUp(1) // not enough
	h.awaitPolls(2)
	if after := g.size(); after != before {
		t.Errorf("a paused command wrote %d bytes, in the states %s", after-before, states(pids))
	}
	h.account.TopUp(50)
	g.untilSaid(`ortop: continued: the account has \$56\.00 left, \$10\.00 needed: \$46\.00 to spare\n`)
	g.untilStates(pids, "[RS][RS]")
	g.until("going on", func() bool { return g.size() > before })
	g.cmd.Process.Signal(syscall.SIGTERM)
	if code := g.code(); code != 7 {
		t.Errorf("exit code %d, want the command's 7; it says %q", code, g.said())
	}
	if got := g.said(); !regexp.MustCompile(`ortop: \$95\.00 spent by the account in `).MatchString(got) || strings.Count(got, "paused:") != 1 {
		t.Errorf("it says %q, want one pause, and last what was spent", got)
	}
}

func TestGuardStops(t *testing.T) {
	t.Parallel()
	t.Run("by the sum", func(t *testing.T) {
		t.Parallel()
		h := newIdle(t)
		g := h.guard([]string{"--below", "10", "--stop"})
		pids := g.pids()
		h.account.Spend(95)
		if code := g.code(); code != 3 {
			t.Errorf("exit code %d, want 3", code)
		}
		g.untilStates(pids, "--")
		g.untilSaid(`ortop: stopped: the account has \$5\.00 left, \$10\.00 needed: \$5\.00 short\n(?s:.*)\$95\.00 spent by the account`)
	})
	t.Run("what does not end by itself", func(t *testing.T) {
		t.Parallel()
		h := newIdle(t)
		g := h.guard([]string{"--quota", "1", "--stop"}, "sh", "-c", `trap '' TERM; echo $$ >&3; sh -c 'echo $$ >&3; while :; do sleep 0.05; done' & while :; do sleep 0.05; done`)
		pids := g.pids()
		h.account.Spend(2)
		g.untilSaid(`ortop: stopped: \$2\.00 spent, the quota is \$1\.00\n`)
		asked := time.Now()
		if code := g.code(); code != 3 {
			t.Errorf("exit code %d, want 3", code)
		}
		if took := time.Since(asked); took < 9*time.Second {
			t.Errorf("killed after %v, want 10 s", took)
		}
		g.untilStates(pids, "--")
	})
	t.Run("what the command leaves behind", func(t *testing.T) {
		t.Parallel()
		h := newIdle(t)
		g := h.guard([]string{"--quota", "1", "--stop"}, "sh", "-c", `echo $$ >&3; sh -c 'trap "" TERM; echo $$ >&3; while :; do sleep 0.05; done' & wait`)
		pids := g.pids()
		h.account.Spend(2)
		if code := g.code(); code != 3 {
			t.Errorf("exit code %d, want 3", code)
		}
		g.untilStates(pids, "--")
	})
}

// timed is a job below a program that makes a process group of its own.
const timed = `echo $$ >&3; timeout 100 sh -c 'echo $$ >&3; while :; do printf . >&3; sleep 0.02; done'; exit 6`

// Process groups that the command makes are paused, continued and stopped with it.
func TestGuardReachesGroupsOfGroups(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("timeout"); err != nil {
		t.Skip(err)
	}
	for name, after := range map[string]func(h *household, g *guardRun, pids []int){
		"a top-up": func(h *household, g *guardRun, pids []int) {
			h.account.TopUp(50)
			g.untilSaid("continued: ")
			g.untilStates(pids, "[RS][RS]")
			g.cmd.Process.Signal(syscall.SIGTERM)
		},
		"a kill of guard": func(_ *household, g *guardRun, pids []int) {
			g.cmd.Process.Kill()
			<-g.ended
			g.untilStates(pids, "[RS][RS]")
		},
		"a signal": func(_ *household, g *guardRun, pids []int) {
			g.cmd.Process.Signal(syscall.SIGTERM)
			g.untilStates(pids[:1], "-")
			g.untilStates(pids[1:], "[RS]")
		},
	} {
		t.Run("paused, then "+name, func(t *testing.T) {
			t.Parallel()
			h := newIdle(t)
			g := h.guard([]string{"--below", "10"}, "sh", "-c", timed)
			pids := g.pids()
			h.account.Spend(95)
			g.untilSaid("paused: ")
			g.untilStates(pids, stopped)
			before := g.size()
			h.awaitPolls(2)
			if now := g.size(); now != before {
				t.Errorf("a paused command wrote %d bytes", now-before)
			}
			after(h, g, pids)
			g.until("going on", func() bool { return g.size() > before })
		})
	}
	t.Run("stopped", func(t *testing.T) {
		t.Parallel()
		h := newIdle(t)
		g := h.guard([]string{"--below", "10", "--stop"}, "sh", "-c", timed)
		pids := g.pids()
		h.account.Spend(95)
		if code := g.code(); code != 3 {
			t.Errorf("exit code %d, want 3; it says %q", code, g.said())
		}
		if s := states(pids); s != "--" {
			t.Errorf("guard has ended, and the states are %s", s)
		}
	})
}

func TestGuardQuota(t *testing.T) {
	t.Parallel()
	t.Run("begins anew with a top-up", func(t *testing.T) {
		t.Parallel()
		h := newIdle(t)
		g := h.guard([]string{"--quota", "1"})
		pids := g.pids()
		h.account.Spend(1) // not past it
		h.awaitPolls(2)
		if s := states(pids); strings.Contains(s, "T") {
			t.Errorf("the states are %s with the quota used up", s)
		}
		h.account.Spend(0.5)
		g.untilSaid(`ortop: paused: \$1\.50 spent, the quota is \$1\.00; a top-up continues it\n`)
		g.untilStates(pids, stopped)
		h.account.TopUp(20)
		g.untilSaid(`ortop: continued: `)
		h.account.Spend(3)
		g.until("paused again", func() bool { return strings.Count(g.said(), "paused: ") == 2 })
		g.untilSaid(`paused: \$3\.00 spent, the quota is \$1\.00`)
		g.untilStates(pids, stopped)
	})
	t.Run("of a key", func(t *testing.T) {
		t.Parallel()
		h := newIdle(t)
		out, err := h.command("breakdown", "--json").Output()
		if err != nil {
			t.Fatal(err)
		}
		hashes := regexp.MustCompile(`"id":"([0-9a-f]{64})"`).FindAllSubmatch(out, -1)
		if len(hashes) < 2 {
			t.Fatalf("the keys are %s", out)
		}
		var runs []*guardRun
		for _, hash := range hashes { // one of them spends
			runs = append(runs, h.guard([]string{"--quota", "1", "--key", string(hash[1])}))
		}
		for _, g := range runs {
			g.pids()
		}
		h.account.Spend(2)
		paused := 0
		runs[0].until("paused", func() bool {
			paused = 0
			for _, g := range runs {
				paused += strings.Count(g.said(), "paused: $2.00 spent, the quota is $1.00")
			}
			return paused > 0
		})
		h.awaitPolls(2)
		if paused != 1 {
			t.Errorf("%d of %d were paused, want that of the key that spends", paused, len(runs))
		}
	})
}

func (h *household) command(args ...string) *exec.Cmd {
	c := exec.Command(ortop, args...)
	c.Env = h.env
	return c
}

// However guard is killed, and its keeper with it, the command is not left paused.
func TestGuardKilled(t *testing.T) {
	t.Parallel()
	keepers := func(g *guardRun) (pids []int) {
		out, err := exec.Command("ps", "-eo", "pid=,ppid=,args=").Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			var pid, parent int
			if fmt.Sscan(line, &pid, &parent); parent == g.cmd.Process.Pid && strings.Contains(line, "read -r group") {
				pids = append(pids, pid)
			}
		}
		return pids
	}
	for name, kill := range map[string]func(g *guardRun){
		"alone":              func(g *guardRun) { g.cmd.Process.Kill() },
		"with its group":     func(g *guardRun) { syscall.Kill(-g.cmd.Process.Pid, syscall.SIGKILL) },
		"while it is halted": func(g *guardRun) { g.cmd.Process.Signal(syscall.SIGSTOP); g.cmd.Process.Kill() },
		"after its keeper": func(g *guardRun) {
			was := keepers(g)
			for _, pid := range was {
				syscall.Kill(pid, syscall.SIGKILL)
			}
			g.until("kept by another", func() bool {
				is := keepers(g)
				return len(is) == 1 && !slices.Contains(was, is[0])
			})
			time.Sleep(50 * time.Millisecond) // until that was told
			g.cmd.Process.Kill()
		},
		"and its keeper asked to end": func(g *guardRun) {
			for _, pid := range keepers(g) {
				syscall.Kill(pid, syscall.SIGTERM)
				syscall.Kill(pid, syscall.SIGHUP)
			}
			g.cmd.Process.Kill()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newIdle(t)
			g := h.guard([]string{"--below", "10"})
			pids := g.pids()
			h.account.Spend(95)
			g.untilSaid("paused: ")
			g.untilStates(pids, stopped)
			before := g.size()
			kill(g)
			<-g.ended
			g.untilStates(pids, "[RS][RS]")
			g.until("going on", func() bool { return g.size() > before })
		})
	}
}

// A paused command acts on the signals that are passed on.
func TestGuardPassesSignalsOn(t *testing.T) {
	t.Parallel()
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			h := newIdle(t)
			g := h.guard([]string{"--below", "10"}, "sh", "-c", fmt.Sprintf(`trap 'exit 5' %d; echo $$ >&3; sh -c 'echo $$ >&3; exec sleep 100' & while :; do sleep 0.05; done`, s))
			pids := g.pids()
			if s == syscall.SIGTERM || s == syscall.SIGINT {
				h.account.Spend(95)
				g.untilSaid("paused: ")
				g.untilStates(pids, stopped)
			}
			g.cmd.Process.Signal(s)
			if code := g.code(); code != 5 {
				t.Errorf("exit code %d, want 5; it says %q", code, g.said())
			}
		})
	}
}

func TestGuardSuspendsWithItsCommand(t *testing.T) {
	t.Parallel()
	h := newIdle(t)
	g := h.guard([]string{"--below", "10"})
	pids := append(g.pids(), g.cmd.Process.Pid)
	g.cmd.Process.Signal(syscall.SIGTSTP)
	g.untilStates(pids, stopped+"T")
	g.cmd.Process.Signal(syscall.SIGCONT)
	g.untilStates(pids, "[RS][RS][RS]")
}

// On a terminal the command has the keys, until it is paused; then guard has
// them, and passes on what would end it.
func TestGuardOnATerminal(t *testing.T) {
	t.Parallel()
	h := newIdle(t)
	start := func(command string) *terminal {
		return onTerminal(t, 100, 20, h.env, ortop, "guard", "--interval", "2s", "--below", "10", "--", "sh", "-c", command)
	}
	x := start(`trap 'echo interrupted; exit 9' INT; echo ready; read -r a; echo "read $a"; while :; do sleep 0.05; done`)
	x.waitFor("ready", 5*time.Second)
	x.press("typed\r")
	x.waitFor("read typed", 5*time.Second)
	h.account.Spend(95)
	x.waitFor("paused: the account has", 10*time.Second)
	x.press("\x03")
	x.waitFor(`interrupted`, 5*time.Second)
	x.waitFor(`\$95\.00 spent by the account`, 10*time.Second)
	if x.cmd.Wait(); x.cmd.ProcessState.ExitCode() != 9 {
		t.Errorf("exit code %d, want 9", x.cmd.ProcessState.ExitCode())
	}
	y := onTerminal(t, 100, 20, newIdle(t).env, "sh", "-ic", `PS1='$ '; "$0" guard --interval 2s --below 10 -- sh -c 'echo ready; read -r a; echo "read $a"'; echo "shell $?"; fg; echo "end $?"`, ortop)
	y.waitFor("ready", 5*time.Second)
	y.press("\x1a")
	y.waitFor(`shell \d+`, 5*time.Second)
	y.press("later\r")
	y.waitFor("read later", 10*time.Second)
	y.waitFor("end 0", 10*time.Second)
}

// A command whose output goes elsewhere gets the terminal once it reads from it.
func TestGuardLendsTheTerminal(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"output to a file":    `"$0" guard --interval 2s --below 10 -- sh -c 'echo ready >&2; read -r a; echo "read $a"' > out; echo "end $?"; cat out`,
		"output to a program": `"$0" guard --interval 2s --below 10 -- sh -c 'echo ready >&2; read -r a; echo "read $a"' | cat; echo end 0`,
		"keys from elsewhere": `echo later | "$0" guard --interval 2s --below 10 -- sh -c 'echo ready >&2; read -r a </dev/tty; echo "read $a"'; echo "end $?"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newIdle(t)
			x := onTerminal(t, 100, 20, h.env, "sh", "-ic", `PS1='$ '; cd; `+line, ortop)
			x.waitFor("ready", 5*time.Second)
			x.press("typed\r")
			x.waitFor("read typed", 10*time.Second)
			x.waitFor("end 0", 10*time.Second)
		})
	}
}

// It takes the readings of a collector, and asks for none itself.
func TestGuardBesideACollector(t *testing.T) {
	t.Parallel()
	h := newIdle(t)
	s := collectorWith(t, h.env, "--interval", "2s")
	h.awaitPolls(2)
	g := h.guard([]string{"--below", "10"})
	g.pids()
	h.awaitOnePoller(4)
	h.account.Spend(95)
	g.untilSaid("paused: ")
	s.end(syscall.SIGTERM)
	h.account.TopUp(50) // it asks itself now
	g.untilSaid("continued: ")
}

func TestGuardWhereItCannotBeKnown(t *testing.T) {
	t.Parallel()
	h := newIdle(t)
	g := h.guard([]string{"--below", "10"})
	pids := g.pids()
	h.account.Fail(sim.Error(500))
	g.untilSaid(`ortop: whether there is enough cannot be known: .*; the command goes on\n`)
	if s := states(pids); strings.Contains(s, "T") {
		t.Errorf("the states are %s", s)
	}
	h.account.Spend(95)
	h.account.Fail()
	g.untilSaid("paused: ")
	h.account.Fail(sim.Error(500))
	g.untilSaid(`cannot be known: .*; the command stays paused\n`)
	g.untilStates(pids, stopped)
}

// What goes in comes through, and the exit code comes back.
func TestGuardPassesThrough(t *testing.T) {
	t.Parallel()
	h := newIdle(t)
	c := h.command("guard", "--below", "1", "--", "sh", "-c", `cat; echo "ours=$OPENROUTER_API_KEY other=$ORTOP_API_KEY" | tr -d 0 >&2; exit 42`)
	c.Env = append(c.Env, "ORTOP_API_KEY="+sim.DemoKey)
	c.Stdin = io.LimitReader(zeroes{}, 1<<20)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if c.ProcessState.ExitCode() != 42 || len(out) != 1<<20 {
		t.Errorf("exit code %d, %v, %d bytes came through, want 42 and a million", c.ProcessState.ExitCode(), err, len(out))
	}
	if got := stderr.String(); !strings.HasPrefix(got, "ours=sk-or-v1-demodemo other=\n") || !strings.Contains(got, "ortop: $0.00 spent by the account in ") {
		t.Errorf("standard error is %q", got)
	}
}
