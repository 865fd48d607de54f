package ui

import (
	"ortop/forecast"
	"ortop/text"
)

func (d screen) forecastBody(l layout) []string {
	w := l.card.w - 4
	card := runOutLines(d.pen, d.snap, w)
	if f := d.snap.Forecast; f.State == forecast.OK {
		near, _ := levelOf(d.snap)
		card = []string{d.th.of(near).Bold(true).Render(dateOf(f, d.now)), inOf(f, d.now), "", d.th.dim.Render("80 % sure"), text.Range(f.Time(f.P10), f.Time(f.P90), d.now), ""}
		card = append(card, chanceLines(d.pen, d.snap, w)...)
	}
	if l.card.h-2 >= len(card)+5 {
		card = append(append(card, ""), rateColumn(d.pen, d.snap, w)...)
	}
	title := "runs out"
	if d.snap.Forecast.Subject == forecast.Key {
		title = "key cap runs out"
	}
	out := beside(
		renderFan(d.pen, d.fan, d.snap, l.fan.w, l.fan.h),
		renderPanel(d.pen, d.th.title.Render(title), "", card, l.card.w, l.card.h))
	if l.why.h > 0 {
		out = append(out, renderPanel(d.pen, d.th.title.Render("why"), "", d.why(l.why.w-4), l.why.w, l.why.h)...)
	}
	return out
}

func (d screen) why(w int) []string {
	return whyLines(d.pen, d.snap, len(d.fan.plot.Gaps), w)
}
