package account

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast/backtest"
)

// hoursOf are hours that were all seen, up to a moment.
func hoursOf(start time.Time, n int, usd func(t time.Time) float64) hours {
	h := hours{first: start, usd: make([]float64, n), seen: make([]bool, n)}
	for i := range n {
		h.usd[i], h.seen[i] = usd(start.Add(time.Duration(i)*time.Hour)), true
	}
	return h
}

// count goes through the hours one by one, as polls do at their ends, and counts
// what begins from a day on.
func (h hours) count(from int) (spikes, days, rises int, first time.Time) {
	was := Unusual{}
	for n := from; n <= len(h.usd); n++ {
		seen := hours{first: h.first, usd: h.usd[:n], seen: h.seen[:n]}
		// The last 35 days are all that a snapshot looks at.
		if back := n - 35*24; back > 0 {
			seen.usd, seen.seen = seen.usd[back:], seen.seen[back:]
		}
		at := h.first.Add(time.Duration(n) * time.Hour)
		last := seen.usd[len(seen.usd)-1]
		day, _ := seen.day(len(seen.usd))
		before := hours{usd: seen.usd[:len(seen.usd)-1], seen: seen.seen[:len(seen.usd)-1]}
		s := Snapshot{At: at, Spend: Spend{Last1hUSD: &last, Last24hUSD: &day}, Usual: before.usual(), Rise: before.rise(alert.LeakFactor)}
		is := was.find(&s, alert.SpikeFactor)
		for _, u := range begun(&s, &was, &is) {
			switch {
			case u.ID == alert.WeeksID:
				rises++
			case u.ID == alert.HourID:
				spikes++
			default:
				days++
			}
			if first.IsZero() {
				first = at
			}
		}
		was = is
	}
	return spikes, days, rises, first
}

func TestWhatIsUsualIsNotTold(t *testing.T) {
	monday := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	const weeks = 10
	for _, c := range []struct {
		name string
		usd  func(t time.Time, rng *rand.Rand) float64
	}{
		{"every hour alike", func(time.Time, *rand.Rand) float64 { return 0.5 }},
		{"noise", func(_ time.Time, rng *rand.Rand) float64 { return math.Exp(rng.NormFloat64() * 0.5) }},
		{"office hours", func(t time.Time, rng *rand.Rand) float64 {
			if t.Hour() < 9 || t.Hour() > 17 || t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
				return 0
			}
			return 0.5 + rng.Float64()
		}},
		{"a job every night", func(t time.Time, rng *rand.Rand) float64 {
			if t.Hour() == 2 {
				return 15 + 5*rng.Float64()
			}
			return 0.05
		}},
		{"a job every Monday", func(t time.Time, rng *rand.Rand) float64 {
			if t.Weekday() == time.Monday && t.Hour() == 6 {
				return 40 + 5*rng.Float64()
			}
			return 0.1 + 0.1*rng.Float64()
		}},
		{"nothing at all", func(time.Time, *rand.Rand) float64 { return 0 }},
		{"it falls", func(t time.Time, _ *rand.Rand) float64 { return 5 * math.Exp(-t.Sub(monday).Hours()/24/20) }},
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		h := hoursOf(monday, weeks*7*24, func(t time.Time) float64 { return c.usd(t, rng) })
		if spikes, days, rises, first := h.count(3 * 7 * 24); spikes+days+rises > 0 {
			t.Errorf("%s: %d hours, %d days and %d rises are told, the first at %v, want none", c.name, spikes, days, rises, first)
		}
	}
}

func TestWhatIsUnusualIsToldOnce(t *testing.T) {
	monday := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	burst := monday.AddDate(0, 0, 37).Add(11 * time.Hour)
	office := func(t time.Time) float64 {
		if t.Hour() < 9 || t.Hour() > 17 {
			return 0.01
		}
		return 1
	}
	for _, c := range []struct {
		name                string
		usd                 func(t time.Time) float64
		spikes, days, rises int
	}{
		{"one hour", func(t time.Time) float64 {
			if t.Equal(burst) {
				return 40
			}
			return office(t)
		}, 1, 0, 0},
		{"a burst of hours", func(t time.Time) float64 {
			if !t.Before(burst) && t.Before(burst.Add(5*time.Hour)) {
				return 40
			}
			return office(t)
		}, 1, 0, 0},
		{"a night of work", func(t time.Time) float64 {
			if t.Equal(burst.Add(15 * time.Hour)) {
				return 5
			}
			return office(t)
		}, 1, 0, 0},
		{"a day a little dearer every hour", func(t time.Time) float64 {
			if d := burst.AddDate(0, 0, 4); !t.Before(d) && t.Before(d.Add(24*time.Hour)) {
				return 2.5
			}
			return office(t)
		}, 1, 1, 0},
		{"a slow leak", func(t time.Time) float64 { return office(t) * math.Exp(t.Sub(monday).Hours()/24/30) }, 0, 0, 1},
	} {
		h := hoursOf(monday, 8*7*24, c.usd)
		spikes, days, rises, _ := h.count(3 * 7 * 24)
		if spikes != c.spikes || days != c.days || rises != c.rises {
			t.Errorf("%s: %d hours, %d days and %d rises are told, want %d, %d, %d", c.name, spikes, days, rises, c.spikes, c.days, c.rises)
		}
	}
}

