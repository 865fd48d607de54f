package watch

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// hears fails unless there is news soon.
func hears(t *testing.T, h *Watch, of string) {
	t.Helper()
	select {
	case <-h.News():
	case <-time.After(20 * time.Second):
		t.Fatalf("%s: no news", of)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestWrites(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, log := filepath.Join(dir, "a"), filepath.Join(dir, "a-wal")
	write(t, a, "1")
	var w Watcher
	if w.Watch(a) != nil || w.Watch("") != nil || w.Watch(filepath.Join(dir, "b")) != nil {
		t.Error("a watch of what is not there")
	}
	write(t, log, "1")
	if !notifies(a) {
		if runtime.GOOS == "linux" {
			t.Skip("the file system of temporary files is none whose writes are all told")
		}
		if w.Watch(a) != nil {
			t.Error("a watch where the system tells of no writes")
		}
		return
	}
	first, second := w.Watch(a), w.Watch(a)
	if first == nil || second == nil {
		t.Fatal("no watch")
	}
	for of, change := range map[string]func(){
		"a write to the log":  func() { write(t, log, "2") },
		"a write to the file": func() { write(t, a, "2") },
	} {
		change()
		hears(t, first, of)
		hears(t, second, of)
	}

	// Another file in its place is news, and watched from then on.
	b := filepath.Join(dir, "b")
	write(t, b, "1")
	if err := os.Rename(b, a); err != nil {
		t.Fatal(err)
	}
	hears(t, first, "a file that was replaced")
	first.Renew()
	write(t, a, "3")
	hears(t, first, "a write to the new file")
}

// Who looks seldom must not miss what comes while nobody takes the news.
func TestNewsWaits(t *testing.T) {
	t.Parallel()
	a := filepath.Join(t.TempDir(), "a")
	write(t, a, "1")
	write(t, a+"-wal", "1")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(a, link); err != nil {
		t.Skip(err)
	}
	var w Watcher
	h := w.Watch(link)
	if h == nil {
		t.Skip("no writes are told here")
	}
	for range 5 {
		write(t, a+"-wal", "2")
	}
	for end := time.Now().Add(20 * time.Second); len(h.News()) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("no news waits")
		}
	}
	<-h.News()
}
