package ui

import (
	"math"
	"time"

	"github.com/guptarohit/asciigraph"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// fanPlot is the balance so far, and where it goes.
type fanPlot struct {
	plot   history.Plot
	loaded bool
	err    error
}

// ahead is how far a fan of a forecast reaches past now, given how far back
// the plot goes: to the end of the range, if that leaves the past its place.
func ahead(s account.Snapshot, back time.Duration) time.Duration {
	f, _ := next(s)
	if f.State != forecast.OK || f.Subject == forecast.Key { // which is another sum
		return 0
	}
	return time.Duration(min(max(f.P90*1.05, back.Seconds()/4), 2*back.Seconds())) * time.Second
}

// renderFan draws the balance and the fan of its forecast: w by h cells,
// border included.
func renderFan(p pen, d fanPlot, s account.Snapshot, w, h int) []string {
	title, right := "balance, $", ""
	var lines []string
	b := d.plot.Buckets
	switch {
	case d.err != nil:
		lines = []string{"history cannot be read: " + clean(d.err.Error())}
	case !d.loaded:
		lines = []string{p.th.dim.Render("reading history…")}
	case s.Balance == nil:
		lines = []string{p.th.dim.Render("the balance is not known to this key")}
	case len(b) < 2 || h < 6:
		lines = []string{p.th.dim.Render("nothing to plot yet")}
	default:
		back := b[len(b)-1].To.Sub(b[0].From)
		on := ahead(s, back)
		right = text.Span(back.Round(time.Hour)) + " back"
		if on > 0 {
			title += ", and where it goes"
			right += ", " + text.Span(on.Round(time.Hour)) + " ahead"
		}
		if width(title)+width(right)+10 > w {
			title = "balance, $"
		}
		lines = fanLines(p, b, s, on, w-4, h-2)
	}
	if right != "" {
		right = p.th.dim.Render(right)
	}
	return renderPanel(p, p.th.title.Render(title), right, lines, w, h)
}

func fanLines(p pen, b []history.Bucket, s account.Snapshot, on time.Duration, w, h int) []string {
	axis := timeaxis{from: b[0].From, to: p.now.Add(on), cols: w - axisWidth, loc: p.now.Location()}
	if axis.cols < 4 {
		return nil
	}
	nowCol := min(axis.cols-1, max(0, axis.column(p.now)))
	past := nowCol
	if on == 0 {
		past++
	}
	middle, highest := balanceSoFar(axis, b, past)
	early, late := empty(axis.cols), empty(axis.cols)
	if on > 0 {
		left, floor := max(0, s.Balance.LeftUSD()), 0.0
		highest = max(highest, left)
		f, _ := next(s)
		if s.Refilled() { // then it is bought, and no longer falls
			floor = min(left, s.AutoTopUp.ThresholdUSD)
		}
		falls := func(from, to time.Time, end float64) float64 {
			return floor + falling(left-floor, from, to, f, end)
		}
		for x := nowCol; x < axis.cols; x++ {
			from, to := axis.time(x), axis.time(x+1)
			early[x], late[x] = falls(from, to, f.P10), falls(from, to, f.P90)
			if !s.Early() {
				middle[x] = falls(from, to, f.P50)
			}
		}
	}
	rows := h - 2
	dots := asciigraph.CreateCharSet("·")
	dots.StartCap = " " // which stands in the column before the first
	c := newChart([][]float64{early, late, middle}, newScale(highest, 0.05, rows), rows, []asciigraph.CharSet{dots, dots, asciigraph.DefaultCharSet})
	if c == nil {
		return []string{p.th.dim.Render("nothing to plot yet")}
	}
	marks := map[int]rune{}
	if on > 0 {
		marks[nowCol] = '┴'
		c.column(nowCol, '┊')
		if !c.put(nowCol+1, " now") {
			c.put(nowCol-4, "now ")
		}
		c.put(axis.cols-width(fanLegend), fanLegend)
	}
	l, _ := levelOf(s)
	return append(c.lines(p, func(s string) string { return p.th.of(l).UnsetBold().Render(s) }, "┊now"+fanLegend), axis.lines(p, marks)...)
}

// fanLegend says what the two dotted lines are.
const fanLegend = " · · 80 %"

// balanceSoFar is the balance in the first n columns, and the highest of it.
func balanceSoFar(axis timeaxis, b []history.Bucket, n int) (usd []float64, highest float64) {
	usd = empty(axis.cols)
	j := 0
	for x := range n {
		t := axis.time(x).Add(axis.time(x+1).Sub(axis.time(x)) / 2)
		for j < len(b)-1 && !b[j].To.After(t) {
			j++
		}
		if v := b[j]; v.Known && v.CreditsKnown && v.Observed >= 0.01 {
			usd[x] = max(0, credit.Balance{CreditsUSD: v.CreditsUSD, UsageUSD: v.UsageUSD}.LeftUSD())
			highest = max(highest, usd[x])
		}
	}
	return usd, highest
}

func empty(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.NaN()
	}
	return v
}

// falling is, over a column, a balance that is spent evenly until end seconds
// after the forecast was made: 0 in the column of its end, and no number after.
func falling(left float64, from, to time.Time, f forecast.Forecast, end float64) float64 {
	a, b := max(0, from.Sub(f.At).Seconds()), to.Sub(f.At).Seconds()
	switch {
	case !(end >= a):
		return math.NaN()
	case end < b:
		return 0
	}
	return left * (1 - (a+b)/2/end)
}
