package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"ortop/internal/routine"
	"ortop/ui/load"
	"ortop/ui/tty"
)

// Run shows the dashboard until the person quits, and then returns nil. Its
// errors, and what it does to the terminal, are those of tty.Run.
func Run(ctx context.Context, o Options) error {
	m := newModel(o)
	if tty.CanSuspend {
		m.suspend = tea.Suspend
	}
	return tty.Run(ctx, m, tty.Options{Input: o.Input, Output: o.Output, NoColor: o.NoColor, Crash: o.Crash, Rested: o.Rested, Looked: o.Looked})
}

// cannotSuspend is shown where a stopped process would stay stopped.
const cannotSuspend = "cannot suspend: there is no shell to bring ortop back"

// Resource is the feed, which a suspension has to release.
func (m Model) Resource() tty.Resource {
	if m.feed == nil {
		return nil
	}
	return m.feed
}

// settled is how long nothing must come until a frame is whole, once all that was
// requested is answered.
const settled = 300 * time.Millisecond

// Frames draws the dashboard without a terminal, for pictures: its first frame in
// w by h cells, and one after each key.
func Frames(o Options, w, h int, keys ...string) []string {
	msgs := make(chan tea.Msg, 256)
	var begin func(cmd tea.Cmd)
	begin = func(cmd tea.Cmd) {
		if cmd == nil {
			return
		}
		routine.Go(func() {
			switch msg := cmd().(type) {
			case nil:
			case tea.BatchMsg:
				for _, c := range msg {
					begin(c)
				}
			default:
				msgs <- msg
			}
		})
	}
	var m tea.Model = newModel(o)
	take := func(msg tea.Msg) {
		var cmd tea.Cmd
		m, cmd = m.Update(msg)
		begin(cmd)
	}
	draw := func() string {
		for {
			answered := load.Underway() == 0
			select {
			case msg := <-msgs:
				take(msg)
			case <-time.After(settled):
				if answered && load.Underway() == 0 {
					return m.View().Content
				}
			}
		}
	}
	take(tea.ColorProfileMsg{Profile: colorprofile.TrueColor})
	take(tea.WindowSizeMsg{Width: w, Height: h})
	frames := []string{draw()}
	for _, name := range keys {
		take(pressOf(name))
		frames = append(frames, draw())
	}
	return frames
}
