// Package cmdtest has readings for the tests of commands.
package cmdtest

import (
	"context"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/monitor"
)

// Day is a time of UTC: "2006-01-02 15:04".
func Day(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

// Known is a reading with both totals, in USD.
func Known(at string, usage, credits float64) history.Reading {
	return history.Reading{At: Day(at), UsageUSD: usage, CreditsUSD: credits, CreditsKnown: true}
}

// ArchiveOf is a history in memory with these readings, a minute apart where
// they tell no time.
func ArchiveOf(t testing.TB, interval time.Duration, readings ...history.Reading) monitor.Archive {
	t.Helper()
	ctx := context.Background()
	db, err := history.OpenMemory(ctx, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // it is in memory
	s, err := db.Series(ctx, "personal", "https://x.test", "account")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range readings {
		r.Series = s
		if err := db.Record(ctx, history.PollUpdate{Series: s, Interval: interval}, r); err != nil {
			t.Fatal(err)
		}
	}
	return monitor.Archive{DB: db, Account: s, Shown: s}
}

// WithHole are readings of each hour with a hole of 35 h, in which 18 USD are spent.
func WithHole() (readings []history.Reading) {
	from, to := Day("2026-11-19 11:00"), Day("2026-11-20 22:00")
	for at := Day("2026-11-09 00:00"); !at.After(Day("2026-11-21 06:00")); at = at.Add(time.Hour) {
		r := history.Reading{At: at, UsageUSD: at.Sub(Day("2026-11-09 00:00")).Hours(), CreditsUSD: 1000, CreditsKnown: true}
		if at.After(from) {
			r.UsageUSD -= 35 - 18 // the hole has 18
		}
		if !at.After(from) || !at.Before(to) {
			readings = append(readings, r)
		}
	}
	return readings
}

// ImportNow is when the readings of tests end.
var ImportNow = Day("2026-11-21 12:00")

// MonitorOf is a monitor of a history in memory with these readings.
func MonitorOf(t *testing.T, readings ...history.Reading) *monitor.Monitor {
	t.Helper()
	ar := ArchiveOf(t, 24*time.Hour, readings...)
	mon := monitor.New(monitor.Options{
		Account: "personal", BaseURL: "https://x.test", Now: func() time.Time { return ImportNow },
		Open: func(context.Context) (*history.DB, string, error) { return ar.DB, "", nil },
		Connect: func(context.Context) (monitor.API, string, error) {
			return nil, "", client.ErrUnauthorized
		},
	})
	if _, err := mon.OpenArchive(context.Background()); err != nil {
		t.Fatal(err)
	}
	return mon
}

// Daily is one reading at each midnight, with a rise of 1 USD a day.
func Daily(from, to string) (readings []history.Reading) {
	for at := Day(from); !at.After(Day(to)); at = at.AddDate(0, 0, 1) {
		readings = append(readings, history.Reading{At: at, UsageUSD: float64(len(readings)), CreditsUSD: 100, CreditsKnown: true})
	}
	return readings
}

// Near reports whether two amounts are the same but for rounding.
func Near(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }
