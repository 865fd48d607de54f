package ui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/alert"
	"ortop/ui/draw"
	"ortop/ui/panel"
	"ortop/ui/scenes"
)

// at is where a word is on the screen.
func at(t *testing.T, m Model, word string) (x, y int) {
	t.Helper()
	lines := strings.Split(stripped(m), "\n")
	for y := len(lines) - 1; y >= 0; y-- {
		if before, _, ok := strings.Cut(lines[y], word); ok {
			return draw.Width(before), y
		}
	}
	t.Fatalf("no %q on the screen:\n%s", word, stripped(m))
	return 0, 0
}

func clickOn(t *testing.T, m Model, word string, right int) (Model, tea.Cmd) {
	t.Helper()
	x, y := at(t, m, word)
	return step(m, tea.MouseClickMsg{X: x + right, Y: y, Button: tea.MouseLeft})
}

// Every hint of the footer is a button: each does what its key does.
func TestHintsAreButtons(t *testing.T) {
	for v := range views {
		m := modelOf(Options{Feed: filledFeed()}, scenes.Healthy(), 200, 60, v)
		m = loaded(m)
		k := m.enabledKeys(m.layout())
		n := 0
		for _, h := range k.hints() {
			word := h.word(plainPen)
			if word == "" {
				continue
			}
			n++
			x, y := at(t, m, draw.Clean(strings.TrimSpace(stripANSI(word))))
			d := m.screen(m.layout())
			for i, b := range h.parts() {
				right := 0
				if i > 0 {
					right = draw.Width(h.parts()[0].Help().Key) + 1
				}
				got := d.hintAt(views[v], x+right, m.w)
				if got == nil || y != m.h-1 {
					t.Fatalf("view %d: a click on %q is of nothing", v, stripANSI(word))
				}
				if got.Help().Key != b.Help().Key {
					t.Errorf("view %d: a click on %q is of %q, want %q", v, stripANSI(word), got.Help().Key, b.Help().Key)
				}
			}
		}
		if n < 5 {
			t.Errorf("view %d has %d hints", v, n)
		}
	}
	m := modelOf(Options{}, scenes.Healthy(), 100, 30, viewOverview)
	if got, _ := clickOn(t, m, "? help", 2); !got.help {
		t.Error("a click on help does not show it")
	}
	if got, _ := clickOn(t, m, "[ ] range", 0); got.span != m.span-1 {
		t.Error("a click on [ is not a shorter range")
	}
	if got, _ := clickOn(t, m, "[ ] range", 2); got.span != m.span+1 {
		t.Error("a click on ] is not a longer range")
	}
	if _, cmd := clickOn(t, m, "q quit", 0); cmd == nil || !isQuit(cmd()) {
		t.Error("a click on quit does not quit")
	}
	x, y := at(t, m, "updated")
	if got, cmd := step(m, tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft}); cmd != nil || got.help || got.view != m.view {
		t.Error("a click on the age does something")
	}
}

