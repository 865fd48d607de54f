//go:build unix

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// post is what a webhook was sent.
type post struct{ Rule, Level, Text string }

// webhook is a service that takes alerts, and refuses those to /refused.
type webhook struct {
	*httptest.Server
	mu    sync.Mutex
	posts []post
}

func newWebhook(t *testing.T) *webhook {
	w := &webhook{}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var p post
		if strings.HasPrefix(r.URL.Path, "/refused") || json.NewDecoder(r.Body).Decode(&p) != nil {
			rw.WriteHeader(http.StatusGone)
			return
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.posts = append(w.posts, p)
	}))
	t.Cleanup(w.Close)
	return w
}

// of are the alerts of a rule, once there are n of them; it waits for those.
func (w *webhook) of(t *testing.T, rule string, n int) []post {
	t.Helper()
	for limit := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		var found []post
		w.mu.Lock()
		for _, p := range w.posts {
			if p.Rule == rule {
				found = append(found, p)
			}
		}
		w.mu.Unlock()
		if len(found) >= n {
			return found
		}
		if time.Now().After(limit) {
			t.Fatalf("%d alerts of %s came, want %d: %+v", len(found), rule, n, found)
		}
	}
}

// configure writes the configuration.
func (h *household) configure(config string) {
	h.t.Helper()
	folder := filepath.Join(h.home, ".config", "ortop")
	if err := errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(filepath.Join(folder, "config.toml"), []byte(config), 0o600)); err != nil {
		h.t.Fatal(err)
	}
}

// says is all that a command prints.
func (h *household) says(args ...string) string {
	cmd := exec.Command(ortop, args...)
	cmd.Env = append(h.env, "PATH="+os.Getenv("PATH"))
	out, _ := cmd.CombinedOutput()
	return string(out)
}

// TestAlertsOfProcesses runs the program as a service: two of them tell once,
// what is crossed while none runs is told by the next, and a restart repeats
// nothing. A channel that refuses is named, and no channel's URL is.
func TestAlertsOfProcesses(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	hook := newWebhook(t)
	left := h.account.Credits(time.Now()) - h.account.Usage(time.Now())
	out := filepath.Join(t.TempDir(), "out")
	h.configure(fmt.Sprintf(`
alerts = [{rule="balance", below=%.2f}, {rule="balance", below=%.2f, level="urgent"}]
channels = [{name="hook", kind="webhook", url="%[3]s/hunter2"}, {name="gone", kind="slack", url="%[3]s/refused/hunter2"},
 {name="script", kind="command", command=["tee", "-a", "%[4]s"]}]
`, left-20, left-60, hook.URL, out))
	env := append(h.env, "PATH="+os.Getenv("PATH"))
	run := func() *service { return collectorWith(t, env, "--interval", "2s") }
	first := run()
	first.waitFor("collecting this account")
	second := run()
	second.waitFor("another process collects")
	h.account.Spend(30)
	if p := hook.of(t, "balance", 1)[0]; p.Level != "warning" || !strings.Contains(p.Text, "default: $") || !strings.Contains(p.Text, " is left, below $") {
		t.Errorf("the alert is %+v", p)
	}
	log := first.waitFor(`not delivered.*alerts do not reach gone: 127\.0\.0\.1: answered 410 Gone`)
	first.end(syscall.SIGTERM)
	second.waitFor("collecting this account")
	h.awaitPolls(2) // the second judges too
	second.end(syscall.SIGTERM)

	h.account.Spend(40) // while none runs
	third := run()
	if told := hook.of(t, "balance", 2); told[1].Level != "urgent" {
		t.Errorf("what was crossed while none ran is told as %+v, want urgent", told[1])
	}
	third.end(syscall.SIGTERM)
	fourth := run()
	h.awaitPolls(3)
	fourth.end(syscall.SIGTERM)
	if told := hook.of(t, "balance", 2); len(told) != 2 {
		t.Errorf("%d alerts of two thresholds: %+v", len(told), told)
	}
	script, err := os.ReadFile(out)
	if err != nil || strings.Count(string(script), `"rule":"balance"`) != 2 {
		t.Errorf("the command got %s, %v, want the same two", script, err)
	}
	if strings.Contains(log[0], "hunter2") {
		t.Errorf("a secret is in the log: %s", log[0])
	}
	for _, args := range [][]string{{"alerts", "list"}, {"alerts", "test"}, {"doctor"}, {"-v", "alerts", "test"}} {
		if said := h.says(args...); strings.Contains(said, "hunter2") {
			t.Errorf("ortop %s shows a secret: %s", strings.Join(args, " "), said)
		}
	}
}

// TestMuteOfProcesses mutes while a service collects: nothing comes through it nor
// through a restart, but what is urgent; unmute lets what holds come.
func TestMuteOfProcesses(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	hook := newWebhook(t)
	left := h.account.Credits(time.Now()) - h.account.Usage(time.Now())
	h.configure(fmt.Sprintf(`
alerts = [{rule="balance", below=%.2f}, {rule="balance", below=%.2f, level="urgent"}]
channels = [{name="hook", kind="webhook", url="%s"}]
`, left-20, left-60, hook.URL))
	run := func() *service {
		return collectorWith(t, append(h.env, "PATH="+os.Getenv("PATH")), "--interval", "2s")
	}
	first := run()
	first.waitFor("collecting this account")
	if said := h.says("alerts", "mute", "8h"); !strings.Contains(said, "alerts are muted until") {
		t.Fatalf("mute says %q", said)
	}
	h.account.Spend(30)
	h.awaitPolls(4)
	first.end(syscall.SIGTERM)
	second := run()
	second.waitFor("collecting this account")
	h.awaitPolls(3)
	if sent := hook.of(t, "balance", 0); len(sent) > 0 {
		t.Fatalf("what is muted came: %+v", sent)
	}
	h.says("alerts", "unmute")
	if p := hook.of(t, "balance", 1)[0]; p.Level != "warning" {
		t.Errorf("after unmute came %+v", p)
	}
	h.says("alerts", "mute", "8h")
	h.account.Spend(40)
	if sent := hook.of(t, "balance", 2); sent[1].Level != "urgent" {
		t.Errorf("beside what is muted came %+v, want what is urgent", sent)
	}
	second.end(syscall.SIGTERM)
}
