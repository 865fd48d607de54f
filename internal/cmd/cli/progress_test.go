package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A reader of a file says how much of it was read, now and then, and leaves nothing
// behind; without a terminal there is nothing at all.
func TestProgress(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.csv")
	if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var out bytes.Buffer
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	p := NewProgress(&out, func() time.Time { return now }, func() int { return 40 })
	in := p.Reading(path, file)
	read := func(n int) {
		if _, err := io.ReadFull(in, make([]byte, n)); err != nil {
			t.Fatal(err)
		}
	}
	read(100)
	if out.Len() != 0 {
		t.Errorf("short work says %q", out.String())
	}
	now = now.Add(time.Second)
	read(400)
	if got := out.String(); !strings.HasSuffix(got, ": 50 %") && !strings.Contains(got, "…") || len([]rune(strings.TrimLeft(got, "\r"))) > 39 {
		t.Errorf("half of it = %q", got)
	}
	n := out.Len()
	read(100)
	if out.Len() != n {
		t.Error("two lines at one time")
	}
	p.End()
	if got := out.String(); !strings.HasSuffix(got, "\r") {
		t.Errorf("the end leaves %q", got)
	}
	n = out.Len()
	now = now.Add(time.Minute)
	p.Printf("late")
	if out.Len() != n {
		t.Error("a line after the end")
	}

	a := &App{Stderr: file, Now: time.Now}
	if a.Progress() != nil {
		t.Error("progress where there is no terminal")
	}
	var none *Progress
	none.Printf("nothing")
	none.End()
	if got := none.Reading(path, file); got != io.Reader(file) {
		t.Error("a reader without a terminal is not the file")
	}
}
