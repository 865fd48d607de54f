package forecast

import (
	"math"
	"reflect"
	"testing"
	"time"
)

func TestPlanGrowsWithMoneyAndTime(t *testing.T) {
	for seed := range uint64(12) {
		samples, gaps := account(seed)
		now := samples[len(samples)-1].At
		m := New(now, samples, Options{Gaps: gaps})
		if m.Forecast(usd(1)).State != OK {
			continue
		}
		for _, balance := range []float64{-0.5, 0.2, 20} {
			var last Forecast
			for _, top := range []float64{0.01, 0.5, 1, 1.1, 5, 25, 26, 100, 1000} {
				f := m.Plan(balance, Ask{TopUpUSD: &top}).WithTopUp
				sane(t, f)
				if f.P10 < last.P10*(1-1e-12) || f.P50 < last.P50*(1-1e-12) || f.P90 < last.P90*(1-1e-12) {
					t.Fatalf("seed %d: with %v + %v USD it lasts %v, less than with less: %v", seed, balance, top, f, last)
				}
				last = f
			}
			needed := -1.0
			for _, d := range []time.Duration{time.Minute, time.Hour, 30 * time.Hour, 31 * time.Hour, 10 * 24 * time.Hour, 90 * 24 * time.Hour} {
				p := m.Plan(balance, Ask{Until: now.Add(d)})
				if p.NeededUSD == nil || *p.NeededUSD < needed {
					t.Fatalf("seed %d: for %v NeededUSD = %v, want at least %v", seed, d, deref(p.NeededUSD), needed)
				}
				needed = *p.NeededUSD
				with := m.Plan(balance, Ask{TopUpUSD: &needed})
				if balance+needed > 0 && with.WithTopUp.P10 < d.Seconds()*(1-1e-9) {
					t.Fatalf("seed %d: with %v + %v USD P10 = %v s, want %v", seed, balance, needed, with.WithTopUp.P10, d.Seconds())
				}
			}
		}
	}
}

// The second of two plans goes by what the first found out.
func TestPlansShareTheirWork(t *testing.T) {
	samples := bursty(10 * 1440)
	now := samples[len(samples)-1].At
	for _, balance := range []float64{50, 0.5, -3} {
		ask := Ask{TopUpUSD: usd(25), Until: now.Add(10 * 24 * time.Hour)}
		m := New(now, samples, Options{})
		pl := m.Planner(balance)
		first := pl.Plan(ask)
		less := pl.Plan(Ask{TopUpUSD: usd(20), Until: ask.Until})
		if want := New(now, samples, Options{}).Plan(balance, Ask{TopUpUSD: usd(20), Until: ask.Until}); !reflect.DeepEqual(less, want) {
			t.Errorf("%v USD: the second plan is %+v, want that of another planner: %+v", balance, less, want)
		}
		rungs := len(pl.ladder.rungs)
		m.co = nil // whoever asks it what a balance lasts would panic
		for _, f := range []*Forecast{&first.WithTopUp, &less.WithTopUp} {
			if f.State != OK {
				t.Fatalf("%v USD: %+v", balance, f)
			}
		}
		if q := pl.ladder.seconds(balance + 22); q[1] <= less.WithTopUp.P50 || q[1] >= first.WithTopUp.P50 {
			t.Errorf("%v USD: with 22 more it lasts %v, want between %v and %v", balance, q, less.WithTopUp.P50, first.WithTopUp.P50)
		}
		if auto := pl.auto(14); auto == nil || auto.ThresholdUSD != first.Auto.ThresholdUSD || len(pl.ladder.rungs) != rungs {
			t.Errorf("%v USD: %+v with %d rungs, want %+v with %d", balance, auto, len(pl.ladder.rungs), first.Auto, rungs)
		}
	}
}

// The most that was ever spent at once is looked for once: a plan asks of dozens of
// balances.
func TestWhatWasSeenIsLookedForOnce(t *testing.T) {
	samples := bursty(10 * 1440)
	m := New(samples[len(samples)-1].At, samples, Options{})
	most := m.path.grid.most(int(m.now.history/floorTimes/block) + shortBy)
	want := m.path.grid.shortest(most)
	if below := m.fastest(most / 2); want <= 0 || below > want {
		t.Fatalf("half of %v USD is spent in %v s, all of it in %v s", most, below, want)
	}
	m.path.grid.usd = nil // whoever looks at it again would panic
	for _, usd := range []float64{most, 2 * most, 1e6} {
		if got := m.fastest(usd); got != want {
			t.Errorf("fastest(%v) = %v, want %v", usd, got, want)
		}
	}
}

