package panel

import (
	"math"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// RowPlot is the chosen row's spend over the span of the table, by the parts that its
// trend has; ok is false where that is not known.
func (d *Breakdown) RowPlot(p draw.Pen) (plot SpendPlot, ok bool) {
	if d.List.At >= len(d.Rows) {
		return plot, false
	}
	r := d.Rows[d.List.At]
	n := len(r.Trend)
	step := d.Data.To.Sub(d.Data.From) / time.Duration(max(1, n))
	if known(r.Trend) < 2 || step <= 0 {
		return plot, false
	}
	plot = SpendPlot{Loaded: true, Span: d.Span, Chosen: d.Span, Row: true, Of: nameOf(r)}
	for i, usd := range r.Trend {
		from := d.Data.From.Add(time.Duration(i) * step)
		b := history.Bucket{Span: credit.Span{From: from, To: from.Add(step)}, Observed: 1}
		if b.Known = !math.IsNaN(usd); b.Known {
			b.SpendUSD = usd
		}
		plot.Plot.Buckets = append(plot.Plot.Buckets, b)
	}
	if r.SpendUSD != nil {
		plot.Pace = p.Bright(text.USD(*r.SpendUSD)) + p.Dim(" in "+lastTrend(d.Span))
	}
	created, cap := "", ""
	if !r.CreatedAt.IsZero() {
		created = "created " + text.Moment(r.CreatedAt, p.Now)
	}
	if r.Cap.LimitUSD != nil {
		cap = "cap " + capOf(*r)
	}
	plot.Note = draw.JoinAll(" · ", created, cap)
	return plot, true
}
