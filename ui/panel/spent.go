package panel

import (
	"ortop/internal/account"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// Spent draws what was spent, window by window, on one line.
func Spent(p draw.Pen, s account.Snapshot, w, h int) []string {
	word := func(label string, v *float64) string {
		return p.Dim(label+"  ") + text.MaybeUSD(v)
	}
	line := draw.Even(w-4,
		word("today (UTC)", s.Spend.TodayUSD), word("24 h", s.Spend.Last24hUSD), word("7 d", s.Spend.Last7dUSD), word("30 d", s.Spend.Last30dUSD))
	return draw.Panel(p, p.Title("spent"), "", []string{line}, w, h)
}

// Chances draws the chances of running out as a card.
func Chances(p draw.Pen, s account.Snapshot, w, h int) []string {
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
