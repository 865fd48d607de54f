package panel

import (
	"slices"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/sorted"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// Forecast draws the card of the date, its range and the chances: w by h
// cells, border included.
func Forecast(p draw.Pen, s *account.Snapshot, w, h int) []string {
	l, _ := levelOf(s)
	f := draw.Frame{Title: p.Title(runOutTitle(s)), Level: l}
	lines, in := bigForecast(p, s, w-4, h-2)
	if lines == nil {
		lines = forecastLines(p, s, w-4, h-2)
	}
	f.Right = in
	return f.Render(p, lines, w, h)
}

// bigForecast is the date in big digits above its range and the chances, and how
// far off it is; nil where there is no room for it.
func bigForecast(p draw.Pen, s *account.Snapshot, w, h int) (lines []string, in string) {
	lines, in = bigDate(p, s, "", w, h, false)
	chances := chanceLines(p, s, w)
	if lines == nil || h < 3+1+len(chances) {
		return nil, ""
	}
	f, _ := Next(s)
	lines = lines[:3:3]
	sure := sure(p, f, in, w, h-3-len(chances))
	spare := h - 3 - len(sure) - len(chances)
	if spare >= 2 { // the label is worth more
		lines = append(lines, "")
		spare--
	}
	lines = append(lines, sure...)
	if spare >= 2 {
		lines = append(lines, "")
		spare--
	}
	if spare >= 1 {
		lines = append(lines, p.Dim("runs out within"))
		spare--
	}
	rates := rateColumn(p, s, w)
	apart := spare >= len(chances)-1
	for i, line := range chances {
		if lines = append(lines, line); apart && i < len(chances)-1 {
			lines = append(lines, "")
		}
	}
	if h >= len(lines)+1+len(rates) {
		lines = append(append(lines, ""), rates...)
	}
	if line := standing(p, s, w); line != "" && h > len(lines) {
		if h > len(lines)+1 {
			lines = append(lines, "")
		}
		lines = append(lines, line)
	}
	return lines, in
}

// standing is for how long the date has been this one, and which it was before, in w
// cells; empty where there is nothing to say.
func standing(p draw.Pen, s *account.Snapshot, w int) string {
	f, a := s.Published(), s.Standing
	end := account.EndOf(f, p.Now)
	stood := p.Now.Sub(a.Since)
	if a.Since.IsZero() || end.Far || stood < 0 {
		return ""
	}
	date := end.Date()
	line := date + p.Dim(" for "+text.Span(stood))
	if a.Before.After(p.Now) {
		end.Mid = a.Before
		was := end.Date()
		if was == date { // they differ by less than is said
			return ""
		}
		return draw.Pick(w, line+p.Dim("; was "+was), line, "")
	}
	if stood < time.Hour { // it is new, and that is no news
		return ""
	}
	return draw.Pick(w, line, "")
}

// sure is the range, as finely as there is room in w cells and h rows: at the right, or
// below how far off it is where the border does not have that.
func sure(p draw.Pen, f forecast.Forecast, border string, w, h int) []string {
	end := account.EndOf(f, p.Now)
	label, few := p.Dim(end.Percent()+" sure"), rangeWords(f, p.Now)
	room := w - draw.Width(label) - 1
	timed := strings.Contains(end.Range(), ":")
	if timed && h >= 2 && draw.Width(end.Range()) > room {
		in, brief := inOf(f, p.Now)
		if strings.Contains(border, brief) || strings.Contains(border, in) {
			in, brief = "", ""
		}
		return []string{draw.Spread(label, draw.Pick(room, in, brief), w), draw.Pick(w, end.Range(), few)}
	}
	if strings.Contains(few, ":") {
		return []string{draw.Spread(label, draw.Pick(room, end.Range(), few, end.Days()), w)}
	}
	return []string{draw.Spread(label, draw.Pick(room, end.Range(), end.Days(), few), w)}
}

// Why draws the reasons of a forecast likewise.
func Why(p draw.Pen, s *account.Snapshot, w, h int) []string {
	return draw.Panel(p, p.Title("why"), "", WhyLines(p, s, w-4, h-2), w, h)
}

// forecastLines are the date, its range and the chances in w by h cells.
func forecastLines(p draw.Pen, s *account.Snapshot, w, h int) []string {
	chances := chanceLines(p, s, w)
	f, _ := Next(s)
	lines := dateLines(p, s, w)
	near, _ := levelOf(s)
	bold := func(words string) string { return p.Strong(near, words) }
	date, end := nextDate(p, s, w), account.EndOf(f, p.Now)
	in, brief := inOf(f, p.Now)
	switch {
	case f.State != forecast.OK:
	case s.Early():
		lines = lines[:0]
		for _, line := range draw.Wrap(text.Between(f.Time(f.P10), f.Time(f.P90), p.Now), w) {
			lines = append(lines, bold(line))
		}
		lines = append(lines, vaguely(p, f)...)
	case h >= 6+len(chances):
		lines = []string{date, draw.Pick(w, in, brief), "", p.Dim(end.Percent() + " sure"), end.Range()}
	case h >= 4+len(chances):
		lines = []string{date, draw.Pick(w, in, brief)}
		if room := w - draw.Width(date) - 1; draw.Width(brief) <= room {
			lines = []string{draw.Spread(date, draw.Pick(room, in, brief), w)}
		}
		lines = append(lines, p.Dim(end.Percent()+" sure"), end.Range())
	}
	if note := refillNote(p, s, w); note != "" && h > len(lines)+len(chances) {
		lines = append(lines, note)
	}
	if h > len(lines)+len(chances) {
		lines = append(lines, "")
	}
	lines = append(lines, chances...)
	if h >= len(lines)+5 {
		lines = append(append(lines, ""), rateColumn(p, s, w)...)
	}
	return lines
}

// leastWhy is the width from which reasons are said in full.
const leastWhy = 40

// WhyLines are the reasons in lines of w cells, as many as h lines hold, each whole or
// its first clause.
func WhyLines(p draw.Pen, s *account.Snapshot, w, h int) []string {
	var lines []string
	now := p.Now
	reasons := s.Why(now)
	if history := s.WhyHistory(now); s.Early() { // the history explains most then
		reasons = slices.DeleteFunc(reasons, func(why string) bool { return why == history })
		reasons = sorted.Insert(reasons, 0, history)
	}
	if profile := profileLine(p, s, now, w); profile != "" {
		reasons = sorted.Insert(reasons, min(2, len(reasons)), profile)
	}
	for _, why := range reasons {
		if w < leastWhy {
			why = strings.Replace(why, " at this hour", "", 1)
		}
		first, _, _ := strings.Cut(strings.Replace(why, "; ", ": ", 1), ": ")
		for _, words := range [...]string{why, strings.TrimSuffix(first, ".") + "."} {
			if wrapped := draw.Wrap(words, w); len(lines)+len(wrapped) <= h {
				lines = append(lines, wrapped...)
				break
			}
		}
	}
	switch {
	case len(reasons) == 0:
		return []string{"No reading yet."}
	case len(lines) == 0:
		return []string{draw.CutWords(reasons[0], w)}
	}
	return lines
}

// profileLine is when the account spends, as its forecast uses it, by hours of now's
// zone and by days, in w cells; empty where that is not used, or has no room.
func profileLine(p draw.Pen, s *account.Snapshot, now time.Time, w int) string {
	r := s.Rhythm
	if r == nil || s.Forecast.State != forecast.OK {
		return ""
	}
	_, offset := now.Zone()
	hours := make([]float64, 24)
	for h, share := range r.Hours {
		hours[((h+offset/3600)%24+24)%24] = share
	}
	spark := func(v []float64) string { return p.Paint(draw.Spend, draw.Spark(v, len(v))) }
	line := "by hour 00:00 " + spark(hours) + " 24:00"
	days := ""
	if r.Days != [7]float64{} {
		days = "   by day Mon " + spark(r.Days[:]) + " Sun"
	}
	return draw.Pick(w, line+days, line, "")
}
