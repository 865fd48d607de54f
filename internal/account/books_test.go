package account

import (
	"context"
	"math"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/sim"
)

// What is spent over each window is what the simulator's own books say, to the
// cent, for each of its ways of spending, with nights in which nothing was read.
func TestWindowsAgreeWithTheBooks(t *testing.T) {
	ctx := context.Background()
	for _, profile := range sim.Profiles() {
		if testing.Short() && profile.Name != "solo" && profile.Name != "auto-top-up" {
			continue
		}
		t.Run(profile.Name, func(t *testing.T) {
			books, err := sim.New(sim.Config{Profile: profile.Name, Now: func() time.Time { return t0 }})
			if err != nil {
				t.Fatal(err)
			}
			db, err := history.OpenMemory(ctx, history.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			series, err := db.Series(ctx, "a", "", "")
			if err != nil {
				t.Fatal(err)
			}
			grown := &credit.Trail{}
			const interval = 6 * time.Minute
			for at := t0.Add(-8 * 24 * time.Hour); !at.After(t0); at = at.Add(interval) {
				if h := at.Hour(); h == 3 && at.Day()%2 == 0 {
					continue
				}
				u := history.PollUpdate{Series: series, Attempt: at, Interval: interval}
				r := history.Reading{Series: series, At: at, UsageUSD: books.Usage(at), CreditsUSD: books.Credits(at), CreditsKnown: true}
				growth, err := db.Preview(u, r)
				if err != nil {
					t.Fatal(err)
				}
				if err := db.Record(ctx, u, r); err != nil {
					t.Fatal(err)
				}
				grown.Add(growth[series])
			}
			past, err := db.Load(ctx, history.Want{Account: series})
			if err != nil {
				t.Fatal(err)
			}
			for name, trail := range map[string]*credit.Trail{"loaded": past.Trails[series], "grown": grown} {
				got := windowsOf(trail, t0).spend()
				for window, w := range map[string]struct {
					got  *float64
					from time.Time
				}{
					"today": {got.TodayUSD, credit.DayStart(t0)}, "1h": {got.Last1hUSD, t0.Add(-time.Hour)},
					"24h": {got.Last24hUSD, t0.Add(-24 * time.Hour)}, "7d": {got.Last7dUSD, t0.Add(-7 * 24 * time.Hour)},
					"week": {got.WeekUSD, credit.WeekStart(t0)},
				} {
					want := books.Usage(t0) - books.Usage(w.from)
					if w.got == nil || math.Abs(*w.got-want) > 0.005 {
						t.Errorf("%s: spent over %s = %v, the books say %v", name, window, deref(w.got), want)
					}
				}
			}
		})
	}
}
