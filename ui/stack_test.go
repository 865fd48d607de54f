package ui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/alert"
	"ortop/ui/panel"
	"ortop/ui/scenes"
)

// A pane from 40 to 79 wide has what a wide one has: tabs, modes, ranges, plan.
func TestStackIsWhole(t *testing.T) {
	s := scenes.Healthy()
	s.Alerts = []alert.Event{{Level: alert.Warning}, {Level: alert.Warning}}
	for _, size := range [][2]int{{40, 24}, {60, 20}, {79, 30}} {
		m := modelOf(Options{Feed: filledFeed()}, s, size[0], size[1], viewOverview)
		if !strings.Contains(stripped(m), "▲ 2") {
			t.Errorf("%v: the tabs do not say how many alerts there are:\n%s", size, stripped(m))
		}
		tab := func(i int) tea.MouseClickMsg {
			l := m.layout()
			_, ends := m.tabs(l)
			return tea.MouseClickMsg{X: ends[i] - 2, Y: l.tabs.y, Button: tea.MouseLeft}
		}
		if got, _ := step(m, tab(3)); got.view != viewOf("events") {
			t.Errorf("%v: a click on the fourth tab leads to view %d", size, got.view)
		}
		for i, want := range []string{"spend, $/h", "balance, $", "this month (UTC), $"} {
			if got := stripped(m); !strings.Contains(got, want) {
				t.Errorf("%v: no %q in mode %d:\n%s", size, want, i, got)
			}
			m, _ = pressAll(m, "v")
			m = loaded(asked(m))
		}
		if got, _ := pressAll(m, "+"); panel.Spans[got.span].Name != "6h" {
			t.Errorf("%v: + chose %s", size, panel.Spans[got.span].Name)
		}
		l := m.layout()
		if got, _ := step(m, tea.MouseWheelMsg{Button: tea.MouseWheelUp, X: 20, Y: l.spend.y + 2}); panel.Spans[got.span].Name != "6h" {
			t.Errorf("%v: the wheel chose %s", size, panel.Spans[got.span].Name)
		}
		m, _ = step(m, tab(1))
		m = loaded(asked(m))
		frame := stripped(m)
		for _, want := range []string{"balance, $", "80 %", "plan", "top up", "until", "auto", "runs out"} {
			if !strings.Contains(frame, want) {
				t.Errorf("%v: no %q in the forecast:\n%s", size, want, frame)
			}
		}
		if got, _ := pressAll(m, "+"); got.plan.inputs(&got.snap, scenes.Now).topUpUSD != 30 {
			t.Errorf("%v: + does not change the sum", size)
		}
		if got, _ := clickOn(t, m, "auto ", 0); got.plan.at != 2 {
			t.Errorf("%v: a click on the third field chose %d", size, got.plan.at)
		}
	}
	m := modelOf(Options{Feed: filledFeed()}, scenes.Healthy(), 60, 20, viewOverview)
	if got, _ := clickOn(t, m, "7d", 0); panel.Spans[got.span].Name != "7d" {
		t.Errorf("a click on 7d chose %s", panel.Spans[got.span].Name)
	}
}

// The smallest stack has its tabs in the footer, beside the hints.
func TestTabsInTheFooter(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 40, 12, viewOverview)
	last := func(m Model) string {
		lines := strings.Split(stripped(m), "\n")
		return lines[len(lines)-1]
	}
	if got := last(m); !strings.HasPrefix(got, " 1  2  3  4  ? help ") {
		t.Fatalf("footer = %q", got)
	}
	for i := range views {
		if got, _ := step(m, tea.MouseClickMsg{X: 3*i + 1, Y: 11, Button: tea.MouseLeft}); got.view != i {
			t.Errorf("a click on tab %d leads to view %d", i+1, got.view)
		}
	}
	if got, _ := step(m, tea.MouseClickMsg{X: 13, Y: 11, Button: tea.MouseLeft}); !got.help {
		t.Error("a click on ? help opens no help")
	}
	m, _ = pressAll(m, "2", "+")
	if got := m.plan.inputs(&m.snap, scenes.Now).topUpUSD; got != 30 {
		t.Errorf("the sum in a pane of 40 x 12 after + = %v, want 30", got)
	}
	if frame := stripped(m); !strings.Contains(frame, "› top up [$30.00") || !strings.Contains(frame, "auto") {
		t.Errorf("no plan:\n%s", frame)
	}
}

// Cards that stand below each other lead to what each is of.
func TestStackedCards(t *testing.T) {
	m := loaded(modelOf(Options{Feed: filledFeed()}, scenes.Healthy(), 60, 40, viewOverview))
	if m.layout().cards.h == 0 {
		t.Fatalf("no cards:\n%s", stripped(m))
	}
	for _, c := range []struct{ title, want string }{{"models, 24 h", "by model"}, {"keys, 24 h", "by key"}} {
		x, y := at(t, m, c.title)
		got, _ := step(m, tea.MouseClickMsg{X: x, Y: y + 1, Button: tea.MouseLeft})
		if frame := stripped(got); !strings.Contains(frame, c.want) {
			t.Errorf("a click on the card %q leads to:\n%s", c.title, frame)
		}
	}
}
