package monitor

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"ortop/internal/longtest"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/sim"
	"ortop/internal/spenders"
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
		importBefore(t, b, .02)
		if s := brief(); s.Spend.Last7dUSD == nil || !s.HistorySince.Before(before.HistorySince) {
			t.Errorf("7 d = %v since %v after the import, want what it added", deref(s.Spend.Last7dUSD), s.HistorySince)
		}
	})
}

// What asks the history alone is answered without loading the past, and the same.
func TestABriefAnswerSpentTheSame(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		b.alone()
		b.onDisk("history.db")
		b.o.Interval = 7 * time.Minute
		for range 40 {
			if _, err := New(b.o).Once(t.Context(), Freshness{MaxAge: -1}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(b.o.Interval)
		}
		now := b.o.Now()
		var want, got [3]string
		for i, brief := range []bool{false, true} {
			m := New(b.o)
			if _, err := m.Once(t.Context(), Freshness{Stored: true, Brief: brief}); err != nil {
				t.Fatal(err)
			}
			if at := m.subject.Load(); at.book.Brief != brief {
				t.Fatalf("Once(brief %t) loaded another book", brief)
			}
			sums, err := m.SpendBetween(t.Context(), now.Add(-9*time.Hour), now.Add(-3*time.Hour), now.Add(-2*time.Hour), now.Add(-time.Hour))
			spent, err2 := m.Spent(t.Context(), now.Add(-3*time.Hour), now.Add(-time.Hour))
			rows, err3 := m.Breakdown(t.Context(), spenders.Query{By: spenders.ByKey, From: now.Add(-3 * time.Hour), To: now})
			if err := errors.Join(err, err2, err3); err != nil {
				t.Fatal(err)
			}
			if sums[0] != nil || sums[1] == nil || *sums[1] <= 0 || rows.TotalUSD == nil {
				t.Errorf("brief %t: spent %v of which the first began before history, %v in all", brief, sums, rows.TotalUSD)
			}
			got = [3]string{fmt.Sprint(deref(sums[1]), deref(sums[2])), fmt.Sprint(spent), fmt.Sprint(deref(rows.TotalUSD))}
			if i == 0 {
				want = got
			}
		}
		if got != want {
			t.Errorf("brief: %v\nwant   %v", got, want)
		}
	})
}

// Before anything was read, what an import has of totals is an answer; usage
// alone is none.
func TestAnImportAloneIsAnAnswer(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{true, false} {
		bubble(t, func(t *testing.T) {
			b := newBench(t, sim.Config{Profile: "steady"})
			b.alone()
			b.onDisk("history.db")
			ar, err := New(b.o).OpenArchive(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			now := b.o.Now().Truncate(time.Second)
			var samples []credit.Sample
			for i := range 40 {
				samples = append(samples, credit.Sample{At: now.Add(time.Duration(i-40)*15*time.Minute - 30*time.Minute), UsageUSD: float64(i) / 13, CreditsUSD: 10, CreditsKnown: known})
			}
			if _, err := ar.DB.Import(t.Context(), ar.Account, history.Export{Samples: samples}); err != nil {
				t.Fatal(err)
			}
			if _, err := ar.Imported(t.Context()); err != nil {
				t.Fatal(err)
			}
			b.o.Connect = func(context.Context) (API, string, error) { return nil, "", errors.New("no key") }
			for _, brief := range []bool{false, true} {
				s, err := New(b.o).Once(t.Context(), Freshness{MaxAge: 24 * time.Hour, Brief: brief})
				if known && (err != nil || s.Source != account.FromHistory || s.Balance == nil || s.Balance.LeftUSD() != 7) {
					t.Errorf("Once(brief %t) = source %q, balance %+v, %v, want 7 from history", brief, s.Source, s.Balance, err)
				}
				if known && s.Forecast.State != forecast.OK {
					t.Errorf("Once(brief %t) of steady spend has no forecast: %+v", brief, s.Forecast)
				}
				if !known && err == nil {
					t.Errorf("Once(brief %t) of usage alone = source %q and no error, want a request", brief, s.Source)
				}
			}
			if s, err := New(b.o).Once(t.Context(), Freshness{MaxAge: time.Minute}); err == nil {
				t.Errorf("Once() of an hour ago = %v, want a request", s.At)
			}
		})
	}
}

// An import is reason for another date at once, though nothing was read since.
func TestAnImportIsForecastFrom(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "idle"})
		b.alone()
		b.onDisk("history.db")
		read := func() account.Snapshot {
			s, err := New(b.o).Once(t.Context(), Live)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		first := read()
		if first.Forecast.State == forecast.OK {
			t.Fatalf("a first reading has a date: %+v", first.Forecast)
		}
		ar, err := New(b.o).OpenArchive(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var samples []credit.Sample
		for i := range 200 {
			ago := time.Duration(200-i) * time.Hour
			samples = append(samples, credit.Sample{
				At: first.At.Truncate(time.Second).Add(-ago), UsageUSD: first.Balance.UsageUSD - .002*ago.Hours(),
				CreditsUSD: first.Balance.CreditsUSD, CreditsKnown: true,
			})
		}
		if _, err := ar.DB.Import(t.Context(), ar.Account, history.Export{Samples: samples}); err != nil {
			t.Fatal(err)
		}
		if _, err := ar.Imported(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s := read(); s.Forecast.State != forecast.OK {
			t.Errorf("the forecast after an import of 200 h is %+v", s.Forecast)
		}
	})
}

