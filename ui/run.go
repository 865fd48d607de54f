package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"ortop/ui/tty"
)

// Run shows the dashboard until the person quits, and then returns nil. Its
// errors, and what it does to the terminal, are those of tty.Run.
func Run(ctx context.Context, o Options) error {
	m := newModel(o)
	if tty.CanSuspend {
		m.suspend = tea.Suspend
	}
	return tty.Run(ctx, m, tty.Options{Input: o.Input, Output: o.Output, NoColor: o.NoColor, Crash: o.Crash, Rested: o.Rested})
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
