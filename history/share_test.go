package history

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

// The outbox gives as many entries of each account as were asked for, the oldest first.
func TestOutboxIsBounded(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "h.db"), Options{Share: true, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, name := range []string{"a", "b"} {
		s, err := db.Series(t.Context(), name, "u", Own)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			if err := db.Record(t.Context(), PollUpdate{Series: s}, Reading{Series: s, At: now.Add(time.Duration(i) * time.Second), UsageUSD: float64(i)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, n := range []int{1, 3, 5, 6} {
		all, err := db.Outbox(t.Context(), [][2]string{{"a", "u"}, {"b", "u"}}, n)
		if err != nil || len(all) != 2 {
			t.Fatal(all, err)
		}
		for i, list := range all {
			if len(list) != min(n, 5) {
				t.Errorf("asked for %d entries of account %d, there are %d", n, i, len(list))
			}
			for j := 1; j < len(list); j++ {
				if list[j].Seq <= list[j-1].Seq {
					t.Errorf("entry %d of account %d is older than the one before", j, i)
				}
			}
		}
	}
}

// relay sends what waits in the outbox of from to another history, as JSON.
func relay(t *testing.T, from, to *DB) {
	t.Helper()
	ctx := context.Background()
	for {
		all, err := from.Outbox(ctx, [][2]string{{"a", "u"}, {"none", "u"}}, 64)
		if err != nil || len(all) != 2 || len(all[1]) > 0 {
			t.Fatal(all, err)
		}
		list := all[0]
		if len(list) == 0 {
			return
		}
		for _, m := range list {
			for _, subject := range m.Rows.Whole {
				if m.Rows, err = from.All(ctx, "a", "u", subject); err != nil {
					t.Fatal(err)
				}
				m.Rows.Whole = []string{subject}
			}
			text, err := json.Marshal(m.Rows)
			if err != nil {
				t.Fatal(err)
			}
			var r Rows
			if err := json.Unmarshal(text, &r); err != nil {
				t.Fatal(err)
			}
			for range 2 { // twice is as once
				if err := to.Take(ctx, "a", "u", r); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, last := range []int{0, len(list) - 1} {
			if err := from.Sent(ctx, []Ack{{"a", "u", list[last].Seq, 7, true}}); err != nil {
				t.Fatal(err)
			}
			if waits, _, err := from.Waits(ctx, "a", "u"); err != nil || waits < len(list)-1-last || last > 0 && len(list) < 64 && waits > 0 {
				t.Fatalf("%d wait, %v after %d of %d", waits, err, last+1, len(list))
			}
		}
	}
}

// replies are what a history says of all series of the account.
func replies(t *testing.T, db *DB, now time.Time, subjects []string) (list []any) {
	t.Helper()
	ctx := context.Background()
	for _, subject := range subjects {
		s, err := db.Series(ctx, "a", "u", subject)
		if err != nil {
			t.Fatal(err)
		}
		poll, _, err := db.Poll(ctx, s)
		if err != nil {
			t.Fatal(err)
		}
		plot, err := db.Buckets(ctx, s, now.Add(-72*time.Hour), now, 100)
		if err != nil {
			t.Fatal(err)
		}
		past, err := db.Load(ctx, Want{Account: s, Series: []Series{s}, Since: now.Add(-48 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		events, err := db.Events(ctx, s, time.Unix(0, 0), now, -1)
		if err != nil {
			t.Fatal(err)
		}
		for i := range events {
			events[i].ID = 0
		}
		topUps, err := db.TopUps(ctx, s, time.Unix(0, 0), now)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, poll, plot, string(past.State), past.Open, past.Ended, past.Trails[s], events, topUps)
	}
	return list
}

// What is recorded in a shared history answers alike from another that took the
// outbox, also where rows were put before others.
func TestOutboxMakesTheSameHistory(t *testing.T) {
	ctx := context.Background()
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	from, err := Open(ctx, filepath.Join(t.TempDir(), "h.db"), Options{Now: func() time.Time { return now }, Share: true})
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := OpenMemory(ctx, Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	rng := rand.New(rand.NewPCG(1, 2))
	subjects := []string{Own, "key:1", "key:2"}
	var series []Series
	for _, subject := range subjects {
		s, err := from.Series(ctx, "a", "u", subject)
		if err != nil {
			t.Fatal(err)
		}
		series = append(series, s)
	}
	usage, bought := 10.0, 100.0
	for i := range 400 {
		now = now.Add(time.Minute)
		if rng.IntN(20) == 0 {
			now = now.Add(time.Hour)
		}
		u := PollUpdate{Series: series[0], Interval: time.Minute, Attempt: now, Due: now.Add(time.Minute)}
		var readings []Reading
		if rng.IntN(10) == 0 {
			u.FaultKind, u.Fault = "network", "no route"
		} else {
			if rng.IntN(3) > 0 {
				usage += rng.Float64()
			}
			if rng.IntN(50) == 0 {
				bought += 20
			}
			u.Success = now
			readings = append(readings, Reading{Series: series[0], At: now, UsageUSD: usage, CreditsUSD: bought, CreditsKnown: true})
			if i%5 == 0 {
				readings = append(readings, Reading{Series: series[1], At: now, UsageUSD: usage / 2}, Reading{Series: series[2], At: now, UsageUSD: 3})
			}
			u.State = []byte(`{"i":` + string(rune('0'+i%10)) + `}`)
		}
		if i%25 == 0 {
			u.Events = []Event{{At: now, Kind: "alert", Level: "warning", Text: "low", Data: []byte("{}")}}
			u.Remember = []Forecast{{At: now, UsageUSD: usage, BalanceUSD: 5, P10: 1, P50: 2, P90: 3}}
		}
		if err := from.Record(ctx, u, readings...); err != nil {
			t.Fatal(err)
		}
		if i%40 == 0 {
			relay(t, from, to)
		}
	}
	if _, err := from.Backfill(ctx, series[0], []Spend{{From: now.Add(-60 * time.Hour), To: now.Add(-50 * time.Hour), USD: 2}}); err != nil {
		t.Fatal(err)
	}
	relay(t, from, to)
	got, want := replies(t, to, now, subjects), replies(t, from, now, subjects)
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("answer %d:\n%+v\nwant\n%+v", i, got[i], want[i])
		}
	}
	if s := to.Damage(); s != "" {
		t.Error(s)
	}
	if n, _, err := from.Waits(ctx, "a", "u"); n != 0 || err != nil {
		t.Errorf("%d entries wait: %v", n, err)
	}
	seq, rev, err := from.LastSent(ctx, "a", "u")
	if rev != 7 || err != nil {
		t.Errorf("the last rev is %d, %v", rev, err)
	}
	for _, want := range []int{2, 0} {
		if n, err := from.Unsend(ctx, "a", "u", seq-2); n != want || err != nil {
			t.Errorf("%d entries are offered again, want %d: %v", n, want, err)
		}
	}
	if now, _, err := from.LastSent(ctx, "a", "u"); now != seq-2 || err != nil {
		t.Errorf("the last entry that was sent is %d, %v, want %d", now, err, seq-2)
	}
	id, err := from.OutboxID(ctx)
	if again, err2 := from.OutboxID(ctx); id == "" || again != id || err != nil || err2 != nil {
		t.Errorf("the outbox is %q, then %q: %v, %v", id, again, err, err2)
	}
	if n, _, err := from.Waits(ctx, "", ""); n != 2 || err != nil {
		t.Errorf("%d entries wait: %v", n, err)
	}
}

// Without Share a file has no outbox; with one it keeps it, whoever writes.
func TestOutboxIsOfSharedFiles(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "h.db")
	record := func(o Options) (waits int) {
		db, err := Open(ctx, path, o)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		s, err := db.Series(ctx, "a", "u", Own)
		if err == nil {
			err = db.Record(ctx, PollUpdate{Series: s}, Reading{Series: s, UsageUSD: 1})
		}
		if err != nil {
			t.Fatal(err)
		}
		waits, _, err = db.Waits(ctx, "", "")
		if err != nil {
			t.Fatal(err)
		}
		if v, err := db.conn.int("PRAGMA user_version"); err != nil || (v == sharedVersion()) != (waits > 0) {
			t.Errorf("version %d, %v, %d wait", v, err, waits)
		}
		return waits
	}
	for i, o := range []Options{{}, {Share: true}, {}} {
		if got, want := record(o), []int{0, 1, 2}[i]; got != want {
			t.Errorf("opened %d times, %d entries wait, want %d", i+1, got, want)
		}
	}
}

// A late row, and one that replaced another of its second, change what follows.
func TestTakeLateRows(t *testing.T) {
	ctx := context.Background()
	db, err := OpenMemory(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	take := func(head int64, usage float64, samples ...SampleRow) {
		t.Helper()
		ms := head * 1000
		if err := db.Take(ctx, "a", "u", Rows{Series: []HeadRow{{Key: 4, Subject: Own, Attempt: &ms, Success: &ms, Read: &ms, At: &head, Usage: usage}}, Samples: samples}); err != nil {
			t.Fatal(err)
		}
	}
	const day = 1_700_000_000
	take(day+200, 4, SampleRow{4, day, 1}, SampleRow{4, day + 200, 4})
	take(day+200, 5, SampleRow{4, day + 100, 2})
	s, err := db.Series(ctx, "a", "u", Own)
	if err != nil {
		t.Fatal(err)
	}
	samples, err := db.Range(ctx, s, time.Unix(day, 0), time.Unix(day+300, 0))
	if err != nil {
		t.Fatal(err)
	}
	var got []float64
	for _, v := range samples {
		got = append(got, v.UsageUSD)
	}
	if !reflect.DeepEqual(got, []float64{1, 2, 5}) || db.Damage() != "" {
		t.Errorf("got %v, %s", got, db.Damage())
	}
}

// What was acknowledged stays for a while, for an engine that goes on from an older copy,
// and is dropped then, but for the last.
func TestOutboxIsTidied(t *testing.T) {
	ctx := context.Background()
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	db, err := Open(ctx, filepath.Join(t.TempDir(), "h.db"), Options{Share: true, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s, err := db.Series(ctx, "a", "u", Own)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{1, 2, 3, 1} { // entries, after each
		if i == 3 {
			now = now.Add(keepSent + time.Minute)
		}
		if err := db.Record(ctx, PollUpdate{Series: s}, Reading{Series: s, At: now.Add(time.Duration(i) * time.Second), UsageUSD: float64(i)}); err != nil {
			t.Fatal(err)
		}
		all, err := db.Outbox(ctx, [][2]string{{"a", "u"}}, 64)
		if err != nil || len(all[0]) != 1 {
			t.Fatal(all, err)
		}
		ack := Ack{"a", "u", all[0][0].Seq, int64(i + 1), false}
		if err := db.Sent(ctx, []Ack{ack}); err != nil {
			t.Fatal(err)
		}
		ack.Tidy = true
		if err := db.Sent(ctx, []Ack{ack}); err != nil {
			t.Fatal(err)
		}
		if n, err := db.conn.int("SELECT count(*) FROM outbox"); err != nil || int(n) != want {
			t.Errorf("after entry %d the outbox has %d, %v, want %d", i+1, n, err, want)
		}
	}
}
