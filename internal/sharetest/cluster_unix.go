//go:build unix

// Package sharetest starts a private cluster of PostgreSQL for tests.
package sharetest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Cluster is one that ends with its test.
type Cluster struct {
	t    testing.TB
	Dir  string // of its socket
	Port int    // on 127.0.0.1
	data string
	bin  string
	lite bool   // it is PGlite
	name string // of its database
}

// Start starts a cluster in a temporary folder, or skips the test where Debian's
// PostgreSQL is missing. With ORTOP_TEST_PG=1 PGlite takes its place then, and where npm
// is missing too that fails; ORTOP_TEST_PG=pglite takes that in any case. conf are lines
// of its configuration.
func Start(t testing.TB, conf ...string) *Cluster {
	t.Helper()
	found, why := initdb()
	if why != "" {
		if os.Getenv("ORTOP_TEST_PG") == "" {
			t.Skip(why)
		}
		c, err := startLite(t)
		if err != nil {
			t.Fatalf("%s; in its place: %v", why, err)
		}
		return c
	}
	c := begin(t, found, conf)
	t.Cleanup(c.end)
	return c
}

// begin starts a cluster of initdb's program, which the caller ends.
func begin(t testing.TB, initdb string, conf []string) *Cluster {
	t.Helper()
	dir, err := os.MkdirTemp("", "ortop-pg-") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	c := &Cluster{t: t, Dir: dir, data: filepath.Join(dir, "data"), bin: filepath.Dir(initdb), name: "postgres"}
	up := false
	defer func() {
		if !up {
			c.end()
		}
	}()
	if os.Geteuid() == 0 { // it refuses to be run by root
		uid, gid := nobody(t)
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	c.Port = freePort(t)
	model, err := c.model()
	if err == nil {
		err = c.run("cp", "-Rp", model, c.data)
	}
	if err != nil {
		t.Fatal(err)
	}
	fsync := "off" // of what a machine's end would lose nothing is tested
	if _, ok := t.(*testing.B); ok {
		fsync = "on"
	}
	lines := append([]string{
		"listen_addresses = '127.0.0.1'", "port = " + strconv.Itoa(c.Port), "unix_socket_directories = '" + dir + "'",
		"fsync = " + fsync, "shared_buffers = 32MB", "max_connections = 60",
	}, conf...)
	f, err := os.OpenFile(filepath.Join(c.data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(strings.Join(lines, "\n") + "\n")
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	c.Up()
	up = true
	return c
}

// end stops it and removes what it had.
func (c *Cluster) end() {
	_ = c.pg("pg_ctl", "-D", c.data, "-m", "immediate", "-w", "stop")
	_ = os.RemoveAll(c.Dir)
}

// initdb is the program that makes a cluster, or why PGlite takes its place.
func initdb() (path, why string) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	switch {
	case os.Getenv("ORTOP_TEST_PG") == "pglite":
		return "", "PGlite is asked for"
	case len(found) == 0:
		return "", "there is no PostgreSQL: apt-get install postgresql"
	}
	return found[len(found)-1], ""
}

func nobody(t testing.TB) (uid, gid int) {
	t.Helper()
	u, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ = strconv.Atoi(u.Uid)
	gid, _ = strconv.Atoi(u.Gid)
	return uid, gid
}

func (c *Cluster) pg(name string, args ...string) error {
	return c.run(filepath.Join(c.bin, name), args...)
}

// run runs a program as who the cluster belongs to.
func (c *Cluster) run(name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = c.Dir
	if os.Geteuid() == 0 {
		uid, gid := nobody(c.t)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	log, err := os.CreateTemp("", "ortop-pg-log-") // pg_ctl's child keeps the descriptor
	if err != nil {
		return err
	}
	defer os.Remove(log.Name())
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%s: %w: %s", name, err, text)
	}
	return nil
}

// Standby starts one that follows c, by c's port or by one that leads there.
func (c *Cluster) Standby(port int) *Cluster {
	c.t.Helper()
	c.Needs("standby")
	s := &Cluster{t: c.t, Dir: c.Dir, Port: freePort(c.t), data: filepath.Join(c.Dir, "standby"), bin: c.bin, name: c.name}
	if err := c.pg("pg_basebackup", "-D", s.data, "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-U", "admin", "-R", "-X", "stream", "-c", "fast", "--no-sync"); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = s.pg("pg_ctl", "-D", s.data, "-m", "immediate", "-w", "stop") })
	f, err := os.OpenFile(filepath.Join(s.data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = fmt.Fprintf(f, "port = %d\n", s.Port)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		c.t.Fatal(err)
	}
	s.Up()
	return s
}

// Promote makes a standby one that takes writes.
func (c *Cluster) Promote() {
	c.t.Helper()
	if err := c.pg("pg_ctl", "-D", c.data, "-w", "-t", "60", "promote"); err != nil {
		c.t.Fatal(err)
	}
}

// Up starts it.
func (c *Cluster) Up() {
	c.t.Helper()
	c.Needs("way to be stopped")
	if err := c.pg("pg_ctl", "-D", c.data, "-l", c.data+".log", "-w", "-t", "60", "start"); err != nil {
		text, _ := os.ReadFile(c.data + ".log")
		c.t.Fatalf("%v\n%s", err, text)
	}
}

// Down stops it, by a mode of pg_ctl: fast or immediate.
func (c *Cluster) Down(mode string) {
	c.t.Helper()
	c.Needs("way to be stopped")
	if err := c.pg("pg_ctl", "-D", c.data, "-m", mode, "-w", "stop"); err != nil {
		c.t.Fatal(err)
	}
}

// File writes one into its data folder, for it alone.
func (c *Cluster) File(name, text string) {
	c.t.Helper()
	c.Needs("file of its own")
	path := filepath.Join(c.data, name)
	err := os.WriteFile(path, []byte(text), 0o600)
	if err == nil && os.Geteuid() == 0 {
		uid, gid := nobody(c.t)
		err = os.Chown(path, uid, gid)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// WaitFor waits until ok, for as long as a busy machine may need.
func WaitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("waited in vain for: %s", what)
}
