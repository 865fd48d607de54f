package journal

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type named string

type masked struct{}

func (masked) MarshalText() ([]byte, error) { return []byte("a mask"), nil }

// A line is as log/slog's text handler writes it.
func TestLinesAreThoseOfSlog(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 42, 0, 5e6, time.UTC)
	for _, args := range [][]any{
		nil,
		{"key", "value", "empty", "", "blank", "a b", "line", "a\nb", "quote", `say "x"`, "equals", "a=b", "path", `c:\x`},
		{"n", 7, "size", int64(1) << 40, "usd", 1.5, "yes", true, "nothing", nil, "took", 90 * time.Second, "at", at},
		{"error", errors.New("no connection"), "kind", named("network"), "raw", []byte("a b"), "masked", masked{}, "list", []string{"a", "b"}, "of", struct{ A, B int }{1, 2}},
		{"a key", "größe", "bad", "\xff", "wide", "日本", "space", "a\u00a0b", "control", "\x1b[1m\x7f"},
	} {
		for _, message := range []string{"asked", "a message", "", `"`} {
			var got, want bytes.Buffer
			ours := Timeless(&got, Info).With("account", "my own")
			theirs := slog.New(slog.NewTextHandler(&want, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			}})).With("account", "my own")
			ours.Debug(message, args...)
			ours.Info(message, args...)
			ours.Warn(message, args...)
			ours.Error(message, args...)
			theirs.Debug(message, args...)
			theirs.Info(message, args...)
			theirs.Warn(message, args...)
			theirs.Error(message, args...)
			if got.String() != want.String() {
				t.Errorf("%q %q:\n%swant\n%s", message, args, &got, &want)
			}
		}
	}
}

func TestTimeAndLevels(t *testing.T) {
	var b bytes.Buffer
	l := New(&b, Warn)
	l.Info("not this")
	l.Warn("this")
	line, ok := strings.CutPrefix(b.String(), "time=")
	at, rest, _ := strings.Cut(line, " ")
	if read, err := time.Parse(time.RFC3339, at); !ok || err != nil || time.Since(read) > time.Hour || rest != "level=WARN msg=this\n" {
		t.Errorf("the log is %q", &b)
	}
	Discard().With("a", 1).Error("nothing")
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ortop.log")
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	other := filepath.Join(filepath.Dir(path), "ortop-notes.log")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := NewFile(path)
	f.now = func() time.Time { now = now.Add(time.Second); return now }
	if _, err := os.Stat(path); err == nil {
		t.Error("there is a log before its first line")
	}
	line := append(bytes.Repeat([]byte("x"), mostSize/2-1), '\n')
	for range 2 * (mostOld + 3) {
		if n, err := f.Write(line); n != len(line) || err != nil {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	old, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "ortop-2026-*.log"))
	if len(old) != mostOld || !strings.HasSuffix(old[0], "ortop-2026-11-21T10-42-03.000.log") {
		t.Errorf("beside the log are %q", old)
	}
	for _, p := range append(old, path, other) {
		if info, err := os.Stat(p); err != nil || info.Size() > mostSize || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", p, info, err)
		}
	}
	// One that is there is continued.
	if _, err := f.Write([]byte("more\n")); err != nil {
		t.Error(err)
	}
	if old, _ = filepath.Glob(filepath.Join(filepath.Dir(path), "ortop-2026-*.log")); len(old) != mostOld || f.size != 5 {
		t.Errorf("%d files beside it, %d B in it", len(old), f.size)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := NewFile(filepath.Join(t.TempDir(), "no", "folder")).Write(line); err == nil {
		t.Error("a log without a folder takes lines")
	}
}
