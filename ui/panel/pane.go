// Package panel draws what is known of an account: each panel of the dashboard
// is a function of a snapshot, or of the plain values that it holds, and of its
// size. It has no state, reads no keys and waits for nothing.
package panel

import (
	"fmt"
	"sort"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// Pane is an account in few lines, for a small pane.
type Pane struct {
	draw.Pen
	Snap     account.Snapshot
	Spend    SpendPlot
	Accounts Accounts
	Notice   string
	Home     bool // other accounts and the range are named too
	Chances  bool // the chances stand in place of rates
	// Part leaves out what stands above and below it: the header, what is wrong,
	// the keys, and, with Plotted, the plot and the sums.
	Part, Plotted bool
	LeftAbove     bool // what is left stands above it already
}

// The lines of the stacked card of a forecast: the date and its range, and with a
// bar for each of the chances.
const StackedDate, StackedChances = 2, 2 + shownHorizons

// Height is how many lines a card takes in a pane of w cells.
func (d Pane) Height(w int) (h int) {
	for _, pt := range d.parts(max(1, w-2), 0) {
		h += len(pt.lines)
	}
	return h
}

// part is a line or a few of the compact card. Where there is too little
// height those of the highest rank go first.
type part struct {
	rank  int
	lines []string
	gap   bool // wants a blank line before it
}

type parts []part

// add is not inlined: sixteen copies are 6 kB of program.
//
//go:noinline
func (all *parts) add(rank int, gap bool, lines ...string) {
	*all = append(*all, part{rank, lines, gap})
}

// Card is a card without borders. Height that is left over goes to
// the plot.
func (d Pane) Card(w, h int) []string {
	in := max(1, w-2)
	parts := d.parts(in, h)
	order := make([]int, len(parts))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return parts[order[i]].rank < parts[order[j]].rank })
	spare, gaps := h, 0
	for _, i := range order {
		if n := len(parts[i].lines); n > 0 && (n <= spare && parts[i].rank < rankSpent || n+1+gaps <= spare) {
			spare -= n
			if parts[i].gap {
				gaps++
			}
			continue
		}
		parts[i].lines = nil
	}
	if gaps = min(gaps, spare); h >= CompactChart { // the plot comes first
		gaps = min(gaps, max(0, spare-compactPlot))
	} else if d.Spend.spark(d.Pen, 1) != "" {
		gaps = min(gaps, max(0, spare-1))
	}
	spare -= gaps
	var out []string
	for _, pt := range parts {
		if len(pt.lines) == 0 {
			continue
		}
		if pt.gap && gaps > 0 && len(out) > 0 {
			out = append(out, "")
			gaps--
		}
		if pt.rank == rankPlot && spare > 0 && h < CompactChart {
			pt.lines, spare = draw.Heights(d.Pen, d.Spend.rates(d.Now), in, spare+1), 0
		}
		if pt.rank == rankPlot && spare >= compactPlot && h >= CompactChart {
			plot, words, most := spendLinesOf(d.Pen, &d.Spend, in, spare)
			pt.lines = append(draw.Fill(plot, in, spare), draw.Join(in, "  ", words, most))
			spare = 0
		}
		if pt.rank == rankFooter {
			out = append(out, draw.Fill(nil, in, spare+gaps)...)
		}
		out = append(out, pt.lines...)
	}
	for i := range out {
		if w > 2 {
			out[i] = " " + draw.Fit(draw.CutWords(out[i], in), in)
		}
	}
	return out
}

// CompactChart is the height from which a compact card may have a chart, and
// compactPlot the least height of that.
const CompactChart, compactPlot = 18, 5

// The ranks: what the smallest pane still shows comes first.
const (
	rankBalance = iota
	rankHeader
	rankFault
	rankLeft
	rankDate
	rankGauge
	rankRange
	rankRate
	rankPlot
	rankEnds
	rankFooter
	rankSpent
)

