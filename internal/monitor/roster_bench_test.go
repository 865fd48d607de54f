package monitor

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/alert"
	"ortop/internal/credit"
)

// manyKeys is how many keys a large account has.
const manyKeys = 5000

// largeAccount has manyKeys keys that were listed once.
func largeAccount(b *testing.B) (*Monitor, *subject, roster) {
	b.Helper()
	db, err := history.Open(b.Context(), filepath.Join(b.TempDir(), "history.db"), history.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	m := New(Options{Account: "test", BaseURL: testURL})
	account, err := db.Series(b.Context(), "test", testURL, accountSubject)
	if err != nil {
		b.Fatal(err)
	}
	limit := 20.0
	r := roster{At: time.Now().Add(-10 * time.Minute)}
	for i := range manyKeys {
		k := listedKey{
			Hash: fmt.Sprintf("%064x", i), Name: fmt.Sprintf("key-%d", i), Label: "sk-or-v1-abc...123",
			Workspace: "6ba7b810-9dad-41d1-80b4-00c04fd430c8", CreatedAt: r.At.AddDate(-1, 0, 0), UsageUSD: float64(i),
		}
		k.Cap.LimitUSD, k.Cap.RemainingUSD, k.Cap.Reset = &limit, &limit, "monthly"
		r.Keys = append(r.Keys, k)
	}
	if err := m.keepRoster(b.Context(), db, account, r); err != nil {
		b.Fatal(err)
	}
	return m, &subject{db: db, account: account}, r
}

// BenchmarkKeepRoster stores a listing in which one key of a hundred changed.
func BenchmarkKeepRoster(b *testing.B) {
	m, s, r := largeAccount(b)
	text, _ := json.Marshal(r)
	n := 0
	for b.Loop() {
		n++
		r.At = r.At.Add(time.Second) // so that the hourly rows of all do not fall together
		for i := n % 100; i < manyKeys; i += 100 {
			r.Keys[i].UsageUSD += 0.01
		}
		if err := m.keepRoster(b.Context(), s.db, s.account, r); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(text)), "state-bytes")
}

// noAPI is never asked.
type noAPI struct{ API }

// BenchmarkByKey is a breakdown of as many keys, without the network.
func BenchmarkByKey(b *testing.B) {
	m, s, r := largeAccount(b)
	r.At = time.Now()
	if err := m.keepRoster(b.Context(), s.db, s.account, r); err != nil {
		b.Fatal(err)
	}
	api := noAPI{}
	m.api.set(api)
	for b.Loop() {
		d := Breakdown{By: ByKey, From: r.At.Add(-9 * time.Minute), To: r.At, ReadAt: r.At}
		m.answers.kept = []*kept{ // the analytics were asked before
			{api: api, question: "use by key", from: d.From, to: d.To, at: r.At, until: r.At.Add(time.Hour), err: errNames},
		}
		if err := m.byKey(b.Context(), s, &d); err != nil || len(d.Rows) != manyKeys || d.Rows[0].SpendUSD == nil {
			b.Fatal(len(d.Rows), err)
		}
		d.sum(false)
	}
}

// BenchmarkAlarms judges as many keys, all of them capped.
func BenchmarkAlarms(b *testing.B) {
	m, s, r := largeAccount(b)
	m.o.Rules = alert.Defaults()
	st := &store{m: m, db: s.db, account: s.account}
	r.At = time.Now()
	st.allow.list(r)
	snap := Snapshot{Account: "test", Now: r.At, At: r.At, Interval: time.Minute, Key: &credit.Key{Kind: credit.KeyManagement}}
	for b.Loop() {
		if events, err := st.alarms(b.Context(), snap, 0); err != nil || len(events) > 0 {
			b.Fatal(events, err)
		}
	}
}
