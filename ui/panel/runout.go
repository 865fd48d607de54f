package panel

import (
	"strings"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// RunOut draws the card of when it runs out: w by h cells, border
// included. Chances are left to another card where withChances is false.
func RunOut(p draw.Pen, s account.Snapshot, w, h int, withChances bool) []string {
	lines := runOutLines(p, s, w-4)
	early := s.Early()
	if n := h - 2; n >= 7 {
		if !early {
			lines = append(lines, "")
		}
		if f, _ := Next(s); withChances && f.State == forecast.OK {
			lines = append(lines, chanceLine(p, f, w-4))
		}
		if !withChances && !early && s.Forecast.History > 0 {
			lines = append(lines, p.Dim("from "+text.Span(s.Forecast.History)+" of history"))
		}
		for len(lines) < n-2 {
			lines = append(lines, "")
		}
		lines = append(lines, rateLines(p, s, w-4)...)
	} else if n > len(lines) {
		lines = append(lines, rateLine(p, s, w-4))
	}
	title := "runs out"
	switch f := s.Forecast; {
	case s.Refilled():
		title = "automatic top-up"
	case f.Subject == forecast.Key && f.State == forecast.Depleted:
		title = "key cap"
	case f.State == forecast.Depleted:
		title = "ran out"
	case f.Subject == forecast.Key && f.State != forecast.Unknown:
		title = "key cap runs out"
	}
	word := ""
	if s.Forecast.Subject == forecast.Key {
		word = levelWord(p, s)
	}
	return draw.Panel(p, p.Title(title), word, lines, w, h)
}

// runOutLines are the date and its range, or why there is none: two lines, and
// a third where there is something to do or to know of an automatic top-up.
func runOutLines(p draw.Pen, s account.Snapshot, w int) []string {
	lines := dateLines(p, s, w)
	if note := refillNote(p, s, w); note != "" {
		lines = append(lines, note)
	}
	return lines
}

func dateLines(p draw.Pen, s account.Snapshot, w int) []string {
	if due(s) {
		return dueLines(p, s, w)
	}
	f, _ := Next(s)
	switch s.Outlook() {
	case forecast.OK:
		if s.Early() {
			return earlyLines(p, s, w)
		}
		in := inOf(f, p.Now)
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
			p.Bright(draw.Pick(w, "not enough history: "+text.Span(f.History), "too early: "+text.Span(f.History), "too early")),
			p.Dim(draw.Pick(w, "the first date needs 5 min and two charges", "after 5 min and two charges", "after two charges", "after 5 min")),
		}
	}
	why := draw.Pick(w, "the balance is unknown", "balance unknown")
	switch {
	case s.At.IsZero() && s.Fault == nil && s.Phase != account.Refused:
		why = "loading…"
	case s.At.IsZero():
		why = draw.Pick(w, "no reading yet", "no reading yet")
	}
	return []string{p.Bright(text.Unknown), p.Dim(why)}
}

// earlyLines are a range in words, and what it rests on.
func earlyLines(p draw.Pen, s account.Snapshot, w int) []string {
	f, _ := Next(s)
	l, _ := levelOf(s)
	bold := p.Of(l).Bold(true).Render
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
func depletedLines(p draw.Pen, s account.Snapshot, w int) []string {
	if s.Forecast.Subject == forecast.Key {
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

// refusedUntil is until when requests with a key whose cap is spent fail.
func refusedUntil(p draw.Pen, s account.Snapshot, w int) string {
	var reset credit.Reset
	if s.Key != nil {
		reset = s.Key.Cap.Reset
	}
	if at, ok := reset.Next(p.Now); ok {
		day := at.Format("2 Jan")
		return draw.Pick(w, "This key is refused (403) until its cap resets on "+day+" (UTC).",
			"Refused (403) until it resets on "+day+" (UTC).", "Refused (403) until "+day+" (UTC).", "Refused till "+day)
	}
	if reset != credit.ResetNever {
		return draw.Pick(w, "This key is refused (403) until its cap resets.", "Refused (403) until it resets.", "Refused (403)")
	}
	return draw.Pick(w, "This key is refused (403): its cap never resets.", "Refused (403): the cap never resets.", "Refused (403)")
}

// idleFor is for how long nothing was spent, up to the last reading.
func idleFor(s account.Snapshot, p draw.Pen) string {
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
	from, to := f.Time(f.P10), f.Time(f.P90)
	full, days := text.Range(from, to, p.Now), text.Days(from, to, p.Now)
	dim := p.Dim
	return draw.Pick(w, dim("80 % sure: ")+full, dim("80 %: ")+full, dim("80 % sure: ")+days, dim("80 %: ")+days, days)
}
