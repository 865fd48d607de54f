package ui

import (
	"strings"

	"ortop/ui/draw"
	"ortop/ui/panel"
)

// tier is how much room there is.
type tier int

const (
	tierNone    tier = iota // no cells at all
	tierLine                // one or two rows
	tierCompact             // a card without borders
	tierStack               // panels below each other, from 40 x 12
	tierFull                // panels, from 80 wide
	tierColumns             // taller cards, from 100 x 26
	tierWide                // three cards and two plots, from 140 x 40
)

// rect is a place on the screen, in cells.
type rect struct{ x, y, w, h int }

func (r rect) holds(x, y int) bool {
	return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h
}

// layout is where everything goes; a rect without height is left out.
type layout struct {
	tier                                    tier
	w, h, end                               int // end is the first row beneath the panels
	tabs, banners, credits, runOut, chances rect
	spend, spent, fan, why, plan            rect
	footer, top, cards, accounts, body      rect
	detail, week, card                      rect
	bare                                    bool // lists have no borders
}

func tierFor(w, h int) tier {
	switch {
	case w <= 0 || h <= 0:
		return tierNone
	case h <= 2:
		return tierLine
	case w < 40 || h < 12:
		return tierCompact
	case w < 80 || h < 14:
		return tierStack
	case w >= 140 && h >= 40:
		return tierWide
	case w >= 100 && h >= 26:
		return tierColumns
	}
	return tierFull
}

// needs are how many lines parts of the overview take.
type needs struct {
	credits  int
	accounts int  // how many there are
	cards    bool // there is something for the cards
	sums     bool // something that was spent is known
}

// layout is that of the view on the screen.
//
//go:noinline
func (m *Model) layout() layout { return m.layoutOf(views[m.view]) }

func (m *Model) layoutOf(v view) layout {
	l := layout{tier: tierFor(m.w, m.h), w: m.w, h: m.h}
	if l.tier < tierStack {
		return l
	}
	y := 0
	row := func(n int) rect {
		r := rect{0, y, m.w, n}
		y += n
		return r
	}
	l.top, l.footer = row(1), rect{0, m.h - 1, m.w, 1}
	if _, where := panel.Header(m.pen(), &m.snap, m.w-2); where != "" {
		l.top.h, y = 2, 2
	}
	switch {
	case m.h >= 24, l.tier == tierStack && m.h >= leastStack:
		l.tabs = row(1)
	case l.tier == tierStack: // beside the hints
		line, _ := panel.Tabs(m.pen(), viewNames(), m.view, &m.snap, "", 0)
		l.tabs = rect{0, l.footer.y, draw.Width(line), 1}
		l.footer.x, l.footer.w = l.tabs.w, m.w-l.tabs.w
	}
	most := 1 + m.h/16
	if l.tier == tierStack {
		most = 1 + m.h/30
	}
	n := len(m.banners(most))
	l.end = l.footer.y - n
	l.banners = rect{0, l.end, m.w, n}
	v.place(m, &l, y)
	return l
}

// banners are what is wrong or new, in so many rows at most: an alert that is longer
// than a row goes on in those that the others leave.
func (m *Model) banners(most int) (out []string) {
	w := m.w - 2
	all := panel.Banners(m.pen(), &m.snap, w)
	for i, b := range all {
		lines := []string{b}
		if draw.Width(b) > w && i < len(m.snap.Alerts) && strings.Contains(b, "▲") {
			if wrapped := draw.Wrap(b, w-2); len(out)+len(wrapped)+len(all)-1-i <= most {
				for j := range wrapped[1:] {
					wrapped[j+1] = "  " + wrapped[j+1]
				}
				lines = wrapped
			}
		}
		out = append(out, lines...)
	}
	return out[:min(len(out), most)]
}

// leastStack is the height from which a stack has a row of tabs, and plots with
// borders.
const leastStack = 16

// borderless reports whether a list has no room for borders, from a height on.
func (l *layout) borderless(least int) bool { return l.tier == tierStack && (l.w < 56 || l.h < least) }

// stackedOverview places the account, the plot, and who spent it below each other:
// card is what the account takes.
func (l *layout) stackedOverview(y, card int, n needs) {
	rest := l.end - y
	l.card = rect{0, y, l.w, rest}
	if l.h < leastStack {
		return
	}
	l.card.h = min(card, max(rest-leastSpend, 3))
	rest -= l.card.h
	foot := func(n int) rect {
		rest -= n
		return rect{0, y + l.card.h + rest, l.w, n}
	}
	if rows := accountsHeight(n.accounts, rest); rows > 0 {
		l.accounts = foot(rows)
	}
	if each := min(panel.CardRows, (rest-fairStack)/2); n.cards && each > 3 {
		l.cards = foot(2 * each)
	}
	if n.sums && rest >= leastSpend+2 {
		l.spent = foot(2)
	}
	l.spend = rect{0, y + l.card.h, l.w, rest}
}

// fairStack is what who spent it leaves the plot above.
const fairStack = 14

// stackedForecast places the date with its chances, the fan, why and the plan
// below each other.
func (l *layout) stackedForecast(y int, reasons func(w int) int) {
	rest := l.end - y
	foot := func(n int) rect {
		rest -= n
		return rect{0, y + rest, l.w, n}
	}
	if l.h < leastStack {
		l.plan = foot(planRows - 1) // without a lower border
	} else {
		l.plan = foot(planRows)
		if n := reasons(l.w - 4); rest >= panel.StackedChances+leastFan+n+2+4 {
			l.why = foot(n + 2)
		}
		if h := rest - panel.StackedChances; h >= draw.LeastFan+2 {
			l.fan = foot(h)
		} else if h := rest - panel.StackedDate; h >= draw.LeastFan+2 {
			l.fan = foot(h)
		}
	}
	l.card = rect{0, y, l.w, rest}
}

