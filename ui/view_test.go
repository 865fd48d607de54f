package ui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"ortop/ui/draw"
	"ortop/ui/scenes"
)

// clockView is a view that nothing but the list of views knows.
type clockView struct{ plain }

func (clockView) name() string                     { return "clock" }
func (clockView) place(_ *Model, l *layout, y int) { l.table(y, 0, 0) }
func (clockView) body(d screen, l layout) []string {
	return draw.Panel(d.Pen, "the time", "", []string{d.Now.Format("15:04")}, l.body.w, l.body.h)
}
func (clockView) update(m *Model, msg tea.Msg, _ *keyMap) (tea.Cmd, bool) {
	if k, ok := msg.(tea.KeyPressMsg); ok && k.String() == "z" {
		return m.notify("zoned"), true
	}
	return nil, false
}

// A view more is a type more in one list.
func TestAnotherView(t *testing.T) {
	before := views
	defer func() { views = before }()
	views = append(views[:len(views):len(views)], clockView{})
	m := modelOf(Options{}, scenes.Healthy(), 100, 30, 0)
	m, _ = step(m, press("5"))
	if frame := stripped(m); !strings.Contains(frame, "5 clock") || !strings.Contains(frame, "the time") {
		t.Errorf("5 shows\n%s", frame)
	}
	for _, size := range [][2]int{{20, 1}, {40, 12}, {80, 24}, {140, 40}} {
		m, _ = step(m, tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		fits(t, m)
	}
	if m, _ = step(m, press("z")); m.notice != "zoned" {
		t.Error("its keys do nothing")
	}
	if m, _ = step(m, press("?")); !strings.Contains(stripped(m), "1-5") {
		t.Errorf("help does not name it:\n%s", stripped(m))
	}
	m, _ = step(m, press("?"))
	if m, _ = step(m, press("tab")); m.view != 0 {
		t.Errorf("tab goes on to view %d", m.view)
	}
}