func deref(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

func TestPlan(t *testing.T) {
	samples := bursty(10 * 1440) // about 17 USD a day
	now := samples[len(samples)-1].At
	m := New(now, samples, Options{})
	until := now.Add(10 * 24 * time.Hour)

	p := m.Plan(50, Ask{Until: until})
	if p.WithTopUp != (Forecast{}) {
		t.Errorf("WithTopUp without a top-up = %+v, want none", p.WithTopUp)
	}
	if p, plain := m.Plan(50, Ask{TopUpUSD: usd(0)}), m.Forecast(usd(50)); p.WithTopUp != plain {
		t.Errorf("WithTopUp of nothing = %+v, want the forecast %+v", p.WithTopUp, plain)
	}
	if p.AllowanceUSDPerDay == nil || *p.AllowanceUSDPerDay != 5 {
		t.Errorf("AllowanceUSDPerDay = %v, want 5", deref(p.AllowanceUSDPerDay))
	}
	if p.NeededUSD == nil || *p.NeededUSD < 120 || *p.NeededUSD > 400 {
		t.Errorf("NeededUSD = %v, want about 170 and some", deref(p.NeededUSD))
	} else if cents := *p.NeededUSD * 100; math.Abs(cents-math.Round(cents)) > 1e-6 {
		t.Errorf("NeededUSD = %v, want whole cents", *p.NeededUSD)
	}
	if a := p.Auto; a == nil || a.ThresholdUSD < 15 || a.ThresholdUSD > 60 || a.ThresholdUSD != math.Trunc(a.ThresholdUSD) ||
		a.AmountUSD != 150 || math.Abs(a.USDPerMonth/30*a.Every.Hours()/24-a.AmountUSD) > 1e-6 {
		t.Errorf("Auto = %+v, want a day's spend and some, 150 USD, as often as that lasts", a)
	}
	if a := m.Plan(50, Ask{Days: 1}).Auto; a == nil || a.AmountUSD != 20 {
		t.Errorf("Auto for a day = %+v, want 20 USD", a)
	}

	for _, c := range []struct {
		name      string
		plan      Plan
		allowance bool
	}{
		{"nothing known", New(now, nil, Options{}).Plan(50, Ask{Until: until}), true},
		{"nothing spent", New(now, samples[:1], Options{}).Plan(50, Ask{Until: until}), true},
		{"until has passed", m.Plan(50, Ask{Until: now.Add(-time.Hour)}), false},
		{"no until", m.Plan(50, Ask{}), false},
		{"nothing left", m.Plan(-1, Ask{Until: now.Add(-time.Hour)}), false},
	} {
		if c.plan.NeededUSD != nil || (c.plan.AllowanceUSDPerDay != nil) != c.allowance {
			t.Errorf("%s: NeededUSD, AllowanceUSDPerDay = %v, %v, want nil and %v", c.name, deref(c.plan.NeededUSD), deref(c.plan.AllowanceUSDPerDay), c.allowance)
		}
	}
	if p := m.Plan(-1, Ask{Until: until}); p.NeededUSD == nil || *p.NeededUSD < 150 {
		t.Errorf("overdrawn: NeededUSD = %v, want above 150", deref(p.NeededUSD))
	}
	if p := m.Plan(1e6, Ask{Until: until}); p.NeededUSD == nil || *p.NeededUSD != 0 {
		t.Errorf("enough: NeededUSD = %v, want 0", deref(p.NeededUSD))
	}
}

func TestSpendWithin(t *testing.T) {
	spans := []time.Duration{time.Second, time.Minute, time.Hour, 3 * time.Hour, 30 * time.Hour, 10 * 24 * time.Hour, 90 * 24 * time.Hour}
	for seed := range uint64(12) {
		samples, gaps := account(seed)
		m := New(samples[len(samples)-1].At, samples, Options{Gaps: gaps})
		if m.Forecast(usd(1)).State != OK {
			continue
		}
		last := 0.0
		for _, d := range spans {
			spend, ok := m.SpendWithin(d)
			if !ok || !(spend > 0) || spend < last || math.IsInf(spend, 0) {
				t.Fatalf("seed %d: SpendWithin(%v) = %v, %v, want at least %v", seed, d, spend, ok, last)
			}
			last = spend
			if d >= time.Hour && d <= 30*time.Hour { // the plan, on rungs of its own, says the same
				if p := m.Plan(spend, Ask{Until: m.at.Add(d)}); *p.NeededUSD > (rungRatio-1)*spend+0.01 {
					t.Errorf("seed %d: with SpendWithin(%v) = %v USD left, %v more is needed", seed, d, spend, *p.NeededUSD)
				}
			}
		}
	}

	samples := bursty(10 * 1440) // about 17 USD a day
	now := samples[len(samples)-1].At
	quiet := samples[:1]
	for _, c := range []struct {
		name     string
		model    *Model
		d        time.Duration
		ok       bool
		from, to float64
	}{
		{"a day of steady spend", New(now, samples, Options{}), 24 * time.Hour, true, 15, 60},
		{"no time", New(now, samples, Options{}), 0, true, 0, 0},
		{"no time, and nothing known", New(now, nil, Options{}), 0, true, 0, 0},
		{"nothing known", New(now, nil, Options{}), time.Hour, false, 0, 0},
		{"one minute of history", New(samples[1].At, samples[:2], Options{}), time.Hour, false, 0, 0},
		{"no spend for nine times as long", New(quiet[0].At.Add(9*time.Hour), quiet, Options{}), time.Hour, true, 0, 0},
		{"no spend for not so long", New(quiet[0].At.Add(8*time.Hour), quiet, Options{}), time.Hour, false, 0, 0},
	} {
		if got, ok := c.model.SpendWithin(c.d); ok != c.ok || ok && (got < c.from || got > c.to) {
			t.Errorf("%s: SpendWithin(%v) = %v, %v, want %v to %v, %v", c.name, c.d, got, ok, c.from, c.to, c.ok)
		}
	}
}

func TestRoundSum(t *testing.T) {
	for _, c := range []struct{ usd, want float64 }{
		{0.2, 5}, {5, 5}, {5.01, 7.5}, {9, 10}, {12.3, 15}, {86, 100}, {100, 100}, {119, 150}, {260, 300}, {7600, 10000},
	} {
		if got := roundSum(c.usd); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("roundSum(%v) = %v, want %v", c.usd, got, c.want)
		}
	}
}

func BenchmarkPlan(b *testing.B) {
	samples := bursty(100_000)
	now := samples[len(samples)-1].At
	m := New(now, samples, Options{})
	b.ReportAllocs()
	for b.Loop() {
		m.Plan(12, Ask{TopUpUSD: usd(25), Until: now.Add(30 * 24 * time.Hour)})
	}
}
