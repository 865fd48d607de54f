package collect

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/metrics"
	"ortop/internal/unit"
)

// UnitKinds are what --unit takes.
var UnitKinds = []string{"systemd", "launchd"}

// printUnit prints the unit that runs collect with these flags.
func printUnit(a *cli.App, f collectFlags) error {
	if !slices.Contains(UnitKinds, f.unit) {
		return cli.UsageError(cli.DidYouMean(f.unit, UnitKinds), "--unit: %q is not systemd or launchd", f.unit)
	}
	if a.Flags.Demo != "" {
		return cli.UsageError("", "--unit and --demo exclude each other")
	}
	if f.metrics != "" {
		if err := metrics.CheckAddr(f.metrics); err != nil {
			return cli.UsageError("for example --metrics 127.0.0.1:9464", "--metrics: %w", err)
		}
	}
	s, err := session.Load(a)
	if err != nil {
		return err
	}
	if s.HistoryErr != nil {
		return s.HistoryErr
	}
	u, err := newUnit(a, &s, f)
	if err != nil {
		return err
	}
	text := u.Systemd()
	if f.unit == "launchd" {
		text = u.Launchd()
	}
	_, err = a.Stdout.WriteString(text)
	return cli.Written(err)
}

func newUnit(a *cli.App, s *session.Settings, f collectFlags) (u unit.Service, err error) {
	self, err := os.Executable()
	if err != nil {
		return u, fmt.Errorf("finding this binary: %w", err)
	}
	if strings.HasPrefix(self, filepath.Clean(os.TempDir())+string(filepath.Separator)) {
		a.Hint("this binary is in a folder for temporary files: install it, and print the unit with the installed one")
	}
	// A service has its own environment: what is in this one becomes flags.
	u.Args, u.UID = []string{self, "collect"}, os.Getuid()
	history, err := filepath.Abs(s.HistoryPath)
	if err != nil {
		return u, fmt.Errorf("finding the history's folder: %w", err)
	}
	configPath := a.Flags.Config
	if _, err := os.Stat(s.ConfigPath); err == nil && os.Getenv("XDG_CONFIG_HOME") != "" {
		configPath = s.ConfigPath
	}
	if configPath != "" {
		if configPath, err = filepath.Abs(configPath); err != nil {
			return u, fmt.Errorf("finding the configuration's folder: %w", err)
		}
	}
	historyPath, interval := "", ""
	if a.Flags.History != "" || s.Config.History == "" && os.Getenv("XDG_DATA_HOME") != "" {
		historyPath = history
	}
	if a.Flags.Interval != 0 {
		interval = a.Flags.Interval.String()
	}
	for _, flag := range [][2]string{
		{"--account", a.Flags.Account}, {"--config", configPath}, {"--history", historyPath},
		{"--base-url", cmp.Or(a.Flags.BaseURL, os.Getenv("ORTOP_BASE_URL"))}, {"--interval", interval}, {"--metrics", f.metrics},
	} {
		if flag[1] != "" {
			u.Args = append(u.Args, flag[:]...)
		}
	}
	if a.Flags.Share {
		u.Args = append(u.Args, "--share")
	}
	if a.Flags.NoShare {
		u.Args = append(u.Args, "--no-share")
	}
	if a.Flags.Quiet {
		u.Args = append(u.Args, "--quiet")
	}
	if a.Flags.Verbose {
		u.Args = append(u.Args, "--verbose")
	}
	for _, arg := range u.Args {
		if strings.ContainsFunc(arg, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return u, errors.New("a path or flag with control characters cannot be part of a unit")
		}
	}
	u.Writable = filepath.Dir(history)
	for u.Writable != filepath.Dir(u.Writable) {
		if info, err := os.Stat(u.Writable); err == nil && info.IsDir() {
			break
		}
		u.Writable = filepath.Dir(u.Writable)
	}
	if home, err := os.UserHomeDir(); err == nil {
		u.Log = filepath.Join(home, "Library", "Logs", "ortop.log")
	}
	return u, nil
}
