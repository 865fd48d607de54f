package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"ortop/internal/text"

	"github.com/pelletier/go-toml/v2"
)

const canary = "sk-or-v1-canary0123456789abcdef0123456789abcdef"

func put(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const everything = `# all of it
account  = "work"
base_url = "http://127.0.0.1:4010"
interval = "2s"
history  = "~/data/h.db"
theme    = "ember"

[[accounts]]
name    = "personal"
keyring = true # in the system

[[accounts]]
name        = "work"
base_url    = "https://openrouter.ai/api/v1"
key_command = ["op", # the program
               "read", "op://Work/OpenRouter/key"]
interval    = "1m30s"

[[accounts]]
"name"   = 'third one'
key_file = "keys/third.key"
keyring  = false
`

func TestReadEverything(t *testing.T) {
	t.Setenv("HOME", "/home/me")
	path := put(t, everything)
	got, err := Read(path)
	must(t, err)
	want := Config{
		Account: "work", BaseURL: "http://127.0.0.1:4010", Interval: 2 * time.Second,
		History: "/home/me/data/h.db", Theme: "ember",
		Accounts: []Account{
			{Name: "personal", Keyring: true},
			{Name: "work", BaseURL: "https://openrouter.ai/api/v1", Interval: 90 * time.Second,
				KeyCommand: []string{"op", "read", "op://Work/OpenRouter/key"}},
			{Name: "third one", KeyFile: filepath.Join(filepath.Dir(path), "keys/third.key")},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Read(…) = %+v, want %+v", got, want)
	}
	for name, variant := range map[string]string{
		"byte order mark":   "\ufeff" + everything,
		"Windows line ends": strings.ReplaceAll(everything, "\n", "\r\n"),
	} {
		variantPath := put(t, variant)
		got, err := Read(variantPath)
		want.Accounts[2].KeyFile = filepath.Join(filepath.Dir(variantPath), "keys/third.key")
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: Read(…) = %+v, %v, want %+v", name, got, err, want)
		}
	}
}

func TestReadInlineAccounts(t *testing.T) {
	got, err := Read(put(t, "accounts = [{name = 'a', keyring = true}, # one\n {name = 'b'}]\ntheme = 'x'\n"))
	want := Config{Theme: "x", Accounts: []Account{{Name: "a", Keyring: true}, {Name: "b"}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Read(…) = %+v, %v, want %+v", got, err, want)
	}
}

// Spans are written as in every flag.
func TestReadSpans(t *testing.T) {
	for in, want := range map[string]time.Duration{"60": time.Minute, "90s": 90 * time.Second, "5 min": 5 * time.Minute, "1D": 24 * time.Hour, "1h30m": 90 * time.Minute} {
		c, err := Read(put(t, "interval = '"+in+"'\n[[alerts]]\nrule = 'runway'\nwithin = '1mo'\ncooldown = '"+in+"'\n"))
		if err != nil || c.Interval != want || c.Alerts[0].Cooldown != want || c.Alerts[0].Within != 30*24*time.Hour {
			t.Errorf("Read() of %q = %+v, %v, want %s", in, c, err, want)
		}
	}
}

func TestReadNothing(t *testing.T) {
	folder := t.TempDir()
	dangling := filepath.Join(folder, "dangling")
	must(t, os.Symlink(filepath.Join(folder, "gone"), dangling))
	for name, path := range map[string]string{
		"absent file":     filepath.Join(folder, "absent"),
		"absent folder":   filepath.Join(folder, "no", "such", "file"),
		"dangling link":   dangling,
		"null device":     os.DevNull,
		"empty":           put(t, ""),
		"comment":         put(t, "# nothing\n"),
		"byte order mark": put(t, "\ufeff"),
	} {
		if got, err := Read(path); err != nil || !reflect.DeepEqual(got, Config{}) {
			t.Errorf("%s: Read(…) = %+v, %v, want the zero Config", name, got, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	account := "[[accounts]]\nname = 'x'\n"
	for _, tc := range []struct {
		name, text string
		line       int
		problem    string
	}{
		{"misspelt key", "# x\n\nintervall = '60s'\n", 3, `unknown key "intervall" (did you mean "interval"?)`},
		{"unknown key", "colour = 1\n", 1, `unknown key "colour"`},
		{"misspelt key of an account", account + "keyringg = true\n", 3, `unknown key "keyringg" (did you mean "keyring"?)`},
		{"dotted key", "a.b = 1\n", 1, `unknown key "a.b"`},
		{"account's key above", "keyring = true\n", 1, "keyring belongs below an [[accounts]] line"},
		{"top key below", account + "theme = 'x'\n", 3, "theme belongs above the first [[accounts]] line"},
		{"unknown table", "[alert]\nx = 1\n", 1, `unknown table "alert"`},
		{"misspelt table", "[[account]]\n", 1, `unknown table "account" (did you mean "accounts"?)`},
		{"unknown table in an account", account + "[accounts.x]\n", 3, `unknown table "accounts.x"`},
		{"table for a list", "[accounts]\nname = 'x'\n", 1, "write [[accounts]], not [accounts]"},
		{"text for a list", "accounts = 'x'\n", 1, "accounts is a list"},
		{"list of texts", "accounts = ['x']\n", 1, "accounts must hold tables only"},
		{"inline account's key", "accounts = [{name = 'x', colour = 1}]\n", 1, `unknown key "colour"`},

		{"key", "\nkey = '" + canary + "'\n", 2, "a key must not stand in this file"},
		{"key in an account", account + "api_key = '" + canary + "'\n", 3, "a key must not stand in this file"},
		{"key without quotes", "key = " + canary + "\n", 1, "cannot be read: a line is"},
		{"key as a name", "'" + canary + "' = 1\n", 1, `unknown key "[redacted]"`},
		{"key as a table", "['" + canary + "']\n", 1, `unknown table "[redacted]"`},
		{"key as another value", "theme = '" + canary + "'\n", 1, "theme holds what looks like a key"},
		{"key as an argument", account + "key_command = ['echo', '" + canary + "']\n", 3, "key_command holds what looks like a key"},
		{"key as a base URL", "base_url = 'https://" + canary + "@host'\n", 1, "base_url holds what looks like a key"},
		{"key as an interval", "interval = '" + canary + "'\n", 1, "interval must be a duration"},
		{"key as an account's name", "[[accounts]]\nname = '" + canary + "'\n", 2, "name holds what looks like a key"},

		{"number for text", "theme = 1\n", 1, "theme must be text in quotes"},
		{"text for a switch", account + "keyring = 'true'\n", 3, "keyring must be true or false, without quotes"},
		{"text for a command", account + "key_command = 'op read x'\n", 3, `key_command must be a list of the program and its arguments, such as ["op"`},
		{"number in a command", account + "key_command = ['op', 1]\n", 3, "key_command must be text in quotes"},
		{"empty command", account + "key_command = []\n", 3, "key_command must name a program"},
		{"command without a program", account + "key_command = ['']\n", 3, "key_command must name a program"},
		{"NUL in a command", account + "key_command = [\"a\\u0000\"]\n", 3, "key_command must not hold control characters"},
		{"number for a duration", "interval = 60\n", 1, `interval must be a duration in quotes, such as "60s"`},
		{"duration of another unit", "interval = '60x'\n", 1, "interval must be a duration in quotes"},
		{"empty duration", "interval = ''\n", 1, "interval must be a duration in quotes"},
		{"duration of nothing", "interval = '0s'\n", 1, "interval must be more than 0"},
		{"negative duration", "interval = '-60s'\n", 1, "interval must be more than 0"},
		{"duration without end", "interval = '2000h'\n", 1, "at most 24h"},
		{"URL without a scheme", "base_url = 'openrouter.ai'\n", 1, "base_url must be a URL"},
		{"URL that is none", "base_url = 'http://[::1'\n", 1, "base_url must be a URL"},
		{"another user's home", "history = '~root/h.db'\n", 1, "history can start with"},
		{"another variable", "history = '$XDG_DATA_HOME/h.db'\n", 1, "history can start with"},

		{"short interval", "theme = 'x'\ninterval = '9s'\n", 2, "interval 9s is too short: at least 10s"},
		{"short interval on loopback", "interval = '1s'\nbase_url = 'http://[::1]:80'\n", 1, "interval 1s is too short: at least 2s"},
		{"short interval of an account", account + "interval = '2s'\n", 3, `interval 2s is too short for account "x": at least 10s`},
		{"short interval that an account takes over", "interval = '2s'\nbase_url = 'http://localhost'\n" + account + "base_url = 'https://openrouter.ai/api/v1'\n",
			1, `interval 2s is too short for account "x": at least 10s`},
		{"host that only looks like loopback", "interval = '2s'\nbase_url = 'http://127.0.0.1.example.com'\n", 1, "too short"},

		{"too many accounts", strings.Repeat("[[accounts]]\n", 40_000), 1001, "more than 1000 accounts"},
		{"no name", "[[accounts]]\nkeyring = true\n", 1, "this account has no name"},
		{"empty name", "[[accounts]]\nname = ''\n", 2, "name is empty"},
		{"long name", "[[accounts]]\nname = '" + strings.Repeat("x", 65) + "'\n", 2, "longer than 64 bytes"},
		{"name that leaves a folder", "[[accounts]]\nname = '../x'\n", 2, "must not hold"},
		{"name of dots", "[[accounts]]\nname = '..'\n", 2, "must not"},
		{"name with an escape", "[[accounts]]\nname = \"x\\u001b[2J\"\n", 2, "control characters"},
		{"name that turns the line round", "[[accounts]]\nname = \"x\\u202ey\"\n", 2, "must be printable"},
		{"name in spaces", "[[accounts]]\nname = ' x'\n", 2, "start or end with a space"},
		{"same name", account + account, 4, `two accounts are named "x"`},
		{"same name in capitals", account + "[[accounts]]\nname = 'X'\n", 4, `two accounts are named "X"`},
		{"two sources", account + "keyring = true\nkey_file = 'k'\n", 4, `account "x" has both keyring and key_file: remove one`},
		{"default that is absent", "theme = 'x'\naccount = 'y'\n" + account, 2, `no account "y" in the configuration (there is "x")`},

		{"grammar", "theme = 'x\n", 1, `a line is name = "text"`},
		{"text without quotes", "interval = 60s\n", 1, `a line is name = "text"`},
		{"two on a line", "theme = 'x' interval = '60s'\n", 1, "cannot be read: a line is"},
		{"a path of Windows", "theme = 'x'\nhistory = \"C:\\Users\"\n", 2, "a backslash in quotes is doubled"},
		{"key without a value", "theme = 'x'\ninterval\n", 2, "cannot be read: a line is"},
		{"key twice", "theme = 'x'\ntheme = 'y'\n", 2, "key theme is already defined"},
		{"escape in a key", "\"x\\u001b\\n\" = 1\n", 1, "unknown key \"x\ufffd\""},
		{"long key", strings.Repeat("x", 500) + " = 1\n", 1, "x…\""},
		{"not UTF-8", "theme = '\xff'\n", 0, "is not UTF-8 text"},
		{"UTF-16", "\xff\xfet\x00", 0, "is not UTF-8 text"},
		{"NUL", "theme\x00", 1, "cannot be read: a line is"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := put(t, tc.text)
			got, err := Read(path)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("Read(…) = %+v, %v, want an *Error", got, err)
			}
			if e.Line != tc.line || (e.Column > 0) != (tc.line > 0) || !strings.Contains(e.Problem, tc.problem) {
				t.Errorf("Read(…) = line %d, column %d: %s, want line %d: …%s…", e.Line, e.Column, e.Problem, tc.line, tc.problem)
			}
			if e.Path != path || !reflect.DeepEqual(got, Config{}) {
				t.Errorf("Read(…) = %+v with path %q, want the zero Config with path %q", got, e.Path, path)
			}
			if strings.ContainsAny(e.Error(), "\n\x1b") || strings.Contains(e.Error(), "canary") {
				t.Errorf("Error() = %q, want one printable line without the key", e.Error())
			}
		})
	}
}

func TestErrorText(t *testing.T) {
	for want, e := range map[string]*Error{
		`config "/x y", line 3: unknown key "a"`: {Path: "/x y", Line: 3, Column: 1, Problem: `unknown key "a"`},
		`config "/x": is not UTF-8 text`:         {Path: "/x", Problem: "is not UTF-8 text"},
		`config "/[redacted]": bad`:              {Path: "/" + canary, Problem: "bad"},
	} {
		if got := e.Error(); got != want {
			t.Errorf("Error() = %s, want %s", got, want)
		}
	}
}

func TestColumnIsThatOfTheKey(t *testing.T) {
	_, err := Read(put(t, "\ufeff  colour = 1\n"))
	var e *Error
	if !errors.As(err, &e) || e.Line != 1 || e.Column != 3 {
		t.Errorf("Read(…) = %#v, want line 1, column 3", err)
	}
}

func TestHomeMustBeKnown(t *testing.T) {
	for home, why := range map[string]string{"": "HOME is not set", "me/home": "HOME is not an absolute path"} {
		t.Setenv("HOME", home)
		for _, text := range []string{"history = '~/h'\n", "history = '$HOME/h'\n"} {
			if got, err := Read(put(t, text)); err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("Read(%q) with HOME %q = %+v, %v, want %q", text, home, got, err, why)
			}
		}
	}
	t.Setenv("HOME", "/home/me")
	for text, want := range map[string]string{"~": "/home/me", "$HOME/a": "/home/me/a", "${HOME}/a/../b": "/home/me/b", "/x": "/x"} {
		if got, err := Read(put(t, "history = '"+text+"'\n")); err != nil || got.History != want {
			t.Errorf("history %q = %q, %v, want %q", text, got.History, err, want)
		}
	}
}

func TestFind(t *testing.T) {
	top := Config{BaseURL: "https://top", Interval: time.Minute}
	two := []Account{{Name: "one"}, {Name: "two", BaseURL: "https://own", Interval: time.Hour}}
	with := func(account string, accounts []Account) Config {
		c := top
		c.Account, c.Accounts = account, accounts
		return c
	}
	one := Account{Name: "one", BaseURL: "https://top", Interval: time.Minute}
	for _, tc := range []struct {
		name   string
		config Config
		find   string
		want   Account
		err    string
	}{
		{name: "no accounts", config: Config{}, want: Account{Name: "default"}},
		{name: "no accounts, file's settings", config: top, want: Account{Name: "default", BaseURL: "https://top", Interval: time.Minute}},
		{name: "no accounts, by name", config: Config{}, find: "default", want: Account{Name: "default"}},
		{name: "no accounts, another name", config: Config{}, find: "x", err: `no account "x" in the configuration (there is "default")`},
		{name: "the first", config: with("", two), want: one},
		{name: "the default", config: with("two", two), want: two[1]},
		{name: "by name before the default", config: with("two", two), find: "one", want: one},
		{name: "by name in capitals", config: with("", two), find: "TWO", want: two[1]},
		{name: "unknown", config: with("", two), find: "three", err: `no account "three" in the configuration (there is "one", "two")`},
		{name: "a key for a name", config: with("", two), find: canary, err: `no account "[redacted]"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := tc.config.Find(tc.find)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Errorf("Find(…) error = %v, want %q", err, tc.err)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, tc.want) {
				t.Errorf("Find(…) = %+v, %v, want %+v", got, err, tc.want)
			}
		})
	}
}

func TestMinInterval(t *testing.T) {
	for url, want := range map[string]time.Duration{
		"": 10 * time.Second, "https://openrouter.ai/api/v1": 10 * time.Second, "http://127.0.0.1.example.com": 10 * time.Second,
		"http://%zz": 10 * time.Second, "http://localhost.example.com": 10 * time.Second,
		"http://127.0.0.1:4010": 2 * time.Second, "http://127.9.9.9": 2 * time.Second, "http://LOCALHOST/x": 2 * time.Second, "http://[::1]:1": 2 * time.Second,
	} {
		if got := MinInterval(url); got != want {
			t.Errorf("MinInterval(%q) = %v, want %v", url, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{everything, alerting, "", "\ufeff", "accounts = [{name = 'a'}]\n", "[[accounts]]\nname = 'x'\n", "a.b.c = {d = [1, {e = 2}]}",
		"interval = 1", "[accounts]", "key = '" + canary + "'", canary, "theme = \"\"\"\\\n x\"\"\"", "history = '~'", "theme = 'a'\ntheme = 'b'", "accounts = []\n[[accounts]]\nname = 'a'\nname = 'b'",
		"[keys]\nquit = 'Q'\n[keys]\n", "[[packages]]\namount = 0_1.5e1_0", "accounts = [{name = 'a', name = 'b'}]", "[keys]\nquit.x = 'a'\nquit = 'b'",
		"keys = {quit = 'Q'}\nkeys.refresh = 'R'", "keys.quit = 'Q'\nkeys = {}", "keys.quit = 'Q'\n[keys]", "keys = {quit = 'a', quit = 'b'}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		got, _, problem := parse(doc, "/folder")
		if problem != nil {
			if line := problem.Error(); strings.ContainsAny(line, "\n\r\x00\x1b") || text.HasKey(line) {
				t.Fatalf("parse(%q) error = %q, want one printable line without a key", doc, line)
			}
			return
		}
		var anything map[string]any
		if err := toml.Unmarshal(bytes.TrimPrefix(doc, []byte("\ufeff")), &anything); err != nil {
			t.Fatalf("parse(%q) takes what is no TOML: %v", doc, err)
		}
		found, err := got.Find("")
		if err != nil {
			t.Fatalf("parse(%q): Find(\"\") = %v, want an account", doc, err)
		}
		if found.Interval != 0 && found.Interval < MinInterval(found.BaseURL) {
			t.Fatalf("parse(%q): account %+v asks too often", doc, found)
		}
		for _, a := range got.Accounts {
			if CheckName(a.Name) != nil || len(a.sources()) > 1 || a.KeyFile != "" && !filepath.IsAbs(a.KeyFile) {
				t.Fatalf("parse(%q) let %+v pass", doc, a)
			}
		}
	})
}

func TestPackages(t *testing.T) {
	c, _, err := parse([]byte("[[packages]]\namount = 50\nprice = 47.5\nbonus = 5\n[[packages]]\namount = 100\n"), "/")
	if err != nil || len(c.Packages) != 2 || *c.Packages[0].PriceUSD != 47.5 || c.Packages[0].BonusUSD != 5 || c.Packages[1].PriceUSD != nil {
		t.Errorf("packages = %+v, %v", c.Packages, err)
	}
	for in, want := range map[string]string{
		"[[packages]]\nprice = 5\n":           "this package has no amount",
		"[[packages]]\namount = 0\n":          "amount must be above 0",
		"[[packages]]\namount = \"much\"\n":   "amount must be a number, without quotes",
		"[[packages]]\namount = 5\nfee = 1\n": `unknown key "fee"`,
	} {
		if _, _, err := parse([]byte(in), "/"); err == nil || !strings.Contains(err.Problem, want) {
			t.Errorf("%q: error = %v, want %s", in, err, want)
		}
	}
}

// Whatever form of a table TOML has, it says the same; what is no table says what to
// write.
func TestFormsOfTables(t *testing.T) {
	for _, doc := range []string{
		"[keys]\nquit = 'Q'\nrefresh = ['R', 'f5']\n[[accounts]]\nname = 'a'\ninterval = '2m'\n",
		"keys = {quit = 'Q', refresh = ['R', 'f5']}\n[[accounts]]\nname = 'a'\ninterval = '2m'\n",
		"keys.quit = 'Q'\nkeys.refresh = ['R', 'f5']\naccounts = [{name = 'a', interval = '2m'}]\n",
		"accounts = [\n  # the only one\n  { name = 'a', interval = '2m' },\n]\nkeys = { \"quit\" = 'Q', refresh = ['R', 'f5'] }\n",
	} {
		c, _, problem := parse([]byte(doc), "/folder")
		if problem != nil || len(c.Accounts) != 1 || c.Accounts[0].Interval != 2*time.Minute || !reflect.DeepEqual(c.Keys, map[string][]string{"quit": {"Q"}, "refresh": {"R", "f5"}}) {
			t.Errorf("parse(%q) = %+v, %v", doc, c, problem)
		}
	}
	for _, doc := range []string{
		"[share]\ndsn_file = '/d'\nlease = '15s'\n[[accounts]]\nname = 'a'\n",
		"share = {dsn_file = '/d', lease = '15s'}\n[[accounts]]\nname = 'a'\n",
		"share.dsn_file = '/d'\nshare.lease = '15s'\naccounts = [{name = 'a'}]\n",
	} {
		c, _, problem := parse([]byte(doc), "/folder")
		if want := (Share{On: true, DSNFile: "/d", Lease: 15 * time.Second}); problem != nil || len(c.Accounts) != 1 || !reflect.DeepEqual(c.Share, want) {
			t.Errorf("parse(%q) = %+v, %v", doc, c, problem)
		}
	}
	for doc, want := range map[string]string{
		"[[share]]\nlease = '15s'":               "share is no list: write [share], not [[share]]",
		"share = true":                           "share is a table: write [share] and its settings below",
		"share = {lease='15s'}\n[share]":         "key share is already defined",
		"share.lease = '15s'\nshare.lease='16s'": "key share.lease is already defined",
		"share = {lese = '15s'}":                 `unknown key "lese" (did you mean "lease"?)`,
		"share.lease.x = '15s'":                  `unknown key "lease.x" (did you mean "lease"?)`,
		"share = {lease = '1s'}":                 "lease must be at least 10s",
		"[[keys]]\nquit = 'Q'":                   "keys is no list: write [keys], not [[keys]]",
		"keys = 'Q'":                             "keys is a table: write [keys] and its settings below",
		"keys = [{quit = 'Q'}]":                  "keys is a table: write [keys] and its settings below",
		"accounts = {name = 'a'}":                "accounts is a list: write [[accounts]] and its settings below",
		"keys = {quit = 'Q'}\n[keys]\nquit='q'":  "key keys is already defined",
		"keys = {quit = 'Q'}\nkeys.refresh='R'":  "key keys.refresh is already defined",
		"keys.quit = 'Q'\nkeys = {quit = 'q'}":   "key keys is already defined",
		"keys = {quit = 'Q', quit = 'q'}":        "key quit is already defined",
		"keys = {quit = {a = 'Q'}}":              "quit must be a key in quotes, such as \"R\", or a list of them",
	} {
		if _, _, problem := parse([]byte(doc), "/folder"); problem == nil || problem.Problem != want {
			t.Errorf("parse(%q) = %v, want %q", doc, problem, want)
		}
	}
}
