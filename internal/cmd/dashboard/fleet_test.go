package dashboard

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/config"
	"ortop/internal/keys"
	"ortop/internal/sim"
)

// fleetOf is the fleet of a program, on a machine without a keyring.
func fleetOf(t *testing.T, a *cli.App) *fleet {
	t.Helper()
	keyring.MockInitWithError(errors.New("none"))
	s, err := session.Load(a)
	if err != nil {
		t.Fatal(err)
	}
	list, err := session.EveryAccount(a, &s)
	if err != nil {
		t.Fatal(err)
	}
	run := &session.Runner{App: a, Ctx: t.Context(), Log: slog.New(slog.DiscardHandler), Crash: make(chan error, 8)}
	c := newFleet(run, list)
	t.Cleanup(func() {
		if err := c.close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// watchedNames are the accounts of a fleet that are polled.
func watchedNames(c *fleet) (names []string) {
	for _, a := range c.List() {
		if a.Feed != nil {
			names = append(names, a.Name)
		}
	}
	return names
}

func configured(t *testing.T, a *cli.App) (names []string) {
	t.Helper()
	now, err := config.Read(a.Flags.Config)
	if err != nil {
		t.Fatal(err)
	}
	for _, account := range now.Accounts {
		names = append(names, account.Name)
	}
	return names
}

func TestFleetAddsAndRemoves(t *testing.T) {
	a, _ := twoAccounts(t)
	c := fleetOf(t, a)
	if _, err := c.Add(t.Context(), "new", "a", "wrong"); err == nil || !strings.Contains(err.Error(), "not accepted") {
		t.Errorf("a key that is not accepted: %v", err)
	}
	note, err := c.Add(t.Context(), "new", "a", sim.DemoKey)
	if err != nil || !strings.HasPrefix(note, `account new: key stored in the file "`) || strings.Contains(note, sim.DemoKey) {
		t.Fatalf("Add = %q, %v", note, err)
	}
	if got, want := watchedNames(c), []string{"a", "b", "new"}; !slices.Equal(got, want) {
		t.Errorf("watched are %v, want %v", got, want)
	}
	if note, err := c.Add(t.Context(), "bare", "bare", sim.DemoKey); err != nil || len(watchedNames(c)) != 4 {
		t.Errorf("a key for the one that had none: %q, %v, watched are %v", note, err, watchedNames(c))
	}
	now, err := config.Read(a.Flags.Config)
	if added, _ := now.Find("new"); err != nil || added.BaseURL != a.Flags.BaseURL || !added.HasSource() {
		t.Errorf("the configuration has %+v, %v, want where the key was checked", added, err)
	}

	if fate, err := c.Fate(t.Context(), "new"); err != nil || !strings.Contains(fate, "its key is removed with file") || !strings.Contains(fate, "history stays") {
		t.Errorf("Fate(new) = %q, %v", fate, err)
	}
	if fate, err := c.Fate(t.Context(), "a"); err != nil || !strings.Contains(fate, `its key stays in file`) {
		t.Errorf("Fate(a) = %q, %v, want that its key_file stays", fate, err)
	}
	if _, err := c.Fate(t.Context(), "b"); err == nil || !strings.Contains(err.Error(), "shown when none is named") {
		t.Errorf("Fate(b) = %v, want what else names it", err)
	}
	note, err = c.Remove(t.Context(), "new")
	if err != nil || !strings.Contains(note, "account new: removed from the configuration; its key was removed with file") {
		t.Errorf("Remove = %q, %v", note, err)
	}
	if got, want := watchedNames(c), []string{"a", "bare", "b"}; !slices.Equal(got, want) {
		t.Errorf("after Remove watched are %v, want %v", got, want)
	}
	if lock, free, err := history.TryLock(history.LockPath(a.Flags.History, "new", a.Flags.BaseURL)); err != nil || !free {
		t.Errorf("after Remove the account is still collected: %v", err)
	} else {
		lock.Unlock()
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(a.Flags.Config), "keys", "new*")); len(left) > 0 {
		t.Errorf("after Remove there is %v", left)
	}
	if _, err := c.Remove(t.Context(), "new"); err == nil {
		t.Error("it was removed twice")
	}
}

func TestFleetNames(t *testing.T) {
	a, _ := twoAccounts(t)
	c := fleetOf(t, a)
	for name, want := range map[string]string{
		"": "empty", "A": "already", "bare": "already", "x\x1by": "printable", "../x": "must not hold", strings.Repeat("x", 65): "longer", "new": "",
	} {
		err := c.CheckName(name)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("CheckName(%q) = %v, want %q", name, err, want)
		}
	}
	// Another process adds one meanwhile: its key is not replaced.
	if err := config.AddAccount(a.Flags.Config, config.Account{Name: "theirs", KeyFile: filepath.Join(t.TempDir(), "key")}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Add(t.Context(), "Theirs", "a", sim.DemoKey); err == nil || !strings.Contains(err.Error(), "another ortop added") {
		t.Errorf("Add of what another process added = %v", err)
	}
	if _, err := c.Add(t.Context(), "mine", "a", sim.DemoKey); err != nil {
		t.Fatal(err)
	}
	if got, want := configured(t, a), []string{"a", "bare", "b", "theirs", "mine"}; !slices.Equal(got, want) {
		t.Errorf("the configuration has %v, want %v", got, want)
	}
}

// The key of the environment belongs to the first account: it is still that
// one's at the next start, and is not ortop's to remove.
func TestFleetAndTheEnvironment(t *testing.T) {
	a, _ := twoAccounts(t)
	if err := os.WriteFile(a.Flags.Config, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ORTOP_API_KEY", sim.DemoKey)
	a.Env = keys.TakeEnvironment()
	c := fleetOf(t, a)
	if _, err := c.Fate(t.Context(), "default"); err == nil || !strings.Contains(err.Error(), "ortop accounts remove default") {
		t.Errorf("Fate of the only account = %v", err)
	}
	if _, err := c.Add(t.Context(), "work", "default", sim.DemoKey); err != nil {
		t.Fatal(err)
	}
	if got, want := configured(t, a), []string{"default", "work"}; !slices.Equal(got, want) {
		t.Errorf("the configuration has %v, want %v", got, want)
	}
	s, err := session.Load(a)
	if err != nil || s.Account.Name != "default" {
		t.Errorf("the next start shows %q, %v", s.Account.Name, err)
	}
	const stays = "the one in ORTOP_API_KEY stays there: unset it too"
	if fate, err := c.Fate(t.Context(), "default"); err != nil || !strings.Contains(fate, stays) {
		t.Errorf("Fate = %q, %v, want %q", fate, err, stays)
	}
	if fate, err := c.Fate(t.Context(), "work"); err != nil || strings.Contains(fate, "ORTOP_API_KEY") {
		t.Errorf("Fate of the other = %q, %v", fate, err)
	}
	if note, err := c.Remove(t.Context(), "default"); err != nil || !strings.Contains(note, stays) {
		t.Errorf("Remove = %q, %v, want %q", note, err, stays)
	}
	if _, err := c.Remove(t.Context(), "work"); err == nil {
		t.Error("the last account was removed")
	}
}

// twoAccounts is a program with two accounts of one simulated service and one
// without a key.
func twoAccounts(t *testing.T) (*cli.App, *sim.Account) {
	t.Helper()
	account, err := sim.New(sim.Config{Profile: "steady"})
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := account.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("key", sim.DemoKey)
	a := &cli.App{Now: time.Now, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Env: keys.Environment{}}
	a.Flags.History = filepath.Join(dir, "history.db")
	a.Flags.BaseURL = url
	a.Flags.Config = write("config.toml", `account = "b"
[[accounts]]
name = "a"
key_file = "key"
[[accounts]]
name = "bare"
[[accounts]]
name = "b"
key_file = "key"
`)
	return a, account
}
