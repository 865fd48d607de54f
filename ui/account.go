package ui

import (
	"context"
	"maps"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/spenders"
	"ortop/ui/draw"
	"ortop/ui/load"
	"ortop/ui/panel"
)

// watched is everything that belongs to one account: its numbers, what was
// loaded of it, and how a person looks at it.
type watched struct {
	feed Feed // nil until a first run has one
	snap account.Snapshot

	span, fanSpan int // into spans; fanSpan may be autoSpan
	spend, fan    load.Request[plotOf, history.Plot]
	week          load.Request[plotOf, account.Week]
	month         load.Request[plotOf, history.Plot]
	cursor        time.Time // on the spend plot; zero: none
	until         time.Time // at which that ends; zero: now
	mode          int       // of the plots, which the overview has

	plan       planner
	breakdowns map[question]load.Request[breakdownOf, spenders.Breakdown]
	who        spenderList
	log        eventLog
}

func newWatched(feed Feed) watched {
	return watched{feed: feed, span: panel.DefaultSpan, fanSpan: autoSpan, log: eventLog{span: eventSpan}}
}

// like returns another account that is looked at in the same way.
func (w watched) like(feed Feed) watched {
	next := newWatched(feed)
	next.span, next.fanSpan, next.log.span, next.mode = w.span, w.fanSpan, w.log.span, w.mode
	next.who.by, next.who.sort, next.who.byok = w.who.by, w.who.sort, w.who.byok
	return next
}

// cancel drops what is loading.
func (w *watched) cancel() {
	w.spend.Cancel()
	w.fan.Cancel()
	w.week.Cancel()
	w.month.Cancel()
	w.plan.result.Cancel()
	w.who.plot.Cancel()
	w.log.request.Cancel()
	w.breakdowns = maps.Clone(w.breakdowns)
	for q, r := range w.breakdowns {
		r.Cancel()
		w.breakdowns[q] = r
	}
}

// left is the account once another is shown: nothing of it is loading, and
// nothing is typed.
func (w watched) left() *watched {
	w.cancel()
	w.cursor = time.Time{}
	w.plan.editing, w.who.filter.typing, w.log.filter.typing = false, false, false
	return &w
}

// peer is one of the accounts, its newest snapshot, and what it was when
// another took its place on the screen.
type peer struct {
	Account
	snap account.Snapshot
	day  load.Request[int, history.Plot] // its last 24 hours
	left *watched
}

// listed lists the accounts that there are now. The command waits for those that
// are new.
func (m *Model) listed() tea.Cmd {
	if m.o.Accounts == nil {
		return nil
	}
	before := m.feeds()
	var peers []peer
	var cmds []tea.Cmd
	for _, a := range m.o.Accounts.List() {
		p := peer{Account: a, snap: account.Snapshot{Account: a.Name}}
		if a.Feed != nil {
			if s, ok := a.Feed.Latest(); ok {
				p.snap = s
			}
			if !slices.Contains(before, a.Feed) {
				cmds = append(cmds, waitCmd(a.Feed))
			}
		}
		if i := m.place(a.id()); i >= 0 && m.peers[i].Feed == a.Feed {
			p.left, p.day = m.peers[i].left, m.peers[i].day
			if p.snap.Now.IsZero() {
				p.snap = m.peers[i].snap
			}
		}
		peers = append(peers, p)
	}
	m.peers = peers
	m.dialog.list = m.dialog.list.Within(len(peers), len(peers))
	return batch(cmds...)
}

// feeds are those whose snapshots are waited for.
// It is not inlined: three copies are 3 kB of program.
//
//go:noinline
func (m *Model) feeds() []Feed {
	var feeds []Feed
	for _, p := range m.peers {
		if p.Feed != nil {
			feeds = append(feeds, p.Feed)
		}
	}
	if m.feed != nil && !slices.Contains(feeds, m.feed) {
		feeds = append(feeds, m.feed)
	}
	return feeds
}

// received stores an account's snapshot; ok is false where the account is gone.
func (m *Model) received(msg snapshotMsg) (ok bool) {
	i := slices.IndexFunc(m.peers, func(p peer) bool { return p.Feed == msg.feed })
	if i >= 0 {
		m.peers = slices.Clone(m.peers)
		m.peers[i].snap = msg.snap
	}
	if msg.feed == m.feed {
		m.snap = msg.snap
		m.openBalance()
	}
	return i >= 0 || msg.feed == m.feed
}

// place is that of the account of an ID or a name among the peers, and shown that of
// the one on the screen; -1 where there is none.
//
//go:noinline
func (m *Model) place(id string) int {
	return slices.IndexFunc(m.peers, func(p peer) bool { return p.id() == id || p.Name == id })
}

//go:noinline
func (m *Model) shown() int {
	return slices.IndexFunc(m.peers, func(p peer) bool { return p.Feed != nil && p.Feed == m.feed })
}

// after is the place of the next account from i on that is watched; -1 where
// there is none.
func (m *Model) after(i int) int {
	for n := range m.peers {
		if at := (i + n) % len(m.peers); m.peers[at].Feed != nil {
			return at
		}
	}
	return -1
}

// showAccount shows the account at i, which is watched: as it was when another
// took its place, or the first time as that one is.
func (m *Model) showAccount(i int) tea.Cmd {
	p := m.peers[i]
	m.o.Accounts.Show(p.id())
	next := m.watched.like(p.Feed)
	if p.left != nil {
		next = *p.left
	}
	if was := m.shown(); was >= 0 {
		m.peers = slices.Clone(m.peers)
		m.peers[was].left = m.watched.left()
	}
	m.watched = next
	m.snap = p.snap
	m.help = false
	m.entry = m.entry.cancelled()
	return m.reload(m.notify("account " + draw.Clean(p.Name)))
}

// accounts are the peers as they are drawn.
func (m *Model) accounts() panel.Accounts {
	d := panel.Accounts{Shown: m.shown()}
	for _, p := range m.peers {
		d.All = append(d.All, panel.Account{Name: p.Name, Watched: p.Feed != nil, Snap: p.snap, Day: p.day.Value})
	}
	return d
}

// dayEvery is how often the last 24 hours of each account are read again.
const dayEvery = 5 * time.Minute

// loadDays requests the last 24 hours of each account, by the hour, as they are
// stored, while somebody looks at the accounts.
func (m *Model) loadDays() tea.Cmd {
	var cmds []tea.Cmd
	m.peers = slices.Clone(m.peers)
	for i := range m.peers {
		feed, now, r := m.peers[i].Feed, m.now, &m.peers[i].day
		if feed == nil || m.unfocused || !r.Due(panel.TrendParts, now, dayEvery) {
			continue
		}
		cmds = append(cmds, r.Send(panel.TrendParts, now, plotTimeout, func(ctx context.Context) (history.Plot, error) {
			to := now.Truncate(time.Hour).Add(time.Hour)
			return feed.Plot(ctx, to.Add(-panel.TrendParts*time.Hour), to, panel.TrendParts)
		}, func(a load.Answer[int, history.Plot]) tea.Msg { return dayMsg{feed, a} }))
	}
	return batch(cmds...)
}

// dayReceived takes in the last 24 hours of one of the accounts.
func (m *Model) dayReceived(msg dayMsg) {
	m.peers = slices.Clone(m.peers)
	for i := range m.peers {
		if m.peers[i].Feed == msg.feed {
			m.peers[i].day.Receive(msg.answer)
		}
	}
}
