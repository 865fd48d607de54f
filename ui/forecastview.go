package ui

import (
	"slices"
	"time"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/text"
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
	out := beside(
		renderFan(d.pen, d.fan, d.snap, l.fan.w, l.fan.h),
		renderPanel(d.pen, d.th.title.Render(title), "", d.forecastCard(l.card.w-4, l.card.h-2), l.card.w, l.card.h))
	if l.why.h > 0 {
		out = append(out, renderPanel(d.pen, d.th.title.Render("why"), "", whyLines(d.snap, d.now, l.why.w-4, l.why.h-2), l.why.w, l.why.h)...)
	}
	if l.plan.h > 0 {
		out = append(out, d.renderPlan(l.plan.w, l.plan.h)...)
	}
	return out
}

// forecastCard is the date, its range and the chances in w by h cells.
func (d screen) forecastCard(w, h int) []string {
	chances := chanceLines(d.pen, d.snap, w)
	f, _ := next(d.snap)
	lines := dateLines(d.pen, d.snap, w)
	near, _ := levelOf(d.snap)
	bold := d.th.of(near).Bold(true).Render
	date, in := nextDate(d.pen, d.snap, w), inOf(f, d.now)
	switch {
	case f.State != forecast.OK:
	case d.snap.Early():
		lines = lines[:0]
		for _, line := range wrap(text.Between(f.Time(f.P10), f.Time(f.P90), d.now), w) {
			lines = append(lines, bold(line))
		}
		lines = append(lines, vaguely(d.pen, f)...)
	case h >= 6+len(chances):
		lines = []string{date, in, "", d.th.dim.Render("80 % sure"), text.Range(f.Time(f.P10), f.Time(f.P90), d.now)}
	case h >= 4+len(chances):
		lines = []string{date, in}
		if width(date)+1+width(in) <= w {
			lines = []string{spread(date, in, w)}
		}
		lines = append(lines, d.th.dim.Render("80 % sure"), text.Range(f.Time(f.P10), f.Time(f.P90), d.now))
	}
	if note := refillNote(d.pen, d.snap, w); note != "" && h > len(lines)+len(chances) {
		lines = append(lines, note)
	}
	if h > len(lines)+len(chances) {
		lines = append(lines, "")
	}
	lines = append(lines, chances...)
	if h >= len(lines)+5 {
		lines = append(append(lines, ""), rateColumn(d.pen, d.snap, w)...)
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
		if wrapped := wrap(why, w); len(lines)+len(wrapped) <= h {
			lines = append(lines, wrapped...)
		}
	}
	switch {
	case len(reasons) == 0:
		return []string{"Nothing was read yet."}
	case len(lines) == 0:
		return []string{cutWords(reasons[0], w)}
	}
	return lines
}
