package ui

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/alert"
)

// What has no room in a banner ends with a word.
func TestBannersEndWithAWord(t *testing.T) {
	const said = "spend has risen for 5 weeks, from $0.14 to $9.06 a day; most of the rise is laptop"
	s := healthy()
	s.Alerts = []alert.Event{{Level: alert.Warning, Text: said}}
	words := strings.Fields("▲ warning: " + said)
	for w := 80; w < 100; w++ {
		for _, line := range strings.Split(stripped(modelOf(Options{}, s, w, 24, viewOverview)), "\n") {
			if !strings.Contains(line, "▲ warning") {
				continue
			}
			shown := strings.Fields(strings.TrimSuffix(strings.TrimSpace(line), "…"))
			if last := shown[len(shown)-1]; !slices.Contains(words, last) && !slices.Contains(words, last+";") && !slices.Contains(words, last+",") {
				t.Errorf("%d wide: %q ends with %q", w, line, last)
			}
		}
	}
}

func TestGaugeEnds(t *testing.T) {
	for _, c := range []struct {
		left float64
		full int
	}{{0, 0}, {1e-9, 1}, {0.5, 10}, {0.999999, 19}, {1, 20}, {-1, 0}, {7, 20}} {
		got := strings.Count(ansi.Strip(renderGauge(pen{}, c.left, levelOK, 20)), "█")
		if got != c.full {
			t.Errorf("renderGauge(%v) = %d full cells, want %d", c.left, got, c.full)
		}
	}
}

func TestSparkKeepsSpikesAndGaps(t *testing.T) {
	v := make([]float64, 1000)
	v[501] = 9
	for i := 700; i < 900; i++ {
		v[i] = math.NaN()
	}
	if got, want := renderSpark(v, 10), "▁▁▁▁▁█▁  ▁"; got != want {
		t.Errorf("renderSpark = %q, want %q", got, want)
	}
	if got, want := renderSpark(make([]float64, 3), 6), "▁▁▁▁▁▁"; got != want {
		t.Errorf("renderSpark of nothing spent = %q, want %q", got, want)
	}
}

func TestScale(t *testing.T) {
	for _, c := range []struct {
		name    string
		highest float64
		rows    int
		labels  string // from the foot
	}{
		{"round", 1.37, 7, "0.0 0.5 1.0 1.5"},
		{"nothing spent", 0, 6, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{"thousands", 51000, 6, "0k 25k 50k"},
		{"no number", math.Inf(1), 6, "0.0 0.2 0.4 0.6 0.8 1.0"},
	} {
		s := newScale(c.highest, 0.005, c.rows)
		var labels []string
		for row := range c.rows {
			if l := s.label(row); l != "" {
				labels = append(labels, l)
			}
		}
		if got := strings.Join(labels, " "); got != c.labels {
			t.Errorf("%s: newScale(%v, %d rows) has labels %q, want %q", c.name, c.highest, c.rows, got, c.labels)
		}
	}
	for range 20000 {
		highest := math.Pow(10, rand.Float64()*14-5)
		rows := 2 + rand.IntN(150)
		s := newScale(highest, 0.005, rows)
		if s.top < min(max(highest, 0.005), 1e12)*(1-1e-9) {
			t.Fatalf("newScale(%v, %d).top = %v: does not hold it", highest, rows, s.top)
		}
		for row := range rows {
			if width(s.label(row)) > labelWidth {
				t.Fatalf("newScale(%v, %d): label %q is too wide", highest, rows, s.label(row))
			}
		}
	}
}

func FuzzChart(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 5, 20)
	f.Add(math.NaN(), math.Inf(1), math.Inf(-1), 2, 3)
	f.Add(0.0, 0.0, 0.0, 40, 1)
	f.Add(1e300, -1e300, 1e-300, 9, 80)
	f.Fuzz(func(t *testing.T, a, b, c float64, rows, n int) {
		rows, n = rows%200, n%600
		if n < 0 {
			n = -n
		}
		values := make([]float64, n)
		for i := range values {
			values[i] = []float64{a, b, c}[i%3]
		}
		got := newChart([][]float64{values}, newScale(max(a, b, c), 0.005, rows), rows, nil)
		if got == nil {
			return
		}
		if len(got) != rows {
			t.Fatalf("newChart has %d rows, want %d", len(got), rows)
		}
		for _, row := range got {
			if len(row) != axisWidth+n {
				t.Fatalf("a row of %d cells, want %d", len(row), axisWidth+n)
			}
		}
	})
}

