package dashboard

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ortop/internal/cmd/accounts"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/config"
	"ortop/internal/keys"
)

// CheckName returns why a new account cannot have this name.
func (c *fleet) CheckName(name string) error {
	if err := config.CheckName(name); err != nil {
		return err
	}
	for _, m := range c.all() {
		if strings.EqualFold(m.name(), name) {
			return fmt.Errorf("there is an account %q already", m.name())
		}
	}
	return nil
}

// Add checks a key, stores it as that of an account and watches it. The account
// is new and goes where like does, or is like itself, which has no key.
func (c *fleet) Add(ctx context.Context, name, like, key string) (note string, err error) {
	model, ok := c.member(like)
	if !ok {
		return "", fmt.Errorf("account %q is not there any more", like)
	}
	account := config.Account{Name: name}
	if name == like {
		account = model.Settings.Account
	} else if err := c.CheckName(name); err != nil {
		return "", err
	}
	now, err := config.Read(model.Settings.ConfigPath)
	if err != nil {
		return "", err
	}
	for _, a := range now.Accounts { // another process may have added it
		if strings.EqualFold(a.Name, name) && (a.HasSource() || name != like) {
			return "", fmt.Errorf("there is an account %q already, which another ortop added", a.Name)
		}
	}
	return c.adopt(ctx, model.App, &model.Settings, account, key)
}

// adopt stores a key as that of an account, with the settings s, and watches it.
func (c *fleet) adopt(ctx context.Context, as *cli.App, s *session.Settings, account config.Account, key string) (note string, err error) {
	_, where, err := accounts.StoreKey(ctx, as, s, account, key)
	if err != nil {
		return "", err
	}
	b := *as
	b.Flags.Account = account.Name
	own, err := session.Load(&b)
	if err != nil {
		return "", fmt.Errorf("account %s: its key is stored in the %s, but it cannot be watched: %w", account.Name, where, err)
	}
	m := c.start(session.Watched{App: &b, Settings: own})
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := c.find(m.name()); i >= 0 {
		c.members[i] = m
	} else {
		c.members = append(c.members, m)
	}
	return "account " + m.name() + ": key stored in the " + where, nil
}

// Fate is what removing an account does to it and to its key.
func (c *fleet) Fate(_ context.Context, name string) (string, error) {
	m, err := c.dispensable(name)
	if err != nil {
		return "", err
	}
	key, err := keys.Fate(m.Settings.ConfigPath, name)
	if err != nil {
		return "", m.gone(err)
	}
	return "The account goes out of the configuration; " + m.keyStays(key) + "; its history stays.", nil
}

// Remove takes an account out of the configuration and its key from where it
// was stored, and ends its monitor.
func (c *fleet) Remove(ctx context.Context, name string) (note string, err error) {
	m, err := c.dispensable(name)
	if err != nil {
		return "", err
	}
	key, err := keys.Remove(ctx, m.Settings.ConfigPath, name)
	if err != nil && !out(m.Settings.ConfigPath, name) {
		return "", m.gone(err)
	}
	c.mu.Lock()
	if i := c.find(name); i >= 0 {
		c.members = append(c.members[:i:i], c.members[i+1:]...)
	}
	c.mu.Unlock()
	c.endOne(m)
	if err != nil { // it is out, and its key is not
		return "", err
	}
	return accounts.RemovedWords(name, m.keyStays(key)), nil
}

// dispensable is the member of a name, if others are watched without it.
func (c *fleet) dispensable(name string) (m member, err error) {
	m, ok := c.member(name)
	if !ok {
		return m, fmt.Errorf("account %q is not there any more", name)
	}
	for _, other := range c.all() {
		if other.name() != name && other.mon != nil {
			return m, nil
		}
	}
	return m, fmt.Errorf("no other account is watched: quit, and then  ortop accounts remove %s", name)
}

// environment is the variable that the member's key comes from; empty: from
// none.
func (m *member) environment() string {
	source, ok := keys.Where(m.App.Env, m.Settings.Account, m.App.Flags.Account != "")
	own, _ := keys.Where(keys.Environment{}, m.Settings.Account, true)
	if !ok || source == own {
		return ""
	}
	return source.Name
}

// keyStays is what becomes of the member's key; one of the environment is not
// ortop's to remove.
func (m *member) keyStays(key string) string {
	if name := m.environment(); name != "" {
		key += "; the one in " + name + " stays there: unset it too"
	}
	return key
}

// gone is why the member cannot be removed.
func (m *member) gone(err error) error {
	if name := m.environment(); name != "" && errors.Is(err, config.ErrNoAccount) {
		return fmt.Errorf("it is not in the configuration: its key comes from %s, so unset that", name)
	}
	return err
}

// out reports whether the configuration can be read and has no account of the
// name.
func out(configPath, name string) bool {
	now, err := config.Read(configPath)
	if err != nil {
		return false
	}
	for _, a := range now.Accounts {
		if strings.EqualFold(a.Name, name) {
			return false
		}
	}
	return true
}
