package ui

import (
	tea "charm.land/bubbletea/v2"

	"ortop/ui/draw"
	"ortop/ui/panel"
)

// forecastView is where the balance goes, why, and the planner.
type forecastView struct{ plain }

func (forecastView) name() string                    { return "forecast" }
func (forecastView) span(m *Model) int               { return m.back() }
func (forecastView) setSpan(m *Model, span int)      { m.fanSpan = span }
func (forecastView) load(m *Model, _ layout) tea.Cmd { return m.loadPlan() }

func (forecastView) place(m *Model, l *layout, y int) {
	place := l.forecast
	if l.tier == tierStack {
		place = l.stackedForecast
	}
	place(y, func(w int) int { return len(panel.WhyLines(m.pen(), &m.snap, w, m.h)) })
}

func (forecastView) body(d screen, l layout) []string {
	p, s := d.Pen, d.m.snap
	var out []string
	if l.tier == tierStack {
		top := d.pane()
		top.Chances, top.Part, top.LeftAbove, top.Plotted = true, true, l.fan.h > 0, l.card.h < panel.StackedChances
		out = draw.Fill(top.Card(l.w, l.card.h), l.w, l.card.h)
		if l.fan.h > 0 {
			out = append(out, d.m.fanPlot().Render(p, &s, l.fan.w, l.fan.h)...)
		}
	} else {
		card := panel.Forecast(p, &s, l.card.w, l.card.h)
		if l.week.h > 0 {
			card = append(card, panel.Week(p, d.m.week.Value, d.m.week.Loaded, l.week.w, l.week.h)...)
		}
		out = draw.Beside(d.m.fanPlot().Render(p, &s, l.fan.w, l.fan.h), card)
	}
	var why, plan []string
	if l.why.h > 0 {
		why = panel.Why(p, &s, l.why.w, l.why.h)
	}
	if l.plan.h > 0 {
		plan = d.plan().Render(l.plan.w, l.plan.h)
	}
	if l.why.h > 0 && l.plan.y == l.why.y {
		return append(out, draw.Beside(why, plan)...)
	}
	return append(append(out, why...), plan...)
}

func (forecastView) card(d screen, w, h int) []string {
	p := d.pane()
	p.Chances = true
	return p.Card(w, h)
}

func (forecastView) keys(m *Model, l layout, k *keyMap) *keyMap {
	if m.plan.editing {
		return &keyMap{interrupt: k.interrupt, suspend: k.suspend, take: on(k.take), drop: on(k.drop)}
	}
	enable(l.plan.h > 0, &k.up, &k.down, &k.edit, &k.more, &k.less)
	return k
}

func (forecastView) update(m *Model, msg tea.Msg, k *keyMap) (tea.Cmd, bool) {
	p := &m.plan
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		switch {
		case p.editing:
			return m.planKey(msg, k), true
		case hit(msg, &k.up):
			p.at = max(0, p.at-1)
		case hit(msg, &k.down):
			p.at = min(panel.PlanFields-1, p.at+1)
		case hit(msg, &k.edit):
			p.edit()
		case hit(msg, &k.more):
			return m.planned(1), true
		case hit(msg, &k.less):
			return m.planned(-1), true
		case p.drawn && hit(msg, &k.back):
			p.drawn = false
		default:
			return nil, false
		}
	case tea.PasteMsg:
		if p.editing {
			p.input, p.err = p.input.Update(msg), ""
		}
	case tea.MouseWheelMsg:
		by := map[tea.MouseButton]int{tea.MouseWheelUp: 1, tea.MouseWheelDown: -1}[msg.Button]
		if i := m.planUnder(tea.Mouse(msg)); i >= 0 && by != 0 {
			p.at = i
			return m.planned(by), true
		}
	case tea.MouseClickMsg:
		switch i := m.planUnder(tea.Mouse(msg)); {
		case i < 0:
		case p.at == i:
			p.edit()
		default:
			p.at = i
		}
	}
	return nil, true
}

// planUnder is the field of the plan under the mouse; -1: none, or one is edited.
func (m *Model) planUnder(at tea.Mouse) int {
	box := m.layout().plan
	if i := (at.Y - box.y - 1) / panel.PlanLines(box.w, box.h); box.holds(at.X, at.Y) && at.Y > box.y && i < panel.PlanFields && !m.plan.editing {
		return i
	}
	return -1
}

// plan is the planner as it is drawn.
func (d screen) plan() panel.Plan {
	pl, s := d.m.plan, d.m.snap
	in := pl.inputs(&s, d.Now)
	out := panel.Plan{Pen: d.Pen, Snap: s, TopUpUSD: in.topUpUSD, Until: in.until, Days: in.days, At: pl.at, Wrong: pl.err, Failed: pl.result.Err}
	if pl.shown(&s, d.Now) {
		out.Result = &pl.result.Value.plan
	}
	if pl.editing {
		out.Edit = func(old string, w int) string { return pl.input.Render(d.Pen, old, w) }
	}
	return out
}
