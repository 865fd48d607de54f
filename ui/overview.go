package ui

import (
	"ortop/internal/account"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// screen is what a frame is drawn from.
type screen struct {
	draw.Pen
	snap   account.Snapshot
	view   int
	spend  spendPlot
	fan    fanPlot
	plan   planner
	cards  cards
	who    breakdownPanel
	log    eventsView
	rows   accountRows
	keys   keyMap
	notice string
}

// fullFrame draws the panels of a view at full size and above.
func (d screen) fullFrame(l layout) []string {
	header, _ := renderHeader(d.Pen, d.snap, l.w-2)
	out := []string{" " + header + " "}
	if l.tabs.h > 0 {
		brief := ""
		if d.view != viewOverview {
			brief = d.Dim(summary(d.snap, d.Pen))
		}
		line, _ := renderTabs(d.Pen, d.view, brief, l.w)
		out = append(out, line)
	}
	for _, b := range banners(d.Pen, d.snap, l.w-2)[:l.banners.h] {
		out = append(out, " "+draw.Fit(draw.CutWords(b, l.w-2), l.w-2)+" ")
	}
	switch d.view {
	case viewForecast:
		out = append(out, d.forecastBody(l)...)
	case viewBreakdown, viewEvents:
		out = append(out, d.listBody(l)...)
	default:
		out = append(out, d.overviewBody(l)...)
	}
	return append(out, d.footer(l.w))
}

func (d screen) overviewBody(l layout) []string {
	cards := [][]string{
		renderCredits(d.Pen, d.snap, l.credits.w, l.credits.h),
		renderRunOut(d.Pen, d.snap, l.runOut.w, l.runOut.h, l.chances.h == 0),
	}
	if l.chances.h > 0 {
		cards = append(cards, renderChances(d.Pen, d.snap, l.chances.w, l.chances.h))
	}
	out := append(draw.Beside(cards...), renderSpend(d.Pen, d.spend, l.spend.w, l.spend.h)...)
	if l.fan.h > 0 {
		out = append(out, renderFan(d.Pen, d.fan, d.snap, l.fan.w, l.fan.h)...)
	}
	var foot [][]string
	if l.accounts.h > 0 {
		foot = append(foot, renderAccounts(d.Pen, d.rows, l.accounts.w, l.accounts.h))
	}
	if l.cards.h > 0 {
		foot = append(foot, renderCards(d.Pen, d.cards, l.cards.w, l.cards.h))
	}
	if len(foot) == 2 && l.accounts.y == l.cards.y {
		foot = [][]string{draw.Beside(foot...)}
	}
	for _, lines := range foot {
		out = append(out, lines...)
	}
	switch {
	case l.spent.h > 0 && d.cards.any():
		out = append(out, renderDay(d.Pen, d.cards, d.snap, l.spent.w, l.spent.h)...)
	case l.spent.h > 0:
		out = append(out, renderSpent(d.Pen, d.snap, l.spent.w, l.spent.h)...)
	}
	return out
}

// renderSpent draws what was spent, window by window, on one line.
func renderSpent(p draw.Pen, s account.Snapshot, w, h int) []string {
	word := func(label string, v *float64) string {
		return p.Dim(label+"  ") + text.MaybeUSD(v)
	}
	line := draw.Even(w-4,
		word("today (UTC)", s.Spend.TodayUSD), word("24 h", s.Spend.Last24hUSD), word("7 d", s.Spend.Last7dUSD), word("30 d", s.Spend.Last30dUSD))
	return draw.Panel(p, p.Title("spent"), "", []string{line}, w, h)
}

// renderChances draws the chances of running out as a card.
func renderChances(p draw.Pen, s account.Snapshot, w, h int) []string {
	lines := chanceLines(p, s, w-4)
	if lines == nil {
		lines = []string{p.Dim("no forecast, no chances")}
	} else {
		lines = append([]string{""}, lines...)
	}
	title := "chance of running out"
	if s.Refilled() {
		title = "chance of a charge"
	}
	return draw.Panel(p, p.Title(title), "", lines, w, h)
}

// footer is the keys at the left, or a notice, and the age at the right.
func (d screen) footer(w int) string {
	if d.notice != "" {
		return " " + draw.Fit(d.Bright(d.notice), w-2) + " "
	}
	w -= 2
	words := d.keys.footer()
	room := max(min(w, 10), w-2-draw.Width(draw.Join(w, "  ", words...)))
	age := ageLine(d.Pen, d.snap, room)
	if d.view == viewBreakdown {
		age = d.who.age(d.Pen, max(room, min(w, 20)))
	}
	keys := draw.Join(w-draw.Width(age)-2, "  ", words...)
	return " " + draw.Spread(d.Dim(keys), age, w) + " "
}
