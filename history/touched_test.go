package history

import (
	"path/filepath"
	"testing"
	"time"
)

func TestTouched(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	db, other := openTest(t, path), openTest(t, path)
	one := account(t, db)
	two, err := other.Series(ctx, "two", "https://openrouter.ai/api/v1", "account")
	if err != nil {
		t.Fatal(err)
	}
	theirs := account(t, other)
	events := []Event{{At: at(0), Kind: "alert", Level: "low", Text: "low"}}
	if err := db.Record(ctx, PollUpdate{Series: one, Attempt: at(0), State: []byte("a"), Events: events}, Reading{Series: one, At: at(0), UsageUSD: 1}); err != nil {
		t.Fatal(err)
	}
	load := func() {
		t.Helper()
		if _, err := db.Load(ctx, Want{Account: one}); err != nil {
			t.Fatal(err)
		}
	}
	minute := 0.0
	poll := func(db *DB, s Series, state string) {
		t.Helper()
		minute++
		u, readings := PollUpdate{Series: s, Attempt: at(minute)}, []Reading{{Series: s, At: at(minute), UsageUSD: minute}}
		if state != "" {
			u, readings = PollUpdate{Series: s, State: []byte(state)}, nil
		}
		if err := db.Record(ctx, u, readings...); err != nil {
			t.Fatal(err)
		}
	}
	load()
	if _, err := db.Touched(ctx, one); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		do   func()
		want bool
	}{
		{"nothing", func() {}, false},
		{"another account's poll by another process", func() { poll(other, two, "") }, false},
		{"its own poll", func() { load(); poll(db, one, "") }, false},
		{"its own poll, then another account's", func() { load(); poll(db, one, ""); poll(other, two, "") }, false},
		{"its own state, then another account's", func() { load(); poll(db, one, "b"); poll(other, two, "") }, false},
		{"a poll by another process", func() { poll(other, theirs, "") }, true},
		{"a state by another process", func() { load(); poll(other, theirs, "c") }, true},
		{"an event that another process acknowledged", func() {
			load()
			list, err := other.Events(ctx, theirs, time.Time{}, at(1e6), 10)
			if err != nil || len(list) != 1 {
				t.Fatalf("Events() = %v, %v", list, err)
			}
			if err := other.Acknowledge(ctx, theirs, list[0].ID); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"a mute by another process", func() {
			load()
			if err := other.SetState(ctx, theirs, MutesState, []byte(`[]`)); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"another account's poll since that was loaded", func() { load(); poll(other, two, "") }, false},
		{"nothing since that was loaded", func() { load(); poll(other, two, "") }, false},
	} {
		c.do()
		before := db.Stats()
		got, err := db.Touched(ctx, one)
		if err != nil || got != c.want {
			t.Errorf("after %s: Touched() = %v, %v, want %v", c.name, got, err, c.want)
		}
		if now := db.Stats(); now.Looks-before.Looks > 1 || now.Selects != before.Selects {
			t.Errorf("after %s: %d looks and %d SELECTs, want at most one look", c.name, now.Looks-before.Looks, now.Selects-before.Selects)
		}
	}

	// What is stored of others does not have it read anew what stands still.
	load()
	poll(db, one, "")
	poll(other, two, "")
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.view(func() error { _, err := db.head(one); return err }); err != nil {
		t.Fatal(err)
	}
	if db.heads[one].facts == nil {
		t.Error("the segments, gaps and top-ups are to be read anew")
	}
}
