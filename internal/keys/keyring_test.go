package keys

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"

	"ortop/internal/config"
)

// fakeKeyring puts two functions in the place of the system's keyring.
func fakeKeyring(t *testing.T, get func() (string, error), set func() error) {
	t.Helper()
	old := system
	t.Cleanup(func() { system = old })
	system.get = func(_, _ string) (string, error) { return get() }
	system.set = func(_, _, _ string) error { return set() }
	system.del = func(_, _ string) error { return keyring.ErrNotFound }
}

func TestKeyring(t *testing.T) {
	for _, tc := range []struct {
		name    string
		get     func() (string, error)
		key     string
		problem string
	}{
		{name: "has the key", get: func() (string, error) { return canary, nil }, key: canary},
		{name: "has an empty entry", get: func() (string, error) { return "", nil }, problem: "it is empty"},
		{name: "has no entry", get: func() (string, error) { return "", keyring.ErrNotFound }, problem: `no entry for account "x"`},
		{name: "K09 is absent", get: func() (string, error) { return "", keyring.ErrUnsupportedPlatform }, problem: "this system has none"},
		{name: "K09 is locked", get: func() (string, error) { return "", errors.New("locked\x1b\n" + canary) }, problem: "locked\ufffd [redacted]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fakeKeyring(t, tc.get, nil)
			key, source, err := find(t.Context(), config.Account{Name: "x", Keyring: true})
			if key.Reveal() != tc.key || source.Name != "keyring" {
				t.Errorf("Find(…) = %q from %q, want %q from the keyring", key.Reveal(), source.Name, tc.key)
			}
			if got, _ := err.(*Error); tc.problem != "" && (got == nil || !strings.Contains(got.Problem, tc.problem)) {
				t.Errorf("Find(…) error = %v, want %q", err, tc.problem)
			}
			if err != nil {
				noCanary(t, err.Error())
			}
		})
	}
}

func TestK09KeyringThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		defer close(free)
		fakeKeyring(t, func() (string, error) { <-free; return canary, nil }, nil)
		start := time.Now()
		_, _, err := find(t.Context(), config.Account{Name: "x", Keyring: true})
		if !errors.Is(err, errTooSlow) || time.Since(start) != keyringLimit {
			t.Errorf("Find(…) = %v after %v, want %v after %v", err, time.Since(start), errTooSlow, keyringLimit)
		}
	})
}

func TestKeyringStopsWithTheProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		defer close(free)
		fakeKeyring(t, func() (string, error) { <-free; return canary, nil }, nil)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, _, err := find(ctx, config.Account{Name: "x", Keyring: true})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Find(…) = %v, want %v", err, context.Canceled)
		}
	})
}
