package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/ui/load"
	"ortop/ui/panel"
	"ortop/ui/scenes"
)

// typed presses keys; a word of more than one letter that is no key is typed.
func typedPlan(m Model, keys ...string) (Model, tea.Cmd) {
	var cmd tea.Cmd
	for _, k := range keys {
		switch k {
		case "tab", "esc", "enter", "up", "down", "backspace":
			m, cmd = step(m, press(k))
			continue
		}
		for _, r := range k {
			m, cmd = step(m, press(string(r)))
		}
	}
	return m, cmd
}

func TestPlanKeys(t *testing.T) {
	start := inputs{25, time.Date(2026, 12, 1, 0, 0, 0, 0, scenes.Zone), 7}
	with := func(change func(*inputs)) inputs {
		in := start
		change(&in)
		return in
	}
	for _, c := range []struct {
		name    string
		keys    []string
		want    inputs
		editing bool
		err     string // what the error contains
		asks    bool   // the last key asks for a plan
	}{
		{"a sum", []string{"enter", "$49.50", "enter"}, with(func(in *inputs) { in.topUpUSD = 49.5 }), false, "", true},
		{"a weekday", []string{"down", "enter", "Tue", "enter"}, with(func(in *inputs) { in.until = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC).In(scenes.Zone) }), false, "", true},
		{"a span", []string{"down", "enter", "5d", "enter"}, with(func(in *inputs) { in.until = scenes.Now.AddDate(0, 0, 5) }), false, "", true},
		{"days", []string{"down", "down", "enter", "14", "enter"}, with(func(in *inputs) { in.days = 14 }), false, "", true},
		{"weeks", []string{"down", "down", "down", "enter", "3w", "enter"}, with(func(in *inputs) { in.days = 21 }), false, "", true},
		{"up again", []string{"down", "up", "up", "enter", "9", "enter"}, with(func(in *inputs) { in.topUpUSD = 9 }), false, "", true},
		{"corrected", []string{"enter", "5x", "backspace", "0", "enter"}, with(func(in *inputs) { in.topUpUSD = 50 }), false, "", true},
		{"nothing typed", []string{"enter", "enter"}, start, false, "", false},
		{"given up", []string{"enter", "50", "esc"}, start, false, "", false},
		{"q is a letter", []string{"enter", "q2?[rtp"}, start, true, "", false},
		{"not an amount", []string{"enter", "much", "enter"}, start, true, "not an amount", false},
		{"not a time", []string{"down", "enter", "soon", "enter"}, start, true, "not a time", false},
		{"in the past", []string{"down", "enter", "2026-11-20", "enter"}, start, true, "passed", false},
		{"not a span", []string{"down", "down", "enter", "x", "enter"}, start, true, "not a span", false},
		{"too long", []string{"down", "down", "enter", "400d", "enter"}, start, true, "and a year", false},
		{"no time at all", []string{"down", "down", "enter", "0s", "enter"}, start, true, "between an hour", false},
		{"mended after a mistake", []string{"enter", "x", "enter", "backspace", "7", "enter"}, with(func(in *inputs) { in.topUpUSD = 7 }), false, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, cmd := typedPlan(modelOf(Options{}, scenes.Healthy(), 100, 30, viewForecast), c.keys...)
			if got := m.plan.inputs(&m.snap, scenes.Now); got != c.want {
				t.Errorf("inputs after %q = %v, want %v", c.keys, got, c.want)
			}
			if m.plan.editing != c.editing || !strings.Contains(m.plan.err, c.err) || (m.plan.err == "") != (c.err == "") {
				t.Errorf("after %q editing %t, error %q; want %t, %q", c.keys, m.plan.editing, m.plan.err, c.editing, c.err)
			}
			if m.view != viewForecast || m.help || m.fanSpan != autoSpan {
				t.Errorf("after %q view %d, help %t, span %d", c.keys, m.view, m.help, m.fanSpan)
			}
			if (cmd != nil) != c.asks {
				t.Fatalf("after %q command = %t, want %t", c.keys, cmd != nil, c.asks)
			}
			if c.asks {
				if m, _ = step(m, cmd()); !m.plan.shown(&m.snap, scenes.Now) {
					t.Error("the answer is not shown")
				}
			}
		})
	}
}

