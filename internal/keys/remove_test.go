//go:build unix

package keys

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/zalando/go-keyring"

	"ortop/client"
	"ortop/internal/config"
)

func TestRemoveUndoesKeep(t *testing.T) {
	for _, inFile := range []bool{false, true} {
		t.Run(fmt.Sprintf("in a file %v", inFile), func(t *testing.T) {
			if inFile {
				fakeKeyring(t, func() (string, error) { return "", errors.New("none") }, func() error { return errors.New("none") })
			}
			folder := t.TempDir()
			path := put(t, filepath.Join(folder, "config.toml"), "theme = 'x' # mine\n", 0o600)
			if _, err := Store(t.Context(), path, config.Account{Name: "work"}, client.NewSecret(canary)); err != nil {
				t.Fatal(err)
			}
			want := "its key was removed from the system keyring"
			if inFile {
				want = fmt.Sprintf("its key was removed with file %q", filepath.Join(folder, "keys", "work.key"))
			}
			if got, err := Fate(path, "WORK"); err != nil || got != strings.Replace(want, "was", "is", 1) {
				t.Errorf("Fate(…) = %q, %v, want as Remove does", got, err)
			}
			if got, err := Remove(t.Context(), path, "WORK"); err != nil || got != want {
				t.Errorf("Remove(…) = %q, %v, want %q", got, err, want)
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != "theme = 'x' # mine\n" {
				t.Errorf("after Remove the configuration is %q, %v", text, err)
			}
			if left, _ := filepath.Glob(filepath.Join(folder, "keys", "*")); len(left) > 0 {
				t.Errorf("after Remove there is %v", left)
			}
			if _, err := keyring.Get("ortop", "work"); !errors.Is(err, keyring.ErrNotFound) {
				t.Errorf("after Remove the keyring says %v, want ErrNotFound", err)
			}
			if _, err := Remove(t.Context(), path, "work"); !errors.Is(err, config.ErrNoAccount) {
				t.Errorf("a second Remove = %v, want ErrNoAccount", err)
			}
		})
	}
}

func TestRemoveLeavesWhatIsNotOurs(t *testing.T) {
	for _, tc := range []struct{ name, account, file, want, fate string }{
		{"a file of one's own", "key_file = 'own.key'", "own.key", "its key stays in file", "its key stays in file"},
		{"a file in another's name", "key_file = 'keys/b.key'", "keys/b.key", "its key stays in file", "its key stays in file"},
		{"a file that another account uses", "key_file = 'keys/a.key'\n[[accounts]]\nname = 'b'\nkey_file = 'keys/a.key'", "keys/a.key", "its key stays in file", "its key stays in file"},
		{"a file that is gone", "key_file = 'keys/a.key'", "", "was not there", "its key is removed with file"},
		{"a command", "key_command = ['op']", "", "its key_command was not run", "its key stays where its key_command finds it"},
		{"no source", "", "", "it had no key of its own", "it has no key of its own"},
		{"a keyring without it", "keyring = true", "", "the system keyring had no key of it", "its key is removed from the system keyring"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			folder := t.TempDir()
			path := put(t, filepath.Join(folder, "config.toml"), "[[accounts]]\nname = 'a'\n"+tc.account+"\n", 0o600)
			must(t, os.Mkdir(filepath.Join(folder, "keys"), 0o700))
			if tc.file != "" {
				put(t, filepath.Join(folder, tc.file), canary, 0o600)
			}
			before, _ := os.ReadFile(path)
			if got, err := Fate(path, "a"); err != nil || !strings.Contains(got, tc.fate) {
				t.Errorf("Fate(…) = %q, %v, want %q", got, err, tc.fate)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Errorf("Fate(…) changed the configuration to %q", after)
			}
			if got, err := Remove(t.Context(), path, "a"); err != nil || !strings.Contains(got, tc.want) {
				t.Errorf("Remove(…) = %q, %v, want %q", got, err, tc.want)
			}
			if tc.file != "" {
				if text, err := os.ReadFile(filepath.Join(folder, tc.file)); err != nil || string(text) != canary {
					t.Errorf("after Remove the key file is %q, %v, want it as it was", text, err)
				}
			}
			settings, err := config.Read(path)
			if _, found := settings.Find("a"); err != nil || found == nil {
				t.Errorf("after Remove the account is there: %v, %v", settings, err)
			}
		})
	}
}

func TestK09RemoveWithAKeyringThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		defer close(free)
		fakeKeyring(t, nil, nil)
		system.del = func(_, _ string) error { <-free; return nil }
		path := put(t, filepath.Join(t.TempDir(), "config.toml"), "[[accounts]]\nname = 'a'\nkeyring = true\n", 0o600)
		_, err := Remove(t.Context(), path, "a")
		if err == nil || !strings.Contains(err.Error(), "its key could not be removed: took too long") {
			t.Errorf("Remove(…) = %v, want that the key is still there", err)
		}
	})
}

func TestWhere(t *testing.T) {
	env := Environment{management: variable{"OPENROUTER_MANAGEMENT_KEY", client.NewSecret("m")}, ordinary: variable{"OPENROUTER_API_KEY", client.NewSecret("o")}}
	ordinary := Environment{ordinary: env.ordinary}
	for _, tc := range []struct {
		name     string
		env      Environment
		account  config.Account
		explicit bool
		want     string
	}{
		{"the environment first", env, config.Account{Keyring: true}, false, "OPENROUTER_MANAGEMENT_KEY"},
		{"the account's own before an ordinary key", ordinary, config.Account{KeyCommand: []string{"/bin/op", "read"}}, false, "key_command op"},
		{"the ordinary key last", ordinary, config.Account{}, false, "OPENROUTER_API_KEY"},
		{"its own alone where it is named", env, config.Account{KeyFile: "/k"}, true, `file "/k"`},
		{"keyring", env, config.Account{Keyring: true}, true, "keyring"},
		{"none where it is named", env, config.Account{}, true, ""},
		{"none", Environment{}, config.Account{}, false, ""},
	} {
		if got, ok := Where(tc.env, tc.account, tc.explicit); got.Name != tc.want || ok != (tc.want != "") {
			t.Errorf("%s: Where(…) = %q, %v, want %q", tc.name, got.Name, ok, tc.want)
		}
	}
}
