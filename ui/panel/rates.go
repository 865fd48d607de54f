package panel

import (
	"fmt"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// rateLine is the two rates and the trend in one line; empty where neither is known.
func rateLine(p draw.Pen, s *account.Snapshot, w int) string {
	hour, day := text.MaybeUSD(s.Burn.USDPerHour), text.MaybeUSD(s.Burn.USDPerDay)
	dim := p.Dim
	if unseen := s.NotSeen(s.At.AddDate(0, 0, -1)); unseen != "" && s.Burn.USDPerDay == nil {
		return draw.Pick(w, hour+dim("/h   ")+"24 h "+unseen, "24 h "+unseen, dim(unseen), hour+dim("/h"))
	}
	if s.Burn.USDPerHour == nil && s.Burn.USDPerDay == nil {
		return ""
	}
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
func rateLines(p draw.Pen, s *account.Snapshot, w int) []string {
	b := s.Burn
	per := func(v *float64, unit string, from time.Time) string {
		if v == nil {
			return seen(s, v, from)
		}
		return text.USD(*v) + p.Dim(unit)
	}
	if b.USDPerHour == nil && b.USDPerDay == nil && b.WeekUSDPerDay == nil && s.NotSeen(s.At.AddDate(0, 0, -7)) == "" {
		return nil // what is not known yet has no place
	}
	return draw.Heads(p, w,
		draw.Head{Label: "last hour", Value: per(b.USDPerHour, "/h", s.At.Add(-time.Hour))},
		draw.Head{Label: "usual now", Value: per(b.UsualUSDPerHour, "/h", s.At)},
		draw.Head{Label: "24 h", Value: per(b.USDPerDay, "", s.At.AddDate(0, 0, -1))},
		draw.Head{Label: "a day in 7 d", Short: "7 d", Value: per(b.WeekUSDPerDay, "", s.At.AddDate(0, 0, -7))})
}

// Pace is how fast money goes now, and against what is usual, in ever fewer words.
func Pace(p draw.Pen, s *account.Snapshot) []string {
	b := s.Burn
	if b.USDPerHour == nil || s.Stale(p.Now) {
		return []string{""}
	}
	usd, times := p.Bright(text.USD(*b.USDPerHour)), timesUsual(p, s)
	return []string{
		draw.JoinAll(p.Dim(", "), p.Dim("last hour ")+usd, times),
		draw.JoinAll(p.Dim(", "), usd+p.Dim("/h"), times),
		times,
	}
}

// timesUsual is how many times the usual the last hour is, where that is much.
func timesUsual(p draw.Pen, s *account.Snapshot) string {
	v, u := s.Burn.USDPerHour, s.Burn.UsualUSDPerHour
	if v == nil || u == nil || s.Stale(p.Now) || *u <= 0 || *v < 2**u {
		return ""
	}
	times := "> 99"
	if x := *v / *u; x < 99.5 {
		times = fmt.Sprintf("%.0f", x)
	}
	return p.Low("▲ " + times + "x usual")
}

// rateColumn is rateLines below each other; what is not known yet has no place.
func rateColumn(p draw.Pen, s *account.Snapshot, w int) (lines []string) {
	b := s.Burn
	for _, r := range [...]struct{ label, value, unit string }{
		{"last hour", seen(s, b.USDPerHour, s.At.Add(-time.Hour)), "/h"},
		{"usual at this hour", text.MaybeUSD(b.UsualUSDPerHour), "/h"},
		{"24 h", seen(s, b.USDPerDay, s.At.AddDate(0, 0, -1)), "/day"},
		{"7 d", seen(s, b.WeekUSDPerDay, s.At.AddDate(0, 0, -7)), "/day"},
	} {
		if r.value != text.Unknown {
			lines = append(lines, figure(p, r.label, r.value, r.unit, w))
		}
	}
	return lines
}

// trend is how the last day compares with the week's mean.
func trend(s *account.Snapshot) string {
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

// paintedTrend is the trend, marked where it has risen.
func paintedTrend(p draw.Pen, s *account.Snapshot) string {
	if r := s.Burn.TrendRatio; r != nil && *r >= notableRise {
		return p.Low(trend(s))
	}
	return p.Dim(trend(s))
}

// notableRise is a trend that is worth a colour.
const notableRise = 0.5

// figure is a dim label at the left and a number at the right of w cells.
func figure(p draw.Pen, label, value, unit string, w int) string {
	if !strings.HasPrefix(value, "$") { // it is not known
		unit = ""
	}
	if draw.Width(label)+1+draw.Width(value)+draw.Width(unit) > w {
		return draw.Fit(value+p.Dim(unit), w)
	}
	return draw.Spread(p.Dim(label), value+p.Dim(unit), w)
}

// Spent draws what was spent, window by window, on one line.
func Spent(p draw.Pen, s *account.Snapshot, w, h int) []string {
	return draw.Panel(p, p.Title("spent"), p.Dim(draw.CutWords(NotSeen(s, p.Now), w-16)), []string{draw.Even(w-4, spentWords(p, s, "  ", false)...)}, w, h)
}

// spentWords are the windows of the overview, each in a few words.
func spentWords(p draw.Pen, s *account.Snapshot, gap string, short bool) (words []string) {
	for _, v := range windowsOf(s, p.Now) {
		if short && v.short != "" {
			v.label = v.short
		}
		words = append(words, p.Dim(v.label+gap)+v.words(s))
	}
	return words
}

// window is what was spent up to the newest reading.
type window struct {
	label, short string
	usd          *float64
	from         time.Time
}

// windowsOf are the windows of the overview.
func windowsOf(s *account.Snapshot, now time.Time) []*window {
	back := func(days int) time.Time { return s.At.AddDate(0, 0, -days) }
	return []*window{
		{"today (UTC)", "today", s.TodayUSD(now), credit.DayStart(now)},
		{"24 h", "", s.Spend.Last24hUSD, back(1)},
		{"7 d", "", s.Spend.Last7dUSD, back(7)},
		{"30 d", "", s.Spend.Last30dUSD, back(30)},
	}
}

// words is the sum of a window, or that some of it was not seen.
func (w *window) words(s *account.Snapshot) string { return seen(s, w.usd, w.from) }

// seen is an amount that was spent since from, or that some of it was not seen.
func seen(s *account.Snapshot, usd *float64, from time.Time) string {
	if usd == nil && s.NotSeen(from) != "" {
		return "not seen"
	}
	return text.MaybeUSD(usd)
}

// NotSeen is how much was not seen, for which a window has no sum; empty: nothing.
func NotSeen(s *account.Snapshot, now time.Time) string {
	for _, w := range windowsOf(s, now) {
		if w.usd == nil {
			if unseen := s.NotSeen(w.from); unseen != "" {
				return unseen
			}
		}
	}
	return ""
}
