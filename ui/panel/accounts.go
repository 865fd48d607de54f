package panel

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// Account is an account in few words.
type Account struct {
	Name    string
	Watched bool // it has a key
	Snap    account.Snapshot
	Day     history.Plot // its last 24 hours; empty: not known yet
}

// Accounts are the accounts side by side, and which of them is shown.
type Accounts struct {
	All   []Account
	Shown int // -1: none
}

// Render draws the panel of the accounts: w by h cells, border
// included.
func (d Accounts) Render(p draw.Pen, w, h int) []string {
	all, total := d.Lines(p, d.Shown, w-4)
	places, more := d.places(h - 3)
	var lines []string
	for _, i := range places {
		lines = append(lines, all[i])
	}
	if more > 0 {
		rest := p.Dim(fmt.Sprintf("  and %d more", more))
		if len(places) == 1 && places[0] == d.Shown { // another may be worth naming
			rest = draw.JoinAll(p.Dim(" · "), rest, d.nearer(p, w-7-draw.Width(rest)))
		}
		lines = append(lines, rest)
	}
	lines = append(lines, total)
	keys := p.Key("accounts", "A") + " show, add, remove"
	if _, watched := d.watched(); watched > 1 {
		keys = p.Key("account", "a") + " next   " + keys
	}
	columns := draw.Pick(w-8-draw.Width("accounts")-draw.Width(keys), ": left, spend, and when it runs out", ": left, spend, runs out", "")
	title := p.Title("accounts") + p.Dim(columns)
	return draw.Panel(p, title, p.Dim(keys), lines, w, h)
}

// places are those of the accounts that n lines show, the one on the screen and
// the first to run out among them, and how many more there are; that they are
// takes a line too.
func (d Accounts) places(n int) (places []int, more int) {
	if len(d.All) > n {
		n = max(1, n-1)
		more = len(d.All) - n
	}
	for _, i := range []int{d.Shown, d.first()} {
		if i >= 0 && len(places) < n && !slices.Contains(places, i) {
			places = append(places, i)
		}
	}
	for i := range d.All {
		if len(places) < n && !slices.Contains(places, i) {
			places = append(places, i)
		}
	}
	slices.Sort(places)
	return places, more
}

// first is the place of the first to run out; -1 where none is known to.
func (d Accounts) first() int { return d.total(time.Time{}).First }

// Under is the place of the account in a line of the panel, which has n of
// them; -1: none.
func (d Accounts) Under(line, n int) int {
	if places, _ := d.places(n - 1); line >= 0 && line < len(places) {
		return places[line]
	}
	return -1
}

// total is computed by the account package: a screen computes no money.
func (d Accounts) total(now time.Time) account.Total {
	snaps := make([]account.Snapshot, len(d.All))
	for i := range d.All {
		snaps[i] = d.All[i].Snap
	}
	return account.TotalOf(snaps, now)
}

// The widths of the table's columns: names and states are cut to the most, and
// an end that has no room for the least is left out.
const (
	MostAccount, LeastAccount = 24, 8
	MostState, leastState     = 20, 8
	leastEnd, fairEnd         = 10, 29 // a day, and a day with its range
)

// accountCells are the columns of the table: a cell for each account, and one
// for their total at the end.
type accountCells struct {
	names, states, left, perHour, perDay []string
	trends                               [][]float64
	top                                  float64 // of the trends
}

func (d Accounts) cells(p draw.Pen, t account.Total) accountCells {
	var c accountCells
	add := func(name, state string, left, perHour, perDay *float64) {
		c.names, c.states, c.left = append(c.names, name), append(c.states, state), append(c.left, text.MaybeUSD(left))
		c.perHour, c.perDay = append(c.perHour, text.MaybeUSD(perHour)), append(c.perDay, text.MaybeUSD(perDay))
	}
	for i, a := range d.All {
		var left *float64
		if b := a.Snap.Balance; b != nil {
			usd := b.LeftUSD()
			left = &usd
		}
		add(draw.Clean(a.Name), d.State(p, i), left, a.Snap.Burn.USDPerHour, a.Snap.Burn.USDPerDay)
		trend := SpendPlot{Plot: a.Day}.rates(p.Now)
		c.trends = append(c.trends, trend)
		for _, v := range trend {
			if v > c.top { // not where it is not known
				c.top = v
			}
		}
	}
	known := p.Dim("all known")
	if t.Known < t.Accounts {
		known = p.Low(fmt.Sprintf("%d of %d known", t.Known, t.Accounts))
	}
	add(TotalName(t, 1<<10, true), known, t.BalanceUSD, t.USDPerHour, t.USDPerDay)
	c.trends = append(c.trends, nil)
	c.left, c.perHour, c.perDay = text.Align(c.left), rates(p, c.perHour, "/h"), rates(p, c.perDay, "/day")
	return c
}

