package ui

import (
	"slices"
	"time"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

func (d screen) forecastBody(l layout) []string {
	title := "runs out"
	switch f := d.snap.Forecast; {
	case d.snap.Refilled():
		title = "automatic top-up"
	case f.Subject == forecast.Key && f.State != forecast.Unknown:
		title = "key cap runs out"
	case f.State == forecast.Depleted:
		title = "ran out"
	}
	out := draw.Beside(
		renderFan(d.Pen, d.fan, d.snap, l.fan.w, l.fan.h),
		draw.Panel(d.Pen, d.Title(title), "", d.forecastCard(l.card.w-4, l.card.h-2), l.card.w, l.card.h))
	if l.why.h > 0 {
		out = append(out, draw.Panel(d.Pen, d.Title("why"), "", whyLines(d.snap, d.Now, l.why.w-4, l.why.h-2), l.why.w, l.why.h)...)
	}
	if l.plan.h > 0 {
		out = append(out, d.renderPlan(l.plan.w, l.plan.h)...)
	}
	return out
}

// forecastCard is the date, its range and the chances in w by h cells.
func (d screen) forecastCard(w, h int) []string {
	chances := chanceLines(d.Pen, d.snap, w)
	f, _ := next(d.snap)
	lines := dateLines(d.Pen, d.snap, w)
	near, _ := levelOf(d.snap)
	bold := d.Of(near).Bold(true).Render
	date, in := nextDate(d.Pen, d.snap, w), inOf(f, d.Now)
	switch {
	case f.State != forecast.OK:
	case d.snap.Early():
		lines = lines[:0]
		for _, line := range draw.Wrap(text.Between(f.Time(f.P10), f.Time(f.P90), d.Now), w) {
			lines = append(lines, bold(line))
		}
		lines = append(lines, vaguely(d.Pen, f)...)
	case h >= 6+len(chances):
		lines = []string{date, in, "", d.Dim("80 % sure"), text.Range(f.Time(f.P10), f.Time(f.P90), d.Now)}
	case h >= 4+len(chances):
		lines = []string{date, in}
		if draw.Width(date)+1+draw.Width(in) <= w {
			lines = []string{draw.Spread(date, in, w)}
		}
		lines = append(lines, d.Dim("80 % sure"), text.Range(f.Time(f.P10), f.Time(f.P90), d.Now))
	}
	if note := refillNote(d.Pen, d.snap, w); note != "" && h > len(lines)+len(chances) {
		lines = append(lines, note)
	}
	if h > len(lines)+len(chances) {
		lines = append(lines, "")
	}
	lines = append(lines, chances...)
	if h >= len(lines)+5 {
		lines = append(append(lines, ""), rateColumn(d.Pen, d.snap, w)...)
	}
	return lines
}

// whyLines are the reasons in lines of w cells, as many whole ones as h lines
// hold.
func whyLines(s account.Snapshot, now time.Time, w, h int) []string {
	var lines []string
	reasons := s.Why(now)
	if history := s.WhyHistory(now); s.Early() { // then nothing tells more
		reasons = slices.DeleteFunc(reasons, func(why string) bool { return why == history })
		reasons = slices.Insert(reasons, 0, history)
	}
	for _, why := range reasons {
		if wrapped := draw.Wrap(why, w); len(lines)+len(wrapped) <= h {
			lines = append(lines, wrapped...)
		}
	}
	switch {
	case len(reasons) == 0:
		return []string{"Nothing was read yet."}
	case len(lines) == 0:
		return []string{draw.CutWords(reasons[0], w)}
	}
	return lines
}
