package tty

import (
	"runtime"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// heavy is a model that holds much, with a command that waits.
type heavy struct {
	holds *[1 << 20]byte
	wait  tea.Cmd
}

func (m heavy) Init() tea.Cmd                       { return m.wait }
func (m heavy) Update(tea.Msg) (tea.Model, tea.Cmd) { return m, m.wait }
func (m heavy) View() tea.View                      { return tea.NewView(string(m.holds[0])) }

func TestACommandThatWaitsHoldsNoModel(t *testing.T) {
	gone := make(chan struct{})
	begun, end, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	func() {
		holds := new([1 << 20]byte)
		runtime.AddCleanup(holds, func(gone chan struct{}) { close(gone) }, gone)
		wait := func() tea.Msg {
			close(begun)
			<-end
			return nil
		}
		_, cmd := guard{heavy{holds, wait}, func(err error) { t.Error(err) }, nil, &pace{}}.Update(nil)
		go func() {
			defer close(ended)
			cmd()
		}()
	}()
	<-begun
	for range 10 { // cleanups run after a collection, in a goroutine of their own
		runtime.GC()
		runtime.Gosched()
	}
	select {
	case <-gone:
	default:
		t.Error("the model that a command is of is held while it waits")
	}
	close(end)
	<-ended
}
