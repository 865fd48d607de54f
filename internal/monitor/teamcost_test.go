package monitor

import (
	"sync/atomic"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/sim"
)

// leased is a team of which this collector may read the account, or not.
type leased struct {
	alone
	may atomic.Bool
}

func (l *leased) MayPoll() bool { return l.may.Load() }

// What a team's collector stores of its other accounts costs an account nothing,
// whether it is this machine's or another's; and one that becomes this machine's is
// read when it is due by what is stored of it by then.
func TestOtherAccountsOfATeamCostNothing(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "idle"})
		b.alone()
		db := b.onDisk("history.db")
		b.o.Interval = 10 * time.Minute
		team := &leased{}
		team.may.Store(true)
		b.o.Team = team
		m := b.run()
		after(t, m, time.Minute)
		other, err := history.Open(t.Context(), db.Path(), history.Options{Now: b.now})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		series, err := other.Series(t.Context(), "other", testURL, "account")
		if err != nil {
			t.Fatal(err)
		}
		// Of 50 s, in which others store something each second.
		selects := func() int {
			before := db.Stats().Selects
			for range 50 {
				time.Sleep(time.Second)
				at := b.now()
				if err := other.Record(t.Context(), history.PollUpdate{Series: series, Attempt: at, Success: at}, history.Reading{Series: series, At: at, UsageUSD: 1}); err != nil {
					t.Fatal(err)
				}
			}
			return db.Stats().Selects - before
		}
		if n := selects(); n > 25 {
			t.Errorf("an account of this machine costs %d SELECTs while others are stored, want those of a look each minute", n)
		}
		team.may.Store(false)
		time.Sleep(2 * time.Second)
		if n := selects(); n > 25 {
			t.Errorf("an account of another machine costs %d SELECTs while others are stored, want those of a look each minute", n)
		}

		// Another machine read it a moment ago, which a take-over brings.
		own, err := other.Series(t.Context(), b.o.Account, testURL, "account")
		if err != nil {
			t.Fatal(err)
		}
		read := b.now()
		if err := other.Record(t.Context(), history.PollUpdate{Series: own, Attempt: read, Success: read, Due: read.Add(10 * time.Minute), Interval: 10 * time.Minute},
			history.Reading{Series: own, At: read, UsageUSD: 1}); err != nil {
			t.Fatal(err)
		}
		before := b.asked("/credits")
		team.may.Store(true)
		time.Sleep(9 * time.Minute)
		if n := b.asked("/credits") - before; n > 0 {
			t.Errorf("it was read %d times before it was due", n)
		}
		time.Sleep(2 * time.Minute)
		if b.asked("/credits") == before {
			t.Error("it was not read when it was due")
		}
	})
}
