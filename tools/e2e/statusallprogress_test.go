//go:build unix

package e2e

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ortop/internal/sim"
)

// TestStatusAllSaysThatItReadsThePast: on a terminal a first status --all says how far it
// is while it reads what was spent before, and leaves nothing of that behind; in a pipe it
// says nothing.
func TestStatusAllSaysThatItReadsThePast(t *testing.T) {
	t.Parallel()
	account, err := sim.New(sim.Config{Profile: "steady"})
	if err != nil {
		t.Fatal(err)
	}
	gate := make(chan struct{})
	answer := sync.OnceFunc(func() { close(gate) })
	pass := account.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/analytics/") {
			<-gate
		}
		pass.ServeHTTP(w, r)
	}))
	defer server.Close()
	defer answer()
	h := &household{t: t, account: account, home: t.TempDir()}
	h.env = []string{"HOME=" + h.home, "ORTOP_BASE_URL=" + server.URL + "/api/v1", "OPENROUTER_API_KEY=" + sim.DemoKey}
	x := onTerminal(t, 120, 10, h.env, ortop, "status", "--all")
	x.waitFor("ortop: reading what 1 account spent before now: 0 of 1 read, [0-9]+ s", busy*4*time.Second)
	answer()
	if x.cmd.Wait(); x.cmd.ProcessState.ExitCode() != 0 {
		t.Errorf("exit code %d", x.cmd.ProcessState.ExitCode())
	}
	<-x.done
	if got := x.screen(); strings.Contains(got, "before now") || strings.Contains(got, "reading") || !strings.Contains(got, "default") {
		t.Errorf("at the end the screen has\n%s", got)
	}

	h.home = t.TempDir()
	h.env[0] = "HOME=" + h.home
	if code, _, said := h.run("status", "--all"); code != 0 || strings.Contains(said, "reading") {
		t.Errorf("in a pipe: exit code %d, %q", code, said)
	}
}