func TestPlanKeysElsewhere(t *testing.T) {
	m, _ := typedPlan(modelOf(Options{}, scenes.Healthy(), 100, 30, viewOverview), "enter", "down")
	if m.plan.editing || m.plan.at != 0 {
		t.Error("the overview edits the plan")
	}
	m, _ = typedPlan(modelOf(Options{}, scenes.Healthy(), 39, 11, viewForecast), "enter")
	if m.plan.editing {
		t.Error("a plan that is not on the screen is edited")
	}
	m, _ = typedPlan(modelOf(Options{}, scenes.Healthy(), 100, 30, viewForecast), "enter", "4")
	m, _ = step(m, tea.WindowSizeMsg{Width: 39, Height: 11})
	if m, cmd := typedPlan(m, "q"); cmd == nil || m.plan.editing {
		t.Error("keys are typed into a field that is not on the screen")
	}
	m, _ = typedPlan(modelOf(Options{}, scenes.Healthy(), 100, 30, viewForecast), "]")
	if got := panel.Spans[m.back()].Name; got != "30d" {
		t.Errorf("] on the forecast chose %q", got)
	}
}

func TestPlanPaste(t *testing.T) {
	m, _ := typedPlan(modelOf(Options{}, scenes.Healthy(), 100, 30, viewForecast), "enter")
	m, _ = step(m, tea.PasteMsg{Content: "120.50\n"})
	m, _ = typedPlan(m, "enter")
	if got := m.plan.inputs(&m.snap, scenes.Now).topUpUSD; got != 120.5 {
		t.Errorf("top-up after a paste = %v (%s), want 120.5", got, m.plan.err)
	}
}

func TestPlanClick(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 100, 30, viewForecast)
	at := m.layout().plan
	click := tea.MouseClickMsg{X: at.x + 20, Y: at.y + 4, Button: tea.MouseLeft} // of two lines each
	if m, _ = step(m, click); m.plan.at != panel.FieldUntil || m.plan.editing {
		t.Errorf("a click chose field %d, editing %t", m.plan.at, m.plan.editing)
	}
	if m, _ = step(m, click); !m.plan.editing {
		t.Error("a click on the chosen field does not edit it")
	}
}

func TestPlanIsAskedWhenItChanges(t *testing.T) {
	f := newFakeFeed()
	m := modelOf(Options{Feed: f}, scenes.Healthy(), 100, 30, viewForecast)
	asked := f.plans.Load()
	if asked == 0 || !m.plan.shown(&m.snap, scenes.Now) {
		t.Fatalf("asked %d times, shown %t", asked, m.plan.shown(&m.snap, scenes.Now))
	}
	for range 20 {
		m, _ = step(m, clockMsg{m.clockGen})
		m, _ = step(m, snapshotMsg{f, scenes.Healthy()})
	}
	if m.plan.result.Loading {
		t.Error("the plan of the same reading is asked for again")
	}
	later := scenes.Healthy()
	later.At = scenes.Now
	m, _ = step(m, snapshotMsg{f, later})
	if !m.plan.result.Loading || !m.plan.shown(&m.snap, scenes.Now) {
		t.Fatalf("a new reading: asking %t, the old plan shown %t", m.plan.result.Loading, m.plan.shown(&m.snap, scenes.Now))
	}
	gen := m.plan.result.Gen
	m, cmd := typedPlan(m, "enter", "60", "enter")
	if cmd != nil || m.plan.result.Gen != gen || m.plan.shown(&m.snap, scenes.Now) {
		t.Error("a second plan is asked for at once, or one of another sum is shown")
	}
	m, _ = step(m, plannedMsg{source{f}, load.Answer[planned, planResult]{Gen: gen - 1}})
	if !m.plan.result.Loading {
		t.Error("an answer of an older generation counts")
	}
	m, cmd = step(m, plannedMsg{source{f}, load.Answer[planned, planResult]{Gen: gen, Of: m.plan.result.Sent, Value: planResult{ok: true}}})
	if cmd == nil || m.plan.result.Gen != gen+1 {
		t.Error("what changed meanwhile is not asked for afterwards")
	}
}

