package panel

import (
	"ortop/internal/sorted"
	"ortop/internal/spenders"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// table is the columns that fit a width, with the width of each.
type table struct {
	by          string
	name, spend int
	share, bar  int // 0: left out
	cols        []column
	top         float64 // of the trends
	longest     float64 // of the shares
}

// column is one of the columns that are left out where there is no room, the
// last first.
type column struct {
	head  string
	width int // with the two cells before it
	left  bool
	cell  func(spenders.Row) string
	known func(*spenders.Row) bool // whether the cell is known
	trend bool                     // drawn, and without a cell of words
}

// The widths that columns begin with, and those that they grow to.
const (
	leastName, mostName = 15, 38
	fairName            = 22 // which a name gets before other columns
	leastBar, mostBar   = 5, 22
	mostCap             = 34
	shareWidth          = 7
	leastTrend          = 10
	fairTrend           = 2 + TrendParts/2
	mostTrend           = 2 + TrendParts
)

// TrendParts is into how many parts the spend of a row is cut: hours, where the
// span is a day.
const TrendParts = 24

// optional are the columns in which something is known of any row.
func optional(d *Breakdown) []column {
	cols := []column{
		{"vs before", 11, false, changeOf, func(r *spenders.Row) bool { return r.New || r.ChangeRatio != nil }, false},
		{lastTrend(d.Span), leastTrend, true, nil, func(r *spenders.Row) bool { return r.Trend != nil }, true},
		{"requests", 10, false, func(r spenders.Row) string { return countOf(r.Requests) }, func(r *spenders.Row) bool { return r.Requests != nil }, false},
		{"tokens", 8, false, func(r spenders.Row) string { return countOf(r.Tokens) }, func(r *spenders.Row) bool { return r.Tokens != nil }, false},
		{"$/Mtok", 8, false, perMtok, func(r *spenders.Row) bool { return r.USDPerMtok != nil }, false},
		{"cap", 17, true, capOf, func(r *spenders.Row) bool { return r.Cap.LimitUSD != nil }, false},
		{"guardrails", 22, true, guardrailsOf, func(r *spenders.Row) bool { return len(r.Guardrails) > 0 }, false},
	}
	cols = knownOf(d.Data.Rows, cols)
	if d.BYOK {
		cols = append([]column{{"BYOK", 11, false, func(r spenders.Row) string { return text.MaybeUSD(r.BYOKUSD) }, nil, false}}, cols...)
	}
	return cols
}

// knownOf are the columns in which something is known of any row. Rows are many, and
// large: all columns look at them in one pass, and no longer than they have to.
func knownOf(rows []spenders.Row, cols []column) []column {
	known, missing := make([]bool, len(cols)), len(cols)
	for i := 0; i < len(rows) && missing > 0; i++ {
		for k := range cols {
			if !known[k] && cols[k].known(&rows[i]) {
				known[k] = true
				missing--
			}
		}
	}
	k := -1
	return sorted.Without(cols, func(*column) bool { k++; return !known[k] })
}

// lastTrend heads the column of trends with the span that they are of.
func lastTrend(span int) string {
	if Spans[span].Back == 0 {
		return "all"
	}
	return spanWords(span)
}

// highestOf is the largest part of any row's spend, which their trends share as
// the top of their scale.
func highestOf(rows []spenders.Row) float64 {
	top := 0.0
	for i := range rows {
		for _, v := range rows[i].Trend {
			if v > top { // not where it is not known
				top = v
			}
		}
	}
	return top
}

// longestOf is the largest share of any row, which is a bar in full.
func longestOf(rows []spenders.Row) float64 {
	longest := 0.0
	for i := range rows {
		if s := rows[i].Share; s != nil && *s > longest {
			longest = *s
		}
	}
	return longest
}

// newTable fits the columns to w cells. Money is never cut: its column is as
// wide as the widest amount on the screen.
func newTable(d *Breakdown, seen []*spenders.Row, w int) table {
	t := table{by: string(d.By), top: highestOf(d.Data.Rows), longest: longestOf(d.Data.Rows)}
	widest := leastName
	for _, r := range seen {
		t.spend = max(t.spend, draw.Width(text.MaybeUSD(r.SpendUSD)))
		widest = max(widest, 2+draw.Width(nameOf(r))+draw.Width(offOf(r)))
	}
	for _, s := range d.sums(sumsFrom) {
		t.spend = max(t.spend, draw.Width(text.MaybeUSD(s.USD)))
		widest = max(widest, 1+draw.Width(s.name))
	}
	t.spend = max(t.spend, 5) + 2
	t.name = max(4, min(max(leastName, min(widest, fairName)), w-t.spend-shareWidth))
	rest := w - t.name - t.spend
	take := func(n int) int {
		if rest < n {
			rest = -1 // nothing after what does not fit
			return 0
		}
		rest -= n
		return n
	}
	t.share = take(shareWidth)
	if t.bar = take(leastBar + 2); t.bar > 0 {
		t.bar -= 2
	}
	for _, c := range optional(d) {
		if take(c.width) == 0 {
			break
		}
		t.cols = append(t.cols, c)
	}
	rest = max(0, w-t.name-t.spend-t.share-t.bar-min(2, t.bar)-widths(t.cols))
	grow := func(n *int, most int) {
		by := max(0, min(rest, most-*n))
		*n += by
		rest -= by
	}
	grow(&t.name, min(widest, mostName))
	growTrend := func(most int) {
		for i := range t.cols {
			if t.cols[i].trend {
				grow(&t.cols[i].width, most)
			}
		}
	}
	growTrend(fairTrend)
	if t.bar > 0 {
		grow(&t.bar, mostBar)
	}
	growTrend(mostTrend)
	if n := len(t.cols); n > 0 && t.cols[n-1].cell != nil && t.cols[n-1].left {
		grow(&t.cols[n-1].width, mostCap)
	}
	t.name += rest
	return t
}

func widths(cols []column) (sum int) {
	for _, c := range cols {
		sum += c.width
	}
	return sum
}

// head is the line of what the columns are; the one that rows are sorted by
// stands out.
func (t table) head(p draw.Pen, sorted string) string {
	if sorted == "name" {
		sorted = t.by
	}
	word := func(s string) string { return Heading(p, s, s == sorted) }
	line := draw.Fit("  "+word(t.by), t.name) + draw.FlushRight(word("spend"), t.spend)
	if t.share > 0 {
		line += draw.FlushRight(word("share"), t.share)
	}
	if t.bar > 0 {
		line += draw.Blank(t.bar + 2)
	}
	for _, c := range t.cols {
		line += c.put(word(c.head))
	}
	return line
}

// Heading is a word over a column, which the rows are sorted by or not.
//
//go:noinline
func Heading(p draw.Pen, s string, sorted bool) string {
	if sorted {
		return p.Accent(s)
	}
	return p.Dim(s)
}

// HeadAt is the column whose heading is at a column of the table in w cells, or
// nothing.
func (d *Breakdown) HeadAt(x, w, h int) string {
	n := d.Seen(draw.Pen{Kit: &draw.Kit{Theme: draw.NewTheme(draw.Look{Depth: draw.Mono})}}, w, h)
	end := min(len(d.Rows), d.List.Top+n)
	t := newTable(d, d.Rows[min(d.List.Top, end):end], w)
	at := t.name
	if x < at {
		return "name"
	}
	if at += t.spend + t.share; x < at {
		return "spend"
	}
	if t.bar > 0 {
		at += t.bar + 2
	}
	for _, c := range t.cols {
		if x >= at && x < at+c.width {
			return c.head
		}
		at += c.width
	}
	return ""
}

func (c column) put(s string) string {
	if c.left {
		return draw.Fit("  "+s, c.width)
	}
	return draw.FlushRight(s, c.width)
}

// row is a row of the table, whose name is cut already.
func (t table) row(p draw.Pen, r *spenders.Row, name string, chosen bool) string {
	off := offOf(r)
	paint := p.Bright
	if r.SpendUSD == nil || *r.SpendUSD == 0 {
		paint = func(s string) string { return s }
	}
	line := draw.Fit(draw.Mark(p, chosen)+name+p.Dim(off), t.name) + draw.FlushRight(paint(text.MaybeUSD(r.SpendUSD)), t.spend)
	line += t.shares(p, r.Share)
	for _, c := range t.cols {
		if c.trend {
			line += "  " + draw.Trend(p, r.Trend, t.top, c.width-2)
			continue
		}
		line += c.put(c.cell(*r))
	}
	if chosen {
		return p.Row(line)
	}
	return line
}

// shares are a share in percent and as a bar, where there is room.
func (t table) shares(p draw.Pen, share *float64) string {
	line := ""
	if t.share > 0 {
		line = draw.FlushRight(percentOf(share), t.share)
	}
	if t.bar > 0 {
		bar := ""
		if share != nil {
			bar = draw.Bar(p, *share/max(t.longest, 1e-9), draw.Share, t.bar)
		}
		line += "  " + draw.Fit(bar, t.bar)
	}
	return line
}
