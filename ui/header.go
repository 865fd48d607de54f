package ui

import (
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// tabs are the views in order; the key of each is its number.
var tabs = []string{"overview", "forecast", "breakdown", "events"}

// The views, by their place in tabs.
const (
	viewOverview = iota
	viewForecast
	viewBreakdown
	viewEvents
)

// renderHeader says whose numbers these are and what state they are in. Where
// it is narrow the account's name goes first, then the clock, then the host is
// shortened; the state stays, and what finds no place beside it is left to the
// next line.
func renderHeader(p pen, s account.Snapshot, w int) (line, next string) {
	clock := p.th.dim.Render(p.now.Format("15:04"))
	if w >= 90 {
		clock = p.th.dim.Render(p.now.Format("Mon 2 Jan 15:04"))
	}
	account, demo, shortDemo := p.th.bright.Render(cut(clean(s.Account), max(12, w/3))), "", ""
	if s.Demo != "" { // its account is named so too
		account, demo, shortDemo = "", p.th.marked.Render(" demo: "+clean(s.Demo)+" "), p.th.marked.Render(" demo ")
	}
	host := func(cells int) string {
		if s.Host == "" {
			return ""
		}
		return p.th.low.Render("at " + cut(clean(s.Host), cells-3))
	}
	state, short := renderState(p, s, w)
	where := host(max(16, w/3))
	for _, left := range []string{
		joinAll("  ", p.th.accent.Bold(true).Render("ortop"), account, demo, where, state),
		joinAll("  ", account, demo, where, state),
		joinAll(" ", account, demo, where, state),
		joinAll("  ", demo, where, state),
	} {
		if width(left)+1+width(clock) <= w {
			return spread(left, clock, w), ""
		}
	}
	whole := width(host(w))
	for _, state := range []string{state, short} {
		for _, demo := range []string{demo, shortDemo} {
			rest := w - width(joinAll(" ", demo, state))
			if rest < 0 || whole > 0 && rest-1 < min(whole, minHost) {
				continue
			}
			return fit(joinAll(" ", demo, host(rest-1), state), w), ""
		}
	}
	return fit(cutWords(pick(w, state, short), w), w), pick(w, joinAll("  ", demo, host(w)), joinAll(" ", shortDemo, host(w-7)))
}

// minHost is the least room in which a host's name still says something.
const minHost = 12

// renderState is the state in its sign and word, in two lengths.
func renderState(p pen, s account.Snapshot, w int) (full, short string) {
	st := statusOf(s, p.now)
	sign := st.sign
	if p.spin != "" {
		sign = p.spin
	}
	paint := p.th.of(st.level).Render
	full = paint(sign + " " + st.word)
	short = full
	if st.short != "" {
		short = paint(sign + " " + st.short)
	}
	if l, word := levelOf(s); word != "" && st.level < levelLow && w < 78 {
		full += "  " + p.th.of(l).Render(word)
		short = p.th.of(l).Render(word)
	}
	return full, short
}

// joinAll puts the words that are not empty side by side.
func joinAll(sep string, words ...string) string {
	var kept []string
	for _, s := range words {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, sep)
}

// renderTabs draws the choice of views and, at the right, a summary where the
// view itself does not have it. ends are the cells at which each tab ends.
func renderTabs(p pen, view int, summary string, w int) (line string, ends []int) {
	for i, name := range tabs {
		tab := " " + string(rune('1'+i)) + " " + name + " "
		if i == view {
			line += p.th.marked.Render(tab)
		} else {
			line += p.th.accent.Render(tab[:2]) + p.th.dim.Render(tab[2:])
		}
		ends = append(ends, width(line))
	}
	return spread(line, summary+" ", w), ends
}

// summary is the whole matter in one phrase.
func summary(s account.Snapshot, p pen) string {
	words := []string{}
	switch {
	case s.Balance != nil:
		words = append(words, text.USD(s.Balance.LeftUSD())+" left")
	case hasCap(s):
		words = append(words, "key cap "+text.USD(*s.Key.Cap.RemainingUSD)+" left")
	default:
		words = append(words, "balance not known")
	}
	f, does := next(s)
	switch s.Outlook() {
	case forecast.OK:
		when := dateOf(f, p.now)
		if due(s) {
			when = "now"
		} else if s.Early() {
			when = text.Between(f.Time(f.P10), f.Time(f.P90), p.now)
		}
		words = append(words, does+when)
	case forecast.Idle:
		words = append(words, idleFor(s, p))
	case forecast.Depleted:
		words = append(words, spentWord(s))
	}
	return strings.Join(words, " · ")
}

// copied is what goes to the clipboard.
func copied(s account.Snapshot, p pen) string {
	out := "ortop " + clean(s.Account) + ": " + summary(s, p)
	if f, _ := next(s); f.State == forecast.OK && !s.Early() {
		out += " (80 %: " + text.Range(f.Time(f.P10), f.Time(f.P90), p.now) + ")"
	}
	if s.Demo != "" {
		out += ", simulated"
	}
	if !s.At.IsZero() {
		out += ", as of " + s.At.In(p.now.Location()).Format("2 Jan 2006, 15:04 MST")
	}
	return out
}

// banners are what is wrong or new, one line of about w cells each, most
// urgent first.
func banners(p pen, s account.Snapshot, w int) []string {
	var lines []string
	if s.Fault != nil {
		lines = append(lines, faultLine(p, s, w))
		if s.Phase == account.Refused {
			lines = append(lines, p.th.dim.Render(pick(w,
				"  Replace it where it comes from:  ortop doctor  says where.",
				"  To replace it:  ortop doctor",
				"ortop doctor")))
		}
	}
	lost := ""
	if s.Undelivered != "" {
		lost = p.th.low.Render("▲ ") + clean(s.Undelivered)
	}
	for i, e := range s.Alerts[:min(2, len(s.Alerts))] {
		if i == 1 && lost != "" { // one alert is enough where nobody else hears of them
			break
		}
		l := levelLow
		if e.Level == alert.Urgent {
			l = levelCritical
		}
		lines = append(lines, p.th.of(l).Render("▲ "+string(e.Level))+": "+clean(e.Said()))
	}
	if lost != "" {
		lines = append(lines, lost)
	}
	if s.StorageNote != "" {
		lines = append(lines, p.th.low.Render("▲ history")+": "+clean(s.StorageNote))
	}
	if k := s.Key; k != nil && !k.ExpiresAt.IsZero() && k.ExpiresAt.Sub(p.now) < 7*24*time.Hour {
		lines = append(lines, p.th.low.Render("▲ key")+": expires "+text.Moment(k.ExpiresAt, p.now))
	}
	if s.Balance != nil && s.BalanceNote != "" && (s.Fault == nil || s.Fault.Kind != credit.FaultPayment) {
		lines = append(lines, p.th.dim.Render("· "+clean(s.BalanceNote)))
	}
	if s.Binding == credit.BoundByKey && s.SpendableUSD != nil && s.Forecast.State != forecast.Depleted {
		lines = append(lines, p.th.low.Render("▸ spendable "+text.USD(*s.SpendableUSD))+": the key's cap binds")
	}
	for _, n := range s.Notes {
		lines = append(lines, p.th.dim.Render("· ")+clean(n))
	}
	return lines
}

// ageLine says how old the numbers are and when they are asked for again.
func ageLine(p pen, s account.Snapshot, w int) string {
	age, known := s.Age(p.now)
	if !known {
		if w < width("nothing read yet") {
			return ""
		}
		return p.th.dim.Render("nothing read yet")
	}
	ago, at := text.Ago(age), s.At.In(p.now.Location()).Format("15:04:05")
	if !p.focused {
		ago = at // the clock stands still while nobody looks
	}
	by := ""
	if !s.Collecting {
		by = " by another ortop"
	}
	next := ""
	switch {
	case s.Phase == account.Asking:
		next = ", asking"
	case s.Phase == account.Paused:
		next = ", paused"
	case p.focused && s.Due.After(p.now):
		next = ", next in " + text.Span(s.Due.Sub(p.now))
	}
	return p.th.dim.Render(pick(w, "updated "+ago+by+next, "updated "+ago+by, "updated "+ago, ago, ""))
}
