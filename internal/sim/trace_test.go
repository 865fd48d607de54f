package sim

import (
	"math"
	"testing"
	"time"
)

var smallTrace = []Point{
	{time.Unix(1783882012, 0).UTC(), 0},
	{time.Unix(1783883657, 0).UTC(), 0.1},
	{time.Unix(1783883657, 0).UTC(), 0.3},
	{time.Unix(1783920602, 0).UTC(), 280.7261},
	{time.Unix(1783920603, 25e7).UTC(), 280.7261000000001},
	{time.Unix(1784000000, 0).UTC(), 1000000.123456},
}

func TestReplayIsExact(t *testing.T) {
	points := smallTrace
	now := points[5].At.Add(time.Hour)
	a := mustNew(t, Config{Trace: points, CreditsUSD: 300, Now: at(now)})
	for _, c := range []struct {
		name string
		at   time.Time
		want float64
	}{
		{"before the first", points[0].At.Add(-time.Nanosecond), 0},
		{"on a point", points[1].At, 0.3},
		{"just before a point", points[3].At.Add(-time.Nanosecond), 0.3},
		{"on the next", points[3].At, 280.726100},
		{"more decimals than the books have", points[4].At, 280.7261000000001},
		{"after the last", now, 1000000.123456},
		{"the future", now.AddDate(1, 0, 0), 1000000.123456},
	} {
		if got := a.Usage(c.at); got != c.want {
			t.Errorf("Usage(%s) = %v, want %v", c.name, got, c.want)
		}
	}
	if got := a.Credits(points[0].At); got != 300 {
		t.Errorf("Credits(start) = %v, want 300", got)
	}
	var byKey nano
	for _, k := range allKeys(t, a) {
		byKey += toNano(k.Usage)
	}
	if got, want := byKey+toNano(a.Unattributed(now)), toNano(1000000.123456); got != want {
		t.Errorf("sum over keys and the unattributed = %v, want %v", got.usd(), want.usd())
	}
	a.Spend(1)
	if got := a.Usage(now); math.Abs(got-1000001.123456) > 1e-9 {
		t.Errorf("Usage after Spend(1) = %v, want 1000001.123456", got)
	}
}

func TestReplayRevealsItselfByTheClock(t *testing.T) {
	points := smallTrace
	clock := points[0].At.Add(-time.Hour)
	a := mustNew(t, Config{Trace: points, CreditsUSD: 300, Now: func() time.Time { return clock }})
	if got := get[map[string]float64](t, a, "/credits"); got["total_usage"] != 0 || got["total_credits"] != 0 {
		t.Errorf("/credits before the trace = %v, want nothing", got)
	}
	for _, p := range points[2:] {
		clock = p.At
		if got := get[map[string]float64](t, a, "/credits"); got["total_usage"] != p.USD {
			t.Errorf("total_usage at %v = %v, want %v", p.At, got["total_usage"], p.USD)
		}
	}
}
