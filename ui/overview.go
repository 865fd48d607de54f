package ui

import (
	"ortop/internal/account"
	"ortop/internal/text"
)

// screen is what a frame is drawn from.
type screen struct {
	pen
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
	header, _ := renderHeader(d.pen, d.snap, l.w-2)
	out := []string{" " + header + " "}
	if l.tabs.h > 0 {
		brief := ""
		if d.view != viewOverview {
			brief = d.th.dim.Render(summary(d.snap, d.pen))
		}
		line, _ := renderTabs(d.pen, d.view, brief, l.w)
		out = append(out, line)
	}
	for _, b := range banners(d.pen, d.snap, l.w-2)[:l.banners.h] {
		out = append(out, " "+fit(cutWords(b, l.w-2), l.w-2)+" ")
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
		renderCredits(d.pen, d.snap, l.credits.w, l.credits.h),
		renderRunOut(d.pen, d.snap, l.runOut.w, l.runOut.h, l.chances.h == 0),
	}
	if l.chances.h > 0 {
		cards = append(cards, renderChances(d.pen, d.snap, l.chances.w, l.chances.h))
	}
	out := append(beside(cards...), renderSpend(d.pen, d.spend, l.spend.w, l.spend.h)...)
	if l.fan.h > 0 {
		out = append(out, renderFan(d.pen, d.fan, d.snap, l.fan.w, l.fan.h)...)
	}
	var foot [][]string
	if l.accounts.h > 0 {
		foot = append(foot, renderAccounts(d.pen, d.rows, l.accounts.w, l.accounts.h))
	}
	if l.cards.h > 0 {
		foot = append(foot, renderCards(d.pen, d.cards, l.cards.w, l.cards.h))
	}
	if len(foot) == 2 && l.accounts.y == l.cards.y {
		foot = [][]string{beside(foot...)}
	}
	for _, lines := range foot {
		out = append(out, lines...)
	}
	switch {
	case l.spent.h > 0 && d.cards.any():
		out = append(out, renderDay(d.pen, d.cards, d.snap, l.spent.w, l.spent.h)...)
	case l.spent.h > 0:
		out = append(out, renderSpent(d.pen, d.snap, l.spent.w, l.spent.h)...)
	}
	return out
}

// renderSpent draws what was spent, window by window, on one line.
func renderSpent(p pen, s account.Snapshot, w, h int) []string {
	word := func(label string, v *float64) string {
		return p.th.dim.Render(label+"  ") + text.MaybeUSD(v)
	}
	line := even(w-4,
		word("today (UTC)", s.Spend.TodayUSD), word("24 h", s.Spend.Last24hUSD), word("7 d", s.Spend.Last7dUSD), word("30 d", s.Spend.Last30dUSD))
	return renderPanel(p, p.th.title.Render("spent"), "", []string{line}, w, h)
}

// renderChances draws the chances of running out as a card.
func renderChances(p pen, s account.Snapshot, w, h int) []string {
	lines := chanceLines(p, s, w-4)
	if lines == nil {
		lines = []string{p.th.dim.Render("no forecast, no chances")}
	} else {
		lines = append([]string{""}, lines...)
	}
	title := "chance of running out"
	if s.Refilled() {
		title = "chance of a charge"
	}
	return renderPanel(p, p.th.title.Render(title), "", lines, w, h)
}

// footer is the keys at the left, or a notice, and the age at the right.
func (d screen) footer(w int) string {
	if d.notice != "" {
		return " " + fit(d.th.bright.Render(d.notice), w-2) + " "
	}
	w -= 2
	words := d.keys.footer()
	room := max(min(w, 10), w-2-width(join(w, "  ", words...)))
	age := ageLine(d.pen, d.snap, room)
	if d.view == viewBreakdown {
		age = d.who.age(d.pen, max(room, min(w, 20)))
	}
	keys := join(w-width(age)-2, "  ", words...)
	return " " + spread(d.th.dim.Render(keys), age, w) + " "
}
