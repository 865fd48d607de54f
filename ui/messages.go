package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/forecast"
)

type (
	// snapshotMsg is the newest snapshot.
	snapshotMsg struct {
		feed Feed
		snap account.Snapshot
	}
	// clockMsg, spunMsg and noticeOverMsg are ticks; each counts only while
	// its generation does.
	clockMsg      struct{ gen int }
	spunMsg       struct{}
	noticeOverMsg struct{ gen int }
	// plottedMsg answers a request for a plot.
	plottedMsg struct {
		fan  bool
		gen  int
		span int
		plot history.Plot
		err  error
	}
	// rawMsg is for the terminal, as it is.
	rawMsg string
	// plannedMsg answers a request for a plan.
	plannedMsg struct {
		gen  int
		of   planned
		plan forecast.Plan
		ok   bool
		err  error
	}
	// noticeMsg is a line for the person, shown for a few seconds.
	noticeMsg string
)

const (
	plotTimeout = 10 * time.Second
	planTimeout = 10 * time.Second
	noticeFor   = 4 * time.Second
	spinEvery   = 120 * time.Millisecond
)

// waitCmd waits for the next snapshot; a feed that has closed its slot has no
// more of them.
func waitCmd(feed Feed) tea.Cmd {
	return func() tea.Msg {
		s, ok := <-feed.Snapshots()
		if !ok {
			return nil
		}
		return snapshotMsg{feed, s}
	}
}

// rawCmd waits for the next text that is for the terminal itself.
func rawCmd(raw <-chan string) tea.Cmd {
	return func() tea.Msg {
		s, ok := <-raw
		if !ok {
			return nil
		}
		return rawMsg(s)
	}
}

// clockCmd ticks at the next second, or at the next minute where no seconds
// are shown or nobody looks.
func (m Model) clockCmd() tea.Cmd {
	every := time.Second
	if m.unfocused || tierFor(m.w, m.h) <= tierLine {
		every = time.Minute
	}
	now := m.o.Now()
	gen := m.clockGen
	return tea.Tick(now.Truncate(every).Add(every).Sub(now), func(time.Time) tea.Msg { return clockMsg{gen} })
}

func spinCmd() tea.Cmd {
	return tea.Tick(spinEvery, func(time.Time) tea.Msg { return spunMsg{} })
}

// plotCmd asks the feed for one of the two plots.
func plotCmd(feed Feed, fan bool, gen, chosen, cols int, now time.Time) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), plotTimeout)
		defer cancel()
		from, to := spans[chosen].period(now, cols)
		if fan {
			from, to = now.Add(-spans[chosen].back), now
			if spans[chosen].back == 0 {
				from = time.Time{}
			}
		}
		plot, err := feed.Plot(ctx, from, to, cols)
		return plottedMsg{fan, gen, chosen, plot, err}
	}
}

// planCmd asks the feed for the plan of a snapshot.
func planCmd(feed Feed, gen int, s account.Snapshot, of planned) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), planTimeout)
		defer cancel()
		usd := of.topUpUSD
		plan, ok, err := feed.Plan(ctx, s, forecast.Ask{TopUpUSD: &usd, Until: of.until, Days: of.days})
		return plannedMsg{gen, of, plan, ok, err}
	}
}
