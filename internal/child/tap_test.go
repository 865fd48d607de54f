//go:build unix

package child

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestTapPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	all := make(chan string)
	go func() { b, _ := io.ReadAll(r); all <- string(b) }()
	var seen bytes.Buffer
	c := exec.Command("sh", "-c", `i=0; while [ $i -lt 20000 ]; do echo o$i; echo e$i >&2; i=$((i+1)); done; printf end; exit 7`)
	c.Stdout, c.Stderr = w, w
	ended := Tap(c, &seen)
	code, err := Run(c, nil)
	ended()
	w.Close()
	got := <-all
	if code != 7 || err != nil {
		t.Errorf("Run = %d, %v, want 7", code, err)
	}
	if !strings.HasPrefix(got, "o0\ne0\no1\ne1\n") || !strings.HasSuffix(got, "o19999\ne19999\nend") || seen.String() != got {
		t.Errorf("passed on %d bytes and saw %d, want both whole and in order", len(got), seen.Len())
	}
}

func TestTapFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	if err := os.WriteFile(path, []byte("before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var seen bytes.Buffer
	c := exec.Command("sh", "-c", "echo said; exit 3")
	c.Stdout = f
	ended := Tap(c, &seen)
	if c.Stdout != f {
		t.Error("the command does not write to the file itself")
	}
	code, err := Run(c, nil)
	ended()
	if code != 3 || err != nil || seen.String() != "said\n" {
		t.Errorf("Run = %d, %v and saw %q, want 3 and what was added", code, err, seen.String())
	}
}

// Who reads no more ends the command, as it does without this program between.
func TestTapBrokenPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	c := exec.Command("sh", "-c", "while :; do echo y; done")
	c.Stdout = w
	ended := Tap(c, io.Discard)
	code, err := Run(c, nil)
	ended()
	if code != 141 || err != nil {
		t.Errorf("Run = %d, %v, want 141", code, err)
	}
}

// A child that the command leaves behind does not hold anybody up.
func TestTapLeftBehind(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var seen bytes.Buffer
	c := exec.Command("sh", "-c", "sleep 5 & echo said")
	c.Stdout = w
	ended := Tap(c, &seen)
	if code, err := Run(c, nil); code != 0 || err != nil {
		t.Errorf("Run = %d, %v, want 0", code, err)
	}
	ended()
	if p := make([]byte, 5); seen.String() != "said\n" {
		n, _ := r.Read(p)
		t.Errorf("saw %q, passed on %q", seen.String(), p[:n])
	}
}
