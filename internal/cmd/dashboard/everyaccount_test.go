package dashboard

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/cmd/session"
)

func TestEveryAccountIsPolledAtOnce(t *testing.T) {
	a, account := twoAccounts(t)
	s, err := session.Load(a)
	if err != nil {
		t.Fatal(err)
	}
	list, err := session.EveryAccount(a, &s)
	if err != nil || len(list) != 3 || list[2].App != a || list[0].App.Flags.Account != "a" {
		t.Fatalf("everyAccount = %+v, %v, want a, bare and b, b as it is shown", list, err)
	}
	crash := make(chan error, len(list))
	run := &session.Runner{App: a, Ctx: t.Context(), Log: slog.New(slog.DiscardHandler), Crash: crash}
	c := newFleet(run, list)
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
		lock, free, err := history.TryLock(history.LockPath(a.Flags.History, name, a.Flags.BaseURL))
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
		if on := run.Shown.Load(); on.Name != name {
			t.Errorf("after a switch to %s, %s is on the screen", name, on.Name)
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
	if c.Show("bare"); run.Shown.Load().Name != "b" {
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
	a.Flags.Account = "a"
	s, err := session.Load(a)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := session.EveryAccount(a, &s); err != nil || len(list) != 1 || list[0].Settings.Account.Name != "a" {
		t.Errorf("everyAccount with --account a = %+v, %v, want a alone", list, err)
	}
}
