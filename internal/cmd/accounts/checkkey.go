package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ortop/client"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/config"
	"ortop/internal/keys"
)

// StoreKey checks a key that a person gave for an account, stores it, and returns
// where.
func StoreKey(ctx context.Context, a *cli.App, s *session.Settings, account config.Account, text string) (key client.Secret, where string, err error) {
	if s.ConfigPath == "" {
		return key, "", errNoConfig
	}
	if key, err = checkKey(ctx, s.BaseURL, text); err != nil {
		return key, "", &cli.ExitError{Code: cli.ExitUnknown, Err: err}
	}
	if s.Host != "" && account.BaseURL == "" {
		account.BaseURL = s.BaseURL // the key was checked there, and goes there
	}
	if err := nameTheFirst(a, s.ConfigPath, account); err != nil {
		return key, "", err
	}
	where, err = keys.Store(ctx, s.ConfigPath, account, key)
	return key, where, err
}

// nameTheFirst puts the account whose key is in the environment into a
// configuration that lists none, before another one is listed: that would take
// its place, and its key, at the next start.
func nameTheFirst(a *cli.App, configPath string, added config.Account) error {
	first := config.Account{Name: config.DefaultAccount}
	if _, ok := keys.Where(a.Env, first, false); !ok || added.Name == first.Name {
		return nil
	}
	now, err := config.Read(configPath)
	if err != nil || len(now.Accounts) > 0 {
		return err
	}
	return config.AddAccount(configPath, first)
}

// checkKey sends the API a request with a key that a person gave, and returns it if the
// API knows it.
func checkKey(ctx context.Context, baseURL, key string) (client.Secret, error) {
	secret, err := keys.Parse(key)
	if err != nil {
		return client.Secret{}, fmt.Errorf("the key cannot be used: %w", err)
	}
	c, err := session.NewClient(baseURL, secret, time.Now)
	if err != nil {
		return client.Secret{}, err
	}
	defer c.CloseIdle()
	switch _, err := c.Key(ctx); {
	case errors.Is(err, client.ErrUnauthorized):
		return client.Secret{}, fmt.Errorf("the key is not accepted: %w", err)
	case err != nil:
		return client.Secret{}, fmt.Errorf("the key could not be checked: %w", err)
	}
	return secret, nil
}