func TestUsualNeedsHistory(t *testing.T) {
	h := hoursOf(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), 13*24, func(time.Time) float64 { return 1 })
	if u := h.usual(); u.HourUSD != nil || u.DayUSD != nil || h.rise(alert.LeakFactor) != nil {
		t.Errorf("usual, rise after 13 days = %+v, %v, want unknown", u, h.rise(alert.LeakFactor))
	}
	h = hoursOf(h.first, 16*24, func(time.Time) float64 { return 1 })
	if u := h.usual(); deref(u.HourUSD) != 1.0 || deref(u.DayUSD) != 24.0 {
		t.Errorf("usual after 16 days = %v, %v, want 1, 24", deref(u.HourUSD), deref(u.DayUSD))
	}
	for i := range h.seen[:10*24] {
		h.seen[i] = false // a gap
	}
	if u := h.usual(); u.HourUSD != nil || u.DayUSD != nil {
		t.Errorf("usual of 6 days that were seen = %+v, want unknown", u)
	}
	if u := (hours{}).usual(); u != (Usual{}) {
		t.Errorf("usual of nothing = %+v", u)
	}
}

func TestHoursOfAPlot(t *testing.T) {
	at := time.Date(2026, 6, 1, 10, 20, 0, 0, time.UTC)
	b := func(from, to time.Time, usd, observed float64) credit.Bucket {
		return credit.Bucket{Span: credit.Span{From: from, To: to}, SpendUSD: usd, Known: true, Observed: observed}
	}
	hour := func(h, m int) time.Time { return time.Date(2026, 6, 1, h, m, 0, 0, time.UTC) }
	p := windows{at: at, plot: credit.Plot{
		Buckets: []credit.Bucket{
			b(hour(6, 30), hour(7, 0), 1, 1), b(hour(7, 0), hour(8, 0), 2, 0), b(hour(8, 0), hour(8, 30), 3, 1),
			b(hour(8, 30), hour(9, 0), 4, 1), b(hour(9, 0), hour(10, 0), 5, 0), b(hour(10, 0), at, 6, 1),
		},
		Backfilled: []credit.Span{{From: hour(7, 0), To: hour(8, 0)}},
	}}
	h := p.hours()
	want := []float64{1, 2, 7, 5}
	seen := []bool{false, true, true, false}
	if !h.first.Equal(hour(6, 0)) || len(h.usd) != 4 {
		t.Fatalf("hours = %v from %v, want 4 from 06:00", h.usd, h.first)
	}
	for i := range want {
		if h.usd[i] != want[i] || h.seen[i] != seen[i] {
			t.Errorf("hour %d = %v, %v, want %v, %v", i, h.usd[i], h.seen[i], want[i], seen[i])
		}
	}
}

