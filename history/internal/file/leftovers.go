package file

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// leftoverAge is how long a file must not have been written to until whoever
// made it was killed: a backup of years takes seconds.
const leftoverAge = 10 * time.Minute

// TempPattern is what the files are named that become the one at path once they
// are whole.
func TempPattern(path string) string { return "." + filepath.Base(path) + ".new-*" }

// RemoveLeftovers removes what killed processes left that were making path, or
// the copy of it that is made before a migration.
func RemoveLeftovers(path string) {
	folder := filepath.Dir(path)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return // what cannot be listed holds nothing that can be removed
	}
	for _, e := range entries {
		// Their logs and journals have the same beginning.
		rest, ours := strings.CutPrefix(e.Name(), "."+filepath.Base(path)+".")
		if !ours || !strings.Contains("."+rest, ".new-") {
			continue
		}
		if info, err := e.Info(); err == nil && (info.Mode().IsRegular() || info.IsDir()) && time.Since(info.ModTime()) > leftoverAge {
			_ = os.RemoveAll(filepath.Join(folder, e.Name())) // the next start tries again
		}
	}
}
