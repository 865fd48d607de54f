package ui

import (
	"context"
	"slices"
	"time"

	"ortop/internal/account"
	"ortop/ui/draw"

	tea "charm.land/bubbletea/v2"
)

// peer is one of the accounts, and what it last said.
type peer struct {
	Account
	snap account.Snapshot
}

// listed is the model with the accounts that there are now. The command waits
// for those that are new.
func (m Model) listed() (Model, tea.Cmd) {
	if m.o.Accounts == nil {
		return m, nil
	}
	before := m.feeds()
	var peers []peer
	var cmds []tea.Cmd
	for _, a := range m.o.Accounts.List() {
		p := peer{a, account.Snapshot{Account: a.Name}}
		if a.Feed != nil {
			if s, ok := a.Feed.Latest(); ok {
				p.snap = s
			}
			if !slices.Contains(before, a.Feed) {
				cmds = append(cmds, waitCmd(a.Feed))
			}
		}
		if i := m.place(a.Name); i >= 0 && p.snap.Now.IsZero() && m.peers[i].Feed == a.Feed {
			p.snap = m.peers[i].snap
		}
		peers = append(peers, p)
	}
	m.peers = peers
	m.dialog.list = m.dialog.list.within(len(peers), len(peers))
	return m, tea.Batch(cmds...)
}

// feeds are those that are waited for.
func (m Model) feeds() []Feed {
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

// heard keeps what an account said; ok is false where it is no longer one.
func (m Model) heard(msg snapshotMsg) (heard Model, ok bool) {
	i := slices.IndexFunc(m.peers, func(p peer) bool { return p.Feed == msg.feed })
	if i >= 0 {
		m.peers = slices.Clone(m.peers)
		m.peers[i].snap = msg.snap
	}
	return m, i >= 0 || msg.feed == m.feed
}

// place is that of the account of a name among the peers, and shown that of the
// one on the screen; -1 where there is none.
func (m Model) place(name string) int {
	return slices.IndexFunc(m.peers, func(p peer) bool { return p.Name == name })
}

func (m Model) shown() int {
	return slices.IndexFunc(m.peers, func(p peer) bool { return p.Feed != nil && p.Feed == m.feed })
}

// after is the place of the next account from i on that is watched; -1 where
// there is none.
func (m Model) after(i int) int {
	for n := range m.peers {
		if at := (i + n) % len(m.peers); m.peers[at].Feed != nil {
			return at
		}
	}
	return -1
}

// nextAccount shows the account after this one.
func (m Model) nextAccount() (tea.Model, tea.Cmd) {
	return m.showAccount(m.after(m.shown() + 1))
}

// showAccount shows the account at i, which is watched.
func (m Model) showAccount(i int) (tea.Model, tea.Cmd) {
	p := m.peers[i]
	m.o.Accounts.Show(p.Name)
	// What belongs to an account goes; how it is looked at stays. The
	// generations go on, so that no answer of the one before counts.
	fresh := newModel(m.o)
	fresh.feed, fresh.suspend, fresh.peers, fresh.dialog = p.Feed, m.suspend, m.peers, m.dialog
	fresh.themeID, fresh.dark, fresh.th = m.themeID, m.dark, m.th
	fresh.now, fresh.w, fresh.h, fresh.unfocused, fresh.clockGen = m.now, m.w, m.h, m.unfocused, m.clockGen
	fresh.turn, fresh.turning, fresh.entry = m.turn, m.turning, entry{gen: m.entry.gen}
	fresh.view, fresh.span, fresh.fanSpan, fresh.noticed = m.view, m.span, m.fanSpan, m.noticed
	fresh.spend.gen, fresh.fan.gen, fresh.plan.gen, fresh.who.plot.gen = m.spend.gen, m.fan.gen, m.plan.gen, m.who.plot.gen
	fresh.snap = p.snap
	next, said := fresh.say("account " + draw.Clean(p.Name))
	return next.(Model).reload(said)
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
			return noticeMsg("exporting: " + draw.Clean(err.Error()))
		}
		return noticeMsg("exported to " + draw.Clean(path))
	}
}
