package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestRemoveAccountKeepsEveryOtherByte(t *testing.T) {
	t.Setenv("HOME", "/home/me")
	const work = `[[accounts]]
name        = "work"
base_url    = "https://openrouter.ai/api/v1"
key_command = ["op", # the program
               "read", "op://Work/OpenRouter/key"]
interval    = "1m30s"
`
	unnamed := strings.Replace(everything, `account  = "work"`, "", 1)
	for _, tc := range []struct {
		name, before, remove, after string
	}{
		{"between others", unnamed, "WORK", strings.Replace(unnamed, "\n"+work, "", 1)},
		{"the last", unnamed, "third one", unnamed[:strings.Index(unnamed, "\n[[accounts]]\n\"name\"")]},
		{"the only one", "theme = 'x'\n\n[[accounts]]\nname = 'a'\n", "a", "theme = 'x'\n"},
		{"before tables of other kinds", "[[accounts]]\nname = 'a'\n\n# tell me\n[[alerts]]\nrule = 'balance'\nbelow = 5\n", "a", "\n# tell me\n[[alerts]]\nrule = 'balance'\nbelow = 5\n"},
		{"nothing else", "[[accounts]]\nname = 'a'", "a", ""},
		{"comments around", "# head\n[[accounts]]\n# mine\nname = 'a' # yes\n# next\n\n# of b\n[[accounts]]\nname = 'b'\n# end", "a",
			"# head\n# next\n\n# of b\n[[accounts]]\nname = 'b'\n# end"},
		{"a comment at the end", "[[accounts]]\nname = 'b'\n\n  [[accounts]]\n  name = 'a'\n\n# end\n", "a", "[[accounts]]\nname = 'b'\n\n# end\n"},
		{"no blank lines", "[[accounts]]\nname = 'b'\n[[accounts]]\nname = 'a'\n[[accounts]]\nname = 'c'\n", "a", "[[accounts]]\nname = 'b'\n[[accounts]]\nname = 'c'\n"},
		{"Windows line ends", "\ufeff[[accounts]]\r\nname = 'a'\r\n\r\n[[accounts]]\r\nname = 'b'\r\n", "b", "\ufeff[[accounts]]\r\nname = 'a'\r\n"},
		{"byte order mark", "\ufeff[[accounts]]\nname = 'a'\n[[accounts]]\nname = 'b'\n", "a", "\ufeff[[accounts]]\nname = 'b'\n"},
		{"a header in a text", "[[accounts]]\nname = 'a'\nkey_command = [\"\"\"\\\n[[accounts]]\"\"\"]\n[[accounts]]\nname = 'b'\n", "a", "[[accounts]]\nname = 'b'\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := put(t, tc.before)
			gone, err := RemoveAccount(path, tc.remove)
			if err != nil || !strings.EqualFold(gone.Name, tc.remove) {
				t.Fatalf("RemoveAccount(…, %q) = %+v, %v", tc.remove, gone, err)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != tc.after {
				t.Errorf("after RemoveAccount the file is\n%q, want\n%q", got, tc.after)
			}
		})
	}
}

func TestRemoveAccountRefuses(t *testing.T) {
	for _, tc := range []struct{ name, before, remove, problem string }{
		{"no such account", "[[accounts]]\nname = 'a'\n", "b", `has no account "b"`},
		{"no account at all", "", "default", `has no account "default"`},
		{"the default", "theme = 'x'\naccount = 'A'\n[[accounts]]\nname = 'a'\n[[accounts]]\nname = 'b'\n", "a", "line 2: account \"a\" is the one shown"},
		{"one with an alert", "[[accounts]]\nname = 'a'\n[[alerts]]\nrule = 'balance'\nbelow = 5\naccount = 'A'\n", "a", "line 6: this alert is for account \"a\""},
		{"a broken file", "colour = 1\n", "a", "unknown key"},
		{"an inline list", "accounts = [{name = 'a'}, {name = 'b'}]\n", "a", "remove it by hand"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := put(t, tc.before)
			gone, err := RemoveAccount(path, tc.remove)
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(e.Error(), tc.problem) {
				t.Errorf("RemoveAccount(…) = %+v, %v, want an *Error with %q", gone, err, tc.problem)
			}
			if got, _ := os.ReadFile(path); string(got) != tc.before {
				t.Errorf("RemoveAccount(…) changed the file to %q", got)
			}
		})
	}
	if _, err := RemoveAccount(filepath.Join(t.TempDir(), "none.toml"), "a"); !errors.Is(err, ErrNoAccount) {
		t.Errorf("RemoveAccount of a file that is not there = %v, want ErrNoAccount", err)
	}
}

func FuzzRemoveAccount(f *testing.F) {
	f.Add([]byte(everything), "personal", "/k")
	f.Add([]byte("[[accounts]]\nname = 'a'\n"+alerting), "a", "/k")
	f.Add([]byte("[[accounts]]\nname = 'new' # x\n\n# y\n"), "new", "/a'b\"c")
	f.Add([]byte("\ufeff[[accounts]]\r\nname='a'\r\n"), "b", "/k")
	f.Fuzz(func(t *testing.T, doc []byte, name, keyFile string) {
		before, _, err := parseAt("x", doc)
		if err != nil {
			return
		}
		if gone, edited, err := withoutAccount("x", doc, name); err == nil {
			after, _, err := parseAt("x", edited)
			if err != nil || len(after.Accounts) != len(before.Accounts)-1 {
				t.Fatalf("%q without %q is %+v, %v", doc, name, after, err)
			}
			if _, err := after.Find(gone.Name); err == nil && len(after.Accounts) > 0 {
				t.Fatalf("%q without %q has the account", doc, name)
			}
		}
		// What is added goes again without a trace.
		if _, err := before.Find(name); err == nil || CheckName(name) != nil {
			return
		}
		edited, err := withAccount("x", doc, Account{Name: name, KeyFile: keyFile})
		if err != nil {
			return
		}
		_, edited, err = withoutAccount("x", edited, name)
		if err != nil {
			t.Fatalf("%q with and without %q: %v", doc, name, err)
		}
		got, _, err := parseAt("x", edited)
		if err != nil || len(got.Accounts)+len(before.Accounts) > 0 && !reflect.DeepEqual(got, before) {
			t.Fatalf("%q with and without %q is %+v, %v, want %+v", doc, name, got, err, before)
		}
	})
}