// accountWidths are those of the columns; 0: left out.
type accountWidths struct{ name, state, hour, day, trend, end int }

// widths fits the columns into w cells.
func (c accountCells) widths(w int) (out accountWidths) {
	rest := w - 2 - 2 - draw.Width(c.left[0])
	out.name = max(1, min(rest, min(widest(c.names), max(LeastAccount, min(MostAccount, w/5)))))
	rest -= out.name
	if state := min(widest(c.states), MostState, rest-2); state >= leastState {
		out.state = state
		rest -= state + 2
	}
	day, hour := draw.Width(c.perDay[0]), draw.Width(c.perHour[0])
	if rest >= day+2 && (rest >= day+2+leastEnd+2 || rest < leastEnd+2) {
		out.day = day
		rest -= day + 2
	}
	if out.day > 0 && rest >= hour+2+fairEnd+2 {
		out.hour = hour
		rest -= hour + 2
	}
	if trend := rest - 2 - fairEnd - 2; c.top > 0 && out.hour > 0 && trend >= leastTrend {
		out.trend = min(TrendParts, trend)
		rest -= out.trend + 2
	}
	if rest-2 >= leastEnd {
		out.end = rest - 2
	}
	return out
}

// Lines are one for each account, with a mark before that at marked, and one of
// the sum. Rates, ends and states are left out where they have no room, the
// balance never.
func (d Accounts) Lines(p draw.Pen, marked, w int) (all []string, total string) {
	t := d.total(p.Now)
	c := d.cells(p, t)
	cols := c.widths(w)
	names := draw.CutNames(c.names[:len(d.All)], func(int) int { return cols.name })
	for i := range d.All {
		name := draw.Fit(names[i], cols.name)
		if i == d.Shown {
			name = p.Bright(name)
		}
		all = append(all, draw.Fit(c.line(p, i, cols, draw.Mark(p, i == marked)+name, c.states[i], endOf(p, &d.All[i].Snap, cols.end)), w))
	}
	n := len(d.All)
	head, state := draw.Mark(p, false), c.states[n]
	if t.Stale {
		head = p.Low("▲") + " "
		if old := text.Span(p.Now.Sub(t.Oldest)); cols.end == 0 {
			state = draw.Pick(cols.state, state+", "+old, fmt.Sprintf("%d/%d, %s", t.Known, n, old), state)
		}
	}
	head += p.Dim(draw.Fit(TotalName(t, cols.name, cols.state > 0), cols.name))
	return all, draw.Fit(c.line(p, n, cols, head, state, d.totalEnd(p, t, cols.end)), w)
}

// line is the cells at i, side by side.
func (c accountCells) line(p draw.Pen, i int, cols accountWidths, head, state, end string) string {
	if cols.state > 0 {
		head += "  " + draw.Fit(state, cols.state)
	}
	head += "  " + p.Bright(c.left[i])
	if cols.hour > 0 {
		head += "  " + c.perHour[i]
	}
	if cols.day > 0 {
		head += "  " + c.perDay[i]
	}
	if cols.trend > 0 {
		head += "  " + draw.Trend(p, c.trends[i], c.top, cols.trend)
	}
	if cols.end > 0 {
		head += "  " + end
	}
	return head
}

// rates are numbers with their unit, in line.
func rates(p draw.Pen, numbers []string, unit string) []string {
	for i := range numbers {
		if numbers[i] != text.Unknown {
			numbers[i] += unit
		}
	}
	numbers = text.Align(numbers)
	for i := range numbers {
		numbers[i] = strings.Replace(numbers[i], unit, p.Dim(unit), 1)
	}
	return numbers
}

func widest(words []string) int {
	n := 0
	for _, s := range words {
		n = max(n, draw.Width(s))
	}
	return n
}

// watched is how many of the accounts are, and which of those is shown, from 1;
// 0: none.
func (d Accounts) watched() (shown, of int) {
	i := slices.IndexFunc(d.All, func(a Account) bool { return !a.Watched })
	if i < 0 {
		return d.Shown + 1, len(d.All)
	}
	for i, a := range d.All {
		if !a.Watched {
			continue
		}
		if of++; i == d.Shown {
			shown = of
		}
	}
	return shown, of
}
