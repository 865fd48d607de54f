package spenders

import (
	"context"
	"crypto/cipher"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
)

// manyKeys is how many keys a large account has.
const manyKeys = 5000

// largeAccount has manyKeys keys that were listed once.
func largeAccount(b *testing.B) (*Service, *Subject, KeyList) {
	b.Helper()
	db, err := history.Open(b.Context(), filepath.Join(b.TempDir(), "history.db"), history.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	account, err := db.Series(b.Context(), "test", testURL, "account")
	if err != nil {
		b.Fatal(err)
	}
	limit := 20.0
	list := KeyList{At: time.Now().Add(-10 * time.Minute)}
	for i := range manyKeys {
		k := Key{
			Hash: fmt.Sprintf("%064x", i), Name: fmt.Sprintf("key-%d", i), Label: "sk-or-v1-abc...123",
			Workspace: "6ba7b810-9dad-41d1-80b4-00c04fd430c8", CreatedAt: list.At.AddDate(-1, 0, 0), UsageUSD: float64(i),
		}
		k.Cap.LimitUSD, k.Cap.RemainingUSD, k.Cap.Reset = &limit, &limit, "monthly"
		list.Keys = append(list.Keys, k)
	}
	sub := &Subject{DB: db, Account: account}
	s := newService(db, func(context.Context) (API, error) { return noAPI{}, nil }, func() *Subject { return sub })
	if _, err := s.storeKeys(b.Context(), sub, &list); err != nil {
		b.Fatal(err)
	}
	return s, sub, list
}

// BenchmarkStoreKeys stores a listing in which one key of a hundred changed.
func BenchmarkStoreKeys(b *testing.B) {
	s, sub, list := largeAccount(b)
	text, _ := json.Marshal(list)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		list.At, list.Keys = list.At.Add(time.Second), slices.Clone(list.Keys) // so that the hourly rows of all do not fall together
		for i := n % 100; i < manyKeys; i += 100 {
			list.Keys[i].UsageUSD += 0.01
		}
		if _, err := s.storeKeys(b.Context(), sub, &list); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(text)), "state-bytes")
}

// noAPI has no answers.
type noAPI struct{ API }

func (noAPI) Query(context.Context, client.AnalyticsQuery) (client.Analytics, error) {
	return client.Analytics{}, errNames
}

func (noAPI) Seal() cipher.AEAD { return nil }

// BenchmarkByKey is a breakdown of as many keys, of which one of a hundred spent, without
// the network.
func BenchmarkByKey(b *testing.B) {
	s, sub, list := largeAccount(b)
	list.At = time.Now()
	if _, err := s.storeKeys(b.Context(), sub, &list); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		d := Breakdown{By: ByKey, From: list.At.Add(-9 * time.Minute), To: list.At, ReadAt: list.At}
		if err := s.byKey(b.Context(), sub, &d); err != nil || len(d.Rows) != manyKeys || d.Rows[0].SpendUSD == nil {
			b.Fatal(len(d.Rows), err)
		}
		d.sum(false)
		if err := s.trends(b.Context(), sub, false, 24, &d); err != nil || d.Rows[0].Trend == nil {
			b.Fatal(d.Rows[0].Trend, err)
		}
	}
}
