// Package keys finds the API key of an account, and stores one that the user
// gave.
//
// A key comes from, in this order: ORTOP_API_KEY, OPENROUTER_MANAGEMENT_KEY,
// the account's own source (a command, the system keyring or a file, whichever
// the configuration names), OPENROUTER_API_KEY. Nothing is guessed: a keyring
// or a file that no configuration names is not tried, because a call to a keyring
// can take seconds. No error, and no text of this package, holds a key.
package keys

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ortop/client"
	"ortop/internal/config"
	"ortop/internal/text"
)

// ErrNone is matched by Find's error where no source is configured at all, as
// against one that failed.
var ErrNone = errors.New("no key")

// Source is where a key came from.
type Source struct {
	Name string // Name is for people: "ORTOP_API_KEY", "keyring", `file "/x"`, "key_command op".
}

// Error is why a source gave no key, in one line.
type Error struct {
	Source  Source // Source has an empty name where no source is configured.
	Problem string
	Hint    string // Hint is what to do about it, in one line, or empty.
	Err     error  // Err is the cause, or nil.
}

func (e *Error) Error() string {
	if e.Source.Name == "" {
		return e.Problem
	}
	return "reading the key from " + e.Source.Name + ": " + e.Problem
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// Find returns the account's key and where it came from. With explicit set (the
// user named the account) the account's own source alone counts. A source that
// is set but fails ends the search: another key may be that of another account.
// Every error is an *Error. The command gets 10 s, the keyring 3 s.
func Find(ctx context.Context, env Environment, account config.Account, explicit bool) (client.Secret, Source, error) {
	source, read := locate(env, account, explicit)
	switch {
	case read != nil:
		secret, source, err := read(ctx)
		if err != nil {
			return secret, source, err
		}
		key, err := Parse(secret.Reveal())
		return checked(key, source, err)
	case explicit:
		return client.Secret{}, source, &Error{
			Problem: fmt.Sprintf("account %q has no key source of its own", text.Clean(account.Name, 64)),
			Hint:    "give it one with `ortop accounts add`",
			Err:     ErrNone,
		}
	}
	return client.Secret{}, source, &Error{
		Problem: "no key is set",
		Hint:    "set " + ortopVariable + ", or store a key with `ortop accounts add`",
		Err:     ErrNone,
	}
}

// Secret returns what the account's own source holds, which may be another secret
// than a key.
func Secret(ctx context.Context, account config.Account) (client.Secret, error) {
	_, read := locate(Environment{}, account, true)
	if read == nil {
		return client.Secret{}, &Error{Problem: "no source is set", Err: ErrNone}
	}
	secret, source, err := read(ctx)
	if err == nil {
		secret, _, err = checked(secret, source, secret.Check())
	}
	return secret, err
}

// DSN returns that of a team's engine, and where it is from; zero: none is set. That of
// the environment counts before those of the configuration.
func DSN(ctx context.Context, env Environment, share config.Share) (client.Secret, Source, error) {
	if !env.share.secret.IsZero() {
		return env.share.secret, Source{shareVariable}, nil
	}
	if share.DSN != "" {
		return client.NewSecret(share.DSN), Source{"dsn"}, nil
	}
	own := config.Account{Name: "share", KeyCommand: share.DSNCommand, KeyFile: share.DSNFile, Keyring: share.Keyring}
	source, read := locate(Environment{}, own, true)
	if read == nil {
		return client.Secret{}, source, nil
	}
	secret, source, err := read(ctx)
	var failed *Error
	if errors.As(err, &failed) {
		of := strings.Replace(failed.Source.Name, "key_command", "dsn_command", 1)
		return secret, source, &Error{Problem: "reading the DSN of the shared history from " + of + ": " + failed.Problem, Err: err}
	}
	return secret, source, err
}

// Where returns the source that Find would use, without using it; ok is false
// where none is configured.
//
//go:noinline
func Where(env Environment, account config.Account, explicit bool) (source Source, ok bool) {
	source, read := locate(env, account, explicit)
	return source, read != nil
}

// locate returns the source that counts, and what reads it; nil if there is
// none.
func locate(env Environment, account config.Account, explicit bool) (Source, func(context.Context) (client.Secret, Source, error)) {
	type reader = func(context.Context) (client.Secret, Source, error)
	held := func(v variable) (Source, reader) {
		source := Source{v.name}
		return source, func(context.Context) (client.Secret, Source, error) { return v.secret, source, nil }
	}
	if !explicit {
		for _, v := range []variable{env.ortop, env.management} {
			if !v.secret.IsZero() {
				return held(v)
			}
		}
	}
	switch {
	case len(account.KeyCommand) > 0:
		return commandSource(account.KeyCommand), func(ctx context.Context) (client.Secret, Source, error) {
			return fromCommand(ctx, account.KeyCommand, commandLimit)
		}
	case account.Keyring:
		return keyringSource, func(ctx context.Context) (client.Secret, Source, error) {
			return fromKeyring(ctx, account.Name)
		}
	case account.KeyFile != "":
		return fileSource(account.KeyFile), func(context.Context) (client.Secret, Source, error) {
			return fromFile(account.KeyFile)
		}
	case !explicit && !env.ordinary.secret.IsZero():
		return held(env.ordinary)
	}
	return Source{}, nil
}

// checked names the source of a key that cannot be used.
//
//go:noinline
func checked(key client.Secret, source Source, err error) (client.Secret, Source, error) {
	if err != nil {
		return client.Secret{}, source, &Error{Source: source, Problem: err.Error(), Err: err}
	}
	return key, source, nil
}

// firstLine takes the secret from a file's or a command's text. What follows the
// first line is left out, as password managers put notes there.
func firstLine(text []byte, source Source) (client.Secret, Source, error) {
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	key := client.NewSecret(line)
	if key.IsZero() {
		return checked(key, source, errEmpty)
	}
	return key, source, nil
}
