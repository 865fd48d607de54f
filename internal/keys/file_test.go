//go:build unix

package keys

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ortop/internal/config"
)

func TestKeyFile(t *testing.T) {
	for _, tc := range []struct {
		name    string
		make    func(t *testing.T, path string)
		key     string
		problem string
		hint    string
	}{
		{name: "0600", make: write(canary+"\n", 0o600), key: canary},
		{name: "0400", make: write(canary, 0o400), key: canary},
		{name: "first line counts", make: write(canary+"\r\nuser: me\n", 0o600), key: canary},
		{name: "blank lines before", make: write("\n\n"+canary+"\n", 0o600), key: canary},
		{name: "K07 others may read", make: write(canary, 0o644), problem: "others can get at it (mode 0644)", hint: "chmod 600 '"},
		{name: "K07 group may read", make: write(canary, 0o640), problem: "mode 0640", hint: "chmod 600 '"},
		{name: "K07 others may write", make: write(canary, 0o602), problem: "mode 0602", hint: "chmod 600 '"},
		{name: "empty", make: write("", 0o600), problem: "it is empty"},
		{name: "blank", make: write(" \n\t\n", 0o600), problem: "it is empty"},
		{name: "words", make: write("my "+canary, 0o600), problem: "character that no key has"},
		{name: "binary", make: write(canary+"\x00\x1b", 0o600), problem: "character that no key has"},
		{name: "too large", make: write(strings.Repeat(canary+"\n", 2000), 0o600), problem: "too large"},
		{name: "absent", make: func(*testing.T, string) {}, problem: "does not exist", hint: "check key_file"},
		{name: "K08 symbolic link", make: func(t *testing.T, path string) {
			put(t, path+".real", canary, 0o600)
			must(t, os.Symlink(path+".real", path))
		}, problem: "symbolic link", hint: "name the file itself"},
		{name: "K08 pipe", make: func(t *testing.T, path string) { must(t, syscall.Mkfifo(path, 0o600)) }, problem: "not a regular file"},
		{name: "K08 folder", make: func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) }, problem: "not a regular file"},
		{name: "K08 foreign owner", make: func(t *testing.T, path string) {
			put(t, path, canary, 0o600)
			if os.Geteuid() != 0 {
				t.Skip("only root can give a file away")
			}
			must(t, os.Chown(path, 12345, 12345))
		}, problem: "belongs to another user"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "it's")
			tc.make(t, path)
			key, source, err := find(t.Context(), config.Account{Name: "x", KeyFile: path})
			if key.Reveal() != tc.key || !strings.HasPrefix(source.Name, "file ") {
				t.Errorf("Find(…) = %q from %q, want %q from a file", key.Reveal(), source.Name, tc.key)
			}
			checkError(t, err, tc.problem, tc.hint)
		})
	}
}

func TestHintIsOneWordForTheShell(t *testing.T) {
	if got, want := quote("/a b/it's"), `'/a b/it'\''s'`; got != want {
		t.Errorf("quote(…) = %s, want %s", got, want)
	}
}

func write(text string, mode os.FileMode) func(*testing.T, string) {
	return func(t *testing.T, path string) { put(t, path, text, mode) }
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// checkError wants no error where problem is empty, else an *Error of one line
// that holds it, has the hint, and tells nothing of the key.
func checkError(t *testing.T, err error, problem, hint string) {
	t.Helper()
	if problem == "" {
		if err != nil {
			t.Errorf("error = %v, want nil", err)
		}
		return
	}
	e, ok := err.(*Error)
	if !ok {
		t.Fatalf("error = %#v, want an *Error", err)
	}
	if !strings.Contains(e.Problem, problem) || !strings.Contains(e.Hint, hint) {
		t.Errorf("error = %q, hint %q, want %q, hint %q", e.Problem, e.Hint, problem, hint)
	}
	if strings.ContainsAny(e.Error()+e.Hint, "\n\x1b") {
		t.Errorf("error = %q, hint %q, want one printable line each", e.Error(), e.Hint)
	}
	noCanary(t, e.Error()+e.Hint)
}
