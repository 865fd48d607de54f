package panel

import (
	"math"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// RunOut draws the card of when it runs out: w by h cells, border
// included. Chances are left to another card where withChances is false.
func RunOut(p draw.Pen, s *account.Snapshot, w, h int, withChances bool) []string {
	l, _ := levelOf(s)
	f := draw.Frame{Title: p.Title(runOutTitle(s)), Level: l}
	if s.Forecast.Subject.Limit() {
		f.Right = levelWord(p, s)
	}
	lines, right := bigDate(p, s, f.Right, w-4, h-2, true)
	if lines != nil {
		f.Right = right
		if n := h - 2; n >= 7 && withChances {
			f, _ := Next(s)
			lines = append(lines, chanceHeads(p, f, w-4)...)
		} else if n >= 7 {
			lines = append(lines, rateLines(p, s, w-4)...)
		}
		return f.Render(p, lines, w, h)
	}
	if lines = countdown(p, s, w-4, h-2); lines != nil {
		return f.Render(p, lines, w, h)
	}
	if lines, right = ranOutBig(p, s, w-4, h-2); lines != nil {
		if f.Right = right; h >= 9 {
			lines = append(lines, rateLines(p, s, w-4)...)
		}
		return f.Render(p, lines, w, h)
	}
	lines = runOutLines(p, s, w-4)
	if n := h - 2; n >= 7 {
		if !s.Early() {
			lines = append(lines, "")
		}
		if f, _ := Next(s); withChances && f.State == forecast.OK {
			lines = append(lines, chanceLine(p, f, w-4))
		}
		for len(lines) < n-2 {
			lines = append(lines, "")
		}
		lines = append(lines, rateLines(p, s, w-4)...)
	} else {
		if f, _ := Next(s); s.Outlook() == forecast.OK && !due(s) && len(lines) < n-2 {
			lines = append(lines, stripLines(p, s, f, w-4)...)
		}
		if n > len(lines) {
			lines = append(lines, rateLine(p, s, w-4))
		}
	}
	return f.Render(p, lines, w, h)
}

func runOutTitle(s *account.Snapshot) string {
	switch f := s.Forecast; {
	case s.Refilled():
		return "automatic top-up"
	case f.Subject.Limit() && f.State == forecast.Depleted:
		return limitWord(s)
	case f.State == forecast.Depleted:
		return "ran out"
	case f.Subject.Limit() && f.State != forecast.Unknown:
		return limitWord(s) + " runs out"
	}
	return "runs out"
}

// bigDate is the date in big digits and its range beneath, in w by h cells, and
// what the border says beside how near the end is: how far off it is, and the day
// where the digits are a time; nil where it has no room, is not known well enough, or has
// passed. The range stands beside the digits where that is wanted.
func bigDate(p draw.Pen, s *account.Snapshot, level string, w, h int, beside bool) (lines []string, right string) {
	f, _ := Next(s)
	end := account.EndOf(f, p.Now)
	if s.Outlook() != forecast.OK || s.Early() || due(s) || s.Refilled() || refillNote(p, s, w) != "" || h < 5 || !end.Mid.After(p.Now) {
		return nil, ""
	}
	l, _ := levelOf(s)
	date, clock, timed := strings.Cut(end.Date(), ", ")
	in, brief := inOf(f, p.Now)
	room := w - draw.Width(runOutTitle(s)) - 4
	if timed {
		date = clock
		day := p.Strong(l, dayWord(end.Mid, p.Now))
		near := func(s string) string { return draw.JoinAll("  ", level, s) }
		right = draw.Pick(room, near(day+", "+in), near(day+", "+brief), near(day), day+", "+brief, day, p.Strong(l, end.Mid.In(p.Now.Location()).Format("Mon")))
	} else {
		right = draw.Pick(room, draw.JoinAll("  ", level, in), draw.JoinAll("  ", level, brief), in, brief)
	}
	var side []string
	if from, to, two := strings.Cut(rangeWords(f, p.Now), " to "); beside && two {
		side = []string{p.Dim(end.Percent() + " sure"), from, p.Dim("to ") + to}
	} else if beside && end.Far {
		side = []string{p.Dim(end.Percent() + " sure"), end.Days()}
	} else if beside {
		side = []string{p.Dim(end.Percent() + " sure")}
	}
	widest := func() (cells int) {
		for _, s := range side {
			cells = max(cells, draw.Width(s)+2)
		}
		return cells
	}
	big, ok := draw.Digits(p, date, w-widest())
	if last := len(side) - 1; !ok && last == 2 { // the month stands in the digits
		side[last] = side[last][:strings.LastIndexByte(side[last], ' ')]
		big, ok = draw.Digits(p, date, w-widest())
	}
	if !ok {
		side = nil
		big, ok = draw.Digits(p, date, w)
	}
	head := [3]string{}
	if weekday, rest, two := strings.Cut(date, " "); !ok && two && weekday != ">" { // the day of the week stands small beside it
		head = [3]string{p.Strong(l, weekday) + " ", draw.Blank(len(weekday) + 1), draw.Blank(len(weekday) + 1)}
		big, ok = draw.Digits(p, rest, w-draw.Width(head[0]))
	}
	if !ok {
		return nil, ""
	}
	for y, row := range big {
		words := ""
		if y < len(side) {
			words = side[y]
		}
		lines = append(lines, draw.Spread(head[y]+p.At(l, row), words, w))
	}
	return append(lines, stripLines(p, s, f, w)...), right
}

// dayWord is a day that is near.
func dayWord(t, now time.Time) string {
	t = t.In(now.Location())
	switch t.YearDay() - now.YearDay() {
	case 0:
		return "today"
	case 1:
		return "tomorrow"
	}
	return t.Format("Mon 2 Jan")
}

// rangeWords are the two ends of the range, in few words.
func rangeWords(f forecast.Forecast, now time.Time) string {
	end := account.EndOf(f, now).Rounded()
	if end.To.Sub(now) < day && end.From.After(now) {
		return shortDate(end.From, now) + " to " + shortDate(end.To, now)
	}
	a, b, two := strings.Cut(end.Days(), " to ")
	if !two {
		return a
	}
	if fromDay, ok := strings.CutSuffix(a, b[strings.LastIndexByte(b, ' '):]); ok { // both are of one month
		a = fromDay
	}
	return a + " to " + b
}

// stripLines are the range on a line of time, and the dates beneath it.
func stripLines(p draw.Pen, s *account.Snapshot, f forecast.Forecast, w int) []string {
	const now = "now "
	l, _ := levelOf(s)
	w -= len(now)
	passed := p.Now.Sub(f.At).Seconds()
	ends := fiveOf(f)
	for i := range ends {
		ends[i] = max(0, ends[i]-passed)
	}
	if w < 12 || !(ends[4] > 0) {
		return nil
	}
	span, end := ends[4]*1.04, account.EndOf(f, p.Now).Rounded()
	days := shortDays(end, p.Now)
	at := func(i int, date time.Time) draw.Tick {
		t := draw.Tick{Col: draw.StripAt(ends[i], span, w), Label: shortDate(date, p.Now), Short: days[i/2], Ink: draw.Label}
		if i == 2 {
			t.Ink, t.Mark, t.MarkInk = draw.Text, '▲', draw.Status(l)
		}
		t.Before = i == 0 && t.Col+len(now) >= draw.Width(t.Label) || t.Col+1+draw.Width(t.Label) > w
		return t
	}
	var ticks []draw.Tick // the likeliest first
	middle := ""
	if s.Early() {
		ends[2] = math.NaN()
	} else {
		ticks = append(ticks, at(2, end.Mid))
		middle = ticks[0].Label
	}
	if t := at(4, end.To); !end.Far && t.Label != middle { // whose end is known, and says more
		ticks = append(ticks, t)
	}
	if t := at(0, end.From); t.Label != middle {
		ticks = append(ticks, t)
	}
	return []string{p.Dim(now) + draw.Strip(p, ends, l, span, w), draw.StripDates(p, ticks, len(now), w)}
}

// runOutLines are the date and its range, or why there is none: two lines, and
// a third where there is something to do or to know of an automatic top-up.
func runOutLines(p draw.Pen, s *account.Snapshot, w int) []string {
	lines := dateLines(p, s, w)
	if note := refillNote(p, s, w); note != "" {
		lines = append(lines, note)
	}
	return lines
}

func dateLines(p draw.Pen, s *account.Snapshot, w int) []string {
	if due(s) {
		return dueLines(p, s, w)
	}
	f, _ := Next(s)
	switch s.Outlook() {
	case forecast.OK:
		if s.Early() {
			return earlyLines(p, s, w)
		}
		in, brief := inOf(f, p.Now)
		if draw.Width(in)+1+draw.Width(nextDate(p, s, 1<<20)) > w {
			in = brief
		}
		return []string{draw.Spread(nextDate(p, s, w-1-draw.Width(in)), in, w), rangeOf(p, f, w)}
	case forecast.Depleted:
		return append([]string{p.Critical(ranOut(s, p, w))}, depletedLines(p, s, w)...)
	case forecast.Idle:
		why := draw.Pick(w, "no date: nothing is being spent", "no date")
		if s.Stale(p.Now) {
			at := clockOf(s.At, p.Now)
			why = draw.Pick(w, "no date: no reading since "+at, "no reading since "+at, "no date")
		}
		idle := idleFor(s, p)
		if f.LastSpend.IsZero() && f.History > 0 {
			idle = draw.Pick(w, "idle: no spend in "+text.Span(f.History)+" of history", "idle: no spend seen", "idle")
		}
		return []string{p.Bright(draw.Pick(w, idle, strings.Replace(idle, ": no spend", "", 1), "idle")), p.Dim(why)}
	case forecast.Cold:
		return []string{
			p.Bright(draw.Pick(w, firstDate(s, p), "too early: "+text.Span(s.Seen()), "too early")),
			p.Dim(neededWords(s, w)),
		}
	}
	why := draw.Pick(w, "no date without the balance", "balance unknown")
	switch {
	case s.At.IsZero() && s.Fault == nil && s.Phase != account.Refused:
		why = "loading…"
	case s.At.IsZero():
		why = draw.Pick(w, "no date before the first reading", "no reading yet")
	}
	return []string{p.Bright(text.Unknown), p.Dim(why)}
}

// earlyLines are a range in words, and what it rests on.
func earlyLines(p draw.Pen, s *account.Snapshot, w int) []string {
	f, _ := Next(s)
	l, _ := levelOf(s)
	bold := func(words string) string { return p.Strong(l, words) }
	between := text.Between(f.Time(f.P10), f.Time(f.P90), p.Now)
	probably := vaguely(p, f)
	lines := append([]string{bold(draw.Pick(w, between, text.Days(f.Time(f.P10), f.Time(f.P90), p.Now)))}, probably...)
	if len(probably) > 0 && draw.Width(between)+2+draw.Width(probably[0]) <= w {
		lines = []string{bold(between) + ", " + probably[0]}
	}
	for _, line := range draw.Wrap(s.WhyHistory(p.Now), w) {
		lines = append(lines, p.Dim(line))
	}
	return lines
}

// vaguely is the middle of a forecast in words, none where the range says as
// much.
func vaguely(p draw.Pen, f forecast.Forecast) []string {
	if mid := text.Probably(f.Time(f.P10), f.Time(f.P50), f.Time(f.P90), p.Now); mid != "" {
		return []string{mid}
	}
	return nil
}

// depletedLines are what being spent means, and what can be done.
func depletedLines(p draw.Pen, s *account.Snapshot, w int) []string {
	if s.Forecast.Subject.Limit() {
		lines := []string{refusedUntil(p, s, w)}
		if s.Balance != nil { // else it stands in its place
			lines = append(lines, keyCapLines(p, s, w)...)
		}
		return lines
	}
	now := " now"
	if s.Stale(p.Now) {
		now = ""
	}
	lines := []string{draw.Pick(w, "Requests"+now+" fail with 402.", "Requests fail: 402")}
	if s.Host == "" && s.Demo == "" {
		lines = append(lines, draw.Pick(w, "o shows where to buy credits.", "o: buy credits"))
	}
	return lines
}

// refusedUntil is until when requests with a key whose limit is spent fail.
func refusedUntil(p draw.Pen, s *account.Snapshot, w int) string {
	what := "its cap"
	if s.Forecast.Subject == forecast.Budget {
		what = "the budget"
	}
	c, at, _ := s.Limit(p.Now)
	switch {
	case !at.IsZero():
		day := at.UTC().Format("2 Jan")
		return draw.Pick(w, "This key is refused (403) until "+what+" resets on "+day+" (UTC).",
			"Refused (403) until it resets on "+day+" (UTC).", "Refused (403) until "+day+" (UTC).", "Refused till "+day)
	case c.Reset != credit.ResetNever:
		return draw.Pick(w, "This key is refused (403) until "+what+" resets.", "Refused (403) until it resets.", "Refused (403)")
	}
	return draw.Pick(w, "This key is refused (403): "+what+" never resets.", "Refused (403): it never resets.", "Refused (403)")
}

// idleFor is for how long nothing was spent, up to the last reading.
func idleFor(s *account.Snapshot, p draw.Pen) string {
	if s.Forecast.LastSpend.IsZero() {
		return "idle: no spend seen"
	}
	until := p.Now
	if s.Stale(p.Now) {
		until = s.At
	}
	return "idle: no spend for " + text.Span(max(0, until.Sub(s.Forecast.LastSpend)))
}

func rangeOf(p draw.Pen, f forecast.Forecast, w int) string {
	end := account.EndOf(f, p.Now)
	full, days := end.Range(), end.Days()
	if more := end.MoreThan(); more != "" {
		full += ", " + more
	}
	long, short := p.Dim(end.Percent()+" sure: "), p.Dim(end.Percent()+": ")
	return draw.Pick(w, long+full, short+full, long+days, short+days, days)
}
