package config

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"ortop/internal/text"
)

// CheckName reports why name cannot be an account's name, or nil. A name has 1
// to 64 bytes, all printable, and no path separators or colons, because it
// also names a file.
func CheckName(name string) error {
	if err := checkName("account", name); err != nil {
		return err
	}
	if strings.ContainsAny(name, `/\:`) || name == "." || name == ".." {
		return errors.New(`the account's name must not hold "/", "\" or ":", nor be "." or ".."`)
	}
	return nil
}

// checkName reports why name cannot be that of an account or a channel.
func checkName(of, name string) error {
	switch {
	case name == "":
		return fmt.Errorf("the %s's name is empty", of)
	case len(name) > 64:
		return fmt.Errorf("the %s's name is longer than 64 bytes", of)
	case text.HasKey(name):
		return fmt.Errorf("the %s's name looks like a key", of)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("the %s's name must be printable", of)
	case strings.TrimSpace(name) != name:
		return fmt.Errorf("the %s's name must not start or end with a space", of)
	}
	return nil
}

// check compares the settings with each other.
func (c *Config) check(at places) *Error {
	if err := c.Share.check(at); err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, a := range c.Accounts {
		if _, named := at.offset[accountPlace(i, "name")]; !named {
			return at.problem(accountPlace(i, ""), "this account has no name")
		}
		if err := CheckName(a.Name); err != nil {
			return at.problem(accountPlace(i, "name"), "%v", err)
		}
		fold := strings.ToLower(a.Name)
		if seen[fold] {
			return at.problem(accountPlace(i, "name"), "two accounts are named %q (letter case does not count)", a.Name)
		}
		seen[fold] = true
		if sources := a.sources(); len(sources) > 1 {
			return at.problem(accountPlace(i, sources[1]), "account %q has both %s and %s: remove one", a.Name, sources[0], sources[1])
		}
	}
	if _, err := c.Find(""); err != nil {
		return at.problem("account", "%v", err)
	}
	if err := c.checkIntervals(at); err != nil {
		return err
	}
	if err := c.checkChannels(at); err != nil {
		return err
	}
	if err := c.checkPackages(at); err != nil {
		return err
	}
	return c.checkAlerts(at)
}

func (c *Config) checkIntervals(at places) *Error {
	if len(c.Accounts) == 0 {
		return at.checkInterval("interval", Account{Interval: c.Interval, BaseURL: c.BaseURL})
	}
	for i, a := range c.Accounts {
		place := accountPlace(i, "interval")
		if a.Interval == 0 {
			place = "interval"
		}
		if err := at.checkInterval(place, c.Complete(a)); err != nil {
			return err
		}
	}
	return nil
}

func (p places) checkInterval(place string, a Account) *Error {
	least := MinInterval(a.BaseURL)
	if a.Interval == 0 || a.Interval >= least {
		return nil
	}
	whose := ""
	if a.Name != "" {
		whose = fmt.Sprintf(" for account %q", a.Name)
	}
	return p.problem(place, "interval %v is too short%s: at least %v", a.Interval, whose, least)
}

// sources names the settings of a that its key may come from.
func (a Account) sources() []string {
	var names []string
	if len(a.KeyCommand) > 0 {
		names = append(names, "key_command")
	}
	if a.Keyring {
		names = append(names, "keyring")
	}
	if a.KeyFile != "" {
		names = append(names, "key_file")
	}
	return names
}
