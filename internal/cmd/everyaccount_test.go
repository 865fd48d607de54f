package cmd

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/keys"
	"ortop/internal/sim"
)

// twoAccounts is a program with two accounts of one simulated service and one
// without a key.
func twoAccounts(t *testing.T) (*app, *sim.Account) {
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
	a := &app{now: time.Now, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: keys.Environment{}}
	a.flags.history = filepath.Join(dir, "history.db")
	a.flags.baseURL = url
	a.flags.config = write("config.toml", `account = "b"
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

func TestEveryAccountIsPolledAtOnce(t *testing.T) {
	a, account := twoAccounts(t)
	s, err := a.settings()
	if err != nil {
		t.Fatal(err)
	}
	list, err := a.everyAccount(&s)
	if err != nil || len(list) != 3 || list[2].app != a || list[0].app.flags.account != "a" {
		t.Fatalf("everyAccount = %+v, %v, want a, bare and b, b as it is shown", list, err)
	}
	crash := make(chan error, len(list))
	run := &runner{app: a, ctx: t.Context(), log: slog.New(slog.DiscardHandler), crash: crash}
	c := run.newFleet(list)
	closed := false
	defer func() {
		if !closed {
			c.close()
		}
	}()
	var names []string
	for _, a := range c.List() {
		if a.Feed != nil {
			names = append(names, a.Name)
		}
	}
	if !slices.Equal(names, []string{"a", "b"}) || len(c.List()) != 3 || c.List()[1].Name != "bare" {
		t.Errorf("the list is %+v, of which %v are watched, want those with a key", c.List(), names)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	locked := func(name string) bool {
		lock, free, err := history.TryLock(history.LockPath(a.flags.history, name, a.flags.baseURL))
		if err != nil {
			t.Fatal(err)
		}
		if free {
			lock.Unlock()
		}
		return !free
	}
	for _, name := range names {
		feed := c.feed(name)
		if on := run.shown.Load(); on.name != name {
			t.Errorf("after a switch to %s, %s is on the screen", name, on.name)
		}
		for got := ""; got != name; {
			select {
			case snap := <-feed.Snapshots():
				if snap.Balance != nil {
					got = snap.Account
				}
			case err := <-crash:
				t.Fatal(err)
			case <-ctx.Done():
				t.Fatalf("account %s has no balance", name)
			}
		}
		if !locked(name) {
			t.Errorf("account %s is not collected", name)
		}
	}
	if n := len(account.Requests()); n < 4 {
		t.Errorf("%d requests were made, want /key and /credits for both", n)
	}
	if c.Show("bare"); run.shown.Load().name != "b" {
		t.Error("an account without a key is on the screen")
	}
	feed := c.feed("a")
	feed.Release()
	if locked("a") || locked("b") {
		t.Errorf("after Release the locks are held: %v, %v, want neither", locked("a"), locked("b"))
	}
	feed.Resume()
	c.close()
	closed = true
	if locked("a") || locked("b") {
		t.Error("after close a lock is held")
	}
}

func TestANamedAccountIsAlone(t *testing.T) {
	a, _ := twoAccounts(t)
	a.flags.account = "a"
	s, err := a.settings()
	if err != nil {
		t.Fatal(err)
	}
	if list, err := a.everyAccount(&s); err != nil || len(list) != 1 || list[0].settings.account.Name != "a" {
		t.Errorf("everyAccount with --account a = %+v, %v, want a alone", list, err)
	}
}
