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
	l.forecast(y, len(panel.WhyLines(m.snap, m.now, m.w-4, m.h)))
}

func (forecastView) body(d screen, l layout) []string {
	p, s := d.Pen, d.m.snap
	out := draw.Beside(
		d.m.fanPlot().Render(p, s, l.fan.w, l.fan.h),
		panel.Forecast(p, s, l.card.w, l.card.h))
	if l.why.h > 0 {
		out = append(out, panel.Why(p, s, l.why.w, l.why.h)...)
	}
	if l.plan.h > 0 {
		out = append(out, d.plan().Render(l.plan.w, l.plan.h)...)
	}
	return out
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
	enable(l.plan.h > 0, &k.up, &k.down, &k.edit)
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
		default:
			return nil, false
		}
	case tea.PasteMsg:
		if p.editing {
			p.input, p.err = p.input.Update(msg), ""
		}
	case tea.MouseClickMsg:
		box := m.layout().plan
		i := msg.Y - box.y - 1
		switch {
		case !box.holds(msg.X, msg.Y) || i < 0 || i >= panel.PlanFields || p.editing:
		case p.at == i:
			p.edit()
		default:
			p.at = i
		}
	}
	return nil, true
}

// plan is the planner as it is drawn.
func (d screen) plan() panel.Plan {
	pl, s := d.m.plan, d.m.snap
	in := pl.inputs(d.Now)
	out := panel.Plan{Pen: d.Pen, Snap: s, TopUpUSD: in.topUpUSD, Until: in.until, Days: in.days, At: pl.at, Wrong: pl.err, Failed: pl.result.Err}
	if pl.shown(s, d.Now) {
		out.Result = &pl.result.Value.plan
	}
	if pl.editing {
		out.Edit = func(old string, w int) string { return pl.input.Render(d.Pen, old, w) }
	}
	return out
}
