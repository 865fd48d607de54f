package cmd

import (
	"context"
	"errors"
	"fmt"

	"ortop/client"
)

// checkKey asks the API with a key that a person gave, and returns it if the
// API knows it.
func checkKey(ctx context.Context, baseURL, key string) (client.Secret, error) {
	secret := client.NewSecret(key)
	if err := secret.Check(); err != nil {
		return client.Secret{}, err
	}
	c, err := newClient(baseURL, secret)
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