// The range that was chosen is named before the plot of it is there.
func TestTheChosenRangeIsNamedAtOnce(t *testing.T) {
	m := modelOf(Options{Feed: newFakeFeed()}, scenes.Healthy(), 100, 30, viewForecast)
	if screen := stripped(m); strings.Contains(screen, "balance, $ [") {
		t.Errorf("a range that goes by the forecast is named:\n%s", screen)
	}
	for range 2 {
		m, _ = step(m, press("]"))
		if name := "balance, $ [" + panel.Spans[m.fanSpan].Name + "] "; !strings.Contains(stripped(m), name) {
			t.Errorf("no %q on the screen:\n%s", name, stripped(m))
		}
	}
}

func TestPlanFailure(t *testing.T) {
	f := newFakeFeed()
	m := modelOf(Options{Feed: f}, scenes.Healthy(), 100, 30, viewForecast)
	later := scenes.Healthy()
	later.At = scenes.Now
	m, _ = step(m, snapshotMsg{f, later})
	m, cmd := step(m, plannedMsg{source{f}, load.Answer[planned, planResult]{Gen: m.plan.result.Gen, Of: m.plan.result.Sent, Err: errors.New("disk I/O \x1b[31merror")}})
	if frame := stripped(m); !strings.Contains(frame, "▲ cannot be planned:") || !strings.Contains(frame, " disk I/O ") || cmd != nil {
		t.Errorf("a failure: asked again at once %t, frame:\n%s", cmd != nil, frame)
	}
	if m, _ = step(m, snapshotMsg{f, later}); !m.plan.result.Loading {
		t.Error("after a failure the next snapshot does not ask again")
	}
}

func TestPlanInputs(t *testing.T) {
	var p planner
	bought := &account.Snapshot{LastTopUp: credit.TopUp{AmountUSD: 50}}
	if got := p.inputs(bought, scenes.Now).topUpUSD; got != 50 {
		t.Errorf("top-up = %v, want that of the last purchase, 50", got)
	}
	p.until = scenes.Now.Add(time.Hour)
	if got := p.inputs(bought, scenes.Now.Add(2*time.Hour)).until; !got.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, scenes.Zone)) {
		t.Errorf("until, once it has passed = %v, want the first of next month", got)
	}
	if got := p.inputs(bought, time.Date(2026, 12, 31, 23, 0, 0, 0, scenes.Zone)).until; got.Format("2006-01-02") != "2027-01-01" {
		t.Errorf("until in December = %v, want the new year", got)
	}
}

// At 80 columns the dates of two months are as long as they get.
func TestPlanKeepsItsRange(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 80, 24, viewForecast)
	f := &m.plan.result.Value.plan.WithTopUp
	f.P10, f.P50, f.P90 = 10.1*86400, 13.9*86400, 30.1*86400
	frame := stripped(m)
	for _, want := range []string{"] to Sat 5 Dec  ", " 80 %: 1 to 21 Dec "} {
		if !strings.Contains(frame, want) {
			t.Errorf("the plan does not say %q:\n%s", want, frame)
		}
	}
}

// In the first minutes no middle is on any screen.
func TestEarlyShowsNoMiddle(t *testing.T) {
	for _, size := range goldenSizes {
		for view := range views {
			frame := stripped(modelOf(Options{}, scenes.All["early"](), size[0], size[1], view))
			for _, middle := range []string{"Thu 26", "26 Nov", "5 d 3 h", "5 d 4 h", "14:17"} {
				if strings.Contains(frame, middle) {
					t.Errorf("at %v view %d stands %q:\n%s", size, view, middle, frame)
				}
			}
		}
	}
	s := scenes.All["early"]()
	if got := panel.Copied(&s, plainPen); strings.Contains(got, "26 Nov") || !strings.Contains(got, "between tomorrow and Thu 3 Dec") {
		t.Errorf("copied = %q", got)
	}
}

func TestPlanCmdAsks(t *testing.T) {
	var got forecast.Ask
	feed := &askFeed{newFakeFeed(), func(ctx context.Context, ask forecast.Ask) {
		got = ask
		if _, ok := ctx.Deadline(); !ok {
			t.Error("a plan is asked for without an end")
		}
	}}
	until := scenes.Now.AddDate(0, 0, 3)
	m := modelOf(Options{Feed: feed}, scenes.Healthy(), 100, 30, viewForecast)
	m.plan.topUpUSD, m.plan.until, m.plan.days = 30, until, 14
	m.loadPlan()()
	if got.TopUpUSD == nil || *got.TopUpUSD != 30 || !got.Until.Equal(until) || got.Days != 14 {
		t.Errorf("asked %+v, want 30 USD until %v for 14 d", got, until)
	}
}

