package forecast

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/longtest"
)

// account is a random account: bursts, idle spells, seams and gaps.
func account(seed uint64) (samples []credit.Sample, gaps []credit.Span) {
	r := rand.New(rand.NewPCG(seed, 1))
	at, u, segment := t0, 100*r.Float64(), int64(0)
	for range 2 + r.IntN(3000) {
		step := time.Duration(20+r.IntN(100)) * time.Second
		switch r.IntN(200) {
		case 0:
			step = time.Duration(r.IntN(72)) * time.Hour // idle
		case 1:
			to := at.Add(time.Duration(1+r.IntN(48)) * time.Hour)
			gaps = append(gaps, credit.Span{From: at, To: to})
			step = to.Sub(at)
		case 2:
			segment++
			u = 100 * r.Float64()
		}
		at = at.Add(step)
		if r.IntN(3) > 0 {
			u += r.ExpFloat64() / 100
		}
		samples = append(samples, credit.Sample{At: at, UsageUSD: u, Segment: segment})
	}
	return samples, gaps
}

// sane fails if a forecast has numbers that cannot be.
func sane(t *testing.T, f Forecast) {
	t.Helper()
	if f.State != OK {
		if f.P10 != 0 || f.P50 != 0 || f.P90 != 0 {
			t.Fatalf("state %s has quantiles %v, %v, %v", f.State, f.P10, f.P50, f.P90)
		}
		return
	}
	if !(0 < f.P10 && f.P10 <= f.P50 && f.P50 <= f.P90 && f.P90 < math.Inf(1)) {
		t.Fatalf("quantiles = %v, %v, %v, want above 0, ascending, finite", f.P10, f.P50, f.P90)
	}
	if !(f.RateUSDPerHour > 0 && f.RateUSDPerHour < math.Inf(1)) {
		t.Fatalf("RateUSDPerHour = %v", f.RateUSDPerHour)
	}
}

// ofSeeds is a third of n seeds, or all with ORTOP_LONG.
func ofSeeds(n uint64) uint64 {
	if longtest.On() {
		return n
	}
	return n / 3
}

func TestAnyAccountHasSaneQuantiles(t *testing.T) {
	for seed := range ofSeeds(300) {
		samples, gaps := account(seed)
		now := samples[len(samples)-1].At.Add(time.Duration(seed) * time.Minute)
		m := New(now, samples, Options{Gaps: gaps})
		for _, b := range []float64{math.NaN(), math.Inf(-1), -1, 0, 1e-9, 0.01, 1, 30, 1e4, 1e12, math.Inf(1)} {
			sane(t, m.Forecast(&b))
		}
	}
}

func TestPathNeverFallsAndKeepsItsSum(t *testing.T) {
	for seed := range uint64(100) {
		samples, gaps := account(seed)
		now := samples[len(samples)-1].At
		p := newPath(now, samples, gaps, nil)
		last := 0.0
		for s := p.first; s <= p.now; s += max(1, (p.now-p.first)/2000) {
			c := p.at(math.Floor(s))
			if c.usd < last-1e-9 {
				t.Fatalf("seed %d: spend falls from %v to %v at %v", seed, last, c.usd, s)
			}
			last = c.usd
			if c.usd > 0.01 {
				at, ok := p.passage(c.usd)
				if !ok || at > s+1 {
					t.Fatalf("seed %d: passage(%v) = %v, %v, want by %v", seed, c.usd, at, ok, s)
				}
			}
		}
		if got := p.at(p.now).usd; got != p.end.usd {
			t.Fatalf("seed %d: spend up to now = %v, want %v", seed, got, p.end.usd)
		}
	}
}

