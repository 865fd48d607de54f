// Package config reads ortop's configuration file and knows where ortop's files
// live.
//
// The file is TOML. Everything in it is optional:
//
//	account  = "personal"      # the account used when none is named
//	base_url = "https://openrouter.ai/api/v1"
//	interval = "60s"
//	history  = "~/ortop/history.db"
//	theme    = "default"
//	quiet    = "22:00-07:00"   # hours in which alerts wait, unless urgent
//
//	[[accounts]]
//	name    = "personal"
//	keyring = true
//
//	[[accounts]]
//	name        = "work"
//	key_command = ["op", "read", "op://Work/OpenRouter/key"]
//	interval    = "2m"
//
//	[[channels]]
//	name     = "phone"
//	kind     = "ntfy"
//	url_file = "ntfy-topic"
//
//	[[alerts]]
//	rule     = "balance"
//	below    = 20
//	level    = "warning"
//	channels = ["phone"]
//
// A key never stands in the file itself, and no error of this package
// repeats a value that could be one.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"ortop/internal/text"
)

// What some settings choose from; the first is the default.
var (
	Clocks    = []string{"24h", "12h"}
	Views     = []string{"overview", "forecast", "breakdown", "events"}
	Ranges    = []string{"24h", "1h", "6h", "7d", "30d", "1y", "all"}
	GlyphSets = []string{"columns", "braille", "line", "ascii"}
)

// DefaultAccount is the name of the account of a configuration that lists none.
const DefaultAccount = "default"

const maxBytes = 1 << 20

// Config is the content of the configuration file. The zero value is that of an
// empty or absent file.
type Config struct {
	Account  string              // Account names the default account. If empty, it is the first of Accounts.
	BaseURL  string              // BaseURL is for accounts without their own. If empty, it is OpenRouter's.
	Interval time.Duration       // Interval is for accounts without their own. If zero, the program's own default.
	History  string              // History is the absolute path of the history file. If empty, DataPath gives it.
	Theme    string              // Theme names a theme; the name is not checked here.
	Clock    string              // Clock is one of Clocks, or empty.
	Zone     string              // Zone is a time zone by its name. If empty, it is the system's.
	View     string              // View is one of Views, or empty.
	Range    string              // Range is one of Ranges, or empty.
	Glyphs   string              // Glyphs is one of GlyphSets, or empty.
	Currency text.Currency       // Currency is one besides US dollars.
	Accounts []Account           // Accounts are in the order of the file.
	Keys     map[string][]string // Keys are put on actions of the dashboard, whose names are not checked here.
	Quiet    Hours               // Quiet are the hours for alerts without their own.
	Alerts   []Alert             // Alerts are in the order of the file.
	Channels []Channel           // Channels are in the order of the file.
	Packages []Package           // Packages are in the order of the file.
	Share    Share               // Share is a team's engine.
}

// Account is one [[accounts]] table. At most one of KeyCommand, Keyring and
// KeyFile is set.
type Account struct {
	Name       string        // Name is unique in a file, whatever its letter case.
	BaseURL    string        // BaseURL is empty where the account uses that of the file.
	KeyCommand []string      // KeyCommand is a program with its arguments that prints the key.
	KeyFile    string        // KeyFile is the absolute path of a file that holds the key.
	Keyring    bool          // Keyring reports whether the system keyring holds the key.
	Interval   time.Duration // Interval is zero where the account uses that of the file.
}

// HasSource reports whether the account names a source of its key.
func (a Account) HasSource() bool {
	return len(a.KeyCommand) > 0 || a.Keyring || a.KeyFile != ""
}

// Read returns the content of the file at path. A file that does not exist, and
// os.DevNull, are the zero Config. Any other failure is an *Error.
//
// Because key_command names a program to run, the file must be a regular one
// that belongs to the user or to root and that not everyone may write.
// Relative paths in it start at its folder; "~/" and "$HOME/" are expanded.
func Read(path string) (Config, error) {
	doc, err := readFile(path)
	if err != nil || doc == nil {
		return Config{}, err
	}
	config, _, err := parseAt(path, doc)
	return config, err
}

// Find returns the account with the given name, with the file's base URL and
// interval where it has none of its own. The empty name stands for
// Config.Account, else for the first account; where no account is listed, the
// only one is Account{Name: DefaultAccount}.
func (c *Config) Find(name string) (Account, error) {
	accounts := c.Accounts
	if len(accounts) == 0 {
		accounts = []Account{{Name: DefaultAccount}}
	}
	if name == "" {
		name = c.Account
	}
	if name == "" {
		return c.Complete(accounts[0]), nil
	}
	names := make([]string, len(accounts))
	for i, account := range accounts {
		if strings.EqualFold(account.Name, name) {
			return c.Complete(account), nil
		}
		names[i] = fmt.Sprintf("%q", account.Name)
	}
	return Account{}, fmt.Errorf("no account %q in the configuration (there is %s)", clean(name), strings.Join(names, ", "))
}

// Names are those of the accounts.
//
//go:noinline
func (c *Config) Names() []string {
	names := make([]string, len(c.Accounts))
	for i, account := range c.Accounts {
		names[i] = account.Name
	}
	return names
}

// Complete is an account with what the file says of all where the account itself says nothing.
func (c *Config) Complete(a Account) Account {
	if a.BaseURL == "" {
		a.BaseURL = c.BaseURL
	}
	if a.Interval == 0 {
		a.Interval = c.Interval
	}
	return a
}

// MinInterval returns the shortest polling interval allowed for a base URL:
// 2 s where its host is this machine, 10 s elsewhere. The empty URL stands for
// OpenRouter's.
func MinInterval(baseURL string) time.Duration {
	u, err := url.Parse(baseURL)
	if err != nil {
		return 10 * time.Second
	}
	if text.IsLoopback(u.Hostname()) {
		return 2 * time.Second
	}
	return 10 * time.Second
}

// readFile returns nil bytes for a file that does not exist.
func readFile(path string) ([]byte, error) {
	if path == os.DevNull {
		return nil, nil
	}
	doc, info, err := ReadRegular(path, true, maxBytes)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, &Error{Path: path, Problem: "cannot be read: " + Cause(err).Error(), Err: err}
	}
	if problem := distrust(info); problem != "" {
		return nil, &Error{Path: path, Problem: problem}
	}
	return doc, nil
}

func distrust(info fs.FileInfo) string {
	if uid, known := Owner(info); known && uid != 0 && uid != os.Geteuid() {
		return "belongs to another user"
	} else if known && info.Mode().Perm()&0o002 != 0 {
		return fmt.Sprintf("can be written by everyone (mode %04o)", info.Mode().Perm())
	}
	return ""
}

// parseAt fills in the path of parse's errors.
func parseAt(path string, doc []byte) (Config, places, error) {
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return Config{}, places{}, &Error{Path: path, Problem: "cannot be located: " + err.Error(), Err: err}
	}
	config, at, problem := parse(doc, folder)
	if problem != nil {
		problem.Path = path
		return Config{}, places{}, problem
	}
	return config, at, nil
}

const byteOrderMark = "\ufeff"

// withoutMark returns a document without its byte order mark.
func withoutMark(doc []byte) ([]byte, *Error) {
	doc = doc[byteOrderMarkLen(doc):]
	if !utf8.Valid(doc) {
		return nil, &Error{Problem: "is not UTF-8 text"}
	}
	return doc, nil
}

func byteOrderMarkLen(doc []byte) int {
	if strings.HasPrefix(string(doc[:min(len(doc), len(byteOrderMark))]), byteOrderMark) {
		return len(byteOrderMark)
	}
	return 0
}
