package monitor

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/sim"
	"ortop/internal/spenders"
)

// oldAccount is a simulated account that has spent for weeks before it is
// first looked at.
func oldAccount(profile string) sim.Config {
	return sim.Config{Profile: profile, OrdinaryKey: ordinary, Now: time.Now, Start: time.Now().AddDate(0, 0, -35)}
}

const ordinary = "sk-or-v1-ordinary00000000000000000000000000000000000000000000000000000"

func TestPastIsFilledInAtFirstRun(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"solo", "steady", "batch"} {
		bubble(t, func(t *testing.T) {
			time.Sleep(5*time.Hour + 17*time.Minute)
			b := newBench(t, oldAccount(profile))
			m := b.run()
			s := after(t, m, 7*time.Minute)
			if s.Forecast.State != forecast.OK {
				t.Fatalf("%s: State after 7 min = %s, want ok", profile, s.Forecast.State)
			}
			if s.Forecast.History < 20*24*time.Hour || s.HistorySince.After(s.At.Add(-20*24*time.Hour)) {
				t.Errorf("%s: history of %v since %v, want weeks", profile, s.Forecast.History, s.HistorySince)
			}
			for _, w := range []struct {
				name string
				from time.Time
				got  *float64
			}{
				{"24 h", s.At.Add(-24 * time.Hour), s.Spend.Last24hUSD},
				{"7 d", s.At.Add(-7 * 24 * time.Hour), s.Spend.Last7dUSD},
			} {
				want := b.account.Usage(s.At) - b.account.Usage(w.from)
				// Hours are whole, so that the window begins within one, and the
				// web chat is in no analytics.
				slack := b.account.Usage(w.from.Add(time.Hour)) - b.account.Usage(w.from.Add(-time.Hour)) + 0.02*want
				if w.got == nil || math.Abs(*w.got-want) > slack {
					t.Errorf("%s: spend in %s = %v, want %v", profile, w.name, deref(w.got), want)
				}
			}
			if n := b.asked("/analytics/query"); n != 2 {
				t.Errorf("%s: the past was asked for %d times, want by hour and by day", profile, n)
			}
			series := m.subject.Load().account
			filled, err := b.db.Backfilled(t.Context(), series, time.Unix(0, 0), b.now())
			if err != nil || len(filled) == 0 || filled[len(filled)-1].To.After(b.now().Add(-6*time.Minute)) {
				t.Errorf("%s: Backfilled = %v, %v, want what lies before the first reading", profile, filled, err)
			}
		})
	}
}

func deref(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

func TestPastIsAskedForOtherwise(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		time.Sleep(5 * time.Hour)
		b := newBench(t, oldAccount("steady"))
		broken := sim.Error(500)
		broken.Path = "/analytics/query"
		b.account.Fail(broken)
		m := b.run()
		s := after(t, m, 7*time.Minute)
		if s.Fault != nil || b.asked("/activity") != 1 {
			t.Errorf("Fault = %v, /activity asked %d times, want none, once", s.Fault, b.asked("/activity"))
		}
		if s.Forecast.History < 20*24*time.Hour {
			t.Errorf("History = %v, want the days of /activity", s.Forecast.History)
		}
	})
}

func TestOrdinaryKeyTellsOfItsPast(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		time.Sleep(17*24*time.Hour + 5*time.Hour)
		b := newBench(t, oldAccount("steady"))
		key := ordinary
		b.key.Store(&key)
		m := b.run()
		s := after(t, m, 7*time.Minute)
		if b.asked("/analytics/query")+b.asked("/activity") != 0 {
			t.Error("an ordinary key asks what it may not know")
		}
		if s.Key == nil || s.Key.Kind != credit.KeyOrdinary {
			t.Fatalf("Key = %+v", s.Key)
		}
		series := m.subject.Load().keySeries
		first, ok, err := b.db.First(t.Context(), series)
		if err != nil || !ok || first.At.After(credit.MonthStart(s.At).Add(time.Hour)) {
			t.Errorf("the key's history begins %v, %v, want with the month", first.At, err)
		}
	})
}

