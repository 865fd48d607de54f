package dashboard

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"testing"

	"ortop/history"
)

// held is how much memory of its own the process has, in bytes.
func held(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`RssAnon:\s*(\d+) kB`).FindSubmatch(status)
	if found == nil {
		t.Skip("the kernel does not tell")
	}
	kB, _ := strconv.Atoi(string(found[1]))
	return kB << 10
}

func TestTrimGivesBackWhatALargeStateTook(t *testing.T) {
	db, err := history.Open(t.Context(), filepath.Join(t.TempDir(), "history.db"), history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s, err := db.Series(t.Context(), "a", "https://b", "account")
	if err != nil {
		t.Fatal(err)
	}
	const large = 12 << 20
	if err := db.SetState(t.Context(), s, "large", make([]byte, large)); err != nil {
		t.Fatal(err)
	}
	debug.FreeOSMemory() // what is ours
	before := held(t)
	trim()
	if back := before - held(t); back < large {
		t.Errorf("%d MB are given back, want %d at least", back>>20, large>>20)
	}
	if v, err := db.State(t.Context(), s, "large"); len(v) != large || err != nil {
		t.Errorf("then %d bytes are read, %v", len(v), err)
	}
}
