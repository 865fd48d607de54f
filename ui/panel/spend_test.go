package panel

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/ui/scenes"
)

// spendText is the plot and what is said of it.
func spendText(d SpendPlot) string {
	lines, words, most := spendLinesOf(plainPen, &d, 76, 12)
	if words != "" || most != "" {
		lines = append(lines, words, most)
	}
	return ansi.Strip(strings.Join(lines, "\n"))
}

func TestEmptySpendPlot(t *testing.T) {
	known := func(known, read bool) history.Bucket {
		b := history.Bucket{Span: credit.Span{From: scenes.Now.Add(-2 * time.Hour), To: scenes.Now.Add(-time.Hour)}, Known: known}
		if read {
			b.Observed = 1
		}
		return b
	}
	before, unread, read := known(false, false), known(true, false), known(true, true)
	for _, c := range []struct {
		name string
		b    []history.Bucket
		want string
	}{
		{"nothing at all", nil, "nothing to plot yet"},
		{"before the first reading", []history.Bucket{before, before}, "nothing to plot yet"},
		{"the first minutes", []history.Bucket{before, before, read}, "not enough history for this range;  [ for a shorter one"},
		{"not running meanwhile", []history.Bucket{unread, unread, read}, "too few readings in this range"},
	} {
		d := SpendPlot{Plot: history.Plot{Buckets: c.b}, Loaded: true, Span: DefaultSpan}
		if got := spendText(d); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		d    SpendPlot
		want string
	}{
		{SpendPlot{}, "reading history…"},
		{SpendPlot{Row: true}, "loading"},
		{SpendPlot{Err: errors.New("disk I/O error")}, "history cannot be read: disk I/O error"},
		{SpendPlot{Row: true, Err: errors.New("403 forbidden")}, "unknown: 403 forbidden"},
	} {
		if got := spendText(c.d); got != c.want {
			t.Errorf("%+v: %q, want %q", c.d, got, c.want)
		}
	}
	flat := SpendPlot{Plot: history.Plot{Buckets: []history.Bucket{read, read}}, Loaded: true, Span: DefaultSpan}
	if got := spendText(flat); !strings.Contains(got, "0 ▁▁▁") {
		t.Errorf("equal readings are not a line at zero:\n%s", got)
	}
	past := SpendPlot{Plot: history.Plot{Buckets: slices.Repeat([]history.Bucket{unread}, 60)}, Loaded: true, Span: DefaultSpan}
	for i := range past.Plot.Buckets {
		b := &past.Plot.Buckets[i]
		b.From = scenes.Now.Add(time.Duration(i-60) * time.Hour)
		b.To, b.SpendUSD = b.From.Add(time.Hour), 0.5
	}
	past.Plot.Backfilled = []credit.Span{
		{From: past.Plot.Buckets[0].From, To: past.Plot.Buckets[9].To}, {From: past.Plot.Buckets[20].From, To: past.Plot.Buckets[58].To},
	}
	for i, v := range past.rates(scenes.Now) {
		if want := i <= 9 || 20 <= i && i <= 58; want != (v == 0.5) || !want && !math.IsNaN(v) {
			t.Errorf("bucket %d is drawn at %v, back-filled %v", i, v, want)
		}
	}
	if got := spendText(past); !strings.Contains(got, "back-filled by hour and day until 09:42") {
		t.Errorf("nothing says what was filled in:\n%s", got)
	}
	wide := slices.Repeat([]history.Bucket{read}, 60)
	wide[0] = unread
	for _, c := range []struct {
		usd  float64
		want string
	}{{0, "no spend seen in this range"}, {1.25, "dearest hour $1.25/h, 08:42"}} {
		wide[7].SpendUSD = c.usd
		d := SpendPlot{Plot: history.Plot{Buckets: wide}, Loaded: true, Span: DefaultSpan}
		if got := spendText(d); !strings.Contains(got, c.want) {
			t.Errorf("no %q in\n%s", c.want, got)
		}
	}
}

// The title says how fast money goes in fewer words rather than not at all.
func TestPaceIsSaidInTheTitle(t *testing.T) {
	s := scenes.Healthy()
	s.Burn.USDPerHour, s.Burn.UsualUSDPerHour = scenes.USD(2.47), scenes.USD(0.15)
	d := SpendPlot{Pace: Pace(plainPen, &s), Span: 2, Chosen: 2}
	for w, want := range map[int]string{100: "last hour $2.47, ▲ 16x usual ─", 80: " · $2.47/h, ▲ 16x usual ─", 72: " · ▲ 16x usual ─", 60: "spend, $/h ─"} {
		if title := ansi.Strip(d.Render(plainPen, w, 10)[0]); !strings.Contains(title, want) {
			t.Errorf("in %d cells: %s, want %q", w, title, want)
		}
	}
}

// The peak is named in fewer words rather than not at all, and so is the usual.
func TestPeakIsSaidInTheBorder(t *testing.T) {
	d := SpendPlot{Plot: history.Plot{Buckets: []history.Bucket{
		{Span: credit.Span{From: scenes.Now.Add(-30 * time.Minute), To: scenes.Now.Add(-15 * time.Minute)}, Known: true, Observed: 1, SpendUSD: 1.25},
		{Span: credit.Span{From: scenes.Now.Add(-15 * time.Minute), To: scenes.Now}, Known: true, Observed: 1, SpendUSD: 1},
	}}, Loaded: true, Span: DefaultSpan, Usual: [24]*float64{9: scenes.USD(1)}}
	for w, want := range map[int][2]string{
		80: {"usual at this hour", "dearest quarter hour $5.00/h, 10:12"}, 60: {"usual at this hour", "dearest $5.00/h, 10:12"},
		48: {"usual", "dearest $5.00/h, 10:12"}, 36: {"usual at this hour", ""},
	} {
		lines := d.Render(plainPen, w, 10)
		foot := ansi.Strip(lines[len(lines)-1])
		if !strings.Contains(foot, " "+want[0]+" ─") || !strings.HasSuffix(foot, want[1]+" ─╯") && want[1] != "" || want[1] == "" && strings.Contains(foot, "dearest") {
			t.Errorf("in %d cells: %s, want %q", w, foot, want)
		}
	}
}

// An hour that is many times the usual is said beside its sum, also in few cells.
func TestPaceOfASmallPane(t *testing.T) {
	s := scenes.Healthy()
	s.Burn.USDPerHour, s.Burn.UsualUSDPerHour = scenes.USD(2.47), scenes.USD(0.15)
	for w, want := range map[int]string{40: "$2.47/h ▲ 16x usual ", 30: "$2.47/h  "} {
		if got := ansi.Strip(strings.Join(Pane{Pen: plainPen, Snap: s}.Card(w, 12), "\n")); !strings.Contains(got, want) {
			t.Errorf("in %d cells no %q:\n%s", w, want, got)
		}
	}
	for w, want := range map[int]string{58: "1 h ▲ 16x usual", 48: "1 h  ", 40: "today"} {
		if got := ansi.Strip(strings.Join(SpendSums(plainPen, &s, w), "\n")); !strings.Contains(got, want) || !strings.Contains(got, "30 d") {
			t.Errorf("in %d cells no %q:\n%s", w, want, got)
		}
	}
}