// What a key's windows show is of the time that they were read, not of when they are
// stored: a second passes between the two, or a midnight.
func TestThePastEndsWithTheReading(t *testing.T) {
	t.Parallel()
	for _, late := range []time.Duration{0, 300 * time.Millisecond, 600 * time.Millisecond, 900 * time.Millisecond} {
		bubble(t, func(t *testing.T) {
			time.Sleep(7 * time.Hour)
			b := newBench(t, oldAccount("steady"))
			key := ordinary
			b.key.Store(&key)
			var asked atomic.Int64
			b.o.Now = func() time.Time { return b.now().Add(late + time.Duration(asked.Add(1))*150*time.Millisecond) }
			s := after(t, b.run(), 30*time.Second)
			if s.Key == nil || s.Key.Usage.DailyUSD == nil || s.Spend.TodayUSD == nil {
				t.Fatalf("Key = %+v, today %v", s.Key, s.Spend.TodayUSD)
			}
			if got, want := *s.Spend.TodayUSD, *s.Key.Usage.DailyUSD; math.Abs(got-want) > 1e-9 {
				t.Errorf("today = %v, want %v as the key says", got, want)
			}
		})
	}
}

// A key that was read before midnight, beside credits that came after it, is asked for
// again: nobody knows of which day its windows are.
func TestAReadingOverMidnight(t *testing.T) {
	t.Parallel()
	for _, again := range []int{0, 500} {
		bubble(t, func(t *testing.T) {
			time.Sleep(24*time.Hour - 2*time.Second)
			b := newBench(t, oldAccount("steady"))
			key := ordinary
			b.key.Store(&key)
			b.account.Fail(sim.Fault{Path: "/credits", Delay: 5 * time.Second})
			if again != 0 {
				time.AfterFunc(time.Second, func() {
					failed := sim.Error(again)
					failed.Path = "/key"
					b.account.Fail(failed)
				})
			}
			m := b.run()
			s := after(t, m, 10*time.Second)
			if again != 0 {
				if s.Fault == nil || s.Spend.TodayUSD != nil {
					t.Errorf("fault %+v, today %v, want nothing said of today", s.Fault, s.Spend.TodayUSD)
				}
				return
			}
			if s.Key == nil || s.Key.Usage.DailyUSD == nil || s.Spend.TodayUSD == nil || s.Spend.WeekUSD == nil {
				t.Fatalf("Key = %+v, spend %+v", s.Key, s.Spend)
			}
			if today := *s.Spend.TodayUSD; today > .01 || math.Abs(today-*s.Key.Usage.DailyUSD) > 1e-9 || *s.Spend.WeekUSD < 1 {
				t.Errorf("3 s after midnight today = %v, this week %v; the key says %v", today, *s.Spend.WeekUSD, *s.Key.Usage.DailyUSD)
			}
		})
	}
}

// What a key says of its day is said of no other, where nothing was read since midnight.
func TestABreakdownHasNothingOfTheDayBefore(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		time.Sleep(24*time.Hour - 30*time.Second)
		b := newBench(t, oldAccount("steady"))
		key := ordinary
		b.key.Store(&key)
		b.o.Interval = time.Hour
		own := sim.Answer(`{"data":{"label":"sk-or-v1-abc","limit":null,"limit_remaining":null,"is_management_key":false,
			"usage":9,"usage_daily":4,"usage_weekly":5,"usage_monthly":6,"byok_usage":3,"byok_usage_daily":1,"byok_usage_weekly":2,"byok_usage_monthly":2}}`)
		own.Path = "/key"
		b.account.Fail(own)
		m := b.run()
		for _, c := range []struct {
			late  time.Duration
			known bool
		}{{20 * time.Second, true}, {20 * time.Second, false}} {
			after(t, m, c.late)
			now := b.now()
			got, err := m.Breakdown(t.Context(), spenders.Query{By: spenders.ByKey, From: credit.DayStart(now), To: now})
			if err != nil || len(got.Rows) != 1 {
				t.Fatalf("Breakdown() at %v = %+v, %v", now, got, err)
			}
			row, notes := got.Rows[0], strings.Join(got.Notes, "; ")
			if (row.SpendUSD != nil) != c.known || (row.BYOKUSD != nil) != c.known || strings.Contains(notes, "$1.00 today") != c.known || !strings.Contains(notes, "$3.00 ever") {
				t.Errorf("at %v the row of today is %+v, notes %q, want known: %t", now, row, notes, c.known)
			}
		}
	})
}