func TestScaleOfMoneyDoesNotMatter(t *testing.T) {
	for seed := range uint64(30) {
		samples, gaps := account(seed)
		now := samples[len(samples)-1].At
		scaled := slices.Clone(samples)
		for i := range scaled {
			scaled[i].UsageUSD *= 1024
		}
		for _, b := range []float64{0.1, 5, 300} {
			want := At(now, samples, usd(b), Options{Gaps: gaps})
			got := At(now, scaled, usd(b*1024), Options{Gaps: gaps})
			if got.State != want.State || math.Abs(got.P50-want.P50) > 1e-6*want.P50 || math.Abs(got.P90-want.P90) > 1e-6*want.P90 {
				t.Errorf("seed %d, %v USD: P50, P90 = %v, %v in other money, want %v, %v", seed, b, got.P50, got.P90, want.P50, want.P90)
			}
		}
	}
}

// Of accounts that were read all the time, whatever they do: no balance is
// forecast to be spent faster than any like it was.
func TestNothingIsSpentFasterThanEver(t *testing.T) {
	floors := 0
	for seed := range uint64(200) {
		samples, _ := account(seed)
		silent := time.Duration(seed%9) * 12 * time.Hour
		now := samples[len(samples)-1].At.Add(silent)
		m := New(now, samples, Options{})
		if !m.ready() {
			continue
		}
		p := &m.path
		times := make([]float64, 0, int((p.now-p.first)/block)+1)
		for s := p.first; s <= p.now; s += block {
			times = append(times, p.at(s).usd)
		}
		for _, share := range []float64{.01, .05, .2, .5} {
			b := share * p.end.usd
			least := 0 // blocks that hold a span in which b was spent
			for from, to := 0, 0; from < len(times); from++ {
				for to < len(times) && times[to]-times[from] < b {
					to++
				}
				if to < len(times) && (least == 0 || to-from < least) {
					least = to - from
				}
			}
			shortest := float64(least-2) * block
			if least == 0 || shortest*floorTimes > m.now.history && silent < 24*time.Hour {
				continue
			}
			floors++
			if got := m.Forecast(&b); got.P10 < shortest*(1-1e-9) {
				t.Errorf("seed %d: P10 of %.2f USD = %.0f s, want at least the %.0f s that it ever took", seed, b, got.P10, shortest)
			}
		}
	}
	if floors < 100 {
		t.Errorf("%d balances have a floor, want many", floors)
	}
}

// patterns are what an account spends in a minute of Unix time, by how it spends.
var patterns = map[string]func(r *rand.Rand, minute int) float64{
	"steady": func(_ *rand.Rand, m int) float64 {
		if m%5 == 0 {
			return 1. / 12
		}
		return 0
	},
	"every minute": func(r *rand.Rand, _ int) float64 { return r.ExpFloat64() / 60 },
	"bursts": func(r *rand.Rand, m int) float64 {
		if m/240%3 == 0 && r.IntN(3) == 0 {
			return r.ExpFloat64() / 7
		}
		return 0
	},
	"person": func(r *rand.Rand, m int) float64 {
		if h := m / 60 % 24; h >= 9 && h < 18 && r.IntN(6) == 0 {
			return r.ExpFloat64() / 4
		}
		return 0
	},
	"batch": func(_ *rand.Rand, m int) float64 {
		if h := m / 60 % 24; h >= 2 && h < 4 {
			return .2
		}
		return 0
	},
}

// spent are the readings of so many days of a pattern, minute by minute.
func spent(pattern string, seed uint64, days int) []credit.Sample {
	r := rand.New(rand.NewPCG(seed, 9))
	from := int(t0.Unix() / 60)
	samples, u := make([]credit.Sample, 0, days*1440), 0.0
	for m := range days * 1440 {
		u += patterns[pattern](r, from+m)
		samples = append(samples, credit.Sample{At: t0.Add(time.Duration(m) * time.Minute), UsageUSD: u})
	}
	return samples
}