func stripANSI(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\x1b[2m", ""), "\x1b[m", "")
}

// Headings sort, cards lead to their breakdown, alerts to the events, and a
// command is run by a click.
func TestWhatIsNamedIsAButton(t *testing.T) {
	m := loaded(typed(modelOf(Options{Feed: filledFeed()}, scenes.Healthy(), 140, 40, viewBreakdown)))
	head := strings.Split(stripped(m), "\n")[m.layout().body.y+1]
	for _, s := range sorts[:5] {
		before, _, _ := strings.Cut(head, s.name)
		got, _ := step(m, tea.MouseClickMsg{X: draw.Width(before) + 1, Y: m.layout().body.y + 1, Button: tea.MouseLeft})
		if sorts[got.who.sort].name != s.name {
			t.Errorf("a click on the heading %q sorts by %q", s.name, sorts[got.who.sort].name)
		}
	}
	x, y := at(t, m, "  key   ")
	if got, _ := step(m, tea.MouseClickMsg{X: x + 3, Y: y, Button: tea.MouseLeft}); sorts[got.who.sort].name != "name" {
		t.Errorf("a click on the names' heading sorts by %q", sorts[got.who.sort].name)
	}

	m = loaded(modelOf(Options{Feed: filledFeed()}, scenes.Healthy(), 140, 40, viewOverview))
	got, _ := clickOn(t, m, "batch-nightly", 0)
	if got = loaded(got); got.view != viewBreakdown || got.question().by != "key" || got.who.id != "batch-nightly" {
		t.Errorf("a click on a key of the card: view %d by %s at %q", got.view, got.question().by, got.who.id)
	}
	got, _ = clickOn(t, m, "gpt-5.6", 0)
	if got = loaded(got); got.view != viewBreakdown || got.question().by != "model" || got.who.id != "openai/gpt-5.6" {
		t.Errorf("a click on a model of the card: view %d by %s at %q", got.view, got.question().by, got.who.id)
	}

	alerted := scenes.Healthy()
	alerted.Alerts = []alert.Event{{ID: "a", Rule: "balance", Level: alert.Warning, Text: "below $70"}}
	m = typed(modelOf(Options{Feed: filledFeed()}, alerted, 100, 30, viewEvents), "/", "g", "a", "p", "enter", "g", "1")
	if len(m.log.found) != 0 || m.log.kind == 0 {
		t.Fatalf("%d gaps among the alerts", len(m.log.found))
	}
	if got, _ := step(m, tea.MouseClickMsg{X: 5, Y: m.layout().banners.y, Button: tea.MouseLeft}); got.view != viewEvents || len(got.log.found) != 10 {
		t.Errorf("a click on an alert shows view %d, %d events of 10", got.view, len(got.log.found))
	}

	m = modelOf(Options{}, scenes.Healthy(), 100, 30, viewOverview)
	m, _ = pressAll(m, ":")
	if got, _ := clickOn(t, m, "breakdown   ", 0); got.view != viewBreakdown || got.palette.open {
		t.Error("a click on a command does not run it")
	}
	if got, _ := step(m, tea.MouseClickMsg{X: 0, Y: 0, Button: tea.MouseLeft}); got.palette.open {
		t.Error("a click beside the commands leaves them open")
	}
}

// The wheel zooms around the mouse, a drag moves the plot in time, and what is
// under the cursor is said with its time.
func TestWheelAndDragOfThePlot(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 100, 30, viewOverview)
	l := m.layout()
	mouse := func(x int) tea.Mouse {
		return tea.Mouse{X: l.spend.x + 2 + draw.AxisWidth + x, Y: l.spend.y + 3, Button: tea.MouseLeft}
	}
	under := m.bucketAt(l, mouse(40))
	wheel := tea.MouseWheelMsg(mouse(40))
	wheel.Button = tea.MouseWheelUp
	in, _ := step(m, wheel)
	if in.span != m.span-1 || !in.cursor.Equal(under) || in.until.IsZero() {
		t.Errorf("the wheel: range %d, cursor %v, want %d and %v", in.span, in.cursor, m.span-1, under)
	}
	if in = loaded(in); !strings.Contains(stripped(in), "/h") || in.spendPlot().CursorBucket() < 0 {
		t.Error("the cursor is not on the plot that was zoomed")
	}
	wheel.Button = tea.MouseWheelDown
	if out, _ := step(m, wheel); out.span != m.span+1 {
		t.Error("the wheel the other way is not a longer range")
	}

	m, _ = step(m, tea.MouseClickMsg(mouse(40)))
	m = loaded(m)
	if !strings.Contains(stripped(m), cursorTime(m)) {
		t.Errorf("what is under the cursor is not said:\n%s", stripped(m))
	}
	dragged, _ := step(m, tea.MouseMotionMsg(mouse(50)))
	cols := panel.SpendColumns(l.spend.w)
	if want := m.now.Add(-10 * (24 * time.Hour / time.Duration(cols))); !dragged.until.Equal(want) {
		t.Errorf("ten columns to the right: the plot ends at %v, want %v", dragged.until, want)
	}
	if back, _ := step(dragged, tea.MouseMotionMsg(mouse(30))); !back.until.IsZero() {
		t.Error("the plot is dragged into the future")
	}
	far := dragged
	for range 100 {
		far, _ = step(far, tea.MouseMotionMsg(mouse(90000)))
	}
	if least := m.snap.HistorySince.Add(24 * time.Hour); far.until.Before(least) {
		t.Errorf("the plot is dragged to %v, before the first reading", far.until)
	}
	free, _ := step(dragged, tea.MouseReleaseMsg(mouse(50)))
	if moved, _ := step(free, tea.MouseMotionMsg(mouse(80))); !moved.until.Equal(free.until) {
		t.Error("the plot moves though nothing holds it")
	}
}

// cursorTime is what is said of the bucket under the cursor: its beginning.
func cursorTime(m Model) string { return m.cursor.Format("15:04") }
