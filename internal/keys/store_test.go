//go:build unix

package keys

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/zalando/go-keyring"

	"ortop/client"
	"ortop/internal/config"
)

func noKeyring(t *testing.T) {
	refuse := errors.New("no such bus " + canary)
	fakeKeyring(t, func() (string, error) { return "", refuse }, func() error { return refuse })
}

// nextStart finds the key as a new process with the same files would.
func nextStart(t *testing.T, configPath, account string) string {
	t.Helper()
	settings, err := config.Read(configPath)
	must(t, err)
	a, err := settings.Find(account)
	must(t, err)
	key, _, err := Find(t.Context(), Environment{}, a, false)
	must(t, err)
	return key.Reveal()
}

func TestStoreUsesTheKeyring(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ortop", "config.toml")
	where, err := Store(t.Context(), path, config.Account{Name: "default"}, client.NewSecret(canary))
	if err != nil || where != "system keyring" {
		t.Fatalf("Store(…) = %q, %v, want %q", where, err, "system keyring")
	}
	if got, err := keyring.Get("ortop", "default"); err != nil || got != canary {
		t.Errorf("the keyring holds %q, %v, want the key", got, err)
	}
	if got := nextStart(t, path, ""); got != canary {
		t.Errorf("the next start finds %q, want the key", got)
	}
	text, err := os.ReadFile(path)
	must(t, err)
	noCanary(t, string(text))
	_, err = Store(t.Context(), path, config.Account{Name: "default"}, client.NewSecret("second"))
	if got := nextStart(t, path, ""); err != nil || got != "second" {
		t.Errorf("after a second Keep (%v) the next start finds %q, want %q", err, got, "second")
	}
}

func TestStoreFallsBackToAFileAndSaysSo(t *testing.T) {
	for _, umask := range []int{0, 0o077, 0o777} {
		t.Run(fmt.Sprintf("K07 umask %03o", umask), func(t *testing.T) {
			noKeyring(t)
			folder := filepath.Join(t.TempDir(), "ortop")
			if umask == 0o777 {
				// Not even its owner could enter a folder made under this one.
				must(t, os.MkdirAll(filepath.Join(folder, "keys"), 0o700))
			}
			defer syscall.Umask(syscall.Umask(umask))
			path := filepath.Join(folder, "config.toml")
			where, err := Store(t.Context(), path, config.Account{Name: "default"}, client.NewSecret(canary))
			file := filepath.Join(folder, "keys", "default.key")
			if want := fmt.Sprintf("file %q (no keyring here)", file); err != nil || where != want {
				t.Fatalf("Store(…) = %q, %v, want %q", where, err, want)
			}
			for name, want := range map[string]os.FileMode{file: 0o600, filepath.Dir(file): 0o700, path: 0o600, folder: 0o700} {
				info, err := os.Stat(name)
				must(t, err)
				if got := info.Mode().Perm(); got != want {
					t.Errorf("mode of %s = %04o, want %04o", name, got, want)
				}
			}
			if got := nextStart(t, path, "default"); got != canary {
				t.Errorf("the next start finds %q, want the key", got)
			}
		})
	}
}

func TestStoreReplacesTheKeyOnly(t *testing.T) {
	noKeyring(t)
	folder := t.TempDir()
	path := filepath.Join(folder, "config.toml")
	for _, key := range []string{"first", canary} {
		if _, err := Store(t.Context(), path, config.Account{Name: "work"}, client.NewSecret(key)); err != nil {
			t.Fatal(err)
		}
		if got := nextStart(t, path, "work"); got != key {
			t.Errorf("the next start finds %q, want %q", got, key)
		}
	}
	text, err := os.ReadFile(path)
	must(t, err)
	if got := strings.Count(string(text), "[[accounts]]"); got != 1 {
		t.Errorf("the configuration has %d accounts after two Keeps, want 1:\n%s", got, text)
	}
	entries, err := os.ReadDir(filepath.Join(folder, "keys"))
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("the folder of keys holds %v, want one file", entries)
	}
}