// The longer an account is silent, the later its first and its middle date. Money for
// 50 h at full speed, the whole day's or what the pattern spends in its busiest 50 h,
// is not gone in less because nothing was spent for long.
func TestSilenceDoesNotHurryABalance(t *testing.T) {
	for pattern := range patterns {
		for seed := range uint64(3) {
			samples := spent(pattern, seed, 14+int(seed)*7)
			full := 0.0
			for i := 50 * 60; i < len(samples); i++ {
				full = max(full, samples[i].UsageUSD-samples[i-50*60].UsageUSD)
			}
			last := samples[len(samples)-1].At
			var latest [2]time.Time
			for _, silent := range []time.Duration{time.Hour, 6 * time.Hour, 24 * time.Hour, 3 * 24 * time.Hour, 7 * 24 * time.Hour, 14 * 24 * time.Hour} {
				got := At(last.Add(silent), samples, &full, Options{})
				if got.P10 < 45*hour && silent >= 24*time.Hour {
					t.Errorf("%s, %d: P10 after %v without spend = %.1f h, want 50, less a tenth at most", pattern, seed, silent, got.P10/hour)
				}
				for i, is := range []time.Time{got.Time(got.P10), got.Time(got.P50)} {
					if is.Before(latest[i]) {
						t.Errorf("%s, %d: after %v without spend it ends at %v, before %v, which was said earlier", pattern, seed, silent, is, latest[i])
					}
					latest[i] = is
				}
				if c, _ := got.Chance(7 * 24 * time.Hour); c > .8 && silent >= 7*24*time.Hour {
					t.Errorf("%s, %d: chance within 7 d after %v without spend = %.2f, want .8 at most", pattern, seed, silent, c)
				}
			}
		}
	}
}

func TestMoreMoneyEndsNoEarlier(t *testing.T) {
	for seed := range uint64(60) {
		samples, gaps := account(seed)
		m := New(samples[len(samples)-1].At.Add(time.Duration(seed%5)*time.Hour), samples, Options{Gaps: gaps})
		if !m.ready() {
			continue
		}
		var last Forecast
		for b := m.now.base * 10; b < m.now.base*40*day; b *= 1.07 {
			f := m.Forecast(&b)
			if f.P10 < last.P10*(1-1e-9) || f.P50 < last.P50*(1-1e-9) || f.P90 < last.P90*(1-1e-9) {
				t.Fatalf("seed %d: %v USD last %v, %v, %v, less than 7 %% less: %v, %v, %v", seed, b, f.P10, f.P50, f.P90, last.P10, last.P50, last.P90)
			}
			last = f
		}
	}
}

// Five weeks of work by day on weekdays: on Saturday, with money for 20 working hours,
// nothing is expected to be spent before Monday, until something is.
func TestAWeekThatWasSeenFiveTimesIsUsed(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 2))
		begins := 7 + r.IntN(4)
		ends, often := begins+6+r.IntN(4), 1+r.IntN(8)
		rate := 1 / (60 / float64(often))                  // an hour of work spends 1 USD
		at := time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC) // a Monday
		saturday := at.AddDate(0, 0, 4*7+5).Add(5 * time.Hour)
		var samples []credit.Sample
		u := 0.0
		for ; at.Before(saturday); at = at.Add(time.Minute) {
			if h := at.Hour(); h >= begins && h < ends && at.Weekday() != time.Saturday && at.Weekday() != time.Sunday && r.IntN(often) == 0 {
				u += rate * r.ExpFloat64()
			}
			samples = append(samples, credit.Sample{At: at, UsageUSD: u})
		}
		f := At(saturday, samples, usd(20), Options{})
		if c, _ := f.Chance(48 * time.Hour); c >= .1 {
			t.Errorf("seed %d: chance within 48 h of Saturday 05:00 = %.2f, want under .10 (P10 %.0f h)", seed, c, f.P10/hour)
		}
		for i := range 60 { // and this Saturday it is otherwise
			u += .5
			samples = append(samples, credit.Sample{At: saturday.Add(time.Duration(i) * time.Minute), UsageUSD: u})
		}
		now := saturday.Add(time.Hour)
		if f := At(now, samples, usd(20), Options{}); f.P10 > 24*hour {
			t.Errorf("seed %d: P10 = %.0f h where 30 USD were spent in the last one, want that week not used", seed, f.P10/hour)
		}
	}
}

