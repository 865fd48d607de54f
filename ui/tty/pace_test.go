package tty

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
)

// tally counts its messages, and how often it is drawn.
type tally struct {
	n     int
	drawn *int
}

func (m tally) Init() tea.Cmd { return nil }
func (m tally) Update(tea.Msg) (tea.Model, tea.Cmd) {
	m.n++
	return m, nil
}
func (m tally) View() tea.View { *m.drawn++; return tea.NewView(strconv.Itoa(m.n)) }

func TestAFloodIsNotDrawnKeyByKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := make(chan tea.Msg, 1)
		var drawn int
		var m tea.Model = guard{tally{drawn: &drawn}, func(err error) { t.Error(err) }, nil, &pace{send: func(msg tea.Msg) { sent <- msg }}}
		press := func() string {
			m, _ = m.Update("key")
			return m.View().Content
		}
		for i := range atOnce {
			if got, want := press(), strconv.Itoa(i+1); got != want {
				t.Fatalf("the first keys show %s, want %s at once", got, want)
			}
		}
		for range 5_000 {
			press()
		}
		if drawn != atOnce {
			t.Errorf("5,000 keys in an instant were drawn %d times, want %d", drawn, atOnce)
		}
		m, _ = m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
		if got, want := m.View().Content, strconv.Itoa(5_001+atOnce); got != want {
			t.Errorf("after a resize it shows %s, want %s at once", got, want)
		}
		press()
		late := time.Now()
		msg := <-sent
		if rest := time.Since(late); rest > drawRest {
			t.Errorf("the last key is drawn after %v, want %v", rest, drawRest)
		}
		m, _ = m.Update(msg)
		if got, want := m.View().Content, strconv.Itoa(5_002+atOnce); got != want {
			t.Errorf("then it shows %s, want %s", got, want)
		}
		time.Sleep(time.Second)
		if len(sent) > 0 || drawn != atOnce+2 {
			t.Errorf("%d more redraws, drawn %d times", len(sent), drawn)
		}
		// One key a while is always drawn at once.
		for range 20 {
			time.Sleep(drawRest)
			before := drawn
			if press(); drawn != before+1 {
				t.Error("a key after a rest was not drawn")
			}
		}
		// And a long flood as time goes on.
		drawn = 0
		for range 1_000 {
			time.Sleep(drawRest / 10)
			press()
		}
		if drawn < 100 || drawn > 100+atOnce {
			t.Errorf("1,000 keys in the time of 100 views were drawn %d times", drawn)
		}
	})
}