func TestStoreInTheAccountsOwnFile(t *testing.T) {
	folder := t.TempDir()
	path := put(t, filepath.Join(folder, "config.toml"), "[[accounts]]\nname = \"work\"\nkey_file = \"own.key\"\n", 0o600)
	where, err := Store(t.Context(), path, config.Account{Name: "work"}, client.NewSecret(canary))
	if want := fmt.Sprintf("file %q", filepath.Join(folder, "own.key")); err != nil || where != want {
		t.Errorf("Store(…) = %q, %v, want %q", where, err, want)
	}
	if got := nextStart(t, path, "work"); got != canary {
		t.Errorf("the next start finds %q, want the key", got)
	}
}

func TestStoreRefuses(t *testing.T) {
	folder := func(t *testing.T, text string) string {
		return put(t, filepath.Join(t.TempDir(), "config.toml"), text, 0o600)
	}
	for _, tc := range []struct {
		name    string
		path    func(t *testing.T) string
		account string
		key     string
		problem string
	}{
		{name: "no key", account: "x", key: "", problem: "no key"},
		{name: "key that cannot be sent", account: "x", key: canary + " x", problem: "character that no key has"},
		{name: "name that leaves the folder", account: "../x", key: canary, problem: `must not hold "/"`},
		{name: "broken configuration", account: "x", key: canary, problem: "line 1: unknown key",
			path: func(t *testing.T) string { return folder(t, "colour = 1\n") }},
		{name: "account with a command", account: "x", key: canary, problem: "key_command",
			path: func(t *testing.T) string {
				return folder(t, "[[accounts]]\nname = 'x'\nkey_command = ['op']\n")
			}},
		{name: "K09 keyring asked for and absent", account: "x", key: canary, problem: "the keyring does not store it",
			path: func(t *testing.T) string { return folder(t, "[[accounts]]\nname = 'x'\nkeyring = true\n") }},
		{name: "K08 link in the place of the file", account: "x", key: canary, problem: "not a regular file",
			path: func(t *testing.T) string {
				path := folder(t, "")
				must(t, os.Mkdir(filepath.Join(filepath.Dir(path), "keys"), 0o755))
				must(t, os.Symlink("/dev/null", filepath.Join(filepath.Dir(path), "keys", "x.key")))
				return path
			}},
		{name: "K08 link in the place of the folder", account: "x", key: canary, problem: "symbolic link",
			path: func(t *testing.T) string {
				path := folder(t, "")
				must(t, os.Symlink(t.TempDir(), filepath.Join(filepath.Dir(path), "keys")))
				return path
			}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			noKeyring(t)
			path := filepath.Join(t.TempDir(), "config.toml")
			if tc.path != nil {
				path = tc.path(t)
			}
			before, _ := os.ReadFile(path)
			_, err := Store(t.Context(), path, config.Account{Name: tc.account}, client.NewSecret(tc.key))
			if err == nil || !strings.Contains(err.Error(), tc.problem) {
				t.Fatalf("Store(…) = %v, want an error with %q", err, tc.problem)
			}
			noCanary(t, err.Error())
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Errorf("Store(…) changed the configuration to %q", after)
			}
		})
	}
}

func TestK09KeepWithAKeyringThatForgets(t *testing.T) {
	fakeKeyring(t, func() (string, error) { return "another", nil }, func() error { return nil })
	where, err := Store(t.Context(), filepath.Join(t.TempDir(), "config.toml"), config.Account{Name: "x"}, client.NewSecret(canary))
	if err != nil || !strings.HasSuffix(where, "(no keyring here)") {
		t.Errorf("Store(…) = %q, %v, want the file", where, err)
	}
}

func TestK09KeepWithAKeyringThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		defer close(free)
		fakeKeyring(t, nil, func() error { <-free; return nil })
		where, err := Store(t.Context(), filepath.Join(t.TempDir(), "config.toml"), config.Account{Name: "x"}, client.NewSecret(canary))
		if err != nil || !strings.HasSuffix(where, "(no keyring here)") {
			t.Errorf("Store(…) = %q, %v, want the file", where, err)
		}
	})
}
