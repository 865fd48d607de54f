package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestSet(t *testing.T) {
	for _, c := range []struct {
		name, before string
		set          []Setting
		after        string
	}{
		{"no file", "", []Setting{{"theme", "ocean"}, {"clock", "12h"}}, "theme = 'ocean'\nclock = '12h'\n"},
		{"in its place", "# mine\ntheme   =  \"dark\" # at night\nclock = '24h'\n", []Setting{{"theme", "it's"}}, "# mine\ntheme   =  \"it's\" # at night\nclock = '24h'\n"},
		{"after the last", "theme = 'dark' # x\n\n# the rest\n[[accounts]]\nname = 'a'\n", []Setting{{"clock", "12h"}}, "theme = 'dark' # x\nclock = '12h'\n\n# the rest\n[[accounts]]\nname = 'a'\n"},
		{"before the first list", "[[accounts]]\nname = 'a'\ninterval = '2m'\n", []Setting{{"interval", "30s"}}, "interval = '30s'\n[[accounts]]\nname = 'a'\ninterval = '2m'\n"},
		{"no line end at the end", "theme = 'dark'", []Setting{{"clock", "12h"}}, "theme = 'dark'\nclock = '12h'"},
		{"Windows line ends", "\ufefftheme = 'dark'\r\n[[accounts]]\r\nname = 'a'\r\n", []Setting{{"clock", "12h"}, {"theme", ""}}, "\ufefftheme = ''\r\nclock = '12h'\r\n[[accounts]]\r\nname = 'a'\r\n"},
		{"a mark alone", "\ufeff", []Setting{{"clock", "12h"}}, "\ufeffclock = '12h'\n"},
		{"a quoted name", "\"theme\" = 'dark'\n", []Setting{{"theme", "light"}}, "\"theme\" = 'light'\n"},
		{"text over lines", "theme = '''\ndark''' # x\n", []Setting{{"theme", "light"}}, "theme = 'light' # x\n"},
		{"what is there already", "theme = \"dark\"\n", []Setting{{"theme", "dark"}, {"theme", "dark"}}, "theme = \"dark\"\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config.toml")
			if c.before != "" {
				must(t, os.WriteFile(path, []byte(c.before), 0o600))
			}
			must(t, Set(path, c.set...))
			if got, err := os.ReadFile(path); err != nil || string(got) != c.after {
				t.Errorf("after Set the file is\n%q, want\n%q (%v)", got, c.after, err)
			}
		})
	}
}

func TestSetRefuses(t *testing.T) {
	for _, c := range []struct {
		name, before string
		set          Setting
		problem      string
	}{
		{"a broken file", "colour = 1\n", Setting{"theme", "x"}, `line 1: unknown key "colour"`},
		{"no choice", "theme = 'x'\n", Setting{"clock", "13h"}, "clock must be one of 24h, 12h"},
		{"no zone", "", Setting{"zone", "Mars/Olympus"}, "zone is not a time zone"},
		{"no currency", "", Setting{"currency", "EUR"}, "currency is not a currency and its rate"},
		{"too short for an account", "[[accounts]]\nname = 'a'\n", Setting{"interval", "1s"}, "cannot be changed in this form: set interval by hand"},
		{"a key", "", Setting{"theme", canary}, "holds what looks like a key"},
	} {
		path := filepath.Join(t.TempDir(), "config.toml")
		must(t, os.WriteFile(path, []byte(c.before), 0o600))
		err := Set(path, c.set)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(e.Error(), c.problem) || strings.Contains(e.Error(), "canary") {
			t.Errorf("%s: Set = %v, want …%s…", c.name, err, c.problem)
		}
		if got, _ := os.ReadFile(path); string(got) != c.before {
			t.Errorf("%s: Set changed the file to %q", c.name, got)
		}
	}
}

// FuzzSet: the settings are changed, and nothing else.
func FuzzSet(f *testing.F) {
	f.Add([]byte(everything), "ocean")
	f.Add([]byte("theme = 1979-05-27\n"), "x")
	f.Add([]byte("theme = [\n'a', # b\n'c']\n[[accounts]]\nname='x'"), "it's \"quoted\"")
	f.Add([]byte("account='a'#x\n[[accounts]]\nname='a'"), "")
	f.Fuzz(func(t *testing.T, doc []byte, theme string) {
		before, _, _ := parseAt("x", doc)
		edited, err := withSettings("x", doc, []Setting{{"theme", theme}, {"clock", "12h"}})
		if err != nil {
			return
		}
		after, _, readErr := parseAt("x", edited)
		before.Theme, before.Clock = theme, "12h"
		if readErr != nil || !reflect.DeepEqual(after, before) {
			t.Fatalf("settings in %q leave %+v (%v), want %+v", doc, after, readErr, before)
		}
	})
}