// After one job in a quiet account: the longer ago it was, the later the middle, up to
// what the usual rate gives; and the range always holds that.
func TestOneJobFades(t *testing.T) {
	for seed := range ofSeeds(24) {
		r := rand.New(rand.NewPCG(seed, 7))
		before, every := 10+r.IntN(40), 1+r.IntN(60)
		job := 20 + 100*r.Float64() // in days of the usual rate, half an hour to five hours long
		minutes := 30 + r.IntN(270)
		work := seed%3 == 0
		u, rate := 0.0, 0.0
		var samples []credit.Sample
		add := func(from, to int, usd float64) {
			for m := from; m < to; m++ {
				h := m / 60 % 24
				if m%every == 0 && (!work || h >= 8 && h < 20) {
					u += .5 * (1 + r.Float64())
				}
				u += usd
				samples = append(samples, credit.Sample{At: t0.Add(time.Duration(m) * time.Minute), UsageUSD: u})
			}
		}
		start := before * 1440
		add(0, start, 0)
		rate = u / float64(start*60)
		add(start, start+minutes, job*rate*day/float64(minutes))
		at, last := start+minutes, 0.0
		for _, later := range []int{60, 6 * 60, 1440, 2 * 1440, 3 * 1440, 5 * 1440, 7 * 1440, 10 * 1440, 14 * 1440} {
			add(at, start+minutes+later, 0)
			at = start + minutes + later
			b := rate * day * 10 // ten days of it
			f := At(samples[len(samples)-1].At, samples, &b, Options{})
			if f.P10 > 10.5*day || f.P90 < 9*day {
				t.Errorf("seed %d, %d min after a job of %.0f days: %.1f to %.1f d, want 10 d within", seed, later, job, f.P10/day, f.P90/day)
			}
			if f.P50 < min(last, 9*day)*.97 {
				t.Errorf("seed %d, %d min after a job of %.0f days: P50 %.2f d, was %.2f d before", seed, later, job, f.P50/day, last/day)
			}
			last = f.P50
		}
	}
}

// The same balance is forecast alike with and without a purchase behind it, whatever
// the account does.
func TestPurchasesDoNotMatter(t *testing.T) {
	for pattern := range patterns {
		for seed := range uint64(4) {
			samples := spent(pattern, seed, 3+int(seed))
			bought := slices.Clone(samples)
			for i := range bought {
				bought[i].CreditsUSD, bought[i].CreditsKnown = 50+100*float64(i*int(seed+1)/len(bought)), true
			}
			now := samples[len(samples)-1].At
			for _, b := range []float64{.5, 6, 60} {
				if got, want := At(now, bought, &b, Options{}), At(now, samples, &b, Options{}); got != want {
					t.Errorf("%s, %d: with purchases behind it %+v, want %+v", pattern, seed, got, want)
				}
			}
		}
	}
}

// At a charge of a steady account, which is charged every five minutes or more often,
// the date moves by a tenth of what remains at most, with a hundred charges left.
func TestASteadyAccountStaysSteady(t *testing.T) {
	for seed := range uint64(16) {
		r := rand.New(rand.NewPCG(seed, 3))
		every, days, left := time.Duration(1+r.IntN(5))*time.Minute, 3+r.IntN(12), 100+r.IntN(2000) // charges that are left
		samples := steady(time.Duration(days)*24*time.Hour, every, 1)
		total := samples[len(samples)-1].UsageUSD + float64(left)*every.Hours()
		for i := len(samples) - 12; i < len(samples); i++ {
			s := samples[i]
			left := total - s.UsageUSD
			before := s.At.Add(-time.Minute)
			beforeLeft := total - samples[i-1].UsageUSD
			was, is := At(before, samples[:i], &beforeLeft, Options{}), At(s.At, samples[:i+1], &left, Options{})
			if moved := math.Abs(is.Time(is.P50).Sub(was.Time(was.P50)).Seconds()); moved > is.P50/10 {
				t.Errorf("seed %d: every %v for %d days, at the charge of %v the date moves by %.0f s of %.0f", seed, every, days, s.At, moved, is.P50)
			}
		}
	}
}

