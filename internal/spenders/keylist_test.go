package spenders

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"ortop/client"
	"ortop/internal/credit"
)

// TestKeysOverTime keeps listings of a key that is born, lags, falls for good
// and goes.
func TestKeysOverTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		sub, s := inMemory(t)
		start := time.Now()
		at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
		for _, l := range []struct {
			minute int
			keys   []Key
		}{
			{0, []Key{{Hash: "old", UsageUSD: 10}}},
			{5, []Key{{Hash: "old", UsageUSD: 11}, {Hash: "new", CreatedAt: at(3), UsageUSD: 2}}},
			{10, []Key{{Hash: "old", UsageUSD: 10.5}, {Hash: "new", CreatedAt: at(3), UsageUSD: 2}}},
			{15, []Key{{Hash: "old", UsageUSD: 12}, {Hash: "new", CreatedAt: at(3), UsageUSD: 2}}},
			{20, []Key{{Hash: "old", UsageUSD: 1}, {Hash: "new", CreatedAt: at(3), UsageUSD: 3}}},
			{25, []Key{{Hash: "old", UsageUSD: 1.5}}},
		} {
			if _, err := s.storeKeys(t.Context(), sub, &KeyList{At: at(l.minute), Keys: l.keys}); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			name     string
			from, to int
			want     float64
		}{
			{"a lag is no spend", 0, 20, 2},
			{"a fall that stays is none either", 0, 25, 2},
			{"what a key spent since it was made", 5, 15, 1},
		} {
			r, err := ReadKeys(t.Context(), sub.DB, sub.Account)
			if err != nil || !r.At.Equal(at(25)) || len(r.Keys) != 1 {
				t.Fatalf("KeyList = %+v, %v", r, err)
			}
			got, err := s.keySpends(t.Context(), sub, &r, at(c.from), at(c.to))
			if err != nil {
				t.Fatal(err)
			}
			if usd := got[0][0]; deref(usd) != c.want {
				t.Errorf("%s: the old key spent %v, want %v", c.name, deref(usd), c.want)
			}
		}
		spends, err := sub.DB.Spends(t.Context(), "test", testURL, listedPrefix, at(0), at(20))
		if err != nil || spends[listedPrefix+"new"][0].USD != 3 {
			t.Errorf("the new key spent %v, %v, want all of its 3", spends[listedPrefix+"new"], err)
		}
		r, err := ReadKeys(t.Context(), sub.DB, sub.Account)
		if err != nil || !r.Keys[0].LastUsed.Equal(at(15)) {
			t.Errorf("LastUsed = %v, %v, want %v", r.Keys[0].LastUsed, err, at(15))
		}
	})
}

// A list that was read is read again once another process has stored one, and for no other
// account.
func TestAListIsReadOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		sub, s := inMemory(t)
		other := newService(sub.DB, nil, nil)
		store := func(sub *Subject, usd float64) {
			list := KeyList{At: time.Now(), Keys: []Key{{Hash: "k", UsageUSD: usd}}}
			if _, err := other.storeKeys(t.Context(), sub, &list); err != nil {
				t.Fatal(err)
			}
		}
		read := func(sub *Subject) *storedKeys {
			list, err := s.readKeys(t.Context(), sub)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		store(sub, 1)
		first := read(sub)
		if again := read(sub); again != first || first.Keys[0].UsageUSD != 1 {
			t.Errorf("the list is %+v, and read anew: %t", first.Keys, again != first)
		}
		time.Sleep(time.Minute)
		store(sub, 2)
		if now := read(sub); now.Keys[0].UsageUSD != 2 {
			t.Errorf("after another process stored one, the list is %+v", now.Keys)
		}
		account, err := sub.DB.Series(t.Context(), "another", testURL, "account")
		if err != nil {
			t.Fatal(err)
		}
		second := &Subject{DB: sub.DB, Account: account}
		store(second, 3)
		if now := read(second); now.Keys[0].UsageUSD != 3 {
			t.Errorf("another account, which was listed at the same time, has %+v", now.Keys)
		}
	})
}

