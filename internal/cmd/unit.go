package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ortop/internal/metrics"
	"ortop/internal/unit"
)

// unitKinds are what --unit takes.
var unitKinds = []string{"systemd", "launchd"}

// printUnit prints the unit that runs collect with these flags.
func (a *app) printUnit(f collectFlags) error {
	if !slices.Contains(unitKinds, f.unit) {
		return usageError(didYouMean(f.unit, unitKinds), "--unit: %q is not systemd or launchd", f.unit)
	}
	if a.flags.demo != "" {
		return usageError("", "--unit and --demo exclude each other")
	}
	if f.metrics != "" {
		if err := metrics.CheckAddr(f.metrics); err != nil {
			return usageError("for example --metrics 127.0.0.1:9464", "--metrics: %w", err)
		}
	}
	s, err := a.settings()
	if err != nil {
		return err
	}
	if s.historyErr != nil {
		return s.historyErr
	}
	u, err := a.newUnit(&s, f)
	if err != nil {
		return err
	}
	text := u.Systemd()
	if f.unit == "launchd" {
		text = u.Launchd()
	}
	_, err = a.stdout.WriteString(text)
	return written(err)
}

func (a *app) newUnit(s *settings, f collectFlags) (u unit.Service, err error) {
	self, err := os.Executable()
	if err != nil {
		return u, fmt.Errorf("finding this binary: %w", err)
	}
	if strings.HasPrefix(self, filepath.Clean(os.TempDir())+string(filepath.Separator)) {
		a.hint("this binary is in a folder for temporary files: install it, and print the unit with the installed one")
	}
	// A service has its own environment: what is in this one becomes flags.
	u.Args, u.UID = []string{self, "collect"}, os.Getuid()
	history, err := filepath.Abs(s.historyPath)
	if err != nil {
		return u, fmt.Errorf("finding the history's folder: %w", err)
	}
	configPath := a.flags.config
	if _, err := os.Stat(s.configPath); err == nil && os.Getenv("XDG_CONFIG_HOME") != "" {
		configPath = s.configPath
	}
	if configPath != "" {
		if configPath, err = filepath.Abs(configPath); err != nil {
			return u, fmt.Errorf("finding the configuration's folder: %w", err)
		}
	}
	historyPath, interval := "", ""
	if a.flags.history != "" || s.config.History == "" && os.Getenv("XDG_DATA_HOME") != "" {
		historyPath = history
	}
	if a.flags.interval != 0 {
		interval = a.flags.interval.String()
	}
	for _, flag := range [][2]string{
		{"--account", a.flags.account}, {"--config", configPath}, {"--history", historyPath},
		{"--base-url", cmp.Or(a.flags.baseURL, os.Getenv("ORTOP_BASE_URL"))}, {"--interval", interval}, {"--metrics", f.metrics},
	} {
		if flag[1] != "" {
			u.Args = append(u.Args, flag[:]...)
		}
	}
	if a.flags.share {
		u.Args = append(u.Args, "--share")
	}
	if a.flags.noShare {
		u.Args = append(u.Args, "--no-share")
	}
	if a.flags.quiet {
		u.Args = append(u.Args, "--quiet")
	}
	if a.flags.verbose {
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