func TestTicks(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones here")
	}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		name, from, to string
		cols           int
		want           string
	}{
		{"an hour", "2026-11-21 09:42", "2026-11-21 10:42", 90, "09:45 09:50 09:55 10:00 10:05 10:10 10:15 10:20 10:25 10:30 10:35 10:40"},
		{"a day", "2026-11-20 10:42", "2026-11-21 10:42", 70, "12:00 15:00 18:00 21:00 Sat 21 03:00 06:00 09:00"},
		{"a day with 25 hours", "2026-10-24 12:00", "2026-10-25 12:00", 40, "12:00 18:00 Sun 25 05:00 11:00"},
		{"a week over the end of summer time", "2026-10-20 12:00", "2026-10-27 12:00", 90, "Wed 21 Thu 22 Fri 23 Sat 24 Sun 25 Mon 26 Tue 27"},
		{"a year", "2025-11-21 00:00", "2026-11-21 00:00", 60, "Jan 2026 Apr 2026 Jul 2026 Oct 2026"},
		{"a century", "1950-01-01 00:00", "2050-01-01 00:00", 80, "1950 1960 1970 1980 1990 2000 2010 2020 2030 2040 2050"},
	} {
		a := timeaxis{from: at(c.from), to: at(c.to), cols: c.cols, loc: berlin}
		var got []string
		for _, tick := range a.ticks() {
			got = append(got, tick.label)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: ticks = %q, want %q", c.name, s, c.want)
		}
	}
}

func TestAxisWordsStayInside(t *testing.T) {
	a := timeaxis{cols: 40}
	for range 5000 {
		var phrases []tick
		for range rand.IntN(5) {
			phrases = append(phrases, tick{rand.IntN(40), strings.Repeat("x", 1+rand.IntN(45))})
		}
		if got := a.words(phrases); width(got) > 40 {
			t.Fatalf("words(%v) is %d cells wide", phrases, width(got))
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"plain", "研究チーム", "👩‍👩‍👧 family", "❤️", "e\u0301", "\x1b[31mred\x1b]0;t\x07", "a\rb\bc", "\u202eabc", "\xff\xfe", "\u0301", "🇩🇪", strings.Repeat("a", 3000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if strings.ContainsFunc(got, func(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }) {
			t.Errorf("clean(%q) = %q has control characters", s, got)
		}
		if g, wc := ansi.StringWidth(got), ansi.StringWidthWc(got); g != wc {
			t.Errorf("clean(%q) = %q is %d or %d cells", s, got, g, wc)
		}
		if again := clean(got); again != got {
			t.Errorf("clean(%q) = %q, and again %q", s, got, again)
		}
	})
}

func TestPeriodKeepsItsColumns(t *testing.T) {
	for _, s := range spans[:len(spans)-1] {
		for _, n := range []int{1, 31, 90, 400} {
			from, to := s.period(testNow, n)
			column := to.Sub(from) / time.Duration(n)
			if to.Before(testNow) || to.Sub(testNow) >= column+time.Second {
				t.Errorf("%s in %d: ends at %v, now is %v", s.name, n, to, testNow)
			}
			later, _ := s.period(testNow.Add(column/2), n)
			if d := later.Sub(from); d != 0 && d != column {
				t.Errorf("%s in %d: edges move by %v, columns are %v", s.name, n, d, column)
			}
		}
	}
}
