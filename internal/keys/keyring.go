package keys

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"

	"ortop/client"
	"ortop/internal/routine"
	"ortop/internal/text"
)

const (
	keyringService = "ortop"
	keyringLimit   = 3 * time.Second
)

var keyringSource = Source{"keyring"}

// system is the system's keyring; tests put another in its place.
var system = struct {
	get func(service, user string) (string, error)
	set func(service, user, key string) error
	del func(service, user string) error
}{keyring.Get, keyring.Set, keyring.Delete}

func fromKeyring(ctx context.Context, user string) (client.Secret, Source, error) {
	source := keyringSource
	stored, err := getKeyring(ctx, user)
	if err == nil {
		return firstLine([]byte(stored), source)
	}
	e := &Error{Source: source, Hint: "unlock the keyring, or give the account a key_file", Err: err}
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		e.Problem = fmt.Sprintf("it has no entry for account %q", text.Clean(user, 64))
		e.Hint = "store the key again with `ortop accounts add`"
	case errors.Is(err, errTooSlow):
		e.Problem = fmt.Sprintf("no answer within %v", keyringLimit)
	case errors.Is(err, keyring.ErrUnsupportedPlatform):
		e.Problem, e.Hint = "this system has none", "give the account a key_file"
	default:
		e.Problem = text.Safe(err.Error(), 120)
	}
	return client.Secret{}, source, e
}

func getKeyring(ctx context.Context, user string) (string, error) {
	get := system.get // before the goroutine, which may outlive a test's own keyring
	return within(ctx, keyringLimit, func() (string, error) { return get(keyringService, user) })
}

// storeInKeyring stores the key and reads it back, as some keyrings take a key
// and forget it.
func storeInKeyring(ctx context.Context, user string, key client.Secret) error {
	set := system.set
	_, err := within(ctx, keyringLimit, func() (string, error) {
		return "", set(keyringService, user, key.Reveal())
	})
	if err != nil {
		return err
	}
	back, err := getKeyring(ctx, user)
	if err == nil && client.NewSecret(back) != key {
		err = errors.New("it gives back another key")
	}
	return err
}

func removeFromKeyring(ctx context.Context, user string) error {
	del := system.del
	_, err := within(ctx, keyringLimit, func() (string, error) { return "", del(keyringService, user) })
	return err
}

// within bounds a call that takes no context. A call that hangs, as D-Bus can
// for minutes, holds its goroutine until it ends.
func within[T any](ctx context.Context, limit time.Duration, call func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooSlow)
	defer cancel()
	done := make(chan result, 1)
	routine.Go(func() {
		value, err := call()
		done <- result{value, err}
	})
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
