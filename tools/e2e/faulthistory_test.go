//go:build linux

package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// D12, D16, M05: a history that is removed, replaced or damaged under a collector:
// it goes on, judges and delivers, says what is wrong, each line at most once in
// half a minute, and ends with 1 where something was not stored.
func TestD12D16M05HistoryThatGoesBad(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		do    func(path string) error
		words string // in the log; a regular expression
		code  int
	}{
		{"removed", os.Remove, `history`, 0},
		{"folder removed", func(path string) error { return os.RemoveAll(filepath.Dir(path)) }, `history`, 0},
		{"replaced by another", func(path string) error {
			return os.WriteFile(path+".new", []byte("SQLite? no, but something that has some length and is no history"), 0o600)
		}, `(?i)not a history|not a database|damaged`, 1},
		{"a folder in its place", func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.Mkdir(path, 0o700)
		}, `(?i)folder|directory`, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newFaulty(t)
			var mu sync.Mutex
			var heard strings.Builder
			phone := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				b, _ := io.ReadAll(r.Body)
				mu.Lock()
				defer mu.Unlock()
				heard.Write(b)
			}))
			defer phone.Close()
			dir := filepath.Join(h.home, "data")
			path := filepath.Join(dir, "history.db")
			config := filepath.Join(h.home, "config.toml")
			text := fmt.Sprintf("[[channels]]\nname = \"phone\"\nkind = \"webhook\"\nurl = %q\n", phone.URL)
			if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			s := collectorWith(t, h.env, "--config", config, "--history", path, "--interval", "2s", "--metrics", "127.0.0.1:0")
			addr := s.waitFor(`msg=metrics address=(\S+)`)[1]
			s.waitFor(`msg=read`)
			h.awaitPolls(1)
			if err := c.do(path); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(path + ".new"); err == nil {
				if err := os.Rename(path+".new", path); err != nil {
					t.Fatal(err)
				}
			}
			h.awaitPolls(2) // a new file begins with a first reading
			h.account.TopUp(3000)
			h.awaitPolls(3)
			for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
				mu.Lock()
				told := heard.String()
				mu.Unlock()
				if strings.Contains(told, "3,000") || strings.Contains(told, "top-up") || strings.Contains(told, "top_up") {
					break
				}
				if time.Now().After(deadline) {
					t.Errorf("the top-up was not told: %s", told)
					break
				}
			}
			if text := scrape(t, addr); !strings.Contains(text, `ortop_up{account="default"} 1`) || !strings.Contains(text, fmt.Sprintf(`ortop_credits_usd{account="default"} %v`, h.account.Credits(time.Now()))) {
				t.Errorf("the metrics have no live reading:\n%s", text)
			}
			h.awaitPolls(2)
			if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			lines := map[string]int{}
			var all strings.Builder
			for line := range s.lines {
				lines[regexp.MustCompile(`^time=\S+ `).ReplaceAllString(line, "")]++
				all.WriteString(line + "\n")
			}
			s.cmd.Wait()
			if code := s.cmd.ProcessState.ExitCode(); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if !regexp.MustCompile(c.words).MatchString(all.String()) {
				t.Errorf("the log does not say it (%s):\n%s", c.words, all.String())
			}
			for line, n := range lines {
				if n > 1 {
					t.Errorf("%d times within half a minute: %s", n, line)
				}
			}
			t.Log(all.String())
		})
	}
}

// U13: panes that are opened at once cost what one does.
func TestU13TenPanesAtOnce(t *testing.T) {
	t.Parallel()
	requests := func(panes int) (n int, paths map[string]int) {
		h := newFaulty(t)
		var all []*terminal
		for range panes {
			all = append(all, onTerminal(t, 140, 40, h.env, ortop, "--interval", "1m"))
		}
		for _, x := range all {
			x.waitFor(`\d % left`, 10*time.Second)
			x.press("3")
		}
		for _, x := range all {
			x.waitFor(`claude-sonnet|laptop`, 20*time.Second)
		}
		for _, by := range []string{"model", "provider", "workspace", "member"} {
			for _, x := range all {
				x.press("g")
			}
			for _, x := range all {
				x.waitFor(`by `+by+`, last`, 20*time.Second)
			}
		}
		time.Sleep(3 * time.Second)
		for _, x := range all {
			x.quit()
		}
		paths = map[string]int{}
		for _, r := range h.account.Requests() {
			paths[r.Path]++
		}
		return len(h.account.Requests()), paths
	}
	one, paths := requests(1)
	ten, tens := requests(10)
	figure(t, "U13", "ten panes at once read the balance %d times (one pane %d), and asked %d times in all (one pane %d)", tens["/api/v1/credits"], paths["/api/v1/credits"], ten, one)
	// Panes that look before the first has its answers may ask a little more.
	for path, n := range tens {
		if n > paths[path]+2 {
			t.Errorf("ten panes asked for %s %d times, one %d", path, n, paths[path])
		}
	}
	if ten > one+2 {
		t.Errorf("ten panes asked %d times, one %d", ten, one)
	}
}
