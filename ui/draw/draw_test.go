package draw

import (
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/lucasb-eyer/go-colorful"
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
		{"round", 1.37, 7, "0 0.4 0.8 1.2"},
		{"four rows", 3.9, 4, "0 1 2 3"},
		{"four rows of a level", 21.3, 4, "0 20"},
		{"a whole screen", 0.138, 44, "0 0.02 0.04 0.06 0.08 0.10 0.12 0.14"},
		{"three rows", 3.9, 3, "0 3"},
		{"nothing spent", 0, 6, "0 0.5"},
		{"thousands", 51000, 6, "0 20k 40k"},
		{"no number", math.Inf(1), 6, "0 0.5"},
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

// A plot of any values keeps to its cells, whatever they are.
func FuzzBars(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 5, 20)
	f.Add(math.NaN(), math.Inf(1), math.Inf(-1), 2, 3)
	f.Add(0.0, 0.0, 0.0, 40, 1)
	f.Add(1e300, -1e300, 1e-300, 9, 80)
	f.Fuzz(func(t *testing.T, a, b, c float64, h, n int) {
		h, n = h%200, max(n, -n)%600
		values := make([]float64, n)
		for i := range values {
			values[i] = []float64{a, b, c}[i%3]
		}
		axis := TimeAxis{From: testNow.Add(-time.Hour), To: testNow, Loc: zone}
		lines := Bars{Axis: axis, Values: values, Usual: values, Cursor: n / 2}.Lines(plainPen, 40, h)
		if lines != nil && len(lines) != h {
			t.Fatalf("%d lines, want %d", len(lines), h)
		}
		for _, line := range lines {
			if Width(line) != 40 {
				t.Fatalf("a line of %d cells, want 40: %q", Width(line), line)
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

// The band of the fan ends in the columns of its dates, which stand beneath it.
func TestFanEndsAtItsDates(t *testing.T) {
	for _, w := range []int{40, 76, 100, 200} {
		h := 3600.0
		f := Fan{From: testNow.AddDate(0, 0, -7), Ahead: 20 * 24 * time.Hour, Past: []Held{{testNow, 60}}, LeftUSD: 60, Made: testNow, Level: LevelOK,
			Ends: [5]float64{70 * h, 95 * h, 123 * h, 160 * h, 250 * h}, Named: [3]string{"Tue 24", "Thu 26", "Tue 1"}}
		axis := TimeAxis{From: f.From, To: testNow.Add(f.Ahead), Cols: w - AxisWidth, Loc: zone}
		var lines [][]rune
		for _, line := range f.Lines(plainPen, w, 12) {
			lines = append(lines, []rune(ansi.Strip(line)))
		}
		axisRow := slices.IndexFunc(lines, func(line []rune) bool { return strings.Contains(string(line), "now╵") })
		foot, dates := lines[axisRow-1][AxisWidth:], string(lines[axisRow])
		named := dates
		if axisRow < len(lines)-1 {
			named = string(lines[axisRow+1])
		}
		if len(lines) != 12 || !regexp.MustCompile(`Tue 24.*Thu 26.*Tue 1`).MatchString(named) {
			t.Errorf("%d wide: %d rows, and the dates are %q below %q", w, len(lines), named, dates)
		}
		last := 0
		for x, r := range foot {
			if strings.ContainsRune("░▒", r) {
				last = x
			}
		}
		want := axis.Column(testNow.Add(250 * time.Hour))
		if last < want-2*w/40 || last > want {
			t.Errorf("%d wide: the band ends in column %d, its date is in column %d", w, last, want)
		}
		at := len([]rune(dates[:strings.IndexRune(dates, '▲')])) - AxisWidth
		if want := axis.Column(testNow.Add(123 * time.Hour)); at != want || !strings.Contains(dates, "now╵") {
			t.Errorf("%d wide: the likeliest date is in column %d, want %d: %q", w, at, want, dates)
		}
	}
}

// Each colour can be read on its background: words at 4.5 : 1, shapes at 3 : 1.
func TestContrast(t *testing.T) {
	for _, name := range Bases() {
		p, _ := paletteOf(name)
		words := []string{p.label, p.accent, p.ok, p.low, p.critical}
		shapes := append([]string{p.band, p.core}, p.heat[:]...)
		for i, hex := range append(words, shapes...) {
			least := leastContrast
			if i >= len(words) {
				least = leastShape
			}
			if got := contrast(hex, p.back); got < least {
				t.Errorf("%s: %s on %s has a contrast of %.1f, want %.1f", name, hex, p.back, got, least)
			}
		}
	}
}

// With 240 colours a grey stays one, an area is even, and words can be read.
func TestIndexedColours(t *testing.T) {
	for _, name := range Bases() {
		p, _ := paletteOf(name)
		inks := p.inks()
		rich := maps.Clone(inks)
		index(inks, p.back)
		for k, v := range inks {
			if _, ok := v.(ansi.IndexedColor); !ok {
				t.Fatalf("%s: ink %d is %v", name, k, v)
			}
			was, _ := colorful.MakeColor(rich[k])
			is, _ := colorful.MakeColor(v)
			if k >= inkArea && k < inkHeat {
				if v != inks[k-(k-inkArea)%areaSteps] {
					t.Errorf("%s: an area is of several colours", name)
				}
				continue
			}
			if d := was.DistanceLab(is); d > 0.3 {
				t.Errorf("%s: ink %d, %s, is %s, which is %.2f away", name, k, was.Hex(), is.Hex(), d)
			}
			_, much, _ := was.Hcl()
			if _, now, _ := is.Hcl(); much < 0.06 && now > much+0.06 {
				t.Errorf("%s: ink %d, %s, is nearly grey, and %s is not", name, k, was.Hex(), is.Hex())
			}
		}
		for _, k := range []Ink{Label, Accent, Status(LevelOK), Status(LevelLow), Status(LevelCritical)} {
			is, _ := colorful.MakeColor(inks[k])
			if got := contrast(is.Hex(), p.back); got < leastContrast {
				t.Errorf("%s: ink %d as %s has a contrast of %.1f", name, k, is.Hex(), got)
			}
		}
	}
	if p := NewTheme(Look{Dark: true, Depth: Indexed}).Paint(inkGrid, "x"); !strings.Contains(p, "[38;5;2") {
		t.Errorf("the grid is %q, want one of the greys", p)
	}
}

// TestOwnThemes: a colour that is not named is the base's, and words that can
// hardly be read are said.
func TestOwnThemes(t *testing.T) {
	o, err := NewOwn("mine", "light", map[string]string{"ok": "#123456", "label": "#eeeeee"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := paletteOf("light")
	want.ok, want.label = "#123456", "#eeeeee"
	if o.palette != want {
		t.Errorf("palette = %+v, want light's with another ok and label", o.palette)
	}
	if got := o.Faint(); got != "hard to read on #fafafa, under 4.5:1: label 1.1:1" {
		t.Errorf("Faint() = %q", got)
	}
	if got := NewTheme(Look{Own: &o, Dark: true}).Paint(Label, "x"); got != "\x1b[38;2;238;238;238mx\x1b[m" {
		t.Errorf("a label is painted %q", got)
	}
	for _, base := range Bases() {
		if o, err := NewOwn("mine", base, nil, []string{"#000001", "#000002", "#000003", "#000004", "#000005"}); err != nil || o.Faint() != "" || o.palette.heat[4] != "#000005" {
			t.Errorf("base %s: %+v, %v", base, o, err)
		}
	}
	if _, err := NewOwn("dark", "", nil, nil); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("a theme named dark: %v", err)
	}
	for _, base := range []string{"drak", "mono", "terminal"} {
		if _, err := NewOwn("mine", base, nil, nil); err == nil || !strings.Contains(err.Error(), "there are dark, light, amber") {
			t.Errorf("base %s: %v", base, err)
		}
	}
	if dark, err := NewOwn("mine", "", nil, nil); err != nil || dark.palette.back != "#101014" || dark.palette.heat[4] != "#ffa56e" || len(Bases()) != 16 {
		t.Errorf("without a base: %+v, %v", dark, err)
	}
}

// What is cut ends with two dots in ASCII, where a letter gives way; a border and
// an escape do not.
func TestASCIIEllipsis(t *testing.T) {
	for in, want := range map[string]string{"abc…": "ab..", "…": ".", "│…": "|.", " …": " .", "\x1b[1m…": "\x1b[1m.", "a\x1b[m…": "a\x1b[m.", "é…": "?.", "a……": "...", "1…x": "..x"} {
		if got := ToASCII(in); got != want {
			t.Errorf("ToASCII(%q) = %q, want %q", in, got, want)
		}
	}
}

// The usual lies on the columns where their colour can lie behind it, and is hidden
// by them where it would be a hole.
func TestUsualIsNoHoleInAColumn(t *testing.T) {
	values, usual := make([]float64, 20), make([]float64, 20)
	for i := range values {
		values[i], usual[i] = 1, 0.5
	}
	b := Bars{Axis: TimeAxis{From: testNow.Add(-time.Hour), To: testNow, Loc: time.UTC}, Values: values, Usual: usual, Cursor: -1}
	for _, c := range []struct {
		name  string
		depth Depth
		ascii bool
		holes bool
	}{{"colours", Rich, false, true}, {"none", Mono, false, false}, {"ASCII", Rich, true, false}} {
		p := Pen{Kit: &Kit{Theme: NewTheme(Look{Dark: true, Depth: c.depth}), ASCII: c.ascii, Now: testNow}}
		plot := strings.Join(b.Lines(p, 40, 9)[1:8], "\n")
		if got := strings.ContainsFunc(plot, func(r rune) bool { return r > 0x2800 && r <= 0x28ff || r == '·' }); got != c.holes {
			t.Errorf("%s: the usual is seen: %t, want %t:\n%s", c.name, got, c.holes, plot)
		}
	}
}

// What was bought in the bucket of the cursor has no mark of its own: two look like two
// purchases.
func TestBarsMarkTheCursorOnce(t *testing.T) {
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	axis := TimeAxis{From: from, To: from.AddDate(0, 0, 10), Cols: 40, Loc: time.UTC}
	bought := from.AddDate(0, 0, 6).Add(18 * time.Hour)
	for cursor, want := range map[int]int{-1: 1, 3: 2, 5: 2, 6: 1, 8: 2} {
		b := Bars{Axis: axis, Values: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, Cursor: cursor, Marks: []Tick{{Col: axis.Column(bought), Mark: '▲'}}}
		lines := b.Lines(plainPen, 40+AxisWidth, 8)
		if got := strings.Count(strings.Join(lines, "\n"), "▲"); got != want {
			t.Errorf("with the cursor at %d there are %d marks, want %d:\n%s", cursor, got, want, strings.Join(lines, "\n"))
		}
	}
}

// A date of a strip stands whole, in the cells before it too, or not at all.
func TestStripDatesAreNotCut(t *testing.T) {
	p := Pen{Kit: &Kit{Theme: NewTheme(Look{Dark: true})}}
	for _, c := range []struct {
		col   int
		short string
		want  string
	}{{9, "", "    Sun 19:00╵"}, {4, "Sun 29", "  Sun 29╵"}, {4, "", "        ╵"}, {1, "Sun 29", "     ╵"}} {
		col, want := c.col, c.want
		ticks := []Tick{{Col: 12, Label: "Mon 17:00", Mark: '▲'}, {Col: col, Label: "Sun 19:00", Short: c.short, Before: true}}
		if got := ansi.Strip(StripDates(p, ticks, 4, 34)); !strings.HasPrefix(got, want) || Width(got) != 38 {
			t.Errorf("at column %d: %q, want %q at its head, and 38 cells", col, got, want)
		}
	}
}

// A name with hyphens is whole in its line.
func TestWrapKeepsNamesWhole(t *testing.T) {
	if got := Wrap("it is at 80 % now", 11); len(got) != 2 || got[1] != "80 % now" {
		t.Errorf("wrapped %q, want the percent sign with its number", got)
	}
	if got := Wrap("it is the claude-sonnet-5", 18); len(got) != 2 || got[1] != "claude-sonnet-5" {
		t.Errorf("wrapped into %q", got)
	}
}

// A sentence that is too long ends with a clause, where one is long enough.
func TestCutClause(t *testing.T) {
	for _, c := range []struct {
		w        int
		in, want string
	}{
		{40, "$2.12 is left, below $5.00, about Sunday", "$2.12 is left, below $5.00, about Sunday"},
		{39, "$2.12 is left, below $5.00, about Sunday", "$2.12 is left, below $5.00"},
		{26, "$2.12 is left, below $5.00, about Sunday", "$2.12 is left, below $5.00"},
		{25, "$2.12 is left, below $5.00, about Sunday", "$2.12 is left"},
		{20, "from $1,234.50 to $2,000.00; most of it", "from $1,234.50 to…"},
		{30, "from $1,234.50 to $2,000.00; most of it", "from $1,234.50 to $2,000.00"},
		{30, "so, most of this is one clause and has no end", "so, most of this is one…"},
	} {
		if got := CutClause(c.in, c.w); got != c.want {
			t.Errorf("%q in %d cells: %q, want %q", c.in, c.w, got, c.want)
		}
	}
}
