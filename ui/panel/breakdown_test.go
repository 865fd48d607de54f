package panel

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/spenders"
	"ortop/ui/draw"
	"ortop/ui/scenes"
)

// The chosen row's plot has what its trend has, part by part, at the rate of its unit.
func TestRowPlot(t *testing.T) {
	nan := math.NaN()
	of := func(span time.Duration, trend ...float64) (Breakdown, *spenders.Row) {
		r := &spenders.Row{Name: "ci-bot", SpendUSD: scenes.USD(4), Trend: trend, CreatedAt: scenes.Now.AddDate(0, 0, -28)}
		r.Cap.LimitUSD = scenes.USD(20)
		return Breakdown{Span: DefaultSpan, Rows: []*spenders.Row{r}, Data: spenders.Breakdown{From: scenes.Now.Add(-span), To: scenes.Now}}, r
	}
	d, r := of(4*time.Hour, 1, nan, 0, 3)
	plot, ok := d.RowPlot(plainPen)
	if !ok {
		t.Fatal("a trend that is known is not drawn")
	}
	for i, rate := range plot.rates(scenes.Now) {
		if want := r.Trend[i]; rate != want && !(math.IsNaN(rate) && math.IsNaN(want)) {
			t.Errorf("part %d is drawn as $%g an hour, want $%g", i, rate, want)
		}
	}
	frame := ansi.Strip(strings.Join(plot.Render(plainPen, 90, 14), "\n"))
	for _, want := range []string{"ci-bot, $/h · $4.00 in 24 h", "created Sat 24 Oct", "cap $20", "dearest hour $3.00/h, 09:42"} {
		if !strings.Contains(frame, want) {
			t.Errorf("no %q in\n%s", want, frame)
		}
	}
	plot.Cursor = scenes.Now.Add(-30 * time.Minute)
	if frame = ansi.Strip(strings.Join(plot.Render(plainPen, 90, 14), "\n")); !strings.Contains(frame, "Sat 21 Nov, 09:42-10:42   $3.00   $3.00/h") {
		t.Errorf("under the cursor:\n%s", frame)
	}

	d, _ = of(120*time.Hour, 1, 2, 0, 3) // parts of 30 h
	plot, _ = d.RowPlot(plainPen)
	if rates := plot.rates(scenes.Now); math.Abs(rates[3]-2.4) > 1e-9 || plot.unit() != "$/day" {
		t.Errorf("$3 in 30 h is %g %s, want 2.4 $/day", rates[3], plot.unit())
	}
	plot.Cursor = scenes.Now.Add(-time.Hour)
	if frame = ansi.Strip(strings.Join(plot.Render(plainPen, 90, 14), "\n")); !strings.Contains(frame, "Fri 20 Nov, 04:42-Sat 21 Nov, 10:42   $3.00   $2.40/day") {
		t.Errorf("under the cursor:\n%s", frame)
	}

	for name, trend := range map[string][]float64{"none": nil, "one part": {nan, 1}, "nothing known": {nan, nan}} {
		d, _ = of(time.Hour, trend...)
		if _, ok = d.RowPlot(plainPen); ok {
			t.Errorf("%s: it is drawn", name)
		}
	}
	d, _ = of(0, 1, 2)
	if _, ok = d.RowPlot(plainPen); ok {
		t.Error("a span of nothing is drawn")
	}
	d, _ = of(time.Hour, 1, 2)
	d.List = draw.List{At: 1}
	if _, ok = d.RowPlot(plainPen); ok {
		t.Error("a row that is not there is drawn")
	}
}
