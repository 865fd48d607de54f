package draw

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

func TestGaugeEnds(t *testing.T) {
	for _, c := range []struct {
		left float64
		full int
	}{{0, 0}, {1e-9, 1}, {0.5, 10}, {0.999999, 19}, {1, 20}, {-1, 0}, {7, 20}} {
		got := strings.Count(ansi.Strip(Gauge(plainPen, c.left, LevelOK, 20)), "█")
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
	if got, want := Spark(v, 10), "▁▁▁▁▁█▁  ▁"; got != want {
		t.Errorf("renderSpark = %q, want %q", got, want)
	}
	if got, want := Spark(make([]float64, 3), 6), "▁▁▁▁▁▁"; got != want {
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
			if Width(s.label(row)) > labelWidth {
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
		got := NewChart([]Line{{Values: values}}, max(a, b, c), 0.005, rows)
		if got == nil {
			return
		}
		if len(got) != rows {
			t.Fatalf("newChart has %d rows, want %d", len(got), rows)
		}
		for _, row := range got {
			if len(row) != AxisWidth+n {
				t.Fatalf("a row of %d cells, want %d", len(row), AxisWidth+n)
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
		a := TimeAxis{From: at(c.from), To: at(c.to), Cols: c.cols, Loc: berlin}
		var got []string
		for _, tick := range a.ticks() {
			got = append(got, tick.Label)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: ticks = %q, want %q", c.name, s, c.want)
		}
	}
}

func TestAxisWordsStayInside(t *testing.T) {
	a := TimeAxis{Cols: 40}
	for range 5000 {
		var phrases []Tick
		for range rand.IntN(5) {
			phrases = append(phrases, Tick{rand.IntN(40), strings.Repeat("x", 1+rand.IntN(45))})
		}
		if got := a.Words(phrases); Width(got) > 40 {
			t.Fatalf("words(%v) is %d cells wide", phrases, Width(got))
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"plain", "研究チーム", "👩‍👩‍👧 family", "❤️", "e\u0301", "\x1b[31mred\x1b]0;t\x07", "a\rb\bc", "\u202eabc", "\xff\xfe", "\u0301", "🇩🇪", strings.Repeat("a", 3000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if strings.ContainsFunc(got, func(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }) {
			t.Errorf("clean(%q) = %q has control characters", s, got)
		}
		if g, wc := ansi.StringWidth(got), ansi.StringWidthWc(got); g != wc {
			t.Errorf("clean(%q) = %q is %d or %d cells", s, got, g, wc)
		}
		if again := Clean(got); again != got {
			t.Errorf("clean(%q) = %q, and again %q", s, got, again)
		}
	})
}

func TestCutWords(t *testing.T) {
	for _, c := range []struct {
		s    string
		w    int
		want string
	}{
		{"cannot resolve openrouter.ai", 28, "cannot resolve openrouter.ai"},
		{"cannot resolve openrouter.ai", 27, "cannot resolve…"},
		{"cannot resolve openrouter.ai", 15, "cannot resolve…"},
		{"cannot resolve openrouter.ai", 14, "cannot…"},
		{"in 5 d (Tue 24)", 10, "in 5 d…"},
		{"openrouter.ai", 6, "openr…"},
		{"two words", 0, ""},
	} {
		if got := CutWords(c.s, c.w); got != c.want {
			t.Errorf("cutWords(%q, %d) = %q, want %q", c.s, c.w, got, c.want)
		}
	}
}

// The lines of the fan reach zero in the column of their date.
func TestFanEndsAtItsDates(t *testing.T) {
	f := Fan{LeftUSD: 60, Made: testNow}
	for _, cols := range []int{10, 37, 90, 400} {
		for _, hours := range []float64{0.3, 2, 29, 123.6, 290, 1000} {
			axis := TimeAxis{From: testNow.AddDate(0, 0, -7), To: testNow.Add(13 * 24 * time.Hour), Cols: cols, Loc: zone}
			last, before := -1, math.Inf(1)
			for x := max(0, axis.Column(testNow)); x < cols; x++ {
				v := f.falling(axis.time(x), axis.time(x+1), hours*3600)
				if math.IsNaN(v) {
					continue
				}
				if v > before || v < 0 {
					t.Errorf("%v h in %d columns: %v after %v", hours, cols, v, before)
				}
				last, before = x, v
			}
			want := axis.Column(f.Made.Add(time.Duration(hours * 3600 * float64(time.Second))))
			if want >= cols { // it ends beyond the plot
				if last != cols-1 || before <= 0 {
					t.Errorf("%v h in %d columns: ends in column %d at %v, want above 0 at the end", hours, cols, last, before)
				}
				continue
			}
			if last != want || before != 0 {
				t.Errorf("%v h in %d columns: ends in column %d at %v, want 0 in column %d", hours, cols, last, before, want)
			}
		}
	}
}

func TestColumnsAndTheirValues(t *testing.T) {
	for n := 1; n < 60; n++ {
		for cells := 1; cells < 60; cells++ {
			for i := range n {
				values := make([]float64, n)
				values[i] = 1
				if c := ColumnOf(i, n, cells); HighestIn(values, c, cells) != i || Columns(values, cells)[c] != 1 {
					t.Fatalf("value %d of %d is not in column %d of %d", i, n, c, cells)
				}
			}
		}
	}
}
