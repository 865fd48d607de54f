//go:build unix

package sharetest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"ortop/internal/routine"
)

// What stands in for PostgreSQL where that is not installed: PGlite, which is PostgreSQL
// in WebAssembly, behind its socket server. It has one session in which clients take
// turns, so that it has no roles, no TLS, no standby and no crash.
const (
	pglite       = "@electric-sql/pglite@0.5.14"
	pgliteSocket = "@electric-sql/pglite-socket@0.2.17"
)

var starting sync.Mutex

// startLite starts PGlite, or says why it cannot.
func startLite(t testing.TB) (*Cluster, error) {
	t.Helper()
	server, err := installLite()
	if err != nil {
		return nil, err
	}
	starting.Lock() // it wants a processor for itself
	defer starting.Unlock()
	dir, err := os.MkdirTemp("", "ortop-pg-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{t: t, Dir: dir, Port: freePort(t), lite: true}
	cmd := exec.Command("node", server, "-p", strconv.Itoa(c.Port), "-m", "20")
	cmd.Dir = dir
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err = cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	routine.Go(func() {
		defer close(ended)
		err = cmd.Wait()
	})
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-ended
		_ = os.RemoveAll(dir)
	})
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		select {
		case <-ended:
			return nil, fmt.Errorf("PGlite ended: %w: %s", err, output.Bytes())
		default:
		}
		k, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", c.Port))
		if err == nil {
			_ = k.Close()
			return c, nil
		}
		if time.Now().After(end) {
			return nil, fmt.Errorf("PGlite does not listen: %w", err)
		}
	}
}

// installLite returns the server's script, which it installs once for all tests of this
// machine.
func installLite() (server string, err error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("ortop-pglite-%d", os.Getuid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	unlock, err := lock(dir)
	if err != nil {
		return "", err
	}
	defer unlock()
	server = filepath.Join(dir, "node_modules", ".bin", "pglite-server")
	if _, err := os.Stat(server); err == nil {
		return server, nil
	}
	out, err := exec.Command("npm", "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", pglite, pgliteSocket).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("npm install: %w: %s", err, out)
	}
	return server, nil
}

// Needs skips a test of what PGlite does not have.
func (c *Cluster) Needs(what string) {
	c.t.Helper()
	if c.lite {
		skip(c.t, what)
	}
}

// Needs is the same before anything is started.
func Needs(t testing.TB, what string) {
	t.Helper()
	if _, why := initdb(); why != "" {
		skip(t, what)
	}
}

func skip(t testing.TB, what string) {
	t.Helper()
	t.Skip("PGlite has no " + what + ": this test runs on PostgreSQL alone")
}

// Lite reports whether it is PGlite.
func (c *Cluster) Lite() bool { return c.lite }
