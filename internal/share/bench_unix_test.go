//go:build unix

package share

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/pgwire"
	"ortop/internal/sharetest"
)

// What the design asks for, beside what a prototype did and what is measured. It is printed,
// not judged: machines differ.
//
//	go test -run - -bench . -benchtime 3000x ./internal/share
func BenchmarkPolls(b *testing.B) {
	c := sharetest.Start(b)
	e, err := Open(Options{DSN: client.NewSecret(c.DSN())})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Init(); err != nil {
		b.Fatal(err)
	}
	const accounts, keys, changed = 167, 200, 10
	if err := e.query(`INSERT INTO @.account (name, base_url, owner, token) SELECT 'a' || i, 'u', 'me', 1 FROM generate_series(1, $1::int) i`, nil, accounts); err != nil {
		b.Fatal(err)
	}
	if err := e.query(`INSERT INTO @.series (account, key, subject) SELECT a.id, k, CASE k WHEN 1 THEN 'account' ELSE 'key#' || k END FROM @.account a, generate_series(1, $1::int) k`, nil, keys+1); err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	poll := func() error {
		i := n.Add(1)
		id, at := i%accounts+1, int64(1_700_000_000)+i
		ms := at * 1000
		w := wire{}
		for k := int64(1); k <= changed+1; k++ {
			w.Samples = append(w.Samples, history.SampleRow{Key: k, At: at, Usage: float64(i)})
			w.Series = append(w.Series, history.HeadRow{Key: k, Subject: subjectOf(k), Attempt: &ms, Success: &ms, Read: &ms, At: &at, Usage: float64(i)})
		}
		_, ok, err := e.append(id, 1, "me", w, sentMark{"~sent", 0, i}, nil)
		if err == nil && !ok {
			err = fmt.Errorf("account %d is fenced", id)
		}
		return err
	}
	began := time.Now()
	var all sync.WaitGroup
	var failed atomic.Pointer[error]
	for range 8 {
		all.Go(func() {
			for n.Load() < int64(b.N) {
				if err := poll(); err != nil {
					failed.Store(&err)
					return
				}
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		b.Fatal(*err)
	}
	b.ReportMetric(float64(n.Load())/time.Since(began).Seconds(), "polls/s(goal:500,floor:649)")
	size, rows := 0.0, 0.0
	err = e.query(`SELECT pg_total_relation_size('ortop.sample'), count(*) FROM @.sample`, func(r pgwire.Row) error { return r.Scan(&size, &rows) })
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(size/rows, "B/sample(goal:95,floor:92)")
	all2, err := e.List(false)
	if err != nil {
		b.Fatal(err)
	}
	began = time.Now()
	for range 20 {
		if _, err := e.List(false); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(time.Since(began).Microseconds())/20e3, "ms/look")
	db, err := history.OpenMemory(context.Background(), history.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	began = time.Now()
	if err := e.Replica(all2[0]).Follow(context.Background(), db, all2[0]); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(time.Since(began).Microseconds())/1e3, "ms/pull")
}

// subjectOf is the series of a key.
func subjectOf(k int64) string {
	if k == 1 {
		return history.Own
	}
	return fmt.Sprint("key#", k)
}