func TestTotalsOfHoursDoNotWidenTheRange(t *testing.T) {
	samples, span := bursty(10*1440), credit.Span{}
	span.From, span.To = samples[0].At, samples[9*1440].At
	now := samples[len(samples)-1].At
	filled := Options{Gaps: []credit.Span{span}}
	byDay := At(now, samples, usd(60), filled)
	filled.ByHour = filled.Gaps
	byHour := At(now, samples, usd(60), filled)
	if byHour.P50 != byDay.P50 || byHour.P90/byHour.P10 >= byDay.P90/byDay.P10 {
		t.Errorf("P10, P50, P90 = %v, %v, %v by the hour, want within %v, %v, %v by the day",
			byHour.P10, byHour.P50, byHour.P90, byDay.P10, byDay.P50, byDay.P90)
	}
}

// A heartbeat says that nothing was spent, which the path knows without it.
func TestHeartbeatsDoNotMatter(t *testing.T) {
	for seed := range uint64(30) {
		samples, gaps := account(seed)
		now := samples[len(samples)-1].At
		var changes []credit.Sample
		for i, s := range samples {
			inGap := slices.ContainsFunc(gaps, func(g credit.Span) bool { return g.From.Equal(s.At) || g.To.Equal(s.At) })
			if i == 0 || i == len(samples)-1 || inGap || s.UsageUSD != samples[i-1].UsageUSD || s.Segment != samples[i-1].Segment || samples[i+1].Segment != s.Segment {
				changes = append(changes, s)
			}
		}
		got, want := At(now, changes, usd(5), Options{Gaps: gaps}), At(now, samples, usd(5), Options{Gaps: gaps})
		if got != want {
			t.Errorf("seed %d: without heartbeats %+v, want %+v", seed, got, want)
		}
	}
}

func TestClockThatJumps(t *testing.T) {
	samples := bursty(5000)
	now := samples[len(samples)-1].At
	want := At(now, samples, usd(12), Options{})
	for _, c := range []struct {
		name   string
		change func(*credit.Sample)
	}{
		{"a year ahead", func(s *credit.Sample) { s.At = s.At.AddDate(1, 0, 0) }},
		{"an hour back", func(s *credit.Sample) { s.At = s.At.Add(-time.Hour) }},
		{"no number", func(s *credit.Sample) { s.UsageUSD = math.NaN() }},
		{"infinite", func(s *credit.Sample) { s.UsageUSD = math.Inf(1) }},
	} {
		odd := slices.Clone(samples)
		for i := 2000; i < 2010; i++ {
			c.change(&odd[i])
		}
		got := At(now, odd, usd(12), Options{})
		sane(t, got)
		if math.Abs(got.P50/want.P50-1) > 0.01 {
			t.Errorf("%s: P50 = %v, want about %v", c.name, got.P50, want.P50)
		}
	}
}

func TestZoneOfTheClockDoesNotMatter(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York") // its clock went back on 1 November 2026
	if err != nil {
		t.Skip(err)
	}
	samples := bursty(5000)
	now := samples[len(samples)-1].At
	want := At(now, samples, usd(12), Options{})
	for i := range samples {
		samples[i].At = samples[i].At.In(zone)
	}
	if got := At(now, samples, usd(12), Options{}); got.P50 != want.P50 || got.P90 != want.P90 {
		t.Errorf("P50, P90 = %v, %v in New York, want %v, %v", got.P50, got.P90, want.P50, want.P90)
	}
}

