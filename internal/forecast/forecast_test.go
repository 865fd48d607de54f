package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"ortop/internal/credit"
)

var t0 = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// steady is an account that spends usdPerHour evenly, read every step.
func steady(length, step time.Duration, usdPerHour float64) []credit.Sample {
	var s []credit.Sample
	for d := time.Duration(0); d <= length; d += step {
		s = append(s, credit.Sample{At: t0.Add(d), UsageUSD: 7 + usdPerHour*d.Hours()})
	}
	return s
}

func usd(v float64) *float64 { return &v }

func TestStates(t *testing.T) {
	spending := steady(time.Hour, time.Minute, 1)
	quiet := steady(time.Hour, time.Minute, 0)
	for _, c := range []struct {
		name    string
		samples []credit.Sample
		balance *float64
		want    State
	}{
		{"spending", spending, usd(10), OK},
		{"nothing left", spending, usd(0), Depleted},
		{"overdrawn", spending, usd(-0.34), Depleted},
		{"overdrawn with no sample", nil, usd(-0.34), Depleted},
		{"balance not known", spending, nil, Unknown},
		{"no sample", nil, usd(10), Unknown},
		{"no spend", quiet, usd(10), Idle},
		{"one sample", spending[:1], usd(10), Idle},
		{"four minutes", spending[:5], usd(10), Cold},
		{"one rise in an hour", append(quiet[:60:60], credit.Sample{At: t0.Add(time.Hour), UsageUSD: 8}), usd(10), Cold},
		{"five minutes", spending[:6], usd(10), OK},
	} {
		now := t0
		if n := len(c.samples); n > 0 {
			now = c.samples[n-1].At
		}
		if got := At(now, c.samples, c.balance, Options{}); got.State != c.want {
			t.Errorf("%s: State = %q, want %q", c.name, got.State, c.want)
		}
	}
}

func TestQuantilesFollowTheRate(t *testing.T) {
	samples := steady(7*24*time.Hour, time.Minute, 0.5)
	now := samples[len(samples)-1].At
	f := At(now, samples, usd(12), Options{}) // 24 h at this rate
	if f.State != OK || math.Abs(f.RateUSDPerHour-0.5) > 0.02 {
		t.Fatalf("State, rate = %q, %v, want ok, 0.5", f.State, f.RateUSDPerHour)
	}
}

func TestSpendPathIsUntouched(t *testing.T) {
	samples := steady(3*24*time.Hour, time.Minute, 0.5)
	now := samples[len(samples)-1].At
	plain := At(now, samples, usd(12), Options{})

	topped := make([]credit.Sample, len(samples))
	for i, s := range samples {
		s.CreditsUSD, s.CreditsKnown = 20, true
		if i > 2000 {
			s.CreditsUSD = 45
		}
		topped[i] = s
	}
	if got := At(now, topped, usd(12), Options{}); got != plain {
		t.Errorf("a top-up changes the forecast: %+v, want %+v", got, plain)
	}

	seam := make([]credit.Sample, len(samples))
	for i, s := range samples {
		if i > 2000 {
			s.Segment, s.UsageUSD = 1, s.UsageUSD+1000
		}
		seam[i] = s
	}
	if got := At(now, seam, usd(12), Options{}); math.Abs(got.P50/plain.P50-1) > 0.01 {
		t.Errorf("a new segment changes the forecast: P50 = %v, want about %v", got.P50, plain.P50)
	}

	var slept []credit.Sample
	gap := credit.Span{From: t0.Add(30 * time.Hour), To: t0.Add(38 * time.Hour)}
	for _, s := range samples {
		if !s.At.After(gap.From) || !s.At.Before(gap.To) {
			slept = append(slept, s)
		}
	}
	if got := At(now, slept, usd(12), Options{Gaps: []credit.Span{gap}}); math.Abs(got.P50/plain.P50-1) > 0.02 {
		t.Errorf("a gap in even spend changes the forecast: P50 = %v, want %v", got.P50, plain.P50)
	}
}

