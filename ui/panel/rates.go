package panel

import (
	"ortop/internal/account"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// rateLine is the two rates and the trend in one line.
func rateLine(p draw.Pen, s account.Snapshot, w int) string {
	hour, day := text.MaybeUSD(s.Burn.USDPerHour), text.MaybeUSD(s.Burn.USDPerDay)
	dim := p.Dim
	now := " now"
	if s.Stale(p.Now) {
		now = ""
	}
	return draw.Pick(w,
		hour+dim("/h"+now+"   ")+day+dim("/day   ")+trend(s),
		hour+dim("/h"+now+"  ")+day+dim("/day"),
		hour+dim("/h  ")+day+dim("/day"),
		hour+dim("/h"))
}

// rateLines compare the rates of now, today and the week.
func rateLines(p draw.Pen, s account.Snapshot, w int) []string {
	half := (w - 3) / 2
	row := func(a, b string) string { return draw.Fit(a, half) + "   " + draw.Fit(b, w-half-3) }
	b := s.Burn
	usual := "usual at this hour"
	if draw.Width(usual)+10 > w-half-3 {
		usual = "usual now"
	}
	week := figure(p, "7 d", text.MaybeUSD(b.WeekUSDPerDay), "/day", w-half-3)
	if t := trend(s); t != "" {
		week = figure(p, "7 d", text.MaybeUSD(b.WeekUSDPerDay), "/day  ", w-half-3-draw.Width(t)) + t
	}
	return []string{
		row(figure(p, "last hour", text.MaybeUSD(b.USDPerHour), "/h", half), figure(p, usual, text.MaybeUSD(b.UsualUSDPerHour), "/h", w-half-3)),
		row(figure(p, "24 h", text.MaybeUSD(b.USDPerDay), "/day", half), week),
	}
}

// rateColumn is rateLines below each other.
func rateColumn(p draw.Pen, s account.Snapshot, w int) []string {
	b := s.Burn
	return []string{
		figure(p, "last hour", text.MaybeUSD(b.USDPerHour), "/h", w),
		figure(p, "usual at this hour", text.MaybeUSD(b.UsualUSDPerHour), "/h", w),
		figure(p, "24 h", text.MaybeUSD(b.USDPerDay), "/day", w),
		figure(p, "7 d", text.MaybeUSD(b.WeekUSDPerDay), "/day", w),
	}
}

// trend is how the last day compares with the week's mean.
func trend(s account.Snapshot) string {
	switch r := s.Burn.TrendRatio; {
	case r == nil:
		return ""
	case *r > 9.99:
		return "▲ > 10x"
	case *r >= 0.005:
		return "▲ " + text.Percent(*r)
	case *r <= -0.005:
		return "▼ " + text.Percent(-*r)
	}
	return "= 0 %"
}

// figure is a dim label at the left and a number at the right of w cells.
func figure(p draw.Pen, label, value, unit string, w int) string {
	if value == text.Unknown {
		unit = ""
	}
	if draw.Width(label)+1+draw.Width(value)+draw.Width(unit) > w {
		return draw.Fit(value+p.Dim(unit), w)
	}
	return draw.Spread(p.Dim(label), value+p.Dim(unit), w)
}

// Spent draws what was spent, window by window, on one line.
func Spent(p draw.Pen, s account.Snapshot, w, h int) []string {
	word := func(label string, v *float64) string {
		return p.Dim(label+"  ") + text.MaybeUSD(v)
	}
	line := draw.Even(w-4,
		word("today (UTC)", s.Spend.TodayUSD), word("24 h", s.Spend.Last24hUSD), word("7 d", s.Spend.Last7dUSD), word("30 d", s.Spend.Last30dUSD))
	return draw.Panel(p, p.Title("spent"), "", []string{line}, w, h)
}
