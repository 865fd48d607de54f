package ui

import (
	"ortop/forecast"
	"ortop/text"
)

// lineFrame is everything in one row, or two.
func (d screen) lineFrame(w, h int) []string {
	lines := []string{d.oneLine(w)}
	if h > 1 {
		lines = append(lines, fit(renderHeader(d.pen, d.snap, w), w))
	}
	return lines
}

// oneLine is the balance and what becomes of it in w cells; a state that is
// not live stands first.
func (d screen) oneLine(w int) string {
	s, th := d.snap, d.th
	l, word := levelOf(s)
	st := statusOf(s, d.now)
	mark := ""
	if st.level >= levelLow {
		mark = th.of(st.level).Render(st.sign) + " "
	} else if word != "" {
		mark = th.of(l).Render("▲") + " "
	}
	if s.Demo != "" {
		mark += th.marked.Render(pick(w/8, "Demo", "D")) + " "
	}
	sum := th.bright.Render(text.Unknown)
	switch {
	case s.Balance != nil:
		sum = th.of(l).Bold(true).Render(text.USD(s.Balance.LeftUSD()))
	case hasCap(s):
		sum = th.dim.Render("key ") + th.bright.Render(text.USD(*s.Key.Cap.RemainingUSD))
	}
	host := ""
	if s.Host != "" {
		host = th.low.Render("@" + cut(clean(s.Host), max(3, w/5)))
	}
	end, brief := d.ending()
	least := brief
	if st.level >= levelLow && s.Forecast.State != forecast.Depleted {
		end, brief = joinAll("  ", th.of(st.level).Render(st.word), end), joinAll(" ", th.of(st.level).Render(st.word), brief)
	}
	rate := ""
	if s.Burn.USDPerHour != nil {
		rate = text.USD(*s.Burn.USDPerHour) + th.dim.Render("/h")
	}
	if w >= 48 {
		line := " " + mark + sum + " "
		share, known := leftShare(s)
		tail := joinAll(" ", host, end, rate)
		if room := w - width(line) - width(tail) - 2; known && room >= 8 {
			line += renderGauge(d.pen, share, l, min(24, room-7)) + " "
		}
		line += tail
		if room := w - width(line) - 2; room >= 3 {
			line += " " + th.accent.Render(renderSpark(d.spend.rates(d.now), min(room, 24)))
		}
		return fit(line, w)
	}
	line := pick(w, joinAll(" ", mark+sum, host, th.dim.Render("·")+" "+end), joinAll(" ", mark+sum, host, th.dim.Render("·")+" "+brief), joinAll(" ", mark+sum, host, th.dim.Render("·")+" "+least), joinAll(" ", mark+sum, host), mark+sum)
	if room := w - width(line) - 1; room >= 3 && st.level < levelLow {
		line += " " + th.accent.Render(renderSpark(d.spend.rates(d.now), min(room, 12)))
	}
	return fit(line, w)
}

// ending is what becomes of the balance, in a phrase and in a few cells.
func (d screen) ending() (phrase, brief string) {
	f := d.snap.Forecast
	l, _ := levelOf(d.snap)
	switch d.snap.Outlook() {
	case forecast.OK:
		left := text.Seconds(max(0, f.P50-d.now.Sub(f.At).Seconds()))
		at := f.Time(f.P50)
		when := dateOf(f, d.now)
		if at.Sub(d.now) < lowWithin*4 && at.After(d.now) {
			when = at.In(d.now.Location()).Format("Mon 2 Jan 15:04")
		}
		if left == when {
			return "runs out " + d.th.of(l).Render(when), d.th.of(l).Render(left)
		}
		return "runs out " + d.th.of(l).Render(when) + d.th.dim.Render(" ("+left+")"), d.th.of(l).Render(left)
	case forecast.Depleted:
		return ranOut(d.snap, d.pen), d.th.critical.Render("depleted")
	case forecast.Idle:
		return idleFor(f, d.now), "idle"
	case forecast.Cold:
		return "not enough history: " + text.Span(f.History), "too early"
	}
	return "no forecast", ""
}
