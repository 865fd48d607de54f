//go:build unix

package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
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

// service is a collector in a process of its own, without a terminal.
type service struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan string // of its log
}

// collectorWith starts one with this environment alone.
func collectorWith(t *testing.T, env []string, args ...string) *service {
	t.Helper()
	return serviceWith(t, env, append([]string{"collect"}, args...)...)
}

// serviceWith starts what goes on until it is ended; its lines are of both outputs.
func serviceWith(t *testing.T, env []string, args ...string) *service {
	t.Helper()
	s := &service{t: t, cmd: exec.Command(ortop, args...), lines: make(chan string, 1000)}
	s.cmd.Env = env
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stdout = s.cmd.Stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for sc := bufio.NewScanner(stderr); sc.Scan(); {
			s.lines <- sc.Text()
		}
		close(s.lines)
	}()
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		<-read
		s.cmd.Wait()
	})
	return s
}

// waitFor waits for a line that matches, and returns the match and its groups.
func (s *service) waitFor(pattern string) []string {
	s.t.Helper()
	re := regexp.MustCompile(pattern)
	limit := time.After(busy * 10 * time.Second)
	var seen []string
	for {
		select {
		case line, ok := <-s.lines:
			if m := re.FindStringSubmatch(line); m != nil {
				return m
			}
			if seen = append(seen, line); ok {
				continue
			}
		case <-limit:
		}
		s.t.Fatalf("no line %q in the log:\n%s", pattern, strings.Join(seen, "\n"))
	}
}

// end sends a signal and returns the exit code; it must not take three
// seconds on an idle machine.
func (s *service) end(signal os.Signal) int {
	s.t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), busy*3*time.Second)
	defer cancel()
	late := context.AfterFunc(ctx, func() { s.cmd.Process.Kill() })
	for range s.lines {
	}
	err := s.cmd.Wait()
	if !late() {
		s.t.Fatalf("it did not end in time after %v", signal)
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return s.cmd.ProcessState.ExitCode()
}

// scrape is the text of its metrics.
func scrape(t *testing.T, addr string) string {
	t.Helper()
	r, err := http.Get("http://" + addr + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != 200 {
		t.Fatalf("scraping: %v, status %d", err, r.StatusCode)
	}
	return string(b)
}

// serve returns an account behind HTTP, and its base URL.
func serve(t testing.TB, c sim.Config) (account *sim.Account, url string) {
	t.Helper()
	account, err := sim.New(c)
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := account.Listen(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return account, url
}

// simulated is an account behind HTTP, and the environment of a service that
// watches it: there is no HOME in it.
func simulated(t *testing.T) (account *sim.Account, env []string) {
	t.Helper()
	account, url := serve(t, sim.Config{Profile: "steady"})
	return account, []string{"ORTOP_BASE_URL=" + url, "OPENROUTER_API_KEY=" + sim.DemoKey}
}

func TestM04CollectWithoutHomeOrTerminal(t *testing.T) {
	t.Parallel()
	account, env := simulated(t)
	file := filepath.Join(t.TempDir(), "history.db")
	s := collectorWith(t, env, "--history", file, "--interval", "2s", "--metrics", "127.0.0.1:0")
	addr := s.waitFor(`msg=metrics address=(127\.0\.0\.1:\d+)$`)[1]
	s.waitFor(`^time=\S+ level=INFO msg=read account=default balance=\$`)
	text := scrape(t, addr)
	for _, want := range []string{
		`ortop_up{account="default"} 1`, fmt.Sprintf(`ortop_credits_usd{account="default"} %v`, account.Credits(time.Now())),
		`ortop_poll_errors_total{account="default",kind="server"} 0`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("no %s in the metrics:\n%s", want, text)
		}
	}
	for deadline := time.Now().Add(busy * 20 * time.Second); !strings.Contains(text, "ortop_key_spend_usd{") || !strings.Contains(text, "ortop_model_spend_usd{"); text = scrape(t, addr) {
		if time.Now().After(deadline) {
			t.Fatalf("nobody spends in the metrics:\n%s", text)
		}
		time.Sleep(100 * time.Millisecond)
	}
	account.Fail(sim.Error(503))
	s.waitFor(`level=WARN msg="not read" account=default kind=server`)
	if text := scrape(t, addr); !strings.Contains(text, `ortop_up{account="default"} 0`) ||
		!regexp.MustCompile(`ortop_poll_errors_total\{account="default",kind="server"\} [1-9]`).MatchString(text) {
		t.Errorf("the metrics tell of no fault:\n%s", text)
	}
	account.Fail()
	if code := s.end(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d after SIGTERM, want 0", code)
	}
	verified(t, env, file)
}

// verified checks that a history file is whole and has a reading; "" is the
// household's own.
func verified(t *testing.T, env []string, file string) {
	t.Helper()
	args := []string{"doctor", "--verify"}
	if file != "" {
		args = append(args, "--history", file)
	}
	c := exec.Command(ortop, args...)
	c.Env = env
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "as they were written") || strings.Contains(string(out), "all 0 rows") {
		t.Errorf("doctor --verify: %v\n%s", err, out)
	}
}

func TestCollectEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		signal syscall.Signal
		hang   bool
		want   int
	}{
		{"interrupted", syscall.SIGINT, false, 130},
		{"terminated while it asks", syscall.SIGTERM, true, 0},
		{"killed", syscall.SIGKILL, false, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			account, env := simulated(t)
			file := filepath.Join(t.TempDir(), "history.db")
			s := collectorWith(t, env, "--history", file, "--interval", "2s", "-v")
			s.waitFor(`msg=stored`)
			if c.hang {
				account.Fail(sim.Fault{Hang: true})
				for before := len(account.Requests()); len(account.Requests()) == before; {
					time.Sleep(10 * time.Millisecond)
				}
			}
			if code := s.end(c.signal); code != c.want {
				t.Errorf("exit code %d, want %d", code, c.want)
			}
			account.Fail()
			verified(t, env, file)
		})
	}
}

// TestCollectEndsWhileItTells: a channel that takes an alert and says nothing
// keeps no service from ending in time.
func TestCollectEndsWhileItTells(t *testing.T) {
	t.Parallel()
	_, env := simulated(t)
	deaf, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	dir := t.TempDir()
	config := fmt.Sprintf("[[alerts]]\nrule = \"balance\"\nbelow = 1000000\n[[channels]]\nname = \"deaf\"\nkind = \"webhook\"\nurl = \"http://%s/\"\n", deaf.Addr())
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	s := collectorWith(t, env, "--config", filepath.Join(dir, "config.toml"), "--history", filepath.Join(dir, "history.db"), "--interval", "2s")
	conn, err := deaf.Accept() // it tells now
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if code := s.end(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func TestM02PortTaken(t *testing.T) {
	t.Parallel()
	account, env := simulated(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	c := exec.Command(ortop, "collect", "--history", filepath.Join(t.TempDir(), "h.db"), "--metrics", taken.Addr().String())
	c.Env = env
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(string(out), "ortop: error: serving metrics: ") || !strings.Contains(string(out), "address already in use") {
		t.Errorf("with a port that is taken: %v\n%s", err, out)
	}
	if n := len(account.Requests()); n > 0 {
		t.Errorf("it asked %d times before it looked at the port", n)
	}
}

// TestU13CollectorAndDashboard: the collector asks, and the others show what
// it reads.
func TestU13CollectorAndDashboard(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	s := collectorWith(t, h.env, "--interval", "1h")
	s.waitFor(`msg=read`)
	before := len(h.polls())
	x := onTerminal(t, 80, 24, h.env, ortop, "--interval", "1h")
	x.waitFor(balancePattern+` left`, 5*time.Second)
	if st := h.status(); st.Source == nil || *st.Source != "history" {
		t.Errorf("status beside a collector has source %v, want history", st.Source)
	}
	other := collectorWith(t, h.env, "--interval", "1h")
	other.waitFor(`msg="another process collects this account"`)
	if n := len(h.polls()) - before; n != 0 {
		t.Errorf("a dashboard, a status and a collector beside a collector asked %d times, want 0", n)
	}
	if code := s.end(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d after SIGTERM, want 0", code)
	}
	if code := other.end(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d of the second after SIGTERM, want 0", code)
	}
}

func TestCollectAllAccounts(t *testing.T) {
	t.Parallel()
	work, env := simulated(t)
	work.TopUp(1000)
	home, homeEnv := simulated(t)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := write("key", sim.DemoKey)
	url := func(env []string) string { return strings.TrimPrefix(env[0], "ORTOP_BASE_URL=") }
	config := write("config.toml", fmt.Sprintf(`
[[accounts]]
name = "work"
base_url = %q

[[accounts]]
name = "home"
base_url = %q
key_file = %q

[[accounts]]
name = "keyless"
`, url(env), url(homeEnv), key))
	s := collectorWith(t, env[1:], "--config", config, "--history", filepath.Join(dir, "h.db"), "--metrics", "0", "--interval", "2s")
	s.waitFor("account keyless is not collected")
	addr := s.waitFor(`msg=metrics address=(\S+)`)[1]
	both := map[string]bool{}
	for len(both) < 2 {
		both[s.waitFor(`msg=read account=(\w+)`)[1]] = true
	}
	text := scrape(t, addr)
	for name, account := range map[string]*sim.Account{"work": work, "home": home} {
		if want := fmt.Sprintf("ortop_credits_usd{account=%q} %v\n", name, account.Credits(time.Now())); !strings.Contains(text, want) {
			t.Errorf("no %s in the metrics:\n%s", want, text)
		}
	}
	if code := s.end(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}
