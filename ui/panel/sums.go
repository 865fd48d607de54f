package panel

import (
	"ortop/internal/spenders"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// sumRow is a line below the rows.
type sumRow struct {
	name       string
	USD, share *float64
	byokUSD    *float64
	trend      []float64
	why, short string // explanations, the second shorter
}

// sumsFrom is the height from which a table has room for its sums.
const sumsFrom = 6

// sums are what the rows come to: those that are found, what is in no row, and
// what the account spent.
func (d *Breakdown) sums(h int) []sumRow {
	if h < sumsFrom {
		return nil
	}
	var sums []sumRow
	share := d.Data.ShareOf
	if d.Find.Text != "" && len(d.Rows) > 0 {
		var found spenders.Row
		for _, r := range d.Rows {
			found.Add(r)
		}
		sums = append(sums, sumOf("found", &found))
		sums[0].share = share(sums[0].USD)
	}
	if usd := d.Data.UnattributedUSD; usd != nil {
		s := sumRow{name: "not attributed", USD: usd, share: share(usd), why: "deleted keys, chat, or billing still on its way", short: "deleted keys, chat"}
		if *usd < 0 {
			s.share, s.why, s.short = nil, "the rows exceed what the account spent: billing still on its way", "billing on its way"
		}
		sums = append(sums, s)
	}
	if d.Data.TotalUSD != nil {
		return append(sums, sumRow{name: "sum", USD: d.Data.TotalUSD, share: share(d.Data.TotalUSD), byokUSD: d.Data.BYOKUSD, trend: d.Data.Trend})
	}
	if len(d.Data.Rows) > 1 {
		all := spenders.Together("", d.Data.Rows)
		sums = append(sums, sumOf("sum of these", &all))
	}
	return sums
}

func sumOf(name string, r *spenders.Row) sumRow {
	return sumRow{name: name, USD: r.SpendUSD, byokUSD: r.BYOKUSD}
}

// sum is a line of the totals in w cells.
func (t table) sum(p draw.Pen, s sumRow, w int) string {
	line := p.Dim(draw.Fit(draw.Cut(s.name, t.name-1), t.name)) + draw.FlushRight(p.Bright(text.MaybeUSD(s.USD)), t.spend)
	if t.share > 0 {
		share := ""
		if s.share != nil {
			share = text.Percent(*s.share)
		}
		line += draw.FlushRight(share, t.share)
	}
	if why := draw.Pick(w-draw.Width(line)-2, s.why, s.short, ""); why != "" {
		return line + "  " + p.Dim(why)
	}
	if t.bar > 0 {
		line += draw.Blank(t.bar + 2)
	}
	for _, c := range t.cols {
		switch {
		case c.head == "BYOK" && s.byokUSD != nil:
			line += c.put(text.USD(*s.byokUSD))
		case c.trend: // on a scale of its own: it is as high as all rows together
			line += "  " + draw.Fit(p.Paint(draw.Spend, draw.Spark(s.trend, c.width-2)), c.width-2)
		default:
			line += draw.Blank(c.width)
		}
	}
	return line
}
