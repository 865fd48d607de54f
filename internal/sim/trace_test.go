package sim

import (
	"errors"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

const smallTrace = `unix_seconds,cum_usd
1783882012,0.000000
1783883657,0.1
1783883657,0.3
1783920602,280.726100
1783920603.25,280.7261000000001
1784000000,1000000.123456
`

func TestReplayIsExact(t *testing.T) {
	points, err := ReadTrace(strings.NewReader(smallTrace))
	if err != nil {
		t.Fatal(err)
	}
	if len(points) != 6 {
		t.Fatalf("ReadTrace(small) = %d points, want 6", len(points))
	}
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
	points, err := ReadTrace(strings.NewReader(smallTrace))
	if err != nil {
		t.Fatal(err)
	}
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

func TestReadTraceRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":              "",
		"heading only":         "unix_seconds,cum_usd\n",
		"second heading":       "unix_seconds,cum_usd\nunix_seconds,cum_usd\n1,2\n",
		"one column":           "1783882012\n",
		"no sum":               "1783882012,\n",
		"text":                 "1783882012,much\n",
		"not a number":         "1783882012,NaN\n",
		"infinite":             "1783882012,Inf\n",
		"negative":             "1783882012,-1\n",
		"implausible":          "1783882012,1e300\n",
		"falls":                "1783882012,2\n1783882013,1\n",
		"backwards":            "1783882013,1\n1783882012,2\n",
		"time in words":        "0x10,1\n",
		"time with two points": "1.5.5,1\n",
		"time negative":        "unix_seconds,cum_usd\n-5,1\n",
		"time with sign":       "1.-5,1\n",
		"time in milliseconds": "1783882012000,1\n",
	} {
		if points, err := ReadTrace(strings.NewReader(text)); err == nil {
			t.Errorf("ReadTrace(%s) = %v, want an error", name, points)
		}
	}
	broken := errors.New("disk on fire")
	if _, err := ReadTrace(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("ReadTrace(broken reader) = %v, want %v", err, broken)
	}
	_, err := ReadTrace(strings.NewReader("unix_seconds,cum_usd\n1,1\n2,x\n"))
	if err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("ReadTrace(bad third line) = %v, want the line named", err)
	}
}

func FuzzReadTrace(f *testing.F) {
	for _, seed := range []string{smallTrace, "\ufeff1,2\n", "1,1\r\n2,1\r\n", "1.000000001,0.000000001", "9,1e-9\n\n10,9e6"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		points, err := ReadTrace(strings.NewReader(text))
		if err != nil {
			return
		}
		last := points[len(points)-1]
		a, err := New(Config{Trace: points, Now: at(last.At)})
		if err != nil {
			t.Fatalf("New(trace that was read) = %v", err)
		}
		if got := a.Usage(last.At); got != last.USD {
			t.Fatalf("Usage(last) = %v, want %v", got, last.USD)
		}
	})
}
