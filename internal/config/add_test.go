package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestAddAccountMakesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "ortop", "config.toml")
	want := Account{Name: "it's \"quoted\"", BaseURL: "https://x/y", KeyCommand: []string{"op", "a b", `c\"d`}, Interval: time.Minute}
	must(t, AddAccount(path, want))
	got, err := Read(path)
	if err != nil || !reflect.DeepEqual(got.Accounts, []Account{want}) {
		t.Errorf("Read after AddAccount = %+v, %v, want %+v", got.Accounts, err, want)
	}
}

func TestAddAccountKeepsEveryByte(t *testing.T) {
	t.Setenv("HOME", "/home/me")
	crlf := strings.ReplaceAll(everything, "\n", "\r\n")
	for _, tc := range []struct {
		name, before, added string
	}{
		{"empty", "", "[[accounts]]\nname = 'new'\nkeyring = true\n"},
		{"after other accounts", everything, "\n[[accounts]]\nname = 'new'\nkeyring = true\n"},
		{"no line end at the end", "theme = 'x'", "\n\n[[accounts]]\nname = 'new'\nkeyring = true\n"},
		{"comment at the end", "theme = 'x'\n# end", "\n\n[[accounts]]\nname = 'new'\nkeyring = true\n"},
		{"byte order mark", "\ufeff", "[[accounts]]\nname = 'new'\nkeyring = true\n"},
		{"Windows line ends", crlf, "\r\n[[accounts]]\r\nname = 'new'\r\nkeyring = true\r\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := put(t, tc.before)
			must(t, AddAccount(path, Account{Name: "new", Keyring: true}))
			got, err := os.ReadFile(path)
			if want := tc.before + tc.added; err != nil || string(got) != want {
				t.Errorf("after AddAccount the file is\n%q, want\n%q", got, want)
			}
		})
	}
}

func TestAddAccountLeavesOutWhatTheFileSays(t *testing.T) {
	path := put(t, "base_url = 'https://x'\ninterval = '1m'\n")
	must(t, AddAccount(path, Account{Name: "new", BaseURL: "https://x", Interval: time.Minute, Keyring: true}))
	got, err := Read(path)
	if want := (Account{Name: "new", Keyring: true}); err != nil || !reflect.DeepEqual(got.Accounts, []Account{want}) {
		t.Errorf("Read after AddAccount = %+v, %v, want %+v", got.Accounts, err, want)
	}
}

func TestAddAccountGivesASourceToOneThatIsThere(t *testing.T) {
	for _, tc := range []struct {
		name, before, after string
	}{
		{"between others", "[[accounts]]\nname = 'x' # mine\ninterval = '1m'\n[[accounts]]\nname = 'y'\n",
			"[[accounts]]\nname = 'x' # mine\nkey_file = '/k'\ninterval = '1m'\n[[accounts]]\nname = 'y'\n"},
		{"last line without an end", "[[accounts]]\nname = 'x'", "[[accounts]]\nname = 'x'\nkey_file = '/k'\n"},
		{"byte order mark and Windows line ends", "\ufeff[[accounts]]\r\nname = 'x'\r\n", "\ufeff[[accounts]]\r\nname = 'x'\r\nkey_file = '/k'\r\n"},
		{"the same already", "[[accounts]]\nname='x'\nkey_file='/k'", "[[accounts]]\nname='x'\nkey_file='/k'"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := put(t, tc.before)
			must(t, AddAccount(path, Account{Name: "x", KeyFile: "/k", Interval: time.Hour}))
			if got, err := os.ReadFile(path); err != nil || string(got) != tc.after {
				t.Errorf("after AddAccount the file is\n%q, want\n%q", got, tc.after)
			}
		})
	}
}

func TestAddAccountRefuses(t *testing.T) {
	for _, tc := range []struct {
		name, before string
		account      Account
		problem      string
	}{
		{"bad name", "", Account{Name: "a/b"}, "must not hold"},
		{"broken file", "colour = 1\n", Account{Name: "x"}, `line 1: unknown key "colour"`},
		{"another source already", "\n[[accounts]]\nname = 'X'\nkeyring = true\n", Account{Name: "x", KeyFile: "/k"}, `line 3: account "X" has another key source already`},
		{"inline list", "accounts = [{name = 'y'}]\n", Account{Name: "x", Keyring: true}, "add it by hand"},
		{"inline account", "accounts = [{name = 'x'}]\n", Account{Name: "x", Keyring: true}, "add it by hand"},
		{"name over two lines", "[[accounts]]\nname = \"\"\"\\\n  x\"\"\"\n", Account{Name: "x", Keyring: true}, "add it by hand"},
		{"too short an interval", "", Account{Name: "x", Interval: time.Second}, "add it by hand"},
		{"a key for an argument", "", Account{Name: "x", KeyCommand: []string{"echo", canary}}, "add it by hand"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := put(t, tc.before)
			err := AddAccount(path, tc.account)
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(e.Error(), tc.problem) || strings.Contains(e.Error(), "canary") {
				t.Errorf("AddAccount(…) = %v, want an *Error with %q", err, tc.problem)
			}
			if got, _ := os.ReadFile(path); string(got) != tc.before {
				t.Errorf("AddAccount(…) changed the file to %q", got)
			}
		})
	}
}

func TestAddAccountFollowsALink(t *testing.T) {
	real := put(t, "theme = 'x'\n")
	link := filepath.Join(t.TempDir(), "config.toml")
	must(t, os.Symlink(real, link))
	must(t, AddAccount(link, Account{Name: "x", Keyring: true}))
	info, err := os.Lstat(link)
	must(t, err)
	got, err := Read(real)
	if info.Mode().Type() != os.ModeSymlink || err != nil || len(got.Accounts) != 1 {
		t.Errorf("after AddAccount the link is %v and its file has %+v (%v), want a link and one account", info.Mode(), got.Accounts, err)
	}
}

func FuzzAddAccount(f *testing.F) {
	f.Add([]byte(everything), "new", "/k")
	f.Add([]byte("[[accounts]]\nname = 'new'"), "new", "/a'b\"c")
	f.Add([]byte("\ufeff"), "é", "/\u202e")
	f.Fuzz(func(t *testing.T, doc []byte, name, keyFile string) {
		before, _, readErr := parseAt("x", doc)
		edited, err := withAccount("x", doc, Account{Name: name, KeyFile: keyFile})
		if err != nil || CheckName(name) != nil {
			return
		}
		if edited == nil { // it is there
			edited = doc
		}
		after, _, afterErr := parseAt("x", edited)
		if readErr != nil || afterErr != nil {
			t.Fatalf("the account was added to %q (%v) and left %v", doc, readErr, afterErr)
		}
		if got, err := after.Find(name); err != nil || got.KeyFile != keyFile || len(after.Accounts)-len(before.Accounts) > 1 {
			t.Fatalf("after that, Find(%q) = %+v, %v", name, got, err)
		}
	})
}
