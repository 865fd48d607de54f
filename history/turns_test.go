package history

import (
	"database/sql"
	"runtime"
	"sync/atomic"
	"testing"
)

// A query of many rows lets others run on the way, on one processor too.
func TestALongQueryLetsOthersRun(t *testing.T) {
	db, _ := fresh(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var turns atomic.Int64
	var ended atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !ended.Load() {
			turns.Add(1)
			runtime.Gosched()
		}
	}()
	rows, most, before := 0, int64(0), int64(0)
	err := db.conn.query("WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n LIMIT 1000) SELECT v FROM n", func(r *sql.Rows) error {
		now := turns.Load()
		if rows++; rows == 1 {
			before = now
		}
		most = now - before
		return nil
	})
	ended.Store(true)
	<-done
	if least := int64(1000/rowsAtOnce) - 1; err != nil || rows != 1000 || most < least {
		t.Errorf("%d rows, %v: others had %d turns meanwhile, want %d at least", rows, err, most, least)
	}
}