func TestChance(t *testing.T) {
	f := Forecast{State: OK, At: t0, P10: 3600, P50: 7200, P90: 86400}
	for _, c := range []struct {
		within time.Duration
		want   float64
	}{{time.Hour, 0.1}, {2 * time.Hour, 0.5}, {24 * time.Hour, 0.9}, {0, 0}} {
		if got, ok := f.Chance(c.within); !ok || math.Abs(got-c.want) > 1e-9 {
			t.Errorf("Chance(%v) = %v, %v, want %v", c.within, got, ok, c.want)
		}
	}
	last := 0.0
	for d := time.Second; d < 1000*time.Hour; d *= 2 {
		got, _ := f.Chance(d)
		if got < last || got > 1 {
			t.Errorf("Chance(%v) = %v after %v", d, got, last)
		}
		last = got
	}
	if got, ok := (Forecast{State: Depleted}).Chance(time.Hour); !ok || got != 1 {
		t.Errorf("Chance when depleted = %v, %v, want 1", got, ok)
	}
	for _, s := range []State{Unknown, Idle, Cold} {
		if got, ok := (Forecast{State: s}).Chance(time.Hour); ok {
			t.Errorf("Chance when %s = %v, true, want false", s, got)
		}
	}
}

func TestTimeStaysWritable(t *testing.T) {
	f := Forecast{At: t0}
	if got := f.Time(1e15); got.Year() != 9999 {
		t.Errorf("Time(1e15) = %v, want the year 9999", got)
	}
	if got := f.Time(math.Inf(1)); got.Year() != 9999 {
		t.Errorf("Time(Inf) = %v, want the year 9999", got)
	}
	if got, want := f.Time(3600), t0.Add(time.Hour); !got.Equal(want) {
		t.Errorf("Time(3600) = %v, want %v", got, want)
	}
}

func TestSooner(t *testing.T) {
	fc := func(s State, p50 float64) Forecast {
		return Forecast{State: s, Subject: Account, At: t0, P10: p50 / 2, P50: p50, P90: p50 * 2}
	}
	reset := t0.Add(24 * time.Hour)
	for _, c := range []struct {
		name         string
		account, key Forecast
		resets       time.Time
		want         Subject
		state        State
	}{
		{"key first", fc(OK, 7200), fc(OK, 3600), reset, Key, OK},
		{"account first", fc(OK, 3600), fc(OK, 7200), reset, Account, OK},
		{"cap lasts past its reset", fc(OK, 400000), fc(OK, 90000), reset, Account, OK},
		{"cap without reset", fc(OK, 400000), fc(OK, 90000), time.Time{}, Key, OK},
		{"spent cap", fc(OK, 3600), fc(Depleted, 0), reset, Key, Depleted},
		{"both spent", fc(Depleted, 0), fc(Depleted, 0), reset, Account, Depleted},
		{"balance not known, cap lasts", fc(Unknown, 0), fc(OK, 90000), reset, Account, Unknown},
		{"balance not known", fc(Unknown, 0), fc(OK, 3600), reset, Key, OK},
		{"no cap", fc(OK, 3600), fc(Unknown, 0), time.Time{}, Account, OK},
		{"cap is cold", fc(OK, 3600), fc(Cold, 0), reset, Account, OK},
	} {
		got := Sooner(c.account, c.key, Key, c.resets)
		if got.Subject != c.want || got.State != c.state {
			t.Errorf("%s: Sooner = %s %s, want %s %s", c.name, got.Subject, got.State, c.want, c.state)
		}
	}
}

// bursty is an account that spends in bursts by day, a change a minute.
func bursty(n int) []credit.Sample {
	r := rand.New(rand.NewPCG(3, 4))
	s := make([]credit.Sample, n)
	u := 0.0
	for i := range s {
		at := t0.Add(time.Duration(i) * time.Minute)
		u += 0.01 * r.ExpFloat64() * (1.2 + math.Sin(float64(at.Hour())/24*2*math.Pi))
		s[i] = credit.Sample{At: at, UsageUSD: u}
	}
	return s
}

func BenchmarkAt(b *testing.B) {
	samples := bursty(100_000)
	now := samples[len(samples)-1].At
	b.ReportAllocs()
	for b.Loop() {
		At(now, samples, usd(12), Options{})
	}
}

// Balances that a model was not asked for yet: a cent to 10,000 USD, after that which
// is left.
func BenchmarkFurtherBalance(b *testing.B) {
	samples := bursty(100_000)
	balances := make([]float64, 200)
	for i := range balances {
		balances[i] = .01 * math.Pow(1e6, float64(i)/float64(len(balances)))
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(balances), func(i, j int) { balances[i], balances[j] = balances[j], balances[i] })
	b.ReportAllocs()
	var m *Model
	for i := 0; b.Loop(); i++ {
		if i%len(balances) == 0 {
			b.StopTimer()
			m = New(samples[len(samples)-1].At, samples, Options{})
			m.Forecast(usd(12))
			b.StartTimer()
		}
		m.Forecast(&balances[i%len(balances)])
	}
}
