package monitor

import (
	"fmt"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/spenders"
)

// BenchmarkAlarms judges the keys of a large account, all of them capped.
func BenchmarkAlarms(b *testing.B) {
	db, err := history.OpenMemory(b.Context(), history.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	account, err := db.Series(b.Context(), "test", testURL, accountSubject)
	if err != nil {
		b.Fatal(err)
	}
	limit := 20.0
	list := spenders.KeyList{At: time.Now()}
	for i := range 5000 {
		k := spenders.Key{Hash: fmt.Sprintf("%064x", i), Name: fmt.Sprintf("key-%d", i)}
		k.Cap.LimitUSD, k.Cap.RemainingUSD, k.Cap.Reset = &limit, &limit, "monthly"
		list.Keys = append(list.Keys, k)
	}
	st := &store{m: New(Options{Account: "test", BaseURL: testURL, Rules: alert.Defaults()}), db: db, account: account}
	st.allow.list(list)
	snap := Snapshot{Account: "test", Now: list.At, At: list.At, Interval: time.Minute, Key: &credit.Key{Kind: credit.KeyManagement}}
	for b.Loop() {
		if events, err := st.alarms(b.Context(), snap, 0); err != nil || len(events) > 0 {
			b.Fatal(events, err)
		}
	}
}
