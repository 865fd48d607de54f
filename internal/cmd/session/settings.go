package session

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"ortop/client"
	"ortop/internal/cmd/cli"
	"ortop/internal/config"
	"ortop/internal/share"
	"ortop/internal/text"
	"ortop/ui"
)

// DefaultInterval is the time between two polls where nothing else is set.
const DefaultInterval = time.Minute

// Settings are the flags, the environment and the configuration in one.
type Settings struct {
	ConfigPath  string
	Config      config.Config
	Account     config.Account
	BaseURL     string // of requests, and of the series in the history
	Host        string // where it is not OpenRouter's
	Interval    time.Duration
	HistoryPath string // empty: HistoryErr says why
	HistoryErr  error
	OnDisk      bool // a history in memory does not do
	Theme       string
	Themes      string       // the folder of a person's own; empty: none
	Demo        *DemoAccount // nil: a real account
	Seen        *Seen        // what a team's collectors read of it; nil: it is read here
	held        *held        // a history that accounts use in turn; nil: each opens its own
	Lease       *share.Account
	awaits      bool                 // an engine that does not answer is waited for
	filling     func() (done func()) // of a person who waits for the past to be read; nil: nobody does
	Ahead       func() time.Duration // by how much the team's clock is ahead; nil: there is none
}

// Load reads and checks everything that is set.
func Load(a *cli.App) (s Settings, err error) {
	if err = configured(a, &s); err != nil {
		return s, err
	}
	if s.ConfigPath == "" {
		a.Hint("no configuration is read: neither HOME nor XDG_CONFIG_HOME is set")
	}
	if err = choose(a, &s); err != nil {
		return s, err
	}
	s.HistoryPath = cmp.Or(a.Flags.History, s.Config.History)
	if s.HistoryPath == "" {
		s.HistoryPath, s.HistoryErr = config.DataPath()
	}
	return s, nil
}

// configured reads the configuration, and checks what it says of the dashboard.
func configured(a *cli.App, s *Settings) (err error) {
	if s.ConfigPath, err = ConfigPath(a); err != nil {
		return err
	}
	if s.ConfigPath != "" {
		if s.Config, err = config.Read(s.ConfigPath); err != nil {
			return err
		}
	}
	s.Theme = cmp.Or(a.Flags.Theme, s.Config.Theme)
	s.Themes = ThemesFolder(s.ConfigPath)
	if err := checkTheme(s.Themes, s.Theme); err != nil {
		if a.Flags.Theme == "" {
			return cli.UsageError("", "%s: %w", s.ConfigPath, err)
		}
		return err
	}
	if len(s.Config.Keys) > 0 {
		if err := ui.CheckKeys(s.Config.Keys); err != nil {
			return cli.UsageError("", "%s: [keys]: %w", s.ConfigPath, err)
		}
	}
	return nil
}

// choose sets what is of one account of the configuration: that of the flag.
func choose(a *cli.App, s *Settings) (err error) {
	if s.Account, err = s.Config.Find(a.Flags.Account); err != nil && Shares(a, s) {
		s.Account, err = s.Config.Complete(config.Account{Name: a.Flags.Account}), nil // one of the team's
	}
	if err != nil {
		return cli.UsageError(cli.DidYouMean(cmp.Or(a.Flags.Account, s.Config.Account), s.Config.Names()), "%w", err)
	}
	s.BaseURL = cmp.Or(a.Flags.BaseURL, os.Getenv("ORTOP_BASE_URL"), s.Account.BaseURL, client.DefaultBaseURL)
	u, err := client.ParseBaseURL(s.BaseURL)
	if err != nil {
		if s.BaseURL == s.Account.BaseURL {
			err = fmt.Errorf("account %s: %w", s.Account.Name, err)
		}
		return cli.UsageError("use https, or http on loopback", "%w", err)
	}
	s.BaseURL, s.Host = u.String(), foreignHost(u)
	if s.Interval, err = interval(a, s); err != nil {
		return err
	}
	return nil
}

// ConfigPath is the configuration file, or empty without a folder for it.
func ConfigPath(a *cli.App) (string, error) {
	if a.Flags.Config != "" {
		if _, err := os.Stat(a.Flags.Config); err != nil {
			return "", cli.UsageError("", "reading the configuration: %w", err)
		}
		return a.Flags.Config, nil
	}
	path, err := config.DefaultPath()
	if err != nil {
		return "", nil
	}
	return path, nil
}

func interval(a *cli.App, s *Settings) (time.Duration, error) {
	d := cmp.Or(a.Flags.Interval, s.Account.Interval, DefaultInterval)
	if least := config.MinInterval(s.BaseURL); d < least {
		return 0, cli.UsageError("", "an interval of %s is too short: it is at least %s", d, least)
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

// Watched is one account of the configuration, with the program as it is run
// for that account alone.
type Watched struct {
	App      *cli.App
	Settings Settings
}

// EveryAccount returns the account that is shown, which is first's, and those
// of the configuration beside it, in its order. A key in the environment is
// that of the first.
func EveryAccount(a *cli.App, first *Settings) ([]Watched, error) {
	if first.Seen != nil && a.Flags.Account == "" {
		return everySeen(a, first), nil
	}
	if first.Demo != nil || a.Flags.Account != "" || len(first.Config.Accounts) < 2 {
		return []Watched{{a, *first}}, nil
	}
	var list []Watched
	for _, account := range first.Config.Accounts {
		if account.Name == first.Account.Name {
			list = append(list, Watched{a, *first})
			continue
		}
		b := *a
		b.Flags.Account = account.Name
		s := *first
		err := choose(&b, &s)
		switch {
		case err != nil && !account.HasSource(): // it has no key, and is never read
			s = *first
			s.Account = account
		case err != nil:
			return nil, fmt.Errorf("account %s: %w", account.Name, err)
		}
		list = append(list, Watched{&b, s})
	}
	return list, nil
}

// NoKeyHint is what to do where there is no key.
const NoKeyHint = "set OPENROUTER_API_KEY or OPENROUTER_MANAGEMENT_KEY, run ortop in a terminal to store a key, or try ortop --demo"
