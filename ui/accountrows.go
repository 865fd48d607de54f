package ui

import (
	"fmt"
	"slices"
	"strings"

	"ortop/forecast"
	"ortop/monitor"
	"ortop/text"
)

// accountRows are the accounts side by side, and which of them is shown.
type accountRows struct {
	peers []peer
	shown int // -1: none
}

// renderAccounts draws the panel of the accounts: w by h cells, border
// included.
func renderAccounts(p pen, d accountRows, w, h int) []string {
	all, total := d.lines(p, d.shown, w-4)
	places, more := d.places(h - 3)
	var lines []string
	for _, i := range places {
		lines = append(lines, all[i])
	}
	if more > 0 {
		lines = append(lines, "  "+p.th.dim.Render(fmt.Sprintf("and %d more", more)))
	}
	lines = append(lines, total)
	keys := "A show, add, remove"
	if _, watched := d.watched(); watched > 1 {
		keys = "a next   " + keys
	}
	return renderPanel(p, p.th.title.Render("accounts"), p.th.dim.Render(keys), lines, w, h)
}

// places are those of the accounts that n lines show, the one on the screen
// among them, and how many more there are; that they are takes a line too.
func (d accountRows) places(n int) (places []int, more int) {
	if len(d.peers) > n {
		n = max(1, n-1)
		more = len(d.peers) - n
	}
	for i := range d.peers[:len(d.peers)-more] {
		places = append(places, i)
	}
	if more > 0 && d.shown >= n {
		places[n-1] = d.shown
	}
	return places, more
}

// under is the place of the account in a line of the panel, which has n of
// them; -1: none.
func (d accountRows) under(line, n int) int {
	if places, _ := d.places(n - 1); line >= 0 && line < len(places) {
		return places[line]
	}
	return -1
}

// total is the sum, which is the monitor's.
func (d accountRows) total(p pen) monitor.Total {
	snaps := make([]monitor.Snapshot, len(d.peers))
	for i := range d.peers {
		snaps[i] = d.peers[i].snap
	}
	return monitor.TotalOf(snaps, p.now)
}

// The widths of the table's columns: names and states are cut to the most, and
// an end that has no room for the least is left out.
const (
	mostAccount, leastAccount = 24, 8
	mostState, leastState     = 20, 8
	leastEnd, fairEnd         = 10, 29 // a day, and a day with its range
)

// lines are one for each account, with a mark before that at marked, and one of
// the sum. Rates, ends and states are left out where they have no room, the
// balance never.
func (d accountRows) lines(p pen, marked, w int) (all []string, total string) {
	t := d.total(p)
	n := len(d.peers)
	names, states := make([]string, n+1), make([]string, n+1)
	left, perHour, perDay := make([]string, n+1), make([]string, n+1), make([]string, n+1)
	for i, a := range d.peers {
		names[i], states[i] = clean(a.Name), d.state(p, i)
		left[i] = text.Unknown
		if a.snap.Balance != nil {
			left[i] = text.USD(a.snap.Balance.LeftUSD())
		}
		perHour[i], perDay[i] = text.MaybeUSD(a.snap.Burn.USDPerHour), text.MaybeUSD(a.snap.Burn.USDPerDay)
	}
	names[n] = d.totalName(t, 1<<10, true)
	states[n] = p.th.dim.Render("all known")
	if t.Known < n {
		states[n] = p.th.low.Render(fmt.Sprintf("%d of %d known", t.Known, n))
	}
	left[n], perHour[n], perDay[n] = text.MaybeUSD(t.BalanceUSD), text.MaybeUSD(t.USDPerHour), text.MaybeUSD(t.USDPerDay)
	left, perHour, perDay = text.Align(left), rates(p, perHour, "/h"), rates(p, perDay, "/day")

	rest := w - 2 - 2 - width(left[0])
	name := max(1, min(rest, min(widest(names), max(leastAccount, min(mostAccount, w/5)))))
	rest -= name
	state := min(widest(states), mostState, rest-2)
	if state < leastState {
		state = 0
	} else {
		rest -= state + 2
	}
	day, hour := width(perDay[0])+2, width(perHour[0])+2
	showDay := rest >= day+2+leastEnd || rest >= day && rest < 2+leastEnd
	if showDay {
		rest -= day
	}
	showHour := showDay && rest >= hour+2+fairEnd
	if showHour {
		rest -= hour
	}
	end := max(0, rest-2)
	if end < leastEnd {
		end = 0
	}
	for i := range n + 1 {
		line := mark(p, i == marked && i < n)
		switch {
		case i == n && t.Stale:
			line = p.th.low.Render("▲") + " "
			fallthrough
		case i == n:
			line += p.th.dim.Render(fit(d.totalName(t, name, state > 0), name))
		case i == d.shown:
			line += p.th.bright.Render(fit(names[i], name))
		default:
			line += fit(names[i], name)
		}
		if state > 0 {
			word := states[i]
			if i == n && end == 0 && t.Stale {
				word = pick(state, word+", "+text.Span(p.now.Sub(t.Oldest)), fmt.Sprintf("%d/%d, %s", t.Known, n, text.Span(p.now.Sub(t.Oldest))), word)
			}
			line += "  " + fit(word, state)
		}
		line += "  " + p.th.bright.Render(left[i])
		if showHour {
			line += "  " + perHour[i]
		}
		if showDay {
			line += "  " + perDay[i]
		}
		switch {
		case end == 0:
		case i == n:
			line += "  " + d.totalEnd(p, t, end)
		default:
			line += "  " + endOf(p, d.peers[i].snap, end)
		}
		all = append(all, fit(line, w))
	}
	return all[:n], all[n]
}

