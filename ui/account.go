package ui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/monitor"
)

// nextAccount shows the account after this one.
func (m Model) nextAccount() (tea.Model, tea.Cmd) {
	names := m.o.Accounts
	name := names[(slices.Index(names, m.snap.Account)+1)%len(names)]
	feed, err := m.o.Switch(name)
	if err != nil {
		return m.say("account " + clean(name) + ": " + clean(err.Error()))
	}
	// What belongs to an account goes; how it is looked at stays.
	fresh := newModel(m.o)
	fresh.feed, fresh.suspend = feed, m.suspend
	fresh.themeID, fresh.dark, fresh.th = m.themeID, m.dark, m.th
	fresh.now, fresh.w, fresh.h, fresh.unfocused, fresh.clockGen = m.now, m.w, m.h, m.unfocused, m.clockGen
	fresh.view, fresh.span, fresh.fanSpan, fresh.noticed = m.view, m.span, m.fanSpan, m.noticed
	fresh.snap = monitor.Snapshot{Account: name}
	if s, ok := feed.Latest(); ok {
		fresh.snap = s
	}
	next, said := fresh.say("account " + clean(name))
	return next.(Model).reload(tea.Batch(said, waitCmd(feed)))
}

// exportTimeout bounds an export; years of history take seconds.
const exportTimeout = 30 * time.Second

// exportCmd writes the last of the readings, or all where back is 0, to a file.
func exportCmd(export func(context.Context, time.Time, time.Time) (string, error), back time.Duration, now time.Time) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), exportTimeout)
		defer cancel()
		var from time.Time
		if back > 0 {
			from = now.Add(-back)
		}
		path, err := export(ctx, from, now)
		if err != nil {
			return noticeMsg("exporting: " + clean(err.Error()))
		}
		return noticeMsg("exported to " + clean(path))
	}
}
