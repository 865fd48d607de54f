package tty

import (
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// asker asks for something at each message.
type asker struct{ begun chan time.Time }

func (asker) Init() tea.Cmd { return nil }
func (m asker) Update(tea.Msg) (tea.Model, tea.Cmd) {
	return m, func() tea.Msg { m.begun <- time.Now(); return nil }
}
func (asker) View() tea.View { return tea.NewView("") }

// What a key asks for begins when its frame is written, and not beside it; where no
// frame comes, a frame's time later. What nobody pressed a key for begins at once.
func TestWhatAKeyAsksForBeginsAfterItsFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, begun := &beat{}, make(chan time.Time, 1)
		g := guard{asker{begun}, func(err error) { t.Error(err) }, b, nil}
		for _, c := range []struct {
			what         string
			msg          tea.Msg
			frame, after time.Duration
		}{
			{"a key", tea.KeyPressMsg{Code: 'v'}, 3 * time.Millisecond, 3 * time.Millisecond},
			{"a click", tea.MouseClickMsg{}, 5 * time.Millisecond, 5 * time.Millisecond},
			{"a key without a frame", tea.KeyPressMsg{Code: 'v'}, time.Second, frameTime},
			{"a reading", "snapshot", 3 * time.Millisecond, 0},
		} {
			from := time.Now()
			_, cmd := g.Update(c.msg)
			go cmd()
			time.AfterFunc(c.frame, func() { b.wrote(false) })
			if got := (<-begun).Sub(from); got != c.after {
				t.Errorf("what %s asks for begins after %v, want %v", c.what, got, c.after)
			}
			time.Sleep(2 * time.Second)
		}
		if _, cmd := (guard{tally{drawn: new(int)}, nil, b, nil}).Update(tea.KeyPressMsg{Code: 'v'}); cmd != nil {
			t.Error("a key that asks for nothing has something to wait for")
		}
		b.wrote(true) // nobody waits
	})
}

// What comes after all that the first screen needs begins when that is written, which
// what the terminal is asked is not; where none comes, a frame's time later.
func TestTheFirstScreenComesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			what                 string
			waits, made          bool
			asked, screen, first time.Duration
		}{
			{what: "what it needs", waits: true, asked: time.Millisecond, screen: 2 * time.Millisecond},
			{what: "all else", asked: time.Millisecond, screen: 5 * time.Millisecond, first: 5 * time.Millisecond},
			{what: "all else without one", asked: time.Millisecond, screen: time.Second, first: frameTime},
			{what: "what comes later", made: true, asked: time.Millisecond, screen: 5 * time.Millisecond},
		} {
			b, begun := &beat{}, make(chan time.Time, 1)
			term := &terminal{out: new(screen), wrote: b.wrote}
			g := guard{hopefulAsker{asker{begun}, c.waits}, func(err error) { t.Error(err) }, b, &pace{send: func(tea.Msg) {}, made: c.made}}
			from := time.Now()
			_, cmd := g.Update("snapshot")
			go cmd()
			for after, text := range map[time.Duration]string{c.asked: ansi.RequestBackgroundColor, c.screen: erased + "x"} {
				time.AfterFunc(after, func() {
					if _, err := term.Write([]byte(text)); err != nil {
						t.Error(err)
					}
				})
			}
			if got := (<-begun).Sub(from); got != c.first {
				t.Errorf("%s begins after %v, want %v", c.what, got, c.first)
			}
			time.Sleep(2 * time.Second)
		}
	})
}

// hopefulAsker asks for something at each message, and may wait for what it shows.
type hopefulAsker struct {
	asker
	waits bool
}

func (m hopefulAsker) Waits() bool { return m.waits }
func (m hopefulAsker) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := m.asker.Update(msg)
	return m, cmd
}

// The screen rests once after what was pressed, when the last of its frames was a moment
// ago, and not after what is drawn by itself.
func TestTheScreenRestsOnceAfterWhatWasPressed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var rested []time.Duration
		from := time.Now()
		b := &beat{turn: turn{rested: func() { rested = append(rested, time.Since(from)) }}}
		g := guard{tally{drawn: new(int)}, func(err error) { t.Error(err) }, b, nil}
		term := &terminal{out: new(screen), wrote: b.wrote}
		frame := func(after time.Duration) {
			time.Sleep(after)
			if _, err := term.Write([]byte("x")); err != nil {
				t.Error(err)
			}
		}
		frame(0) // the clock
		time.Sleep(time.Second)
		synctest.Wait()
		if len(rested) > 0 {
			t.Error("it rests though nothing was pressed")
		}
		from = time.Now()
		g.Update(tea.KeyPressMsg{Code: 'v'})
		for range 3 { // what it shows, and what it loads
			frame(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		frame(0)
		time.Sleep(time.Second)
		synctest.Wait()
		if want := 30*time.Millisecond + restsFor; len(rested) != 1 || rested[0] != want {
			t.Errorf("it rests %v after a key, want once after %v", rested, want)
		}
		g.Update(tea.KeyPressMsg{Code: 'v'})
		frame(0)
		b.stop()
		time.Sleep(time.Second)
		synctest.Wait()
		if len(rested) != 1 {
			t.Error("it rests after the end")
		}
	})
}