func TestWindowSpend(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	f := func(v float64) *float64 { return &v }
	for _, c := range []struct {
		name string
		now  string
		u    credit.Usage
		want []history.Spend
	}{
		{"a Saturday late in the month", "2026-11-21 10:00", credit.Usage{DailyUSD: f(1), WeeklyUSD: f(6), MonthlyUSD: f(20)}, []history.Spend{
			{From: at("2026-11-21 00:00"), To: at("2026-11-21 10:00"), USD: 1},
			{From: at("2026-11-16 00:00"), To: at("2026-11-21 00:00"), USD: 5},
			{From: at("2026-11-01 00:00"), To: at("2026-11-16 00:00"), USD: 14},
		}},
		{"the week began in the month before", "2026-12-02 10:00", credit.Usage{DailyUSD: f(1), WeeklyUSD: f(6), MonthlyUSD: f(4)}, []history.Spend{
			{From: at("2026-12-02 00:00"), To: at("2026-12-02 10:00"), USD: 1},
			{From: at("2026-12-01 00:00"), To: at("2026-12-02 00:00"), USD: 3},
			{From: at("2026-11-30 00:00"), To: at("2026-12-01 00:00"), USD: 2},
		}},
		{"a Monday: day and week are one", "2026-11-23 10:00", credit.Usage{DailyUSD: f(1), WeeklyUSD: f(1), MonthlyUSD: f(9)}, []history.Spend{
			{From: at("2026-11-23 00:00"), To: at("2026-11-23 10:00"), USD: 1},
			{From: at("2026-11-01 00:00"), To: at("2026-11-23 00:00"), USD: 8},
		}},
		{"windows that do not fit are left out", "2026-11-21 10:00", credit.Usage{DailyUSD: f(5), WeeklyUSD: f(2), MonthlyUSD: f(20)}, []history.Spend{
			{From: at("2026-11-21 00:00"), To: at("2026-11-21 10:00"), USD: 5},
			{From: at("2026-11-01 00:00"), To: at("2026-11-21 00:00"), USD: 15},
		}},
		{"unknown windows", "2026-11-21 10:00", credit.Usage{}, nil},
	} {
		got := windowSpend(c.u, at(c.now))
		if len(got) != len(c.want) {
			t.Errorf("%s: windowSpend = %v, want %v", c.name, got, c.want)
			continue
		}
		for i, g := range got {
			if w := c.want[i]; !g.From.Equal(w.From) || !g.To.Equal(w.To) || math.Abs(g.USD-w.USD) > 1e-9 {
				t.Errorf("%s: span %d = %v, want %v", c.name, i, g, w)
			}
		}
	}
}

// Hours of which the analytics give null have no sum, and no window or breakdown that
// holds one has.
func TestNullHoursHaveNoSum(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		time.Sleep(5*time.Hour + 17*time.Minute)
		b := newBench(t, oldAccount("steady"))
		var rows []string
		for back := 48; back >= 0; back-- {
			usd := "0.1"
			if back%2 == 1 {
				usd = "null"
			}
			rows = append(rows, fmt.Sprintf(`{"date__hour":%q,"credits_usage":%s}`, b.now().Truncate(time.Hour).Add(-time.Duration(back)*time.Hour).UTC().Format(time.RFC3339), usd))
		}
		f := sim.Answer(`{"data":{"data":[` + strings.Join(rows, ",") + `],"metadata":{"truncated":false}}}`)
		f.Path = "/analytics/query"
		b.account.Fail(f)
		m := b.run()
		s := after(t, m, 7*time.Minute)
		if s.Spend.Last24hUSD != nil || !strings.HasPrefix(s.NotSeen(s.At.Add(-24*time.Hour)), "not seen for ") {
			t.Errorf("the last 24 h cost %v (%q), want that it is not known", deref(s.Spend.Last24hUSD), s.NotSeen(s.At.Add(-24*time.Hour)))
		}
		b.account.Fail()
		d := b.broken(m, spenders.ByKey, 24*time.Hour)
		if d.TotalUSD != nil || d.UnattributedUSD != nil || !strings.HasPrefix(d.TotalWhy, "not seen for ") || len(d.Rows) == 0 {
			t.Errorf("the account spent %v, not attributed %v, %q, want unknown and why", deref(d.TotalUSD), deref(d.UnattributedUSD), d.TotalWhy)
		}
		if d = b.broken(m, spenders.ByKey, 5*time.Minute); d.TotalUSD == nil || d.TotalWhy != "" {
			t.Errorf("the last 5 min cost %v, %q, want what was read", deref(d.TotalUSD), d.TotalWhy)
		}
	})
}

// Who waits for a first answer is told that the past is being read, and when it is; the
// next answer reads none.
func TestFillingIsTold(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		time.Sleep(time.Hour)
		b := newBench(t, oldAccount("solo"))
		var said []string
		b.o.Filling = func() func() {
			said = append(said, fmt.Sprint("begun ", b.asked("/analytics/query")))
			return func() { said = append(said, fmt.Sprint("done ", b.asked("/analytics/query"))) }
		}
		for range 2 {
			if s, err := New(b.o).Once(t.Context(), Fresh); err != nil || s.Balance == nil {
				t.Fatalf("Once() = %+v, %v", s, err)
			}
			time.Sleep(time.Minute)
		}
		if want := []string{"begun 0", "done 2"}; !slices.Equal(said, want) {
			t.Errorf("it is told %q, want %q", said, want)
		}
	})
}

// The collector ends between the first reading and the past: whoever goes on asks at once,
// however far apart the polls are, be it a new start or a process that was there before.
func TestPastIsAskedForByTheNextCollector(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{false, true} {
		bubble(t, func(t *testing.T) {
			b := newBench(t, oldAccount("steady"))
			b.o.Interval = time.Hour
			path := filepath.Join(t.TempDir(), "history.db")
			start := func() (*Monitor, func()) {
				db, err := history.Open(t.Context(), path, history.Options{Now: b.now})
				if err != nil {
					t.Fatal(err)
				}
				o := b.o
				o.Open = opened(db)
				m := New(o)
				stop := runMonitor(t, m)
				return m, func() { stop(); db.Close() }
			}
			_, end := start()
			synctest.Wait()
			var next *Monitor
			var endNext func()
			if before {
				next, endNext = start()
			}
			time.Sleep(500 * time.Millisecond)
			synctest.Wait()
			end()
			if n, past := b.asked("/credits"), b.asked("/analytics/query"); n != 1 || past != 0 {
				t.Fatalf("%d readings and %d requests for the past before the end, want 1 and 0", n, past)
			}
			if !before {
				next, endNext = start()
			}
			defer endNext()
			s := after(t, next, 15*time.Second)
			if past := b.asked("/analytics/query"); past == 0 || s.Forecast.History < 20*24*time.Hour {
				t.Errorf("there before %t: %d requests for the past, history of %v", before, past, s.Forecast.History)
			}
			if after(t, next, 30*time.Minute); b.asked("/credits") != 2 {
				t.Errorf("there before %t: %d readings, want one more", before, b.asked("/credits"))
			}
		})
	}
}