func TestACapThatHasStartedAnewIsNotKnown(t *testing.T) {
	day := time.Date(2026, 11, 21, 23, 58, 0, 0, time.UTC)
	limit, left := 5.0, 1.0
	k := Key{Hash: "x", Name: "x", Cap: credit.Cap{LimitUSD: &limit, RemainingUSD: &left, Reset: credit.ResetDaily}}
	r := KeyList{At: day, Keys: []Key{k}}
	balance := &credit.Balance{CreditsUSD: 10, UsageUSD: 9.5}
	row := k.row(&r, balance, day)
	if deref(row.SpendableUSD) != 0.5 || row.Binding != credit.BoundByAccount || !row.ResetsAt.Equal(credit.DayStart(day).AddDate(0, 0, 1)) {
		t.Errorf("row = %+v, want bound by the balance", row)
	}
	row = k.row(&r, &credit.Balance{CreditsUSD: 10}, day)
	if deref(row.SpendableUSD) != 1.0 || row.Binding != credit.BoundByKey {
		t.Errorf("row = %+v, want bound by the cap", row)
	}
	row = k.row(&r, &credit.Balance{CreditsUSD: 10}, day.Add(3*time.Minute))
	if row.Cap.RemainingUSD != nil || row.SpendableUSD != nil || !row.ResetsAt.Equal(credit.DayStart(day).AddDate(0, 0, 2)) {
		t.Errorf("row after midnight = %+v, want what is left unknown", row)
	}
}

func TestUnusedKeys(t *testing.T) {
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	ago := func(d time.Duration) *time.Time { t := at.Add(-d); return &t }
	off := true
	for _, c := range []struct {
		name string
		key  client.APIKey
		want time.Duration
	}{
		{"used today", client.APIKey{LastUsedAt: ago(time.Hour), CreatedAt: ago(400 * day)}, 0},
		{"used 89 days ago", client.APIKey{LastUsedAt: ago(90*day - time.Second)}, 0},
		{"used 90 days ago", client.APIKey{LastUsedAt: ago(90 * day)}, 90 * day},
		{"never used, made long ago", client.APIKey{CreatedAt: ago(200 * day)}, 200 * day},
		{"never used, made lately", client.APIKey{CreatedAt: ago(10 * day)}, 0},
		{"used at a time that is not told", client.APIKey{CreatedAt: ago(200 * day), KeyUsage: client.KeyUsage{UsageUSD: 1}}, 0},
		{"nothing is told", client.APIKey{}, 0},
		{"off", client.APIKey{LastUsedAt: ago(200 * day), Disabled: &off}, 0},
		{"expired", client.APIKey{LastUsedAt: ago(200 * day), KeyUsage: client.KeyUsage{ExpiresAt: ago(day)}}, 0},
		{"used in the future", client.APIKey{LastUsedAt: ago(-day), CreatedAt: ago(10 * day)}, 0},
	} {
		if got := newKey(c.key, at).unusedFor(at); got != c.want {
			t.Errorf("%s: unusedFor = %v, want %v", c.name, got, c.want)
		}
	}
	k := newKey(client.APIKey{LastUsedAt: ago(time.Minute), KeyUsage: client.KeyUsage{UsageUSD: 2}}, at)
	k.follow(&Key{UsageUSD: 1, LastUsed: at.Add(-day)}, at)
	if want := at.Add(-time.Minute); !k.LastUsed.Equal(want) {
		t.Errorf("LastUsed = %v, want what the API tells, %v", k.LastUsed, want)
	}
	rows := []Row{{Name: "a", Unused: 1}, {Name: "b"}, {Unused: 1}, {Name: "c", Unused: 1}, {Name: "d", Unused: 1}}
	if got, want := unusedNote(rows), "not used for 90 days or more: a, (no name), c and 1 more"; got != want {
		t.Errorf("unusedNote = %q, want %q", got, want)
	}
}

// The text of a list is read as it was written, with keys and without, and with nothing
// besides them.
func TestKeyListText(t *testing.T) {
	usd := 2.5
	keys := []Key{{Hash: "a", Name: `a "name", with <signs>`, UsageUSD: 1}, {Hash: "b", Cap: credit.Cap{LimitUSD: &usd}}, {Hash: "c", DailyUSD: &usd}}
	rest := KeyList{Workspaces: []Workspace{{ID: "w", Name: "Main"}}, Truncated: true, Unread: "a row"}
	for _, list := range []KeyList{{}, {Keys: keys}, {Keys: keys[:1]}, rest, {Workspaces: rest.Workspaces, Truncated: true, Unread: rest.Unread, Keys: keys}} {
		text, err := list.text()
		if err != nil {
			t.Fatal(err)
		}
		var got KeyList
		if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, list) {
			t.Errorf("%s = %+v, %v, want %+v", text, got, err, list)
		}
	}
}

// A list of thousands of keys is written in little more memory than it takes.
func TestKeyListTextIsLean(t *testing.T) {
	list := KeyList{Unread: "a row"}
	for i := range 2_000 {
		list.Keys = append(list.Keys, Key{Hash: fmt.Sprintf("%064d", i), Name: "a key", UsageUSD: float64(i)})
	}
	text, err := list.text()
	if err != nil {
		t.Fatal(err)
	}
	if spare := cap(text) - len(text); spare > len(text)/2 {
		t.Errorf("%d B of text have %d B to spare", len(text), spare)
	}
}
