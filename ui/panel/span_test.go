package panel

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/ui/scenes"
)

func TestPeriodKeepsItsBuckets(t *testing.T) {
	for _, s := range Spans {
		first := scenes.Now.Add(-100 * day)
		from, to, n := s.Period(scenes.Now, first)
		bucket := to.Sub(from) / time.Duration(n)
		if s.bucket != bucket || to.Before(scenes.Now) || to.Sub(scenes.Now) >= bucket || !from.Equal(from.Truncate(bucket)) {
			t.Errorf("%s: %d buckets from %v to %v, now is %v", s.Name, n, from, to, scenes.Now)
		}
		if s.Back > 0 && to.Sub(from) != s.Back || s.Back == 0 && from.After(first) {
			t.Errorf("%s: begins at %v", s.Name, from)
		}
	}
	all := Spans[len(Spans)-1]
	if from, to, n := all.Period(scenes.Now, scenes.Now.Add(-40*time.Minute)); to.Sub(from)/time.Duration(n) != time.Minute {
		t.Errorf("all of 40 minutes: %d buckets from %v to %v", n, from, to)
	}
	if from, to, n := all.Period(scenes.Now, time.Time{}); n < 1 || !from.Before(to) {
		t.Errorf("all of nothing: %d buckets from %v to %v", n, from, to)
	}
}

// TestWordsDoNotDependOnTheWidth compares what is said of a span at four widths,
// and the cursor.
func TestWordsDoNotDependOnTheWidth(t *testing.T) {
	want := map[string]string{
		"1h": "dearest minute $180.00/h, ", "6h": "dearest 5 min $36.00/h, ", "24h": "dearest quarter hour $12.00/h, ",
		"7d": "dearest hour $3.00/h, ", "30d": "dearest day $3.00, ", "1y": "dearest day $3.00, ", "all": "dearest day $3.00, ",
	}
	for i, s := range Spans {
		from, to, n := s.Period(scenes.Now, scenes.Now.Add(-100*day))
		d := SpendPlot{Loaded: true, Span: i}
		for k := range n {
			b := history.Bucket{Known: true, Observed: 1, SpendUSD: 0.001}
			b.Span = credit.Span{From: from.Add(to.Sub(from) / time.Duration(n) * time.Duration(k)), To: from.Add(to.Sub(from) / time.Duration(n) * time.Duration(k+1))}
			if k == n*2/3 {
				b.SpendUSD = 3
			}
			d.Plot.Buckets = append(d.Plot.Buckets, b)
		}
		said := ""
		for _, w := range []int{60, 80, 100, 200} {
			lines := d.Render(plainPen, w, 14)
			got := strings.Trim(ansi.Strip(lines[len(lines)-1]), "╰╯─ ")
			if said == "" {
				said = got
			}
			if got != said || !strings.HasPrefix(got, want[s.Name]) {
				t.Errorf("%s at %d: %q, at 60 %q, want %q", s.Name, w, got, said, want[s.Name])
			}
			cols := SpendColumns(w)
			found := false
			for x := range cols {
				found = found || d.BucketAt(x, w, scenes.Now) == n*2/3
			}
			if !found {
				t.Errorf("%s at %d: no column shows the dearest bucket", s.Name, w)
			}
		}
	}
}

// TestTodaysBarIsToday compares the bar of a day that has just begun with what
// was spent on it: no day is drawn as if it went on as it began.
func TestTodaysBarIsToday(t *testing.T) {
	now := credit.DayStart(scenes.Now).Add(time.Hour)
	from, to, n := Spans[4].Period(now, time.Time{})
	if n != 30 || !from.Equal(credit.DayStart(now).AddDate(0, 0, -29)) || !to.Equal(credit.DayStart(now).AddDate(0, 0, 1)) {
		t.Fatalf("30 d are %d buckets from %v to %v", n, from, to)
	}
	d := SpendPlot{Span: 4, Plot: history.Plot{Buckets: []history.Bucket{{
		Span: credit.Span{From: to.Add(-day), To: to}, Known: true, Observed: 0.05, SpendUSD: 2.14,
	}}}}
	if got := d.rates(now); got[0] != 2.14 {
		t.Errorf("today's $2.14 is drawn at %v", got)
	}
}
