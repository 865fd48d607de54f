package monitor

import (
	"errors"
	"math"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/sim"
)

func TestSpentIsWhatTheAccountSpent(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		time.Sleep(5*time.Hour + 17*time.Minute)
		b := newBench(t, oldAccount("steady"))
		m := b.run()
		s := after(t, m, 2*time.Hour)
		for _, c := range []struct {
			name     string
			from, to time.Time
			filled   bool // the ends were filled in
		}{
			{"read by the minute", s.At.Add(-time.Hour), s.At, false},
			{"an end that was filled in", s.At.Add(-50 * time.Hour), s.At.Add(-time.Minute), true},
			{"both ends", s.At.Add(-200 * time.Hour), s.At.Add(-30 * time.Hour), true},
		} {
			got, err := m.Spent(t.Context(), c.from, c.to)
			want := b.account.Usage(c.to) - b.account.Usage(c.from)
			slack := got.UnsureUSD + 1e-9
			for _, end := range []time.Time{c.from, c.to} { // polls are a minute apart, and a tenth of that
				slack += b.account.Usage(end) - b.account.Usage(end.Add(-66*time.Second))
			}
			if c.filled { // the web chat is in no analytics
				slack += 0.02 * want
			}
			if err != nil || got.Subject != credit.BoundByAccount || math.Abs(got.USD-want) > slack || want < 0.1 {
				t.Errorf("%s: Spent = %+v, %v, want %v", c.name, got, err, want)
			}
			if hour := b.account.Usage(s.At) - b.account.Usage(s.At.Add(-time.Hour)); (got.UnsureUSD > 0) != c.filled || got.UnsureUSD > 6*hour {
				t.Errorf("%s: UnsureUSD = %v, want that of an hour at each end that was filled in, of some %v", c.name, got.UnsureUSD, hour)
			}
		}
		for name, span := range map[string]credit.Span{
			"before the history": {From: s.At.AddDate(-2, 0, 0), To: s.At},
			"after it":           {From: s.At.Add(-time.Hour), To: s.At.Add(time.Hour)},
		} {
			got, err := m.Spent(t.Context(), span.From, span.To)
			if !errors.Is(err, ErrNotCovered) || !got.Covered.To.Equal(s.At) || got.USD != 0 {
				t.Errorf("%s: Spent = %+v, %v, want ErrNotCovered and what is covered", name, got, err)
			}
		}
	})
}

func TestSpentOfWhatNothingTells(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, oldAccount("steady"))
		refused := sim.Error(403)
		refused.Path = "/analytics/query"
		b.account.Fail(refused)
		m := b.run()
		s := after(t, m, 10*time.Minute)
		oldest, _, err := b.db.First(t.Context(), m.subject.Load().account)
		if err != nil {
			t.Fatal(err)
		}
		first := oldest.At
		at := func(h int) time.Time { return first.Add(time.Duration(h) * time.Hour) }
		spans := []history.Spend{{From: at(-4), To: at(-3), USD: 1}, {From: at(-2), To: first, USD: 2}}
		if n, err := b.db.Backfill(t.Context(), m.subject.Load().account, spans); err != nil || n != 2 {
			t.Fatalf("Backfill = %d, %v", n, err)
		}
		s = after(t, m, 2*time.Minute)
		if got, err := m.Spent(t.Context(), at(-4), s.At); !errors.Is(err, ErrNotCovered) || !got.Covered.From.Equal(at(-2)) {
			t.Errorf("Spent over a hole = %+v, %v, want ErrNotCovered, and covered since %v", got, err, at(-2))
		}
		if got, err := m.Spent(t.Context(), at(-2), first); err != nil || math.Abs(got.USD-2) > 1e-9 {
			t.Errorf("Spent after the hole = %+v, %v, want $2", got, err)
		}
	})
}

func TestSpentBeforeAnyReading(t *testing.T) {
	m := New(Options{})
	if got, err := m.Spent(t.Context(), time.Unix(0, 0), time.Unix(1, 0)); !errors.Is(err, ErrNotCovered) {
		t.Errorf("Spent = %+v, %v, want ErrNotCovered", got, err)
	}
}
