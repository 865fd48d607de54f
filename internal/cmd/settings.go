package cmd

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"ortop/client"
	"ortop/internal/config"
	"ortop/internal/render"
	"ortop/internal/share"
	"ortop/internal/text"
	"ortop/ui"
)

const defaultInterval = time.Minute

// settings are the flags, the environment and the configuration in one.
type settings struct {
	configPath  string
	config      config.Config
	account     config.Account
	baseURL     string // of requests, and of the series in the history
	host        string // where it is not OpenRouter's
	interval    time.Duration
	historyPath string // empty: historyErr says why
	historyErr  error
	onDisk      bool // a history in memory does not do
	theme       string
	themes      string       // the folder of a person's own; empty: none
	demo        *demoAccount // nil: a real account
	seen        *seen        // what a team's collectors read of it; nil: it is read here
	held        *held        // a history that accounts use in turn; nil: each opens its own
	lease       *share.Account
	filling     func() (done func()) // of a person who waits for the past to be read; nil: nobody does
	ahead       func() time.Duration // by how much the team's clock is ahead; nil: there is none
}

// settings reads and checks everything that is set.
func (a *app) settings() (s settings, err error) {
	if err = a.configured(&s); err != nil {
		return s, err
	}
	if s.configPath == "" {
		a.hint("no configuration is read: neither HOME nor XDG_CONFIG_HOME is set")
	}
	if err = a.choose(&s); err != nil {
		return s, err
	}
	s.historyPath = cmp.Or(a.flags.history, s.config.History)
	if s.historyPath == "" {
		s.historyPath, s.historyErr = config.DataPath()
	}
	return s, nil
}

// configured reads the configuration, and checks what it says of the dashboard.
func (a *app) configured(s *settings) (err error) {
	if s.configPath, err = a.configPath(); err != nil {
		return err
	}
	if s.configPath != "" {
		if s.config, err = config.Read(s.configPath); err != nil {
			return err
		}
	}
	s.theme = cmp.Or(a.flags.theme, s.config.Theme)
	s.themes = themesFolder(s.configPath)
	if err := checkTheme(s.themes, s.theme); err != nil {
		if a.flags.theme == "" {
			return usageError("", "%s: %w", s.configPath, err)
		}
		return err
	}
	if len(s.config.Keys) > 0 {
		if err := ui.CheckKeys(s.config.Keys); err != nil {
			return usageError("", "%s: [keys]: %w", s.configPath, err)
		}
	}
	return nil
}

// choose sets what is of one account of the configuration: that of the flag.
func (a *app) choose(s *settings) (err error) {
	if s.account, err = s.config.Find(a.flags.account); err != nil && a.shares(s) {
		s.account, err = s.config.Complete(config.Account{Name: a.flags.account}), nil // one of the team's
	}
	if err != nil {
		return usageError(didYouMean(cmp.Or(a.flags.account, s.config.Account), s.config.Names()), "%w", err)
	}
	s.baseURL = cmp.Or(a.flags.baseURL, os.Getenv("ORTOP_BASE_URL"), s.account.BaseURL, client.DefaultBaseURL)
	u, err := client.ParseBaseURL(s.baseURL)
	if err != nil {
		if s.baseURL == s.account.BaseURL {
			err = fmt.Errorf("account %s: %w", s.account.Name, err)
		}
		return usageError("use https, or http on loopback", "%w", err)
	}
	s.baseURL, s.host = u.String(), foreignHost(u)
	if s.interval, err = a.interval(s); err != nil {
		return err
	}
	return nil
}

// configPath is the configuration file, or empty without a folder for it.
func (a *app) configPath() (string, error) {
	if a.flags.config != "" {
		if _, err := os.Stat(a.flags.config); err != nil {
			return "", usageError("", "reading the configuration: %w", err)
		}
		return a.flags.config, nil
	}
	path, err := config.DefaultPath()
	if err != nil {
		return "", nil
	}
	return path, nil
}

func (a *app) interval(s *settings) (time.Duration, error) {
	d := cmp.Or(a.flags.interval, s.account.Interval, defaultInterval)
	if least := config.MinInterval(s.baseURL); d < least {
		return 0, usageError("", "an interval of %s is too short: it is at least %s", d, least)
	}
	return d, nil
}

// foreignHost is the host that the key goes to, where it is not OpenRouter's.
func foreignHost(u *url.URL) string {
	if strings.EqualFold(u.Host, "openrouter.ai") {
		return ""
	}
	return text.Clean(u.Host, 60)
}

// unicode reports whether the locale writes UTF-8.
func unicode() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := os.Getenv(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return runtime.GOOS == "windows"
}

func printLine(w io.Writer, prefix, format string, args ...any) {
	fmt.Fprintln(w, forLocale(render.Fold(prefix+oneLine(fmt.Sprintf(format, args...)), widthOf(w))))
}

// watched is one account of the configuration, with the program as it is run
// for that account alone.
type watched struct {
	app      *app
	settings settings
}

// everyAccount returns the account that is shown, which is first's, and those
// of the configuration beside it, in its order. A key in the environment is
// that of the first.
func (a *app) everyAccount(first *settings) ([]watched, error) {
	if first.seen != nil && a.flags.account == "" {
		return a.everySeen(first), nil
	}
	if first.demo != nil || a.flags.account != "" || len(first.config.Accounts) < 2 {
		return []watched{{a, *first}}, nil
	}
	var list []watched
	for _, account := range first.config.Accounts {
		if account.Name == first.account.Name {
			list = append(list, watched{a, *first})
			continue
		}
		b := *a
		b.flags.account = account.Name
		s := *first
		err := b.choose(&s)
		switch {
		case err != nil && !account.HasSource(): // it has no key, and is never read
			s = *first
			s.account = account
		case err != nil:
			return nil, fmt.Errorf("account %s: %w", account.Name, err)
		}
		list = append(list, watched{&b, s})
	}
	return list, nil
}

// spanFlag is a flag that takes a span, or what parse makes one of.
type spanFlag struct {
	to    *time.Duration
	parse func(string, time.Time) (time.Duration, error)
	now   func() time.Time
}

func (f *spanFlag) String() string {
	if f.to == nil || *f.to == 0 {
		return ""
	}
	return text.Span(*f.to)
}

func (f *spanFlag) Set(s string) (err error) {
	*f.to, err = f.parse(s, f.now())
	return err
}

func (f *spanFlag) Type() string { return "duration" }

func onlySpan(s string, _ time.Time) (time.Duration, error) { return text.ParseSpan(s) }
