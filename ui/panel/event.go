package panel

import (
	"slices"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// Detail draws the chosen event in full: w by h cells, border included.
func (d *Events) Detail(p draw.Pen, w, h int) []string {
	e, ok := d.Chosen()
	if !ok {
		return draw.Panel(p, "", "", []string{p.Dim("no event is chosen")}, w, h)
	}
	head, at, level := eventHead(p, &e)
	back := ""
	if d.Open {
		back = "  " + p.Dim(p.Key("back", "esc")+" back")
	}
	at = draw.Pick(w-draw.Width(head)-8, at+level+back, at+back, strings.TrimLeft(back, " "))
	return draw.Frame{Title: head, Right: at, FootLeft: seenWord(p, &e)}.Render(p, d.detail(p, &e, w-4, h-2), w, h)
}

// detail are the lines of an event in w by h cells; in full with the weeks that stand
// nowhere else.
func (d *Events) detail(p draw.Pen, e *account.Event, w, h int) []string {
	right := (w - 6) * 2 / 5
	weeks := weekBars(p, e, right)
	beside := weeks != nil && w+4 >= besideWeeks
	if !beside {
		right, weeks = -3, weekBars(p, e, w)
	}
	if !beside && !d.Open {
		weeks = nil
	}
	words := d.words(p, e, w-right-3)
	if !beside {
		if h -= len(weeks); weeks != nil {
			words = append(words, "")
		}
	}
	for i := len(words) - 1; i >= 0 && len(words) > h; i-- { // what is between goes first
		if words[i] == "" {
			words = slices.Delete(words, i, i+1)
		}
	}
	if !beside {
		return append(words, weeks...)
	}
	n := max(len(words), len(weeks))
	return draw.Beside(draw.Fill(words, w-right, n), draw.Fill(weeks, right, n))
}

// DetailHeight is how many rows an event takes in full in w cells, its border included:
// as many for each, so that little moves while one goes through them.
func (d *Events) DetailHeight(p draw.Pen, w int) int {
	least := 4
	for i := range d.Found {
		if d.Found[i].Alert != nil {
			least = 8
			break
		}
	}
	if e, ok := d.Chosen(); ok {
		least = max(least, len(d.detail(p, &e, w-4, 1<<10))+2)
	}
	return least
}

// eventHead is what an event is, when it was, and its level where that says more.
func eventHead(p draw.Pen, e *account.Event) (head, at, level string) {
	sign, l := eventSign(e)
	if e.Kind != account.EventAlert && e.Level != "" {
		level = p.Dim(" · " + draw.Clean(string(e.Level)))
	}
	return p.At(l, sign+" "+eventKind(e)), text.Format(e.At.In(p.Now.Location()), "Mon 2 Jan 2006, 15:04:05 MST"), level
}

// seenWord is whether an alert was seen, or what marks it so.
func seenWord(p draw.Pen, e *account.Event) string {
	switch {
	case e.Acknowledged:
		return p.Dim("seen")
	case CanAcknowledge(e):
		return p.Accent(p.Key("acknowledge", "x")) + p.Dim(" marks it seen")
	}
	return ""
}

// words are what an event says and what is known of it, in lines of w cells.
func (d *Events) words(p draw.Pen, e *account.Event, w int) []string {
	lines := draw.Wrap(draw.Clean(e.Text), w)
	if e.Kind == account.EventLeak && d.Snap != nil {
		return append(lines, riseLines(p, d.Snap, e, w)...)
	}
	var facts []fact
	if a := e.Alert; a != nil {
		facts = []fact{{"rule", draw.Clean(string(a.Rule))}, {"value", draw.Clean(a.ValueText)}}
		if !a.Since.IsZero() {
			facts = append(facts, fact{"since", text.Moment(a.Since, p.Now)})
		}
	}
	for i, f := range facts {
		if i == 0 {
			lines = append(lines, "")
		}
		if f.value != "" {
			lines = append(lines, p.Dim(draw.Fit(f.label, 14))+f.value)
		}
	}
	return lines
}

// riseLines are what follows from a rise of spend in lines of w cells: how long the
// balance lasts, what was spent of late, and when the next one is an event.
func riseLines(p draw.Pen, s *account.Snapshot, e *account.Event, w int) (lines []string) {
	pace, again := s.AboutRise(e)
	var heads []draw.Head
	if pace != "" {
		for _, v := range windowsOf(s, p.Now) {
			heads = append(heads, draw.Head{Label: v.label, Value: v.words(s)})
		}
		heads[0] = draw.Head{Label: "last hour", Value: seen(s, s.Spend.Last1hUSD, s.At.Add(-time.Hour))}
	}
	for i, block := range [...][]string{draw.Wrap(pace, w), draw.Heads(p, w, heads...), draw.Wrap(again, w)} {
		if len(block) > 0 {
			lines = append(lines, "")
		}
		for _, line := range block {
			if i != 1 {
				line = p.Dim(line)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// weekBars are the weeks of a leak in lines of w cells below a head, the oldest
// first: when each began, what an ordinary day of it came to, and a bar of that; nil
// where they are not known.
func weekBars(p draw.Pen, e *account.Event, w int) []string {
	if e.Spend == nil || len(e.Spend.WeeksUSDPerDay) == 0 {
		return nil
	}
	weeks := e.Spend.WeeksUSDPerDay
	top, usd := slices.Max(weeks), 0
	for _, v := range weeks {
		usd = max(usd, draw.Width(text.USD(v)))
	}
	line := func(week, a, bar string) string {
		return p.Dim(draw.Fit(week, 9)) + draw.FlushRight(a, usd) + "  " + bar
	}
	lines := []string{line("week of", p.Dim("a day"), "")}
	at := e.At
	if e.Alert != nil {
		at = e.Alert.Since
	}
	for i, v := range weeks {
		from := at.Add(-time.Duration(len(weeks)-i) * 7 * day).In(p.Now.Location())
		bar := 0.0
		if top > 0 {
			bar = v / top
		}
		lines = append(lines, line(from.Format("2 Jan"), text.USD(v), draw.Bar(p, bar, draw.Heat(bar), w-usd-11)))
	}
	return lines
}

// besideWeeks is the width from which the weeks of a leak stand beside its words.
const besideWeeks = 62
