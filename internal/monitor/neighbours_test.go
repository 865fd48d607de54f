package monitor

import (
	"path/filepath"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/alert"
	"ortop/internal/courier"
	"ortop/internal/sim"
)

// TestAccountsOfOneFileLeaveEachOtherAlone has alerts stand in accounts that
// share a file: what one stores is no news for the others.
func TestAccountsOfOneFileLeaveEachOtherAlone(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "nearly-empty"})
		path := filepath.Join(t.TempDir(), "history.db")
		var all []*Monitor
		names := []string{"a", "b", "c", "d"}
		if testing.Short() {
			names = names[:3]
		}
		for i, name := range names {
			db, err := history.Open(t.Context(), path, history.Options{Now: b.now})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			o := b.o
			o.Account, o.Open, o.Rules, o.Alerts = name, opened(db), alert.Defaults(), &courier.Options{}
			all = append(all, New(o))
			defer runMonitor(t, all[i])()
			time.Sleep(7 * time.Second) // not all in one second
		}
		if s := after(t, all[0], 10*time.Minute); len(s.Alerts) == 0 {
			t.Fatal("no alert stands")
		}
		views := make(chan int)
		end := time.After(10 * time.Minute)
		go func() {
			n := 0
			for {
				select {
				case <-all[0].Snapshots():
					n++
				case <-end:
					views <- n
					return
				}
			}
		}()
		if n := <-views; n < 10 || n > 60 {
			t.Errorf("%d snapshots in 10 polls, want a few for each", n)
		}
	})
}