// table places a list in all rows from y on, or in as many as it takes with the
// plot of spend, of some height at least, below it; 0: all.
func (l *layout) table(y, takes, least int) {
	l.body = rect{0, y, l.w, l.end - y}
	if left := l.body.h - takes; takes > 0 && left >= least {
		l.body.h = takes
		l.spend = rect{0, y + l.body.h, l.w, l.end - y - l.body.h}
		l.beside()
	}
}

// cardRoom reports whether the overview has room for who spent most.
func (l layout) cardRoom() bool { return l.cards.h > 0 || l.spent.h > 0 }

func (l *layout) overview(y int, n needs) {
	cards, w := max(5, n.credits+2), l.w
	switch {
	case l.tier >= tierColumns:
		cards = 9
	case l.h >= roomForDigits && n.accounts < 2:
		cards = max(7, cards)
	}
	left := (w + 1) / 2
	if l.tier == tierWide {
		left = w * 36 / 100
		right := w * 28 / 100
		l.chances = rect{w - right, y, right, cards}
		w -= right
	}
	l.credits, l.runOut = rect{0, y, left, cards}, rect{left, y, w - left, cards}
	y += cards
	rest := l.end - y
	foot := func(n int) rect {
		rest -= n
		return rect{0, y + rest, l.w, n}
	}
	rows, cardRows := accountsHeight(n.accounts, rest), 0
	if n.cards && l.tier >= tierColumns {
		cardRows = panel.CardHeight(rest)
		if l.tier == tierWide && rest-cardRows < 2*panel.WeekRows { // the week beside spend is worth more
			cardRows = min(cardRows, panel.CardRows)
		}
	}
	switch {
	case l.tier == tierWide && rows > 0 && cardRows > 0: // side by side
		l.accounts = foot(max(rows, cardRows))
		l.cards = l.accounts
		l.accounts.w = l.w * 52 / 100 // room for the rates
		l.cards.x = l.accounts.w
		l.cards.w -= l.accounts.w
	case rows > 0:
		if n.cards && l.tier >= tierColumns {
			l.cards = foot(panel.CardHeight(rest - rows))
		}
		l.accounts = foot(rows)
	case cardRows > 0:
		l.cards = foot(cardRows)
	}
	switch {
	case l.tier == tierWide:
		n := max(rest/2, min(rest-leastSpend, draw.LeastFan+3))
		rest -= n
		l.fan = rect{0, y + rest, l.w, n}
	case l.tier == tierFull && rest >= 12 && (n.sums || n.cards):
		l.spent = rect{0, l.end - 3, l.w, 3}
		l.accounts.y -= 3
		rest -= 3
	}
	l.spend = rect{0, y, l.w, rest}
	if l.tier == tierWide {
		l.beside()
	}
}

// beside leaves the week a place at the right of the plot of spend.
//
//go:noinline
func (l *layout) beside() {
	if each := (l.spend.w*3/10 - panel.WeekWidth) / 24; l.spend.h >= panel.WeekRows && l.spend.w >= 2*panel.WeekWidth+20 {
		l.week = l.spend
		l.week.w = panel.WeekWidth + 24*max(0, each)
		l.spend.w -= l.week.w
		l.week.x = l.spend.w
	}
}

// roomForDigits is the height from which an amount and a date are drawn big.
const roomForDigits = 22

// leastSpend is the least height of the plot of spend beside that of the balance.
const leastSpend = 8

// leastAccounts is the least height of a panel of accounts: one of them, how
// many more there are, the total and the border. besideAccounts is
// the height that it leaves to the plots.
const leastAccounts, besideAccounts = 5, 9

// accountsHeight is how high the panel of so many accounts is, of so many rows
// that the overview has below its first cards; 0: one alone, or no room.
func accountsHeight(accounts, rest int) int {
	most := min(max(leastAccounts+1, rest*2/5), rest-besideAccounts)
	if accounts < 2 || most < leastAccounts {
		return 0
	}
	return min(accounts+3, most)
}

// leastFan is the height that the reasons and the plan leave the fan, and
// planRows what the plan takes: a line for each of its fields and the border.
const (
	leastFan = 11
	planRows = panel.PlanFields + 2
)

// besideFrom is the width from which the reasons stand beside the plan.
const besideFrom = 76

// forecast places the fan and the date above the reasons and the plan; reasons are
// the lines that the reasons take in some cells.
func (l *layout) forecast(y int, reasons func(w int) int) {
	rest := l.end - y
	left := l.w * 45 / 100
	n := panel.PlanFields*panel.PlanLines(l.w-left, l.h) + 2
	if l.w >= besideFrom && rest >= leastFan+n {
		beside := max(n, min(reasons(left-4)+2, rest-2*leastFan))
		rest -= beside
		l.why, l.plan = rect{0, y + rest, left, beside}, rect{left, y + rest, l.w - left, beside}
	} else if rest >= leastFan+planRows {
		l.plan = rect{0, l.end - planRows, l.w, planRows}
		rest -= planRows
	}
	if l.why.h == 0 {
		if why := min(reasons(l.w-4)+2, rest-leastFan); why >= 3 {
			rest -= why
			l.why = rect{0, y + rest, l.w, why}
		}
	}
	card := min(44, max(34, l.w*40/100))
	l.fan, l.card = rect{0, y, l.w - card, rest}, rect{l.w - card, y, card, rest}
	if spare := rest - mostForecast; spare >= panel.WeekRows && card >= panel.WeekWidth {
		l.card.h = mostForecast
		l.week = rect{l.card.x, y + mostForecast, card, spare}
	}
}

// mostForecast is the height that the card of a forecast fills.
const mostForecast = 25