func TestABurstWidensTheRange(t *testing.T) { // S11
	samples := bursty(3 * 1440)
	before := At(samples[len(samples)-1].At, samples, usd(60), Options{})
	last := samples[len(samples)-1]
	last.At, last.UsageUSD = last.At.Add(time.Minute), last.UsageUSD+40
	after := At(last.At, append(samples, last), usd(60), Options{})
	if after.P90/after.P10 <= before.P90/before.P10 {
		t.Errorf("P90/P10 = %v after a burst, want above %v", after.P90/after.P10, before.P90/before.P10)
	}
}

// FuzzAt builds samples from 13-byte records: seconds since the last, usage,
// and what is odd about it.
func FuzzAt(f *testing.F) {
	for when := range uint8(3) {
		f.Add([]byte("0123456789abc0123456789abc0123456789abc"), 3.0, when)
		f.Add(make([]byte, 130), 1.0, when)
		f.Add([]byte("\x3c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x24\x40\x00"), math.Inf(1), when)
	}
	f.Fuzz(func(t *testing.T, b []byte, balance float64, when uint8) {
		var samples []credit.Sample
		var gaps []credit.Span
		at, u := t0, 0.0
		for ; len(b) >= 13; b = b[13:] {
			step := int64(int32(binary.LittleEndian.Uint32(b)))
			prev := at
			if b[12]&1 == 0 {
				step %= 86400
			}
			at = at.Add(time.Duration(step) * time.Second)
			v := math.Float64frombits(binary.LittleEndian.Uint64(b[4:]))
			if b[12]&2 == 0 {
				v = u + math.Abs(math.Mod(v, 100))
			}
			u = v
			if b[12]&4 != 0 {
				gaps = append(gaps, credit.Span{From: prev, To: at})
			}
			samples = append(samples, credit.Sample{At: at, UsageUSD: v, Segment: int64(b[12] & 8)})
		}
		now := []time.Time{at, t0, t0.AddDate(50, 0, 0)}[when%3]
		m := New(now, samples, Options{Gaps: gaps})
		got := m.Forecast(&balance)
		sane(t, got)
		for _, d := range []time.Duration{0, time.Minute, 1000 * time.Hour} {
			if p, ok := got.Chance(d); ok && !(p >= 0 && p <= 1) {
				t.Fatalf("Chance(%v) = %v", d, p)
			}
		}
		got.Time(got.P90)
		plan := m.Plan(balance, Ask{Until: now.Add(1e14)})
		if plan.NeededUSD != nil && !(*plan.NeededUSD >= 0 && *plan.NeededUSD < math.Inf(1)) {
			t.Fatalf("NeededUSD = %v", *plan.NeededUSD)
		}
	})
}

func TestModelIsOneValueForAll(t *testing.T) {
	samples, gaps := account(7)
	m := New(samples[len(samples)-1].At, samples, Options{Gaps: gaps})
	want := m.Forecast(usd(3))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				if got := m.Forecast(usd(3)); got != want {
					t.Errorf("Forecast = %+v, want %+v", got, want)
				}
				m.Plan(3, Ask{TopUpUSD: usd(5)})
			}
		})
	}
	group.Wait()
	if n := testing.AllocsPerRun(100, func() { m.Forecast(usd(3)) }); n > 1 {
		t.Errorf("a forecast allocates %v times, want 0 of its own", n) // the balance may escape
	}
}

func TestParseCoefficientsRefuses(t *testing.T) {
	for _, c := range []struct{ name, json string }{
		{"no JSON", "{"},
		{"no knots", `{"long_edges_s":[1,2],"long":[[0,0,0],[0,0,0],[0,0,0]]}`},
		{"knots that fall", `{"knots":[6,5,4,3,2,1],"long_edges_s":[1,2],"long":[[0,0,0],[0,0,0],[0,0,0]]}`},
		{"a row too few", `{"knots":[1,2,3,4,5,6],"long_edges_s":[1,2],"long":[[0,0,0],[0,0,0]]}`},
		{"no edges", `{"knots":[1,2,3,4,5,6],"long":[[0,0,0]]}`},
		{"origins below 0", `{"knots":[1,2,3,4,5,6],"long_edges_s":[1,2],"long":[[0,0,0],[0,0,0],[0,0,0]],"origins":-1}`},
	} {
		if _, err := ParseCoefficients([]byte(c.json)); err == nil {
			t.Errorf("%s: ParseCoefficients = nil, want an error", c.name)
		}
	}
}

