package monitor

import (
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/sim"
)

// A status line that loads no past shows what an import added, at once and not
// after the next poll.
func TestABriefAnswerHasWhatWasImported(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		b.alone()
		b.onDisk("history.db")
		m := New(b.o)
		stop := runMonitor(t, m)
		after(t, m, 10*time.Minute)
		stop()
		brief := func() account.Snapshot {
			t.Helper()
			s, err := New(b.o).Once(t.Context(), Freshness{MaxAge: time.Hour, Brief: true})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		before := brief()
		if before.Spend.Last7dUSD != nil {
			t.Fatalf("7 d = %v before the import, want unknown", *before.Spend.Last7dUSD)
		}
		ar, err := New(b.o).OpenArchive(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		first, _, err := ar.DB.First(t.Context(), ar.Account)
		if err != nil {
			t.Fatal(err)
		}
		var spans []history.Spend
		for d := range 10 {
			to := credit.DayStart(first.At).AddDate(0, 0, -d)
			spans = append(spans, history.Spend{From: to.AddDate(0, 0, -1), To: to, USD: 0.5})
		}
		if _, err := ar.DB.ImportSpend(t.Context(), ar.Account, spans); err != nil {
			t.Fatal(err)
		}
		if err := ar.Imported(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s := brief(); s.Spend.Last7dUSD == nil || !s.HistorySince.Before(before.HistorySince) {
			t.Errorf("7 d = %v since %v after the import, want what it added", deref(s.Spend.Last7dUSD), s.HistorySince)
		}
	})
}
