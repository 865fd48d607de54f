package panel

import (
	"math"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// FanPlot is the balance so far, and where it goes.
type FanPlot struct {
	Plot   history.Plot
	Loaded bool
	Err    error
}

// ahead is how far a fan of a forecast reaches past now, given how far back
// the plot goes: to the end of the range, if that leaves the past its place.
func ahead(s account.Snapshot, back time.Duration) time.Duration {
	f, _ := Next(s)
	if f.State != forecast.OK || f.Subject == forecast.Key { // which is of another amount
		return 0
	}
	return time.Duration(min(max(f.P90*1.05, back.Seconds()/4), 2*back.Seconds())) * time.Second
}

// Render draws the balance and the fan of its forecast: w by h cells,
// border included.
func (d FanPlot) Render(p draw.Pen, s account.Snapshot, w, h int) []string {
	title, right := "balance, $", ""
	var lines []string
	b := d.Plot.Buckets
	switch {
	case d.Err != nil:
		lines = []string{"history cannot be read: " + draw.Clean(d.Err.Error())}
	case !d.Loaded:
		lines = []string{p.Dim("reading history…")}
	case s.Balance == nil:
		lines = []string{p.Dim("this key cannot see the balance")}
	case len(b) < 2 || h < 6:
		lines = []string{p.Dim("nothing to plot yet")}
	default:
		back := b[len(b)-1].To.Sub(b[0].From)
		on := ahead(s, back)
		right = text.Span(back.Round(time.Hour)) + " back"
		if on > 0 {
			title += ", and forecast"
			right += ", " + text.Span(on.Round(time.Hour)) + " ahead"
		}
		if draw.Width(title)+draw.Width(right)+10 > w {
			title = "balance, $"
		}
		lines = fanLines(p, b, s, on, w-4, h-2)
	}
	if right != "" {
		right = p.Dim(right)
	}
	return draw.Panel(p, p.Title(title), right, lines, w, h)
}

// fanLines draw the buckets of the past and a forecast that reaches on past now.
func fanLines(p draw.Pen, b []history.Bucket, s account.Snapshot, on time.Duration, w, h int) []string {
	l, _ := levelOf(s)
	f := draw.Fan{Past: make([]draw.Held, len(b)), From: b[0].From, Ahead: on, Level: l}
	for i, v := range b {
		f.Past[i] = draw.Held{To: v.To, USD: math.NaN()}
		if v.Known && v.CreditsKnown && v.Observed >= 0.01 {
			f.Past[i].USD = max(0, credit.Balance{CreditsUSD: v.CreditsUSD, UsageUSD: v.UsageUSD}.LeftUSD())
		}
	}
	if on > 0 {
		next, _ := Next(s)
		f.LeftUSD = max(0, s.Balance.LeftUSD())
		f.Made, f.Ends = next.At, [3]float64{next.P10, next.P50, next.P90}
		if s.Refilled() { // then it is bought, and no longer falls
			f.FloorUSD = min(f.LeftUSD, s.AutoTopUp.ThresholdUSD)
		}
		if s.Early() { // whose middle is not known well enough
			f.Ends[1] = math.NaN()
		}
	}
	return f.Lines(p, w, h)
}
