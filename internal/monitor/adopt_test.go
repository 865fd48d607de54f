package monitor

import (
	"math"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/sim"
)

// What was imported before the first reading is the past from that on, for a
// collector too, and what is more than was ever used is said and left out.
func TestImportedAheadOfTheFirstReading(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		usd  float64
		told string
		took bool
	}{
		{"of this account", 1.5, "$1.50 of spend that was imported before the first reading leads up to it", true},
		{"of another", 9e5, "was left out: there would be $900", false},
	} {
		bubble(t, func(t *testing.T) {
			time.Sleep(5 * time.Hour)
			b := newBench(t, oldAccount("steady"))
			series, err := b.db.Series(t.Context(), b.o.Account, b.o.BaseURL, account.OfAccount.Name(""))
			if err != nil {
				t.Fatal(err)
			}
			from := credit.DayStart(b.now()).AddDate(0, 0, -60)
			if _, err := b.db.ImportSpend(t.Context(), series, []history.Spend{{From: from, To: from.AddDate(0, 0, 1), USD: c.usd}}); err != nil {
				t.Fatal(err)
			}
			s := after(t, b.run(), 7*time.Minute)
			plot, err := b.db.BucketsAt(t.Context(), series, []time.Time{from, from.AddDate(0, 0, 1)})
			got := plot.Buckets[0]
			if err != nil || got.Known != c.took || c.took && math.Abs(got.SpendUSD-c.usd) > 1e-9 {
				t.Errorf("%s: the imported day = %+v, %v, want %v: %v", c.name, got, err, c.usd, c.took)
			}
			if began := s.HistorySince; began.Equal(from) != c.took {
				t.Errorf("%s: the snapshot's history begins %v, want at %v: %v", c.name, began, from, c.took)
			}
			if s.Spend.Last7dUSD == nil {
				t.Errorf("%s: nothing is known of the last 7 d, want what the API tells beside the import", c.name)
			}
			events, err := b.db.Events(t.Context(), series, from, b.now(), -1)
			said := 0
			for _, e := range events {
				if strings.Contains(e.Text, c.told) {
					said++
				}
			}
			if err != nil || said != 1 {
				t.Errorf("%s: events %+v, %v, want one that says %q", c.name, events, err, c.told)
			}
		})
	}
}

// An export tells more surely what was spent on a day than what an ordinary key's
// windows suggest of it, and the account's own hours tell more finely.
func TestImportedDaysComeBeforeEstimates(t *testing.T) {
	t.Parallel()
	for _, key := range []string{ordinary, sim.DemoKey} {
		bubble(t, func(t *testing.T) {
			time.Sleep(17*24*time.Hour + 5*time.Hour)
			config := oldAccount("steady")
			config.OrdinaryReadsCredits = true
			b := newBench(t, config)
			b.key.Store(&key)
			series, err := b.db.Series(t.Context(), b.o.Account, b.o.BaseURL, account.OfAccount.Name(""))
			if err != nil {
				t.Fatal(err)
			}
			var days []history.Spend
			today := credit.DayStart(b.now())
			for d := today.AddDate(0, 0, -25); d.Before(today); d = d.AddDate(0, 0, 1) {
				next := d.AddDate(0, 0, 1)
				days = append(days, history.Spend{From: d, To: next, USD: b.account.Usage(next) - b.account.Usage(d)})
			}
			if _, err := b.db.ImportSpend(t.Context(), series, days); err != nil {
				t.Fatal(err)
			}
			s := after(t, b.run(), 7*time.Minute)
			for _, d := range days {
				plot, err := b.db.BucketsAt(t.Context(), series, []time.Time{d.From, d.To})
				// Of the management key's hours some belong to the web chat.
				if got := plot.Buckets[0]; err != nil || !got.Known || math.Abs(got.SpendUSD-d.USD) > 0.02*d.USD+0.01 {
					t.Errorf("%s = %+v, %v, want %v", d.From.Format(time.DateOnly), got, err, d.USD)
				}
			}
			noon := today.AddDate(0, 0, -3).Add(12 * time.Hour)
			plot, err := b.db.BucketsAt(t.Context(), series, []time.Time{noon, noon.Add(time.Hour), noon.Add(2 * time.Hour)})
			if err != nil || (math.Abs(plot.Buckets[0].SpendUSD-plot.Buckets[1].SpendUSD) > 1e-6) != (key == sim.DemoKey) {
				t.Errorf("two hours of a day = %v, %v, want that a management key alone tells them apart", plot.Buckets, err)
			}
			if s.Fault != nil {
				t.Errorf("the snapshot has %v", s.Fault)
			}
		})
	}
}