type askFeed struct {
	*fakeFeed
	asked func(context.Context, forecast.Ask)
}

func (f *askFeed) Plan(ctx context.Context, s account.Snapshot, ask forecast.Ask) (forecast.Plan, bool, error) {
	f.asked(ctx, ask)
	return f.fakeFeed.Plan(ctx, s, ask)
}

func TestPlanByHand(t *testing.T) {
	m, cmd := pressAll(modelOf(Options{}, scenes.Healthy(), 100, 30, viewForecast), "+")
	m, later := pressAll(m, "+", "-", "+")
	if got := m.plan.inputs(&m.snap, scenes.Now).topUpUSD; got != 35 {
		t.Fatalf("the sum after + + - + = %v, want 35", got)
	}
	if cmd == nil || later != nil {
		t.Fatal("+ asks for no plan, or for one beside that on its way")
	}
	before := stripped(modelOf(Options{}, scenes.Healthy(), 100, 30, viewForecast))
	if strings.Contains(before, "without") || strings.Contains(before, "⠂") {
		t.Errorf("a line without a top-up, and none was planned:\n%s", before)
	}
	m, cmd = step(m, cmd()) // which asks for the newest
	m, _ = step(m, cmd())
	after := stripped(m)
	for _, want := range []string{"balance, $ · with $35 more", "⠂⠂ without", "[ $35.00 "} {
		if !strings.Contains(after, want) {
			t.Errorf("no %q on the screen:\n%s", want, after)
		}
	}
	left := strings.SplitN(after, "runs out", 2)[0]
	if n := strings.Count(after, "⠂") + strings.Count(after, "⠄") + strings.Count(after, "⠁") + strings.Count(after, "⡀"); n < 8 {
		t.Errorf("no ghost of the line without the sum:\n%s", left)
	}
	if m, _ = pressAll(m, "esc"); m.view != viewForecast || strings.Contains(stripped(m), "without") {
		t.Error("esc does not show the forecast as it is again")
	}
	if m, _ = pressAll(m, "esc"); m.view != viewOverview {
		t.Error("a second esc does not turn back")
	}

	m, _ = pressAll(modelOf(Options{}, scenes.Healthy(), 100, 30, viewForecast), "down", "+", "+", "down", "-")
	in := m.plan.inputs(&m.snap, scenes.Now)
	if want := time.Date(2026, 12, 3, 0, 0, 0, 0, scenes.Zone); !in.until.Equal(want) || in.days != 6 || in.topUpUSD != 25 {
		t.Errorf("the other fields after + + and - = %v, want 3 Dec and 6 d", in)
	}
	for range 30 {
		m, _ = pressAll(m, "up", "-", "down", "-")
	}
	if in := m.plan.inputs(&m.snap, scenes.Now); !in.until.After(scenes.Now) || in.days < 1 {
		t.Errorf("steps lead to %v", in)
	}

	m = modelOf(Options{}, scenes.Healthy(), 100, 30, viewForecast)
	at := m.layout().plan
	m, _ = step(m, tea.MouseWheelMsg{Button: tea.MouseWheelUp, X: at.x + 20, Y: at.y + 1})
	if got := m.plan.inputs(&m.snap, scenes.Now).topUpUSD; got != 30 {
		t.Errorf("the sum after the wheel = %v, want 30", got)
	}
	m, _ = step(m, tea.MouseWheelMsg{Button: tea.MouseWheelDown, X: at.x + 20, Y: at.y + 6}) // of two lines each
	if in := m.plan.inputs(&m.snap, scenes.Now); in.days != 6 || in.topUpUSD != 30 {
		t.Errorf("the wheel over the third field = %v, want 6 d", in)
	}
}

func TestStepsOfASum(t *testing.T) {
	for _, c := range []struct{ from, up, down float64 }{
		{1, 2, 1}, {9, 10, 8}, {9.5, 10, 9}, {10, 15, 9}, {25, 30, 20}, {47.3, 50, 45}, {50, 60, 45}, {200, 250, 190}, {1e6, 1e6, 999950},
	} {
		if up, down := stepUSD(c.from, 1), stepUSD(c.from, -1); up != c.up || down != c.down {
			t.Errorf("steps from %v = %v and %v, want %v and %v", c.from, up, down, c.up, c.down)
		}
	}
}
