package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/spenders"
	"ortop/ui/load"
	"ortop/ui/panel"
)

// answered is a message of one account. It is dropped once another is shown.
type answered interface{ from() Feed }

type source struct{ feed Feed }

func (s source) from() Feed { return s.feed }

type (
	// snapshotMsg is the newest snapshot of an account.
	snapshotMsg struct {
		feed Feed
		snap account.Snapshot
	}
	// clockMsg, spunMsg and noticeOverMsg are ticks; a clock's counts only while
	// its generation does.
	clockMsg      struct{ gen int }
	spunMsg       struct{}
	noticeOverMsg struct{ gen int }
	// spendMsg, fanMsg and rowPlottedMsg bring plots, the others a week, a plan,
	// a breakdown and events.
	spendMsg struct {
		source
		answer load.Answer[plotOf, history.Plot]
	}
	fanMsg struct {
		source
		answer load.Answer[plotOf, history.Plot]
	}
	monthMsg struct {
		source
		answer load.Answer[plotOf, history.Plot]
	}
	weekMsg struct {
		source
		answer load.Answer[plotOf, account.Week]
	}
	rowPlottedMsg struct {
		source
		answer load.Answer[rowOf, history.Plot]
	}
	plannedMsg struct {
		source
		answer load.Answer[planned, planResult]
	}
	breakdownMsg struct {
		source
		answer load.Answer[breakdownOf, spenders.Breakdown]
	}
	eventsMsg struct {
		source
		answer load.Answer[int, []account.Event]
	}
	// dayMsg brings the last 24 hours of any account.
	dayMsg struct {
		feed   Feed
		answer load.Answer[int, history.Plot]
	}
	// acknowledgedMsg follows an event that was marked as seen.
	acknowledgedMsg struct {
		source
		err error
	}
	// rawMsg is for the terminal, as it is.
	rawMsg string
	// noticeMsg is a line for the person, shown for a few seconds.
	noticeMsg string
)

// batch is tea.Batch, which is inlined where it is called: twenty copies of it are
// 12 kB of program.
//
//go:noinline
func batch(cmds ...tea.Cmd) tea.Cmd { return tea.Batch(cmds...) }

func noticeOver(n int) tea.Msg { return noticeOverMsg{n} }

const (
	noticeFor = 4 * time.Second
	spinEvery = 120 * time.Millisecond
)

// waitCmd waits for the next snapshot; a feed that has closed its slot has no
// more of them.
//
//go:noinline
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

// clockCmd ticks where what is shown of time takes its next step, or at the next
// minute where no seconds are shown or nobody looks.
func (m *Model) clockCmd() tea.Cmd {
	every := panel.AgeStep
	if m.unfocused || tierFor(m.w, m.h) <= tierLine {
		every = time.Minute
	}
	now := m.o.Now()
	gen := m.clockGen
	return tea.Tick(now.Truncate(every).Add(every).Sub(now), func(time.Time) tea.Msg { return clockMsg{gen} })
}

// unseenAge is how old what is shown must be for time alone to draw it again while
// nobody looks: the next reading does.
const unseenAge = 75 * time.Second

func spinCmd() tea.Cmd {
	return tea.Tick(spinEvery, func(time.Time) tea.Msg { return spunMsg{} })
}

// lull waits until nothing has come for a while, by one timer however much comes:
// a thousand keys must not leave a thousand timers behind.
type lull struct {
	n       int  // how much has come
	waiting bool // a timer is under way
}

// come notes that something came, and returns the command that waits from it; nil
// where one does already.
func (l *lull) come(after time.Duration, over func(n int) tea.Msg) tea.Cmd {
	if l.n++; l.waiting {
		return nil
	}
	return l.wait(after, over)
}

func (l *lull) wait(after time.Duration, over func(n int) tea.Msg) tea.Cmd {
	l.waiting = true
	n := l.n
	return tea.Tick(after, func(time.Time) tea.Msg { return over(n) })
}

// ended takes the message of a timer: it is over, or more came meanwhile and is
// waited from.
func (l *lull) ended(n int, after time.Duration, over func(n int) tea.Msg) (bool, tea.Cmd) {
	if l.waiting = false; n == l.n {
		return true, nil
	}
	return false, l.wait(after, over)
}
