//go:build linux

package keys

import (
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

// TestK05Harden runs in a process of its own, as the limits stay.
func TestK05Harden(t *testing.T) {
	if os.Getenv("ORTOP_TEST_HARDEN") == "" {
		again := exec.Command(os.Args[0], "-test.run=^TestK05Harden$")
		again.Env = append(os.Environ(), "ORTOP_TEST_HARDEN=1")
		if out, err := again.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	must(t, Harden())
	var limit unix.Rlimit
	must(t, unix.Getrlimit(unix.RLIMIT_CORE, &limit))
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if limit.Cur != 0 || limit.Max != 0 || dumpable != 0 || err != nil {
		t.Errorf("after Harden: core limits %d and %d, dumpable %d (%v), want 0 of each", limit.Cur, limit.Max, dumpable, err)
	}
}