func (d *Pane) parts(w, h int) parts {
	s, p := d.Snap, d.Pen
	l, _ := levelOf(&s)
	var all parts
	sign := ""
	if n := len(s.Alerts); n > 0 && s.Fault == nil && h > 0 && h <= 3 { // when it runs out is worth more than their words
		sign = p.At(alertLevel(&s.Alerts[0]), fmt.Sprintf("▲ %d", n))
	}
	if !d.Part {
		header, where := Header(p, &s, max(1, w-draw.Width(sign)-2*min(1, len(sign))))
		header = draw.JoinAll("  ", header, sign)
		all.add(rankHeader, false, header)
		if where != "" {
			all.add(rankHeader, false, where)
		}
	}
	if b := Banners(p, &s, w); len(b) > 0 && !d.Part && sign == "" {
		rank := rankFault
		if w < 30 { // there the state has to do
			rank = rankRange
		}
		all.add(rank, false, draw.CutClause(b[0], w))
		if s.Phase == account.Refused {
			all.add(rankRange, false, b[1:2]...)
		}
	}
	if d.Home && len(d.Accounts.All) > 1 {
		if line := d.Accounts.nearer(p, w); line != "" {
			all.add(rankRange, false, line)
		}
	}
	share, known := leftShare(&s)
	big := d.big(w)
	switch {
	case d.LeftAbove && s.Balance != nil:
	case big != nil:
		all.add(rankBalance, false, big...)
		if known {
			all.add(rankGauge, false, draw.Gauge(p, share, balanceLevel(&s), w))
		}
		if lines := freeLines(p, &s, w); lines != nil {
			all.add(rankRate, false, lines...)
		}
	case s.Balance != nil:
		all.add(rankBalance, true, balanceLine(p, &s, balanceLevel(&s), w))
		if known {
			all = append(all, part{rankGauge, []string{draw.Gauge(p, share, balanceLevel(&s), w)}, false},
				part{rankEnds, []string{gaugeEnds(p, &s, w)}, false})
		}
		if lines := freeLines(p, &s, w); lines != nil {
			all.add(rankRate, false, lines...)
		}
	default:
		lines := UnknownLines(p, &s, l, w, 4)
		all.add(rankBalance, true, lines[:1]...)
		for i, line := range lines[1:] {
			rank := rankGauge
			switch {
			case i == 0: // of the cap
				rank = rankLeft
			case i > 1: // how to see more
				rank = rankRate
			}
			all.add(rank, false, line)
		}
	}
	date := runOutLines(p, &s, w)
	settings := ""
	if s.Refilled() {
		date, settings = date[:len(date)-1], date[len(date)-1]
	}
	if f, does := Next(&s); due(&s) {
		date = dueLines(p, &s, w)
	} else if s.Early() {
		if f.Subject.Limit() {
			does = limitWord(&s) + " out "
		}
		head, bold := p.Dim(does), func(words string) string { return p.Strong(l, words) }
		from, to := f.Time(f.P10), f.Time(f.P90)
		between, days := bold(text.Between(from, to, p.Now)), bold(text.Days(from, to, p.Now))
		date[0] = draw.Pick(w, head+between, between, head+days, days, bold("from "+text.Days(from, from, p.Now)))
		if d.Chances { // there the chances are what it rests on
			date = append(date[:1], vaguely(p, f)...)
		}
	} else if f.State == forecast.OK {
		end := account.EndOf(f, p.Now)
		in, brief := inOf(f, p.Now)
		sure := end.Percent() + ": "
		head, short := does, "out "
		switch {
		case s.Refilled():
			short = "charge "
		case f.Subject.Limit():
			head = limitWord(&s) + " out "
		}
		day := dateOf(f, p.Now)
		date[0] = draw.Pick(w,
			p.Dim(head)+p.Strong(l, day),
			p.Dim(head)+p.Strong(l, dayOf(day)),
			p.Dim(short)+p.Strong(l, dayOf(day)))
		days := daysOf(f, p.Now)
		if strip := stripLines(p, &s, f, w); strip != nil && !d.Chances {
			if room := w - draw.Width(date[0]) - 2; room >= draw.Width(brief) {
				date[0] = draw.Spread(date[0], draw.Pick(room, in, brief), w)
			}
			date = append(date[:1], strip...)
		} else {
			date[1] = draw.Pick(w,
				draw.JoinAll("  ", in, p.Dim("("+sure+days+")")),
				draw.JoinAll("  ", brief, p.Dim("("+sure+days+")")),
				draw.JoinAll("  ", brief, p.Dim("("+sure+withoutDay(days)+")")),
				draw.JoinAll("  ", brief, p.Dim("("+days+")")),
				brief)
		}
		if d.Chances {
			date[1] = draw.Pick(w,
				draw.JoinAll("  ", in, p.Dim(sure+end.Range())),
				draw.JoinAll("  ", brief, p.Dim(sure+end.Range())),
				draw.JoinAll("  ", brief, p.Dim(sure+withoutDay(days))),
				draw.JoinAll("  ", brief, p.Dim(days)),
				brief)
		}
	}
	if big != nil { // the date stands beside the digits
		date = date[1:]
	} else {
		all.add(rankDate, true, date[:1]...)
		date = date[1:]
	}
	if n := len(date) - 1; d.Chances && n > 0 && missingLine(p, &s, w) != "" { // which is worth more than the range
		all.add(rankRange, false, date[:n]...)
		all.add(rankDate, false, date[n])
	} else if n >= 0 {
		all.add(rankRange, false, date...)
	}
	if settings != "" {
		all.add(rankEnds, false, settings)
	}
	if d.Chances {
		return append(all, d.chanceParts(w)...)
	}
	if d.Plotted {
		return all
	}
	rate := text.MaybeUSD(s.Burn.USDPerHour) + p.Dim("/h")
	day := seen(&s, s.Burn.USDPerDay, s.At.AddDate(0, 0, -1))
	if s.Burn.USDPerDay != nil || s.NotSeen(s.At.AddDate(0, 0, -1)) == "" {
		day += p.Dim("/day")
	}
	day = draw.JoinAll(" ", day, trend(&s))
	if s.Burn.USDPerHour != nil || s.Burn.USDPerDay != nil || s.NotSeen(s.At.AddDate(0, 0, -1)) != "" {
		all.add(rankRate, true, draw.Spread(draw.Pick(w-draw.Width(day)-2, draw.JoinAll(" ", rate, timesUsual(p, &s)), rate), day, w))
	}
	if spark := d.Spend.spark(p, w); spark != "" || h >= CompactChart { // which says why there is none
		all.add(rankPlot, false, spark)
	}
	all.add(rankSpent, true, spendLines(p, &s, w)...)
	if !d.Part {
		all.add(rankFooter, false, d.footer(w))
	}
	return all
}

