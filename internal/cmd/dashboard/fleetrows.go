package dashboard

import (
	"context"
	"errors"
	"fmt"

	"ortop/internal/account"
	"ortop/internal/cmd/session"
	"ortop/internal/credit"
	"ortop/internal/keys"
	"ortop/internal/render"
	"ortop/ui"
)

// team is that whose accounts are looked at; nil where they are this machine's own.
func (c *fleet) team() *session.Team {
	for _, m := range c.all() {
		if v := m.Settings.Seen; v != nil {
			return v.Team
		}
	}
	return nil
}

// All has a row for each account, as status --all has it: of a team's also for those
// that are not followed.
func (c *fleet) All(context.Context) (f ui.Fleet, err error) {
	now := c.run.App.Now()
	var rows []render.FleetRow
	var snaps []account.Snapshot
	if t := c.team(); t != nil {
		list, exported, err := session.TeamRows(c.run.App, t)
		if err != nil {
			return f, err
		}
		rows = list
		for i := range exported {
			snaps = append(snaps, exported[i].Snapshot)
		}
	} else {
		for _, m := range c.all() {
			r := m.latest()
			rows, snaps = append(rows, render.RowOf(&r, now)), append(snaps, r.Snapshot)
		}
	}
	f.Total = account.TotalOf(snaps, now)
	for _, l := range render.Fleet(rows).Lines(now) {
		f.Rows = append(f.Rows, ui.FleetRow(l))
	}
	return f, nil
}

// latest is what the member's monitor last said.
func (m *member) latest() render.AccountRow {
	r := render.AccountRow{Name: m.name(), BaseURL: m.Settings.BaseURL}
	if m.mon == nil {
		r.Fault = m.Settings.RowFault(&r.Snapshot, keys.ErrNone)
		return r
	}
	s, ok := m.mon.Latest()
	if r.Snapshot, r.Fault = s, s.Fault; !ok && r.Fault == nil {
		r.Fault = &account.Fault{Kind: credit.FaultStorage, Message: "nothing was read of it yet"}
	}
	return r
}

// Open follows an account of the team. So many are followed at once that another may
// have to end for it, which is not the one on the screen.
func (c *fleet) Open(_ context.Context, id string) (ui.Feed, error) {
	for _, m := range c.all() {
		if m.id() == id && m.mon != nil {
			return feed{m.mon, c}, nil
		}
	}
	t := c.team()
	if t == nil {
		return nil, errors.New("it has no key: n enters one")
	}
	list, err := t.Accounts()
	if err != nil {
		return nil, fmt.Errorf("the shared history: %w", err)
	}
	for _, v := range list {
		if render.AccountID(v.Name, v.BaseURL) != id {
			continue
		}
		first := c.all()[0]
		s := first.Settings
		s.View(t, v)
		m := c.start(session.Watched{App: first.App, Settings: s})
		if gone, ok := c.follow(m); ok {
			c.endOne(gone)
		}
		return feed{m.mon, c}, nil
	}
	return nil, errors.New("the shared history does not have it any more")
}

// follow adds a member, and returns the one that has to end for it.
func (c *fleet) follow(m member) (gone member, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	on := c.run.Shown.Load()
	for i := len(c.members) - 1; i >= 0 && len(c.members) >= session.MaxFollowed; i-- {
		if old := c.members[i]; on == nil || old.mon != on.Mon {
			gone, ok = old, true
			c.members = append(c.members[:i:i], c.members[i+1:]...)
			break
		}
	}
	c.members = append(c.members, m)
	return gone, ok
}
