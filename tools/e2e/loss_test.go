//go:build linux

package e2e

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// fullDisk is an account whose first request finds the disk of the process that
// makes it full: no file of it can grow.
type fullDisk struct {
	*household
	pid  chan int
	full chan struct{} // closed when it is
}

func newFullDisk(t *testing.T) *fullDisk {
	t.Helper()
	if _, err := exec.LookPath("prlimit"); err != nil {
		t.Skip("prlimit is not installed (Debian: util-linux)")
	}
	d := &fullDisk{newHousehold(t), make(chan int, 1), make(chan struct{})}
	// What is there already is not what is lost.
	if s := d.status(); s.Balance == nil {
		t.Fatal("the account was not read")
	}
	var target *url.URL
	for i, v := range d.env {
		if base, ok := strings.CutPrefix(v, "ORTOP_BASE_URL="); ok {
			var err error
			if target, err = url.Parse(base); err != nil {
				t.Fatal(err)
			}
			d.env[i] = "" // the proxy is in its place
		}
	}
	forward := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: target.Scheme, Host: target.Host})
	var first sync.Once
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first.Do(func() {
			defer close(d.full)
			if out, err := exec.Command("prlimit", "--pid", strconv.Itoa(<-d.pid), "--fsize=0").CombinedOutput(); err != nil {
				t.Errorf("prlimit: %v, %s", err, out)
			}
		})
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	d.env = append(d.env, "ORTOP_BASE_URL="+proxy.URL+target.Path)
	return d
}

// lostReadings is how many, and of when.
var lostReadings = regexp.MustCompile(`(a reading|\d readings) of 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d (to 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d )?UTC could not be stored: writing to .*: the disk is full`)

const loss = "ortop: error: closing the history: "

// A reading that could not be written until the end is lost, and a command does
// not end as if nothing was.
func TestLostReadingsAreReported(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"status"}, {"status", "--json"}, {"accounts"}, {"forecast"}, {"breakdown"}, {"report"}, {"preflight", "--need", "1000000"}, {"collect", "--interval", "2s"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			d := newFullDisk(t)
			cmd := exec.Command(ortop, args...)
			cmd.Env = append(d.env, "PATH="+os.Getenv("PATH"))
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			d.pid <- cmd.Process.Pid
			if args[0] == "collect" {
				<-d.full
				d.awaitPolls(2) // the first of them was stored before the second
				if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
			}
			_ = cmd.Wait() // the exit code is checked
			if code := cmd.ProcessState.ExitCode(); code != 1 || strings.Count(stderr.String(), loss) != 1 || !lostReadings.MatchString(stderr.String()) {
				t.Errorf("exit code %d, standard error %q, want 1 and what is lost", code, stderr.String())
			}
		})
	}
	t.Run("dashboard", func(t *testing.T) {
		t.Parallel()
		d := newFullDisk(t)
		x := onTerminal(t, 80, 24, d.env, ortop)
		d.pid <- x.cmd.Process.Pid
		<-d.full
		x.waitFor(balancePattern, 5*time.Second)
		x.press("q")
		x.waitFor(loss, 5*time.Second)
	})
}