// TestUsualOfTraces counts what is told of real accounts, of the folder that
// ORTOP_TRACES names.
func TestUsualOfTraces(t *testing.T) {
	if os.Getenv("ORTOP_TRACES") == "" {
		t.Skip("ORTOP_TRACES names no folder")
	}
	for _, file := range traces(t) {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		trace, err := backtest.ReadTrace(filepath.Base(file), f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		start := time.Unix(trace.From(), 0).UTC().Truncate(time.Hour)
		n := int(time.Unix(trace.To(), 0).Sub(start) / time.Hour)
		if n < 21*24 {
			continue
		}
		usd := make([]float64, n+1)
		last := 0.0
		for _, s := range trace.Samples(trace.From(), trace.To()) {
			usd[int(s.At.Sub(start)/time.Hour)] += s.UsageUSD - last
			last = s.UsageUSD
		}
		h := hoursOf(start, n, func(t time.Time) float64 { return usd[int(t.Sub(start)/time.Hour)] })
		spikes, days, rises, _ := h.count(16 * 24)
		months := float64(n-16*24) / 24 / 30
		t.Logf("%-22s %5.1f d: %d hours, %d days, %d rises", filepath.Base(file), float64(n)/24, spikes, days, rises)
		if float64(spikes+days+rises) > 6*months+3 {
			t.Errorf("%s: %d things are told in %.1f months", filepath.Base(file), spikes+days+rises, months)
		}
	}
}

// An ordinary key's day is filled in as one span: its last hour was not seen.
func TestAnHourIsASpikeOnlyWhereItWasRead(t *testing.T) {
	at := time.Date(2026, 11, 21, 20, 17, 0, 0, time.UTC)
	spent, usual := 1.27, 0.0
	for own, want := range map[time.Duration]bool{5 * time.Second: false, 59 * time.Minute: false, time.Hour: true, 30 * 24 * time.Hour: true} {
		s := Snapshot{At: at, OwnSince: at.Add(-own), Spend: Spend{Last1hUSD: &spent}, Usual: Usual{HourUSD: &usual, DayUSD: &usual}}
		if is := (Unusual{}).find(&s, alert.SpikeFactor); want == is.Hour.IsZero() {
			t.Errorf("after %v of own readings a spike is found: %v, want %v", own, !want, want)
		}
		s.Key = &credit.Key{Kind: credit.KeyManagement}
		if (Unusual{}).find(&s, alert.SpikeFactor).Hour.IsZero() {
			t.Errorf("after %v with a management key, by whose hours it was filled in, no spike is found", own)
		}
	}
}

// A day may miss two of its hours, and a week two of its days.
func TestDaysThatWereSeen(t *testing.T) {
	start := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	h := hoursOf(start, 24, func(at time.Time) float64 { return float64(at.Hour()) })
	if usd, ok := h.day(24); !ok || usd != 276 {
		t.Errorf("day = %v, %v, want the sum of all hours", usd, ok)
	}
	if _, ok := h.day(23); ok {
		t.Error("a day of 23 hours is one")
	}
	h.seen[3], h.seen[9] = false, false
	if _, ok := h.day(24); !ok {
		t.Error("a day that misses two hours is none")
	}
	h.seen[15] = false
	if _, ok := h.day(24); ok {
		t.Error("a day that misses three hours is one")
	}
	weeks := func(blind int) hours {
		h := hoursOf(start, 5*7*24+1, func(at time.Time) float64 { return 1 + at.Sub(start).Hours()/24/7 })
		for d := range blind { // of the last week
			for i := range 24 {
				h.seen[len(h.seen)-1-24*2*d-i] = false
			}
		}
		return h
	}
	if r := weeks(0).rise(1.5); r == nil || r.Weeks != 5 || r.ToUSDPerDay < 2*r.FromUSDPerDay {
		t.Errorf("rise = %+v, want one over five weeks", r)
	}
	if r := weeks(0).rise(4); r != nil {
		t.Errorf("rise by a factor of four = %+v, want none", r)
	}
}

func TestQuantile(t *testing.T) {
	values := []float64{4, 1, 3, 2}
	for q, want := range map[float64]float64{0: 1, 1: 4, 0.5: 2.5, 0.95: 3.85} {
		if got := quantile(values, q); math.Abs(got-want) > 1e-9 {
			t.Errorf("quantile(%v) = %v, want %v", q, got, want)
		}
	}
	if got := quantile([]float64{7}, 0.3); got != 7 {
		t.Errorf("quantile of one = %v, want it", got)
	}
}

// Above what an hour and a day are spikes.
func TestLimitsOfSpikes(t *testing.T) {
	f := func(v float64) *float64 { return &v }
	for _, c := range []struct {
		u         Usual
		hour, day any
	}{
		{Usual{}, nil, nil},
		{Usual{HourUSD: f(2)}, nil, nil},
		{Usual{DayUSD: f(40)}, nil, 80.0},
		{Usual{HourUSD: f(10), DayUSD: f(40)}, 10 * alert.SpikeFactor, 80.0},
		{Usual{HourUSD: f(0.1), DayUSD: f(40)}, 10.0, 80.0}, // a quarter of a day
	} {
		if hour, day := deref(hourLimit(c.u)), deref(dayLimit(c.u)); hour != c.hour || day != c.day {
			t.Errorf("limits of %v, %v = %v, %v, want %v, %v", deref(c.u.HourUSD), deref(c.u.DayUSD), hour, day, c.hour, c.day)
		}
	}
}
