package ui

import (
	"strings"
	"time"

	"ortop/credit"
	"ortop/forecast"
	"ortop/monitor"
	"ortop/text"
)

// tabs are the views in order; the key of each is its number.
var tabs = []string{"overview", "forecast"}

// The views, by their place in tabs.
const (
	viewOverview = iota
	viewForecast
)

// renderHeader says whose numbers these are and what state they are in.
func renderHeader(p pen, s monitor.Snapshot, w int) string {
	dim, st := p.th.dim.Render, statusOf(s, p.now)
	sign := st.sign
	if p.spin != "" {
		sign = p.spin
	}
	state := p.th.of(st.level).Render(sign + " " + st.word)
	l, word := levelOf(s)
	if word != "" && st.level < levelLow && w < 78 {
		state += "  " + p.th.of(l).Render(word)
	}
	host := ""
	if s.Host != "" {
		host = p.th.low.Render("at " + cut(clean(s.Host), max(8, w/3)))
	}
	account, demo := p.th.bright.Render(cut(clean(s.Account), max(6, w/3))), ""
	if s.Demo != "" { // its account is named so too
		account, demo = "", p.th.marked.Render(" demo: "+clean(s.Demo)+" ")
	}
	clock := dim(p.now.Format("15:04"))
	if w >= 90 {
		clock = dim(p.now.Format("Mon 2 Jan 15:04"))
	}
	// The name goes first, then the clock; state, demo and host stay.
	keep := joinAll("  ", demo, host, state)
	left := pick(w-width(clock)-1,
		joinAll("  ", p.th.accent.Bold(true).Render("ortop"), account, demo, host, state),
		joinAll("  ", account, demo, host, state),
		joinAll(" ", account, demo, host, state), "")
	if left == "" {
		left = pick(w, joinAll(" ", account, keep), keep, joinAll(" ", demo, host, p.th.of(st.level).Render(sign)))
		return fit(left, w)
	}
	return spread(left, clock, w)
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
func summary(s monitor.Snapshot, p pen) string {
	words := []string{}
	switch {
	case s.Balance != nil:
		words = append(words, text.USD(s.Balance.LeftUSD())+" left")
	case hasCap(s):
		words = append(words, "key cap "+text.USD(*s.Key.Cap.RemainingUSD)+" left")
	default:
		words = append(words, "balance not known")
	}
	switch f := s.Forecast; s.Outlook() {
	case forecast.OK:
		words = append(words, "runs out "+dateOf(f, p.now))
	case forecast.Idle:
		words = append(words, idleFor(f, p.now))
	case forecast.Depleted:
		words = append(words, "depleted")
	}
	return strings.Join(words, " · ")
}

// copied is what goes to the clipboard.
func copied(s monitor.Snapshot, p pen) string {
	out := "ortop " + clean(s.Account) + ": " + summary(s, p)
	if f := s.Forecast; f.State == forecast.OK {
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
func banners(p pen, s monitor.Snapshot, w int) []string {
	var lines []string
	if s.Fault != nil {
		kind, what, next := p.th.low.Render("▲ "+faultWord(s.Fault.Kind)), strings.TrimSuffix(clean(s.Fault.Message), "."), ""
		if !s.Due.IsZero() && s.Due.After(p.now) {
			next = " Next try " + clockOf(s.Due, p.now) + "."
		}
		lines = append(lines, pick(w, kind+": "+what+"."+next, kind+": "+what, p.th.low.Render("▲ ")+what))
		if s.Phase == monitor.Refused {
			lines = append(lines, p.th.dim.Render("  Set another key:  ortop accounts add"))
		}
	}
	if s.StorageNote != "" {
		lines = append(lines, p.th.low.Render("▲ history")+": "+clean(s.StorageNote))
	}
	if k := s.Key; k != nil && !k.ExpiresAt.IsZero() && k.ExpiresAt.Sub(p.now) < 7*24*time.Hour {
		lines = append(lines, p.th.low.Render("▲ key")+": expires "+text.Moment(k.ExpiresAt, p.now))
	}
	if s.Balance != nil && s.BalanceNote != "" {
		lines = append(lines, p.th.dim.Render("· "+clean(s.BalanceNote)))
	}
	if s.Binding == credit.BoundByKey && s.SpendableUSD != nil {
		lines = append(lines, p.th.low.Render("▸ spendable "+text.USD(*s.SpendableUSD))+": the key's cap binds")
	}
	for _, n := range s.Notes {
		lines = append(lines, p.th.dim.Render("· ")+clean(n))
	}
	return lines
}

// ageLine says how old the numbers are and when they are asked for again.
func ageLine(p pen, s monitor.Snapshot, w int) string {
	age, known := s.Age(p.now)
	if !known {
		return p.th.dim.Render(pick(w, "nothing read yet", ""))
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
	case s.Phase == monitor.Asking:
		next = ", asking"
	case s.Phase == monitor.Paused:
		next = ", paused"
	case p.focused && s.Due.After(p.now):
		next = ", next in " + text.Span(s.Due.Sub(p.now))
	}
	return p.th.dim.Render(pick(w, "updated "+ago+by+next, "updated "+ago+by, "updated "+ago, ago, ""))
}
