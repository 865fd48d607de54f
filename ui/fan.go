package ui

import (
	"math"
	"strconv"
	"time"

	"github.com/guptarohit/asciigraph"

	"ortop/credit"
	"ortop/forecast"
	"ortop/history"
	"ortop/monitor"
	"ortop/text"
)

// fanPlot is the balance so far, and where it goes.
type fanPlot struct {
	plot   history.Plot
	loaded bool
	err    error
}

// ahead is how far a fan of a forecast reaches past now, given how far back
// the plot goes: to the end of the range, if that leaves the past its place.
func ahead(f forecast.Forecast, back time.Duration) time.Duration {
	if f.State != forecast.OK {
		return 0
	}
	return time.Duration(min(max(f.P90*1.05, back.Seconds()/4), 2*back.Seconds())) * time.Second
}

// renderFan draws the balance and the fan of its forecast: w by h cells,
// border included.
func renderFan(p pen, d fanPlot, s monitor.Snapshot, w, h int) []string {
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
		on := ahead(s.Forecast, back)
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
	return renderPanel(p, p.th.title.Render(title), p.th.dim.Render(right), lines, w, h)
}

func fanLines(p pen, b []history.Bucket, s monitor.Snapshot, on time.Duration, w, h int) []string {
	axis := timeaxis{from: b[0].From, to: p.now.Add(on), cols: w - axisWidth, loc: p.now.Location()}
	if axis.cols < 4 {
		return nil
	}
	left := max(0, s.Balance.LeftUSD())
	middle, early, late := empty(axis.cols), empty(axis.cols), empty(axis.cols)
	highest := left
	j, total := 0, axis.to.Sub(axis.from)
	nowCol := min(axis.cols-1, max(0, axis.column(p.now)))
	for x := range middle {
		t := axis.from.Add(time.Duration((float64(x) + 0.5) / float64(axis.cols) * float64(total)))
		if x < nowCol || x == nowCol && on == 0 {
			for j < len(b)-1 && !b[j].To.After(t) {
				j++
			}
			if v := b[j]; v.Known && v.CreditsKnown && v.Observed >= 0.01 {
				middle[x] = max(0, credit.Balance{CreditsUSD: v.CreditsUSD, UsageUSD: v.UsageUSD}.LeftUSD())
				highest = max(highest, middle[x])
			}
			continue
		}
		if f := s.Forecast; on > 0 {
			since := max(0, t.Sub(f.At).Seconds())
			step := total.Seconds() / float64(axis.cols)
			middle[x], early[x], late[x] = falling(left, since, step, f.P50), falling(left, since, step, f.P10), falling(left, since, step, f.P90)
		}
	}
	rows := h - 2
	dots := asciigraph.CreateCharSet("·")
	c := newChart([][]float64{early, late, middle}, newScale(highest, 0.05, rows), rows, []asciigraph.CharSet{dots, dots, asciigraph.DefaultCharSet})
	if c == nil {
		return []string{p.th.dim.Render("nothing to plot yet")}
	}
	marks := map[int]rune{}
	if on > 0 {
		marks[nowCol] = '┴'
		c.column(nowCol, '┊')
		c.put(nowCol+1, " now")
	}
	l, _ := levelOf(s)
	return append(c.lines(p, func(s string) string { return p.th.of(l).UnsetBold().Render(s) }, "·┊now"), axis.lines(p, marks)...)
}

func empty(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.NaN()
	}
	return v
}

// falling is a balance that is spent evenly by end seconds. The line ends
// within a step after that.
func falling(left, since, step, end float64) float64 {
	if !(end > 0) || since-step > end {
		return math.NaN()
	}
	return max(0, left*(1-since/end))
}

// whyLines say what the forecast rests on.
func whyLines(p pen, s monitor.Snapshot, gaps int, w int) []string {
	var lines []string
	b, f := s.Burn, s.Forecast
	if b.USDPerHour != nil {
		line := "Spent " + text.USD(*b.USDPerHour) + " in the last hour"
		if b.UsualUSDPerHour != nil {
			line += "; usual at this hour: " + text.USD(*b.UsualUSDPerHour)
		}
		lines = append(lines, line+".")
	}
	if b.USDPerDay != nil {
		line := "Spent " + text.USD(*b.USDPerDay) + " in 24 h"
		switch t := b.TrendRatio; {
		case b.WeekUSDPerDay == nil || t == nil:
		case *t >= 0:
			line += ", " + text.Percent(*t) + " above the 7 d mean of " + text.USD(*b.WeekUSDPerDay) + " a day"
		default:
			line += ", " + text.Percent(-*t) + " below the 7 d mean of " + text.USD(*b.WeekUSDPerDay) + " a day"
		}
		lines = append(lines, line+".")
	}
	if f.State == forecast.OK {
		lines = append(lines, pick(w,
			"The date goes by "+text.USD(f.RateUSDPerHour)+"/h: all of the history, recent days weighing most.",
			"The date goes by "+text.USD(f.RateUSDPerHour)+"/h, recent days first."))
		if f.Subject == forecast.Key {
			line := "It is the key's cap that runs out first"
			if !f.ResetsAt.IsZero() {
				line += "; it starts anew " + f.ResetsAt.UTC().Format("2 Jan, 15:04") + " UTC"
			}
			lines = append(lines, line+".")
		}
	}
	if f.History > 0 {
		line := text.Span(f.History) + " of history"
		switch gaps {
		case 0:
		case 1:
			line += ", with 1 gap in this plot"
		default:
			line += ", with " + strconv.Itoa(gaps) + " gaps in this plot"
		}
		lines = append(lines, line+".")
	}
	if !f.LastSpend.IsZero() && p.now.Sub(f.LastSpend) > time.Hour {
		lines = append(lines, "Last spend "+text.Ago(p.now.Sub(f.LastSpend))+".")
	}
	if len(lines) == 0 {
		lines = []string{"There is no history yet."}
	}
	return lines
}
