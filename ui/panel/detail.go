package panel

import (
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/sorted"
	"ortop/internal/spenders"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// fact is a label and its value; empty facts are left out.
type fact struct{ label, value string }

// factsOf is all that is known of a row, the dearest first.
func (d *Breakdown) factsOf(p draw.Pen, r *spenders.Row) []fact {
	by := d.By
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return text.Moment(t, p.Now)
	}
	facts := []fact{
		{"spend", text.MaybeUSD(r.SpendUSD) + "   " + percentOf(r.Share)},
		{"vs the period before", changeOf(*r)},
	}
	if c := r.Cap; c.LimitUSD != nil {
		name, spent := "cap", ""
		if by == spenders.ByWorkspace {
			name = "budget"
			if used := c.UsedUSD(); used != nil { // so far in its window
				spent = text.USD(*used)
			}
		}
		facts = append(facts, fact{name, capOf(*r)}, fact{name + " spent", spent}, fact{name + " left", text.MaybeUSD(c.RemainingUSD)},
			fact{"resets", utcDay(r.ResetsAt)})
	}
	for _, x := range r.Guardrails {
		facts = append(facts, fact{"guardrail", guardrailOf(x)})
	}
	if len(r.Guardrails) > 0 {
		facts = append(facts, fact{"guardrails spent", "not told"})
	}
	switch f := r.Runway; {
	case f == nil:
	case f.State == forecast.Depleted:
		facts = append(facts, fact{"runs out", "spent"})
	case f.State == forecast.OK:
		facts = append(facts, fact{"runs out", text.Moment(f.Time(f.P50), p.Now)})
	case f.CapLasts:
		facts = append(facts, fact{"runs out", "not before it resets"})
	}
	if p := r.SpentChance; p != nil && *p < 1 {
		facts = append(facts, fact{"spent before it resets", text.Chance(*p) + " likely"})
	}
	if usd := r.SpendableUSD; usd != nil {
		bound := "cap"
		if r.Binding != credit.BoundByKey || d.Balance != nil && *d.Balance < *usd {
			bound = "balance"
			if d.Balance != nil { // which is newer
				usd = d.Balance
			}
		}
		facts = append(facts, fact{"can still spend", text.USD(*usd) + " (" + bound + ")"})
	}
	if r.Requests != nil || r.Tokens != nil || r.BYOKUSD != nil {
		facts = append(facts, fact{"requests", countOf(r.Requests)}, fact{"tokens", countOf(r.Tokens)},
			fact{"$ per million tokens", perMtok(*r)}, fact{"BYOK, not in spend", text.MaybeUSD(r.BYOKUSD)})
	}
	off := ""
	if r.Disabled {
		off = "off"
	}
	facts = append(facts, fact{"state", off}, fact{"workspace", draw.Clean(r.Workspace)}, fact{"key", draw.Clean(r.Label)},
		fact{"for", draw.Clean(r.ExternalUser)}, fact{"created", day(r.CreatedAt)}, fact{"last used", lastUsed(r, day)})
	return sorted.Without(facts, func(f *fact) bool { return f.value == "" })
}

// guardrailOf is a guardrail's budget and its name.
func guardrailOf(x spenders.GuardrailBudget) string {
	value := x.Text()
	if x.IncludesBYOK {
		value += " + BYOK"
	}
	return draw.JoinAll(" ", value, draw.Clean(x.Name))
}

// lastUsed is when a key was used, and for how long it was not where that is long.
func lastUsed(r *spenders.Row, day func(time.Time) string) string {
	switch {
	case r.Unused == 0:
		return day(r.LastUsed)
	case r.LastUsed.IsZero():
		return "never"
	}
	return day(r.LastUsed) + ", unused " + text.Span(r.Unused)
}

// utcDay is the day of a reset, which is at midnight UTC.
func utcDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 Jan") + " (UTC)"
}

// factLines put facts in lines of w cells, in two columns where they fit.
func factLines(p draw.Pen, facts []fact, w int) []string {
	line := func(f fact, w int) string {
		return draw.Spread(p.Dim(draw.Cut(f.label, w-4)), draw.Cut(f.value, max(1, w-2-min(draw.Width(f.label), w-4))), w)
	}
	var lines []string
	if w < 70 {
		for _, f := range facts {
			lines = append(lines, line(f, w))
		}
		return lines
	}
	half, rows := (w-4)/2, (len(facts)+1)/2
	for i := range rows {
		s := line(facts[i], half)
		if j := i + rows; j < len(facts) {
			s += draw.Blank(w-2*half) + line(facts[j], half)
		}
		lines = append(lines, s)
	}
	return lines
}

// DetailRows is how high the panel of a row's facts is, in w cells.
func DetailRows(p draw.Pen, d *Breakdown, w int) int {
	r, _ := d.row()
	return 2 + len(factLines(p, d.factsOf(p, &r), w-4))
}

// renderRow draws a row's facts and, where there is room, what it spent by
// itself: w by h cells.
func (d *Breakdown) renderRow(p draw.Pen, w, h int) []string {
	r, _ := d.row()
	n := min(h, DetailRows(p, d, w))
	if h-n < leastPlot {
		n = h
	}
	title := p.Title(string(d.By)+" ") + p.Bright(nameOf(&r)) + p.Title(", "+lastOf(d.Span))
	out := draw.Panel(p, title, p.Dim(p.Key("back", "esc")+" back"), factLines(p, d.factsOf(p, &r), w-4), w, n)
	if n < h {
		d.Plot.Of = nameOf(&r)
		out = append(out, d.Plot.Render(p, w, h-n)...)
	}
	return out
}

// leastPlot is the least height of the panel of a plot.
const leastPlot = 7

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
