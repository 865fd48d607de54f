package ui

import (
	"strings"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// lineFrame is everything in one row, or two.
func (d screen) lineFrame(w, h int) []string {
	lines := []string{d.oneLine(w)}
	if h > 1 {
		header, _ := renderHeader(d.pen, d.snap, w)
		lines = append(lines, header)
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
		sum = th.of(balanceLevel(s)).Bold(true).Render(text.USD(s.Balance.LeftUSD()))
	case hasCap(s):
		sum = th.dim.Render("key ") + th.bright.Render(text.USD(*s.Key.Cap.RemainingUSD))
	}
	host := ""
	if s.Host != "" {
		host = th.low.Render("@" + cut(clean(s.Host), max(3, w/5)))
	}
	end, brief, least := d.ending(w)
	state := ""
	if end == "" || st.level >= levelLow && s.Forecast.State != forecast.Depleted {
		state = th.of(st.level).Render(st.word)
	}
	rate := ""
	if s.Burn.USDPerHour != nil {
		rate = text.USD(*s.Burn.USDPerHour) + th.dim.Render("/h")
	}
	if w >= 48 {
		line := " " + mark + sum + " "
		share, known := leftShare(s)
		said, spark := joinAll("  ", state, end), 6
		tail := pick(w-width(line), joinAll(" ", host, said, rate), joinAll(" ", host, said), joinAll(" ", host, state, brief), joinAll(" ", host, state))
		long := joinAll("  ", host, said, d.nextTry(), d.endRange(), rate, d.dayRate())
		if rest := w - width(line) - width(long) - 3; rest >= 48 {
			tail, spark = long, min(rest/2, lineColumns(w))
		}
		if room := w - width(line) - width(tail) - 3 - spark; known && room >= 1 {
			line += renderGauge(d.pen, share, balanceLevel(s), min(room, max(24, w/4))) + " "
		}
		line += tail
		if room := w - width(line) - 2; room >= 3 {
			line += " " + th.accent.Render(renderSpark(d.spend.rates(d.now), room))
		}
		return fit(line, w)
	}
	head := joinAll(" ", mark+sum, host)
	with := func(said string) string { return joinAll(th.dim.Render(" · "), head, said) }
	line := pick(w, with(joinAll("  ", state, end)), with(joinAll(" ", state, brief)), with(brief), with(least), head, mark+sum)
	if brief == "" {
		line = pick(w, with(state), joinAll(" ", head, state), line)
	}
	if room := w - width(line) - 1; room >= 3 && st.level < levelLow {
		line += " " + th.accent.Render(renderSpark(d.spend.rates(d.now), min(room, 12)))
	}
	return fit(line, w)
}

// lineColumns is how many columns of spend a row of w cells has a place for.
func lineColumns(w int) int { return max(24, w/3) }

// nextTry is when a poll that failed is made again, endRange how sure the date
// is, and dayRate the spend of a day, for a row that has room to spare.
func (d screen) nextTry() string {
	if s := d.snap; s.Fault != nil && s.Phase != account.Held && s.Due.After(d.now) {
		return "next try " + clockOf(s.Due, d.now)
	}
	return ""
}

func (d screen) endRange() string {
	f, _ := next(d.snap)
	if f.State != forecast.OK || d.snap.Early() {
		return ""
	}
	return d.th.dim.Render("80 %: ") + daysOf(f.Time(f.P10), f.Time(f.P90), d.now)
}

func (d screen) dayRate() string {
	if d.snap.Burn.USDPerDay == nil {
		return ""
	}
	return joinAll(" ", text.USD(*d.snap.Burn.USDPerDay)+d.th.dim.Render("/day"), trend(d.snap))
}

// ending is what becomes of the balance, in a phrase, in a few cells and in the
// fewest.
func (d screen) ending(w int) (phrase, brief, least string) {
	f := d.snap.Forecast
	l, _ := levelOf(d.snap)
	does, in, soon := "runs out ", func(left string) string { return left }, oneUnit
	if d.snap.Refilled() {
		f, does = next(d.snap)
		in = func(left string) string { return chargeIn(d.snap, left, w) }
		soon = func(left string) string { return strings.Replace(chargeIn(d.snap, left, 0), " in ", " ", 1) }
	}
	if due(d.snap) {
		return does + "now", "charge now", "charge now"
	}
	switch d.snap.Outlook() {
	case forecast.OK:
		if d.snap.Early() {
			from, to := f.Time(f.P10), f.Time(f.P90)
			between := d.th.of(l).Render(text.Between(from, to, d.now))
			days := d.th.of(l).Render(text.Days(from, to, d.now))
			brief = d.th.of(l).Render(in(text.Rough(f.Time(f.P50), d.now)))
			return pick(w/2, does+between, does+days), brief, brief
		}
		left := text.Seconds(max(0, f.P50-d.now.Sub(f.At).Seconds()))
		at := f.Time(f.P50)
		when := dateOf(f, d.now)
		if at.Sub(d.now) < lowWithin*4 && at.After(d.now) {
			when = at.In(d.now.Location()).Format("Mon 2 Jan 15:04")
		}
		phrase = does + d.th.of(l).Render(when)
		if left != when {
			phrase += d.th.dim.Render(" (" + left + ")")
		}
		return phrase, d.th.of(l).Render(in(left)), d.th.of(l).Render(soon(left))
	case forecast.Depleted:
		brief = d.th.critical.Render(strings.TrimPrefix(spentWord(d.snap), "key "))
		return d.th.critical.Render(ranOut(d.snap, d.pen, w)), brief, brief
	case forecast.Idle:
		return idleFor(d.snap, d.pen), "idle", "idle"
	case forecast.Cold:
		return "not enough history: " + text.Span(f.History), "too early", "too early"
	}
	return "", "", ""
}