// rates are numbers with their unit, in line.
func rates(p pen, numbers []string, unit string) []string {
	for i := range numbers {
		if numbers[i] != text.Unknown {
			numbers[i] += unit
		}
	}
	numbers = text.Align(numbers)
	for i := range numbers {
		numbers[i] = strings.Replace(numbers[i], unit, p.th.dim.Render(unit), 1)
	}
	return numbers
}

func widest(words []string) int {
	n := 0
	for _, s := range words {
		n = max(n, width(s))
	}
	return n
}

// state is that of an account in its sign and word: how near its end is, where
// nothing is worse.
func (d accountRows) state(p pen, i int) string {
	a := d.peers[i]
	if a.Feed == nil {
		return p.th.dim.Render("○ no key")
	}
	st := statusOf(a.snap, p.now)
	if l, word := levelOf(a.snap); word != "" && st.level < levelLow {
		return p.th.of(l).Render(word)
	}
	return p.th.of(st.level).Render(st.sign + " " + st.word)
}

// endOf is when an account runs out, or why that is not known, in w cells.
func endOf(p pen, s monitor.Snapshot, w int) string {
	l, _ := levelOf(s)
	paint, dim, f := p.th.of(l).Render, p.th.dim.Render, s.Forecast
	switch s.Outlook() {
	case forecast.OK:
		from, to := f.Time(f.P10), f.Time(f.P90)
		days := text.Days(from, to, p.now)
		if tooEarly(s) {
			between := text.Between(from, to, p.now)
			return paint(pick(w, between, days, text.Rough(f.Time(f.P50), p.now)))
		}
		which := ""
		if f.Subject == forecast.Key {
			which = dim("key cap ")
		}
		at := dateOf(f, p.now)
		day := dayOf(at)
		if !strings.Contains(days, " to ") { // a day says no more than the date
			return pick(w, which+paint(at)+dim("  80 %: ")+text.Range(from, to, p.now), which+paint(at), which+paint(day), paint(day))
		}
		return pick(w, which+paint(at)+dim("  80 %: ")+days, which+paint(at)+dim(" ("+days+")"), which+paint(day)+dim(" ("+days+")"),
			which+paint(at), which+paint(day), paint(day))
	case forecast.Depleted:
		return p.th.critical.Render(ranOut(s, p, w))
	case forecast.Idle:
		idle := idleFor(s, p)
		return pick(w, idle, "idle", "")
	case forecast.Cold:
		return pick(w, "not enough history: "+text.Span(f.History), "not enough history", "too early", "")
	}
	return dim(text.Unknown)
}

// totalName is what the sum is of, in w cells: of how many, where no column
// beside it says so.
func (d accountRows) totalName(t monitor.Total, w int, said bool) string {
	if n := len(d.peers); said || t.Known == n {
		return pick(w, fmt.Sprintf("all %d accounts", n), fmt.Sprintf("all %d", n), "all")
	}
	return pick(w, fmt.Sprintf("%d of %d known", t.Known, t.Accounts), fmt.Sprintf("%d of %d", t.Known, t.Accounts), fmt.Sprintf("%d/%d", t.Known, t.Accounts))
}

// totalEnd says how old the oldest part of the sum is, and who runs out first:
// the sum itself does not.
func (d accountRows) totalEnd(p pen, t monitor.Total, w int) string {
	dim := p.th.dim.Render
	if t.Known == 0 {
		return dim(text.Unknown)
	}
	age := dim(pick(w, "as of "+clockOf(t.Oldest, p.now), clockOf(t.Oldest, p.now)))
	if old := text.Span(p.now.Sub(t.Oldest)); t.Stale {
		age = p.th.low.Render(pick(w, "oldest "+old, old+" old"))
	}
	twice, short := "", ""
	if n := t.Repeated; n > 0 {
		short = dim("1 is a second name")
		if n > 1 {
			short = dim(fmt.Sprintf("%d are second names", n))
		}
		twice = short + dim(", summed once")
	}
	first := ""
	if t.First >= 0 {
		first = dim("first: " + cut(clean(d.peers[t.First].Name), 16))
	}
	sep := dim(" · ")
	if twice != "" {
		return pick(w, joinAll(sep, age, twice, first), joinAll(sep, age, twice), joinAll(sep, age, short), short, age)
	}
	return pick(w, joinAll(sep, age, first), age)
}

// watched is how many of the accounts are, and which of those is shown, from 1;
// 0: none.
func (d accountRows) watched() (shown, of int) {
	i := slices.IndexFunc(d.peers, func(a peer) bool { return a.Feed == nil })
	if i < 0 {
		return d.shown + 1, len(d.peers)
	}
	for i, a := range d.peers {
		if a.Feed == nil {
			continue
		}
		if of++; i == d.shown {
			shown = of
		}
	}
	return shown, of
}
