package backtest

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func mustTrace(t *testing.T, rows string) *Trace {
	t.Helper()
	trace, err := ReadTrace("t", strings.NewReader("unix_seconds,cum_usd\n"+rows))
	if err != nil {
		t.Fatal(err)
	}
	return trace
}

func TestReadTraceSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ name, csv, want string }{
		{"empty", "", "it is empty"},
		{"another sign between cells", "unix_seconds;cum_usd\n1;2\n", "line 1: its cells are not separated by a comma"},
		{"no rows", "unix_seconds,cum_usd\n", "there are no rows"},
		{"no column", "unix_seconds,usd\n1,2\n", `line 1: there is no column "cum_usd"`},
		{"no number", "unix_seconds,cum_usd\n1,2\n2,x\n", `line 3: cum_usd "x" is not a number`},
		{"not finite", "unix_seconds,cum_usd\n1,NaN\n", `line 2: cum_usd "NaN" is not a number`},
		{"milliseconds", "unix_seconds,cum_usd\n1735689600000,2\n", `line 2: unix_seconds "1735689600000" is not a time in seconds`},
		{"time goes back", "unix_seconds,cum_usd\n5,1\n4,2\n", "line 3: unix_seconds goes back"},
		{"spend falls", "unix_seconds,cum_usd\n5,2\n6,1\n", "line 3: cum_usd falls"},
		{"no line's end", strings.Repeat("\x00", 100_000), "reading the head: it has a line of more than 64 KiB"},
		{"a field too few", "unix_seconds,cum_usd\n5\n", "record on line 2: wrong number of fields"},
	} {
		if _, err := ReadTrace("t", strings.NewReader(c.csv)); err == nil || err.Error() != c.want {
			t.Errorf("%s: ReadTrace = %v, want %s", c.name, err, c.want)
		}
	}
}

func TestSamplesAreWhatAPollSaw(t *testing.T) {
	trace := mustTrace(t, "1000,0\n1010,1\n1050,2\n1130,3\n1200,4\n")
	for _, c := range []struct {
		name     string
		from, at int64
		want     string
	}{
		{"from the beginning", 1000, 1200, "1000:0 1060:2 1180:3"},
		{"a change at a poll", 1020, 1200, "1020:1 1080:2 1140:3 1200:4"},
		{"before the beginning", 960, 1080, "960:0 1020:1 1080:2"},
		{"after the end", 1500, 1600, "1500:4"},
		{"at once", 1060, 1060, "1060:2"},
	} {
		var got []string
		for _, s := range trace.Samples(c.from, c.at) {
			got = append(got, fmt.Sprintf("%d:%v", s.At.Unix(), s.UsageUSD))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: Samples(%d, %d) = %s, want %s", c.name, c.from, c.at, s, c.want)
		}
	}
}

func TestLasted(t *testing.T) {
	trace := mustTrace(t, "1000,0\n1010,1\n1050,2\n1130,3\n1200,4\n")
	for _, c := range []struct {
		at   int64
		usd  float64
		want float64
		ok   bool
	}{
		{1000, 1, 60, true}, {1000, 2, 60, true}, {1000, 2.5, 180, true}, {1060, 2, 180, true},
		{1000, 5, 200, false}, {1150, 1.1, 50, false},
	} {
		if got, ok := trace.Lasted(c.at, c.usd); got != c.want || ok != c.ok {
			t.Errorf("Lasted(%d, %v) = %v, %v, want %v, %v", c.at, c.usd, got, ok, c.want, c.ok)
		}
	}
}

func FuzzReadTrace(f *testing.F) {
	f.Add([]byte("unix_seconds,cum_usd\n1,0\n2,1.5\n"))
	f.Add([]byte("cum_usd,unix_seconds\n\"1\",-5\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		trace, err := ReadTrace("t", bytes.NewReader(b))
		if err != nil {
			return
		}
		last := math.Inf(-1)
		for _, s := range trace.Samples(trace.From(), trace.To()) {
			if s.UsageUSD < last {
				t.Fatalf("usage falls from %v to %v", last, s.UsageUSD)
			}
			last = s.UsageUSD
		}
		if got := trace.UsageUSD(trace.To()); last > got {
			t.Fatalf("UsageUSD at the end = %v, less than %v", got, last)
		}
	})
}

func TestReadTraceOfAHistory(t *testing.T) {
	const head = "at,total_credits_usd,total_usage_usd,balance_usd,spend_usd\n"
	trace, err := ReadTrace("own", strings.NewReader(head+
		"2026-11-20T00:00:00Z,,,,\n"+ // filled in by the day
		"2026-11-21T00:00:00Z,,,,2\n"+
		"2026-11-21T00:10:00Z,30,10,20,1\n"+
		"2026-11-21T00:11:00Z,30,10.5,19.5,0.5\n"+
		"2026-11-21T02:00:00Z,,,,\n"+ // nobody read
		"2026-11-21T03:00:00Z,30,12.5,17.5,\n"+
		"2026-11-21T03:01:00Z,50,3,47,\n"+ // another series
		"2026-11-21T03:02:00Z,50,3.25,46.75,0.25\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{0, 2, 3, 3.5, 3.5, 5.5, 5.5, 5.75}
	if !slices.Equal(trace.usd, want) {
		t.Errorf("spent up to each row = %v, want %v", trace.usd, want)
	}
	for in, want := range map[string]string{
		head: "there are no rows",
		head + "2026-11-21T00:10:00Z,30,x,20,1\n":                               `line 2: total_usage_usd "x" is not a number`,
		head + "yesterday,30,1,20,1\n":                                          `line 2: at "yesterday" is not a time`,
		head + "2026-11-21T00:10:00Z,30,1,20,\n2026-11-21T00:09:00Z,30,1,20,\n": "line 3: at goes back",
	} {
		if _, err := ReadTrace("own", strings.NewReader(in)); err == nil || err.Error() != want {
			t.Errorf("ReadTrace(%q): error = %v, want %s", in, err, want)
		}
	}
}