// big is what is left in big digits, with the date beside it; nil: there is no
// room, or no date that says enough in few words.
func (d *Pane) big(w int) []string {
	s, p := d.Snap, d.Pen
	f, does := Next(&s)
	if !d.Plotted || d.Chances || s.Balance == nil || s.Stale(p.Now) || f.State != forecast.OK || s.Early() || due(&s) || s.Refilled() || stripLines(p, &s, f, w) == nil {
		return nil
	}
	digits, ok := draw.Digits(p, text.USD(s.Balance.LeftUSD()), w-notesRoom)
	if !ok {
		return nil
	}
	if f.Subject.Limit() {
		does = limitWord(&s) + " out "
	}
	l, _ := levelOf(&s)
	day, room := dateOf(f, p.Now), w-draw.Width(digits[0])-2
	in, brief := inOf(f, p.Now)
	of := p.Dim("of ") + text.USD(s.Balance.CreditsUSD)
	if s.Source == account.FromPerson {
		of += p.Dim(" stated")
	}
	if share, known := leftShare(&s); known {
		of = draw.Pick(room, p.At(balanceLevel(&s), text.Percent(share))+" "+of, of)
	}
	notes := []string{of, draw.Pick(room, p.Dim(does)+p.Strong(l, day), p.Strong(l, day), p.Strong(l, dayOf(day))), draw.Pick(room, in, brief)}
	for y := range digits {
		digits[y] = draw.Spread(p.At(balanceLevel(&s), digits[y]), notes[y], w)
	}
	return digits[:]
}

func (d *Pane) chanceParts(w int) parts {
	var all parts
	f, _ := Next(&d.Snap)
	if d.Plotted && f.State == forecast.OK { // there is no room for bars
		return append(all, part{rankRate, []string{chanceLine(d.Pen, f, w)}, false})
	}
	for i, line := range chanceLines(d.Pen, &d.Snap, w) {
		all = append(all, part{rankRate, []string{line}, i == 0})
	}
	if d.Part {
		return all
	}
	return append(all, part{rankFooter, []string{d.footer(w)}, false})
}

func (d *Pane) footer(w int) string {
	if d.Notice != "" {
		return draw.Fit(d.Bright(d.Notice), w)
	}
	age := AgeLine(d.Pen, &d.Snap, w/2-8)
	if d.Home {
		age = draw.JoinAll(d.Dim(" · "), d.Dim(Spans[d.Spend.Span].Name), age)
	}
	help := "? help"
	if shown, of := d.Accounts.watched(); of > 1 {
		help = draw.Pick(w-1-draw.Width(age), fmt.Sprintf("? help   a: account %d of %d", shown, of), fmt.Sprintf("? help   a: %d/%d", shown, of), help)
	}
	return draw.Spread(d.Dim(help), age, w)
}
