package monitor

import (
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/credit"
)

// TestKeysOverTime keeps listings of a key that is born, lags, falls for good
// and goes.
func TestKeysOverTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		db, err := history.OpenMemory(t.Context(), history.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		m := New(Options{Account: "test", BaseURL: testURL})
		account, err := db.Series(t.Context(), "test", testURL, accountSubject)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
		for _, l := range []struct {
			minute int
			keys   []listedKey
		}{
			{0, []listedKey{{Hash: "old", UsageUSD: 10}}},
			{5, []listedKey{{Hash: "old", UsageUSD: 11}, {Hash: "new", CreatedAt: at(3), UsageUSD: 2}}},
			{10, []listedKey{{Hash: "old", UsageUSD: 10.5}, {Hash: "new", CreatedAt: at(3), UsageUSD: 2}}},
			{15, []listedKey{{Hash: "old", UsageUSD: 12}, {Hash: "new", CreatedAt: at(3), UsageUSD: 2}}},
			{20, []listedKey{{Hash: "old", UsageUSD: 1}, {Hash: "new", CreatedAt: at(3), UsageUSD: 3}}},
			{25, []listedKey{{Hash: "old", UsageUSD: 1.5}}},
		} {
			if err := m.keepRoster(t.Context(), db, account, roster{At: at(l.minute), Keys: l.keys}); err != nil {
				t.Fatal(err)
			}
		}
		s := &subject{db: db, account: account}
		for _, c := range []struct {
			name     string
			from, to int
			want     map[string]any
		}{
			{"a lag is no spend", 0, 20, map[string]any{"old": 2.0}},
			{"a fall that stays is none either", 0, 25, map[string]any{"old": 2.0}},
			{"what a key spent since it was made", 5, 15, map[string]any{"old": 1.0}},
		} {
			r, err := readRoster(t.Context(), db, account)
			if err != nil || !r.At.Equal(at(25)) || len(r.Keys) != 1 {
				t.Fatalf("roster = %+v, %v", r, err)
			}
			got, err := m.keySpends(t.Context(), s, r, at(c.from), at(c.to))
			if err != nil {
				t.Fatal(err)
			}
			for hash, want := range c.want {
				if deref(got[hash]) != want {
					t.Errorf("%s: %s spent %v, want %v", c.name, hash, deref(got[hash]), want)
				}
			}
		}
		spends, err := db.Spends(t.Context(), "test", testURL, listedPrefix, at(0), at(20))
		if err != nil || spends[listedPrefix+"new"].USD != 3 {
			t.Errorf("the new key spent %v, %v, want all of its 3", spends[listedPrefix+"new"], err)
		}
		r, err := readRoster(t.Context(), db, account)
		if err != nil || !r.Keys[0].LastUsed.Equal(at(15)) {
			t.Errorf("LastUsed = %v, %v, want %v", r.Keys[0].LastUsed, err, at(15))
		}
	})
}

func TestACapThatHasStartedAnewIsNotKnown(t *testing.T) {
	day := time.Date(2026, 11, 21, 23, 58, 0, 0, time.UTC)
	limit, left := 5.0, 1.0
	k := listedKey{Hash: "x", Name: "x", Cap: credit.Cap{LimitUSD: &limit, RemainingUSD: &left, Reset: credit.ResetDaily}}
	r := roster{At: day, Keys: []listedKey{k}}
	balance := &credit.Balance{CreditsUSD: 10, UsageUSD: 9.5}
	row := k.row(r, balance, day)
	if deref(row.SpendableUSD) != 0.5 || row.Binding != credit.BoundByAccount || !row.ResetsAt.Equal(credit.DayStart(day).AddDate(0, 0, 1)) {
		t.Errorf("row = %+v, want bound by the balance", row)
	}
	row = k.row(r, &credit.Balance{CreditsUSD: 10}, day)
	if deref(row.SpendableUSD) != 1.0 || row.Binding != credit.BoundByKey {
		t.Errorf("row = %+v, want bound by the cap", row)
	}
	row = k.row(r, &credit.Balance{CreditsUSD: 10}, day.Add(3*time.Minute))
	if row.Cap.RemainingUSD != nil || row.SpendableUSD != nil || !row.ResetsAt.Equal(credit.DayStart(day).AddDate(0, 0, 2)) {
		t.Errorf("row after midnight = %+v, want what is left unknown", row)
	}
}

// TestRolloverAtMidnight breaks the UTC day down from just before its end to
// just after the next began.
func TestRolloverAtMidnight(t *testing.T) {
	bubble(t, func(t *testing.T) {
		time.Sleep(23*time.Hour + 50*time.Minute)
		b := newBench(t, oldAccount("steady"))
		m := b.run()
		after(t, m, time.Minute)
		for range 20 {
			after(t, m, time.Minute)
			now := b.now()
			from := credit.DayStart(now)
			if now.Sub(from) < time.Minute {
				continue
			}
			d, err := m.Breakdown(t.Context(), BreakdownQuery{ByKey, from, now})
			if err != nil {
				t.Fatal(err)
			}
			want := b.account.Usage(d.To) - b.account.Usage(from) - b.account.Unattributed(d.To) + b.account.Unattributed(from)
			// Until keys were listed in this day, the analytics tell, of up to the minute.
			if got := spendOf(d); got < 0 || got > want+0.5 || got < want-0.5 {
				t.Errorf("%v: the day's rows are %v, want %v", now.Format("15:04"), got, want)
			}
		}
	})
}
