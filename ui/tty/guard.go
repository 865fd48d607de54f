package tty

import (
	"reflect"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"ortop/internal/routine"
)

// guard turns a panic of a model or of its commands into an error. Bubble Tea
// recovers too, but prints at once, and for a batch while the alternate screen
// still swallows it.
type guard struct {
	tea.Model
	fail func(error)
	beat *beat
	pace *pace
}

func (g guard) recovered() {
	if p := routine.Recovered(recover()); p != nil {
		g.fail(p)
	}
}

// warm makes the table of widths, of 2 MB, beside what is waited for until the first
// frame: else that frame makes it, at its first character that is not of ASCII.
func warm() { ansi.StringWidthWc("─") }

func (g guard) Init() (cmd tea.Cmd) {
	defer g.recovered()
	routine.Go(warm)
	return g.cmd(g.Model.Init())
}

func (g guard) Update(msg tea.Msg) (next tea.Model, cmd tea.Cmd) {
	next = g
	defer g.recovered()
	if _, ok := msg.(redraw); ok {
		g.pace.late = false
		g.pace.soon()
		return g, nil
	}
	g.pace.note(msg)
	m, cmd := g.Model.Update(msg)
	switch w, ok := m.(waiter); {
	case g.beat == nil:
	case pressed(msg):
		cmd = g.beat.after(cmd)
	case ok && !w.Waits() && g.pace.begins():
		cmd = g.beat.afterFirst(cmd)
	}
	return guard{m, g.fail, g.beat, g.pace}, g.cmd(cmd)
}

// stiller is a model that knows of messages which change nothing on the screen.
type stiller interface{ Still() bool }

// waiter is a model that knows whether what its first view shows is about to come.
type waiter interface{ Waits() bool }

func (g guard) View() (v tea.View) {
	v.AltScreen = true
	defer g.recovered()
	if m, ok := g.Model.(stiller); ok && m.Still() && g.pace.stands() {
		return g.pace.drawn
	}
	if m, ok := g.Model.(waiter); ok && m.Waits() && g.pace.waits() {
		return v
	}
	v, drawn := g.pace.view(g.Model.View)
	if drawn {
		g.beat.wake()
	}
	return v
}

// cmd guards a command, and those in the batch or sequence that it returns. It is not
// inlined: four copies are 6 kB of program.
//
//go:noinline
func (g guard) cmd(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	// A command may wait for as long as the program runs: it does not hold the model.
	held := guard{fail: g.fail}
	return func() (msg tea.Msg) {
		defer held.recovered()
		msg = cmd()
		// By reflection, for Bubble Tea does not export the sequence's type.
		v := reflect.ValueOf(msg)
		if v.Kind() != reflect.Slice || v.Type().Elem() != reflect.TypeFor[tea.Cmd]() {
			return msg
		}
		guarded := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			guarded.Index(i).Set(reflect.ValueOf(held.cmd(v.Index(i).Interface().(tea.Cmd))))
		}
		return guarded.Interface()
	}
}
