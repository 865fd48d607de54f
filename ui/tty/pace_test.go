package tty

import (
	"slices"
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

// resting is a model that says of every other message that it changed nothing.
type resting struct {
	tally
	still bool
}

func (m resting) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	n, _ := m.tally.Update(msg)
	return resting{n.(tally), msg == "nothing"}, nil
}
func (m resting) Still() bool { return m.still }

func TestWhatIsNotLookedAtIsDrawnTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := make(chan tea.Msg, 8)
		var drawn int
		p := &pace{send: func(msg tea.Msg) { sent <- msg }}
		var m tea.Model = guard{resting{tally: tally{drawn: &drawn}}, func(err error) { t.Error(err) }, nil, p}
		take := func(msg tea.Msg) string {
			m, _ = m.Update(msg)
			return m.View().Content
		}
		expect := func(of, got, want string, draws int) {
			t.Helper()
			if got != want || drawn != draws {
				t.Errorf("%s: %s in %d drawings, want %s in %d", of, got, drawn, want, draws)
			}
		}
		expect("the first", take("a"), "1", 1)
		expect("one that changes nothing", take("nothing"), "1", 1)
		time.Sleep(time.Minute)
		expect("one later that changes nothing", take("nothing"), "1", 1)
		expect("one that changes something", take("b"), "4", 2)

		take(tea.BlurMsg{})
		for range 5 {
			expect("unseen", take("c"), "4", 2)
		}
		expect("unseen, one that changes nothing", take("nothing"), "4", 2)
		began := time.Now()
		expect("once all has come", take(<-sent), "11", 3)
		if rest := time.Since(began); rest > unseenRest {
			t.Errorf("what changed is drawn after %v", rest)
		}
		time.Sleep(time.Hour)
		if len(sent) > 0 {
			t.Error("something is drawn though nothing came")
		}
		take("d")
		expect("unseen, after a rest", take(<-sent), "12", 4)
		expect("another size, unseen", take(tea.WindowSizeMsg{Width: 80, Height: 24}), "13", 5)
		expect("unseen, a key", take(tea.KeyPressMsg{Code: 'x'}), "14", 6)
		take(tea.BlurMsg{})
		expect("seen again", take(tea.FocusMsg{}), "16", 7)
	})
}

// Who wants to know is told once whether anybody looks.
func TestLookedIsTold(t *testing.T) {
	var told []bool
	p := &pace{looked: func(seen bool) { told = append(told, seen) }}
	for _, msg := range []tea.Msg{tea.FocusMsg{}, tea.BlurMsg{}, tea.BlurMsg{}, tea.KeyPressMsg{}, tea.FocusMsg{}, tea.BlurMsg{}, tea.FocusMsg{}} {
		p.note(msg)
	}
	if want := []bool{false, true, false, true}; !slices.Equal(told, want) {
		t.Errorf("it was told %v, want %v", told, want)
	}
}

// hopeful is a tally that waits for a while.
type hopeful struct {
	tally
	waits bool
}

func (m hopeful) Waits() bool { return m.waits }

// The first view is the whole one, if that comes soon; later ones never wait.
func TestTheFirstViewWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := make(chan tea.Msg, 1)
		var drawn int
		model := hopeful{tally{drawn: &drawn}, true}
		p := &pace{send: func(msg tea.Msg) { sent <- msg }}
		view := func() tea.View { return guard{model, func(err error) { t.Error(err) }, nil, p}.View() }
		for range 3 {
			if v := view(); drawn != 0 || v.Content != "" || !v.AltScreen {
				t.Fatalf("drawn %d times before anything is there: %+v", drawn, v)
			}
		}
		model.waits = false
		if view(); drawn != 1 {
			t.Errorf("drawn %d times once all is there, want once", drawn)
		}
		model.waits = true
		if view(); drawn != 2 {
			t.Error("a later view waits")
		}
		<-sent
		*p = pace{send: p.send}
		view()
		began := time.Now()
		<-sent
		if view(); drawn != 3 || time.Since(began) != firstWait {
			t.Errorf("drawn %d times after %v, want what is there after %v", drawn, time.Since(began), firstWait)
		}
	})
}
