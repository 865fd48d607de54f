package panel

import (
	"fmt"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// dateOf is the middle of the forecast.
func dateOf(f forecast.Forecast, now time.Time) string { return account.EndOf(f, now).Date() }

// dayOf is a date without its time of day.
func dayOf(moment string) string {
	day, _, _ := strings.Cut(moment, ",")
	return day
}

// daysOf is the range in days; one within a day has its times.
func daysOf(f forecast.Forecast, now time.Time) string {
	end := account.EndOf(f, now)
	if days := end.Days(); end.Far || strings.Contains(days, " to ") {
		return days
	}
	return end.Range()
}

// briefDays is that without the days of the week.
func briefDays(f forecast.Forecast, now time.Time) string {
	end := account.EndOf(f, now)
	if !end.Far {
		end = end.Rounded()
	}
	from, to := end.From.In(now.Location()), end.To.In(now.Location())
	switch {
	case end.Far && from.Sub(now) < 300*day:
		return "after " + from.Format("2 Jan")
	case end.Far || to.Sub(from) < day || to.Sub(now) > 300*day:
		return daysOf(f, now)
	case from.Month() == to.Month():
		return from.Format("2") + " to " + to.Format("2 Jan")
	}
	return from.Format("2 Jan") + " to " + to.Format("2 Jan")
}

// withoutDay is a range within a day, which is named beside it, by its times;
// any other is as it is.
func withoutDay(days string) string {
	if _, times, ok := strings.Cut(days, ", "); ok && !strings.Contains(times, ", ") {
		return times
	}
	return days
}

// inOf is how far off the middle is, and the same in a few cells; empty where that
// adds nothing.
func inOf(f forecast.Forecast, now time.Time) (in, brief string) {
	left := f.P50 - now.Sub(f.At).Seconds()
	if left <= 0 || left > (365*24*time.Hour).Seconds() {
		return "", ""
	}
	end := account.EndOf(f, now)
	return "in " + end.In(), "in " + end.Brief()
}

// firstIn is how long it takes to the first date, if two charges are seen until then, in
// steps; ok is false where that has passed, or where it does not count down yet.
func firstIn(s *account.Snapshot, now time.Time) (left time.Duration, ok bool) {
	left = s.OwnSince.Add(forecast.MinHistory).Sub(now)
	if s.OwnSince.IsZero() || left > forecast.MinHistory || left <= 0 {
		return left, false
	}
	return (left + AgeStep - 1).Truncate(AgeStep), true
}

// firstDate counts down to the first date; nobody looks: it names the time.
func firstDate(s *account.Snapshot, p draw.Pen) string {
	left, ok := firstIn(s, p.Now)
	switch {
	case !ok && left <= 0 && !s.OwnSince.IsZero():
		return "first date after the next charge"
	case !ok:
		return "first date in " + text.Span(forecast.MinHistory)
	case !p.Focused:
		return "first date at " + text.Format(s.OwnSince.Add(forecast.MinHistory).In(p.Now.Location()), "15:04")
	}
	words := "first date in"
	if m := left / time.Minute; m > 0 {
		words += " " + text.Span(m*time.Minute)
	}
	if rest := left % time.Minute; rest > 0 {
		words += " " + text.Span(rest)
	}
	return words
}

// neededWords are what was read, and what the first date needs.
func neededWords(s *account.Snapshot, w int) string {
	return draw.Pick(w, text.Span(s.Seen())+" read; it needs 5 min and two charges", "after 5 min and two charges", "after two charges", "after 5 min")
}

// countdown is how long it takes to the first date in big digits, and how much of it has
// passed, in w by h cells; nil where that is not known, or has no room.
func countdown(p draw.Pen, s *account.Snapshot, w, h int) []string {
	left, ok := firstIn(s, p.Now)
	if s.Outlook() != forecast.Cold || due(s) || !ok || !p.Focused || h < 5 {
		return nil
	}
	side := [3]string{p.Dim("first date in"), p.Dim("minutes, if two"), p.Dim("charges are seen")}
	big, ok := draw.Digits(p, fmt.Sprintf("%d:%02d", left/time.Minute, left%time.Minute/time.Second), w-draw.Width(side[2])-2)
	if !ok {
		return nil
	}
	var lines []string
	for y, row := range big {
		lines = append(lines, draw.Spread(p.Accent(row), side[y], w))
	}
	passed := 1 - float64(left)/float64(forecast.MinHistory)
	return append(lines, draw.Gauge(p, passed, draw.LevelNone, w), p.Dim(neededWords(s, w)))
}

// ranOutBig is when credits ran out in big digits, what is owed beside them, and what that
// means beneath, in w by h cells, and what the border says: the day, and how long ago; nil
// where that was long ago, is not known, or has no room.
func ranOutBig(p draw.Pen, s *account.Snapshot, w, h int) (lines []string, right string) {
	date, clock, timed := strings.Cut(text.Moment(s.RanOutAt, p.Now), ", ")
	if s.Outlook() != forecast.Depleted || s.Forecast.Subject.Limit() || s.RanOutAt.IsZero() || s.RanOutUnseen || !timed || h < 5 {
		return nil, ""
	}
	big, ok := draw.Digits(p, clock, w)
	if !ok {
		return nil, ""
	}
	if date == p.Now.Format("Mon 2 Jan") {
		date = "today"
	}
	date = p.Critical(date)
	var side [3]string
	if s.Balance != nil && s.Balance.LeftUSD() < 0 && draw.Width(big[0]) < w-10 {
		side = [3]string{p.Dim("owed"), text.USD(-s.Balance.LeftUSD()), ""}
	}
	for y, row := range big {
		lines = append(lines, draw.Spread(p.Critical(row), side[y], w))
	}
	return append(lines, depletedLines(p, s, w)...), draw.Pick(w-12, date+", "+text.Ago(p.Now.Sub(s.RanOutAt)), date)
}

// horizons are the spans that a chance may be given for.
var horizons = []struct {
	name string
	span time.Duration
}{
	{"1 h", time.Hour}, {"6 h", 6 * time.Hour}, {"1 d", day}, {"3 d", 3 * day}, {"7 d", 7 * day}, {"14 d", 14 * day}, {"30 d", 30 * day},
}

// shownHorizons is how many of them are shown: the short ones, until the end is
// so far that they say nothing.
const shownHorizons = 5

func horizonsOf(f forecast.Forecast) []struct {
	name string
	span time.Duration
} {
	if f.P10 > (3 * day).Seconds() {
		return horizons[len(horizons)-shownHorizons:]
	}
	return horizons[:shownHorizons]
}

// Chances draws the chances of running out as a card.
func Chances(p draw.Pen, s *account.Snapshot, w, h int) []string {
	lines := chanceLines(p, s, w-4)
	if lines == nil {
		why := "no forecast yet"
		switch o := s.Outlook(); {
		case o == forecast.Depleted:
			why = "it has run out"
		case o == forecast.Idle && !s.Stale(p.Now):
			why = "nothing is being spent"
		}
		lines = []string{p.Dim(why)}
	}
	if t := s.Track; t.Made > 0 && len(lines)+2 <= h-2 {
		lines = append(lines, draw.Blank(0), p.Bright(fmt.Sprint(t.Held))+p.Dim(fmt.Sprintf(" of %d past dates were in range", t.Made)))
	}
	title := "runs out within"
	if s.Refilled() {
		title = "charged within"
	}
	return draw.Panel(p, p.Title(title), p.Dim("chance"), lines, w, h)
}

// chanceHeads are the chances over each other with what each is of.
func chanceHeads(p draw.Pen, f forecast.Forecast, w int) []string {
	var heads []draw.Head
	for i, h := range horizonsOf(f) {
		if i == 0 { // four of them have room
			continue
		}
		chance, _ := f.Chance(h.span)
		label := h.name
		if i == 1 {
			label = "within " + label
		}
		heads = append(heads, draw.Head{Label: label, Short: h.name, Value: p.Paint(draw.Heat(chance), text.Chance(chance))})
	}
	return draw.Heads(p, w, heads...)
}

// chanceLine is the chances side by side. Where there is no room for all, those go that
// are next to none, and then the longest spans.
func chanceLine(p draw.Pen, f forecast.Forecast, w int) string {
	spans := horizonsOf(f)
	chance := func(i int) string {
		chance, _ := f.Chance(spans[i].span)
		return text.Chance(chance)
	}
	for {
		words := make([]string, len(spans))
		for i := range spans {
			words[i] = p.Dim(spans[i].name+" ") + chance(i)
		}
		words[0] = p.Dim("within ") + words[0]
		for _, gap := range []string{"   ", "  "} {
			if line := strings.Join(words, gap); draw.Width(line) <= w || len(spans) == 1 {
				return draw.Cut(line, w)
			}
		}
		if chance(0) == text.Chance(0) {
			spans = spans[1:]
		} else {
			spans = spans[:len(spans)-1]
		}
	}
}

// chanceLines are the chances below each other, with bars.
func chanceLines(p draw.Pen, s *account.Snapshot, w int) []string {
	f, _ := Next(s)
	if f.State != forecast.OK {
		return nil
	}
	var lines []string
	for _, h := range horizonsOf(f) {
		chance, _ := f.Chance(h.span)
		head := p.Dim(draw.FlushRight(h.name, 4)) + draw.FlushRight(text.Chance(chance), 7) + "  "
		lines = append(lines, head+draw.Bar(p, chance, draw.Heat(chance), w-draw.Width(head)))
	}
	return lines
}
