package panel

import (
	"fmt"

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
	b := s.Burn
	per := func(v *float64, unit string) string {
		if v == nil {
			return text.Unknown
		}
		return text.USD(*v) + p.Dim(unit)
	}
	return draw.Heads(p, w,
		draw.Head{Label: "last hour", Value: per(b.USDPerHour, "/h")},
		draw.Head{Label: "usual now", Value: per(b.UsualUSDPerHour, "/h")},
		draw.Head{Label: "24 h", Value: draw.JoinAll(" ", per(b.USDPerDay, ""), trend(s))},
		draw.Head{Label: "a day in 7 d", Short: "7 d", Value: per(b.WeekUSDPerDay, "")})
}

// Pace is how fast money goes now, and against what is usual.
func Pace(p draw.Pen, s account.Snapshot) string {
	b := s.Burn
	if b.USDPerHour == nil || s.Stale(p.Now) {
		return ""
	}
	pace := p.Dim("last hour ") + p.Bright(text.USD(*b.USDPerHour))
	if u := b.UsualUSDPerHour; u != nil && *u > 0 && *b.USDPerHour >= 2**u {
		times := "> 99"
		if x := *b.USDPerHour / *u; x < 99.5 {
			times = fmt.Sprintf("%.0f", x)
		}
		pace += p.Low(", ▲ " + times + "x usual")
	}
	return pace
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
