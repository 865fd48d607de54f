package ui

import (
	tea "charm.land/bubbletea/v2"

	"ortop/internal/credit"
	"ortop/ui/draw"
	"ortop/ui/panel"
)

// overview is the account at a glance: what is left, when it runs out, what is
// spent and by whom.
type overview struct {
	plain
	roomy bool // there are cards of who spent most, as if they were loaded
}

func (overview) name() string { return "overview" }

// load also requests the spend of a small pane.
func (v overview) load(m *Model, l layout) tea.Cmd {
	var cmd tea.Cmd
	if l.spend.h == 0 && l.tier >= tierCompact {
		cmd = m.loadSpend()
	}
	return batch(cmd, v.refresh(m, l))
}

// refresh requests who spent most, where there is room for it, and what the
// accounts beside this one spent.
func (overview) refresh(m *Model, l layout) tea.Cmd {
	var days tea.Cmd
	if l.accounts.h > 0 {
		days = m.loadDays()
	}
	if m.snap.KeyKind() == credit.KeyOrdinary || !m.layoutOf(overview{roomy: true}).cardRoom() {
		return days
	}
	return batch(days, m.loadBreakdowns(cardQuestions...))
}

func (v overview) place(m *Model, l *layout, y int) {
	n := needs{accounts: len(m.peers), cards: v.roomy || m.cards().Any()}
	if m.snap.Balance == nil {
		n.credits = len(panel.UnknownLines(m.pen(), &m.snap, draw.LevelNone, m.w/2, 4))
	}
	n.sums = panel.SpendSums(m.pen(), &m.snap, l.w-2) != nil
	if l.tier == tierStack {
		l.stackedOverview(y, m.top().Height(l.w), n)
		return
	}
	l.overview(y, n)
}

// top is what stands above the plot of a stack.
func (m *Model) top() panel.Pane {
	return panel.Pane{Pen: m.pen(), Snap: m.snap, Accounts: m.accounts(), Home: true, Part: true, Plotted: m.h >= leastStack}
}

func (overview) body(d screen, l layout) []string {
	p, s := d.Pen, d.m.snap
	if l.tier == tierStack {
		return d.stackedOverview(l)
	}
	top := [][]string{
		panel.Credits(p, &s, l.credits.w, l.credits.h),
		panel.RunOut(p, &s, l.runOut.w, l.runOut.h, l.chances.h == 0),
	}
	if l.chances.h > 0 {
		top = append(top, panel.Chances(p, &s, l.chances.w, l.chances.h))
	}
	spend := d.m.spendPlot()
	spend.Pace, spend.Unseen = panel.Pace(p, &s), panel.NotSeen(&s, p.Now)
	out := append(draw.Beside(top...), d.spend(l, &spend)...)
	if l.fan.h > 0 {
		out = append(out, d.m.fanPlot().Render(p, &s, l.fan.w, l.fan.h)...)
	}
	var foot [][]string
	if l.accounts.h > 0 {
		foot = append(foot, d.m.accounts().Render(p, l.accounts.w, l.accounts.h))
	}
	cards := d.m.cards()
	if l.cards.h > 0 {
		foot = append(foot, cards.Render(p, l.cards.w, l.cards.h))
	}
	if len(foot) == 2 && l.accounts.y == l.cards.y {
		foot = [][]string{draw.Beside(foot...)}
	}
	for _, lines := range foot {
		out = append(out, lines...)
	}
	switch {
	case l.spent.h > 0 && cards.Any():
		out = append(out, cards.RenderDay(p, &s, l.spent.w, l.spent.h)...)
	case l.spent.h > 0:
		out = append(out, panel.Spent(p, &s, l.spent.w, l.spent.h)...)
	}
	return out
}

// stackedOverview draws the account, the plot, and who spent it below each other.
func (d screen) stackedOverview(l layout) []string {
	p, s := d.Pen, d.m.snap
	top := d.m.top()
	top.Spend = d.m.spendPlot()
	out := draw.Fill(top.Card(l.w, l.card.h), l.w, l.card.h)
	if l.spend.h > 0 {
		out = append(out, d.spend(l, new(d.m.spendPlot()))...)
	}
	if l.spent.h > 0 {
		for _, line := range draw.Fill(panel.SpendSums(p, &s, l.w-2), l.w-2, l.spent.h) {
			out = append(out, " "+line+" ")
		}
	}
	if l.accounts.h > 0 {
		out = append(out, d.m.accounts().Render(p, l.accounts.w, l.accounts.h)...)
	}
	if l.cards.h > 0 {
		out = append(out, d.m.cards().RenderStacked(p, l.cards.w, l.cards.h)...)
	}
	return out
}

func (overview) card(d screen, w, h int) []string {
	p := d.pane()
	p.Home = true
	return p.Card(w, h)
}
