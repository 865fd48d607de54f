package account

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"ortop/internal/credit"
)

// traces are recorded spends: the one that lies beside the monitor, or those of
// the folder that ORTOP_TRACES names.
func traces(t *testing.T) []string {
	t.Helper()
	dir := os.Getenv("ORTOP_TRACES")
	if dir == "" {
		dir = "../monitor/testdata"
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no traces in %s: %v", dir, err)
	}
	return files
}

func deref(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

func windowsOf(t *credit.Trail, at time.Time) *windows {
	w := new(windows)
	w.read(t, at)
	return w
}
