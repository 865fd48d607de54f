//go:build unix

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestImportKilled ends an import at a random moment: all of it is there, or
// nothing.
func TestImportKilled(t *testing.T) {
	t.Parallel()
	const rows = 30_000
	dir := t.TempDir()
	var b bytes.Buffer
	b.WriteString("at,total_usage_usd\n")
	for i := range rows {
		fmt.Fprintf(&b, "%s,%d\n", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i)*time.Minute).Format(time.RFC3339), i)
	}
	file, db := filepath.Join(dir, "readings.csv"), filepath.Join(dir, "history.db")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) *exec.Cmd {
		c := exec.Command(ortop, append([]string{"--history", db}, args...)...)
		c.Env = append(os.Environ(), "HOME="+dir)
		return c
	}
	for _, wait := range []time.Duration{60 * time.Millisecond, 100 * time.Millisecond, 150 * time.Millisecond, time.Minute} {
		c := run("import", file)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(wait, func() { c.Process.Kill() })
		err := c.Wait()
		kill.Stop()
		if wait == time.Minute && err != nil {
			t.Errorf("import = %v", err)
		}
		out, err := run("history", "--csv").Output()
		if n := bytes.Count(out, []byte("\n")) - 1; err != nil || n != 0 && n != rows || n == 0 && wait == time.Minute {
			t.Errorf("killed after %s: %d readings, %v, want %d or none", wait, n, err, rows)
		}
	}
}