func TestKaplanMeier(t *testing.T) {
	for _, c := range []struct {
		name        string
		ended, open []float64
		level, want float64
	}{
		{"median of five", []float64{.5, .1, .4, .2, .3}, nil, .5, .3},
		{"the first reaches it", []float64{-.2, .1}, nil, .5, -.2},
		{"open ones last longer", []float64{.1, .3}, []float64{.16, .15}, .5, .3},
		{"what is open at the same moment comes after", []float64{.1}, []float64{.1}, .5, .1},
		{"never reached", []float64{.1}, []float64{.5, .4}, .9, .5},
		{"never reached, all too short", []float64{-.5}, []float64{-.2}, .9, 0},
		{"clipped", []float64{7}, nil, .5, 3},
		{"clipped below", []float64{-7}, nil, .5, -3},
	} {
		if got := kaplanMeier(c.ended, c.open, c.level); got != c.want {
			t.Errorf("%s: kaplanMeier = %v, want %v", c.name, got, c.want)
		}
	}
}

// The estimate is that of all residuals in one row, of which those that are open count
// after what ended at the same moment.
func TestKaplanMeierIsThatOfOneRow(t *testing.T) {
	type residual struct {
		log  float64
		open bool
	}
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 5))
		rows := make([]residual, 1+r.IntN(mostOrigins))
		var ended, open []float64
		for i := range rows {
			rows[i] = residual{math.Round(20*r.NormFloat64()) / 10, r.IntN(3) == 0}
			if rows[i].open {
				open = append(open, rows[i].log)
			} else {
				ended = append(ended, rows[i].log)
			}
		}
		slices.SortFunc(rows, func(a, b residual) int {
			if a.log == b.log && a.open != b.open {
				if b.open {
					return -1
				}
				return 1
			}
			return cmp.Compare(a.log, b.log)
		})
		for _, level := range levels {
			want, lasting, found := max(0, rows[len(rows)-1].log), 1.0, false
			for i, row := range rows {
				if !row.open && !found {
					lasting *= 1 - 1/float64(len(rows)-i)
					if found = 1-lasting >= level-1e-9; found {
						want = row.log
					}
				}
			}
			want = min(mostShift, max(-mostShift, want))
			if got := kaplanMeier(ended, open, level); got != want {
				t.Fatalf("seed %d: the %v-quantile = %v, want %v", seed, level, got, want)
			}
		}
	}
}

// A passage is found alike in one go and sample by sample, in a gap and beside one.
func TestPassageIsTheSampleThatReachesIt(t *testing.T) {
	within := 0
	for seed := range uint64(60) {
		samples, gaps := account(seed)
		p := newPath(samples[len(samples)-1].At, samples, gaps[:len(gaps)*int(seed%2)], nil)
		for i := range 50 {
			usd := p.end.usd * float64(i+1) / 50
			c := p.grid.cursors[0]
			b := c
			for c.usd < usd {
				b = c
				p.take(&c, p.now, 1)
			}
			want := c.t
			if from, even := p.gaps.ending(int64(b.t), int64(c.t)); even && c.usd > b.usd {
				want = float64(from) + (usd-b.usd)/(c.usd-b.usd)*float64(int64(c.t)-from)
				within++
			}
			if at, ok := p.passage(usd); !ok || at != want && c.usd > p.grid.cursors[0].usd {
				t.Fatalf("seed %d: passage(%v) = %v, %v, want %v", seed, usd, at, ok, want)
			}
		}
	}
	if within == 0 {
		t.Error("no passage lies in a gap")
	}
}