// The plan that was made with the stored forecast is the one that all of the past gives,
// also after an import or a statement of the balance; where none was stored, as by an
// older program, the past is loaded.
func TestABriefAnswerHasThePlan(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		b.alone()
		b.onDisk("history.db")
		stop := runMonitor(t, New(b.o))
		time.Sleep(longtest.Of[time.Duration](2, 5) * time.Hour)
		stop()
		var last *forecast.AutoTopUp
		check := func(name string, brief bool) {
			t.Helper()
			m, whole := New(b.o), New(b.o)
			s, err := m.Once(t.Context(), Freshness{Stored: true, Brief: true, Planned: true})
			of, err2 := whole.Once(t.Context(), Freshness{Stored: true})
			if err := errors.Join(err, err2); err != nil {
				t.Fatal(err)
			}
			if m.subject.Load().book.Brief != brief {
				t.Errorf("%s: a brief book is %v, want %v", name, !brief, brief)
			}
			got, ok, err := m.Plan(t.Context(), s, forecast.Ask{})
			planner, can := of.Planner(whole.subject.Load().book)
			if !ok || err != nil || !can {
				t.Fatalf("%s: Plan() = %v, %v, of all of it %v", name, ok, err, can)
			}
			if want := planner.Plan(forecast.Ask{}); got.Auto == nil || *got.Auto != *want.Auto {
				t.Errorf("%s: Plan() = %+v, want %+v", name, got.Auto, want.Auto)
			}
			if last != nil && *last == *got.Auto && brief {
				t.Errorf("%s: the plan is that of before: %+v", name, got.Auto)
			}
			last = got.Auto
		}
		check("read", true)
		ar := importBefore(t, b, .3)
		check("imported", true)
		past, err := ar.DB.Load(t.Context(), history.Want{Account: ar.Account, Brief: true})
		if err != nil {
			t.Fatal(err)
		}
		old := account.DecodeState(past.State)
		old.Outlook.Planned = nil
		stored, err := old.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if err := ar.DB.Record(t.Context(), history.PollUpdate{Series: ar.Account, State: stored}); err != nil {
			t.Fatal(err)
		}
		check("of an older program", false)
	})
}

// importBefore imports ten days of spend from before the first reading, usd an hour.
func importBefore(t *testing.T, b *bench, usd float64) Archive {
	t.Helper()
	ar, err := New(b.o).OpenArchive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first, _, err := ar.DB.First(t.Context(), ar.Account)
	if err != nil {
		t.Fatal(err)
	}
	var spans []history.Spend
	for h := range 10 * 24 {
		to := credit.DayStart(first.At).Add(-time.Duration(h) * time.Hour)
		spans = append(spans, history.Spend{From: to.Add(-time.Hour), To: to, USD: usd})
	}
	if _, err := ar.DB.ImportSpend(t.Context(), ar.Account, spans); err != nil {
		t.Fatal(err)
	}
	if _, err := ar.Imported(t.Context()); err != nil {
		t.Fatal(err)
	}
	return ar
}

// To find out when an account was last polled, the past is not loaded: the first screen
// would wait for that.
func TestAPastIsNotLoadedToPoll(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		b.alone()
		b.onDisk("history.db")
		first, err := New(b.o).Once(t.Context(), Freshness{MaxAge: -1})
		if err != nil {
			t.Fatal(err)
		}
		st, err := openStore(t.Context(), New(b.o), Freshness{Brief: true})
		if err != nil {
			t.Fatal(err)
		}
		if at, err := st.lastPoll(t.Context()); err != nil || st.loaded || !st.book.Brief || at.Before(first.At.Truncate(time.Second)) {
			t.Errorf("polled at %v, %v, after a reading of %v; loaded: %v", at, err, first.At, st.loaded)
		}
	})
}
