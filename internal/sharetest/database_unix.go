//go:build unix

package sharetest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// common is the cluster of the tests that share one, and how many databases it has.
var common struct {
	sync.Mutex
	*Cluster
	databases int
}

// Main runs the tests of a package, many beside each other, for they wait for leases, and
// ends the cluster that they share.
func Main(m *testing.M) int {
	flag.Parse()
	_ = flag.Set("test.parallel", "16") // a flag of every test; most wait
	defer func() {
		if common.Cluster != nil {
			common.end()
		}
	}()
	return m.Run()
}

// Database is as Start for a test that needs no engine of its own: it gets a database of
// its own in one that many tests share. Their package's TestMain calls Main.
func Database(t testing.TB) *Cluster {
	t.Helper()
	found, why := initdb()
	if why != "" {
		return Start(t)
	}
	common.Lock()
	defer common.Unlock()
	if common.Cluster == nil {
		common.Cluster = begin(t, found, []string{"max_connections = 200", "autovacuum = off"})
	}
	common.databases++
	c := *common.Cluster
	c.t = t
	c.Query(fmt.Sprint("CREATE DATABASE test", common.databases))
	c.name = fmt.Sprint("test", common.databases)
	return &c
}

// model returns a new cluster's folder, which is made once for all tests of this machine,
// to be copied: initdb takes much longer.
func (c *Cluster) model() (path string, err error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("ortop-initdb-%d-%s", os.Geteuid(), filepath.Base(filepath.Dir(c.bin))))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	if os.Geteuid() == 0 {
		uid, gid := nobody(c.t)
		if err := os.Chown(dir, uid, gid); err != nil {
			return "", err
		}
	}
	unlock, err := lock(dir)
	if err != nil {
		return "", err
	}
	defer unlock()
	path, part := filepath.Join(dir, "data"), filepath.Join(dir, "part")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	err = os.RemoveAll(part) // of one that was interrupted
	if err == nil {
		err = c.pg("initdb", "-D", part, "-U", "admin", "-A", "trust", "--data-checksums", "--locale=C", "-E", "UTF8", "--no-sync")
	}
	return path, errors.Join(err, os.Rename(part, path))
}

// lock waits until no other process makes something in a folder for all of this machine.
func lock(dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	unlock = func() { _ = f.Close() } // nothing is written
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}
