package dashboard

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/routine"
	"ortop/ui"
)

// fleet is the accounts of a dashboard, each with a monitor of its own. Its methods may be called from any goroutine.
type fleet struct {
	run   *session.Runner // whose screen they are shown on
	fixed string          // why accounts cannot be added or removed; empty: they can

	mu      sync.Mutex
	members []member // in the order of the configuration
	lost    []error  // what the histories of former members could not write
}

// member is one account of a fleet.
type member struct {
	session.Watched
	run *session.Runner // nil: it has no key, and nothing runs
	mon *monitor.Monitor
}

func (m member) name() string { return m.Settings.Account.Name }

// id tells the member from others of its name.
//
//go:noinline
func (m member) id() string { return render.AccountID(m.name(), m.Settings.BaseURL) }

// newFleet starts a monitor for each account that has a key, as r would.
func newFleet(r *session.Runner, list []session.Watched) *fleet {
	c := &fleet{run: r}
	for _, w := range list {
		if session.HasKey(r.Ctx, w.App, &w.Settings) {
			c.members = append(c.members, c.start(w))
		} else {
			c.members = append(c.members, member{Watched: w})
		}
	}
	return c
}

// start runs a monitor for one account.
func (c *fleet) start(w session.Watched) member {
	own := &session.Runner{App: w.App, Ctx: c.run.Ctx, Log: c.run.Log, Crash: c.run.Crash, Terminal: c.run.Terminal}
	return member{w, own, own.Start(&w.Settings)}
}

// all are the members there are now.
func (c *fleet) all() []member {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.members)
}

// find is the place of the member with an ID, or of the first with a name; -1: there is
// none. The lock is held. It is not inlined: three copies are a kB of program.
//
//go:noinline
func (c *fleet) find(id string) int {
	return slices.IndexFunc(c.members, func(m member) bool { return m.id() == id || m.name() == id })
}

// member is the one with an ID or a name; ok is false if there is none.
func (c *fleet) member(id string) (m member, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := c.find(id); i >= 0 {
		return c.members[i], true
	}
	return m, false
}

// List are the accounts as the screen sees them.
func (c *fleet) List() []ui.Account {
	var list []ui.Account
	titles := c.team().Titles()
	for _, m := range c.all() {
		a := ui.Account{ID: m.id(), Name: m.name(), Host: m.Settings.Host}
		a.Name = cmp.Or(titles[a.ID], a.Name)
		if m.mon != nil {
			a.Feed = feed{m.mon, c}
		}
		list = append(list, a)
	}
	return list
}

// Show notes which account is on the screen: what is exported is that one's.
func (c *fleet) Show(id string) {
	if m, ok := c.member(id); ok && m.mon != nil {
		c.run.Shown.Store(&session.Shown{Name: m.name(), Mon: m.mon})
	}
}

// feed shows an account, which is watched, by its ID or name.
func (c *fleet) feed(id string) ui.Feed {
	c.Show(id)
	m, _ := c.member(id)
	return feed{m.mon, c}
}

// Fixed is why accounts cannot be added or removed here.
func (c *fleet) Fixed() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fixed
}

// replace makes m the only member, ends the others, and notes why it stays so.
func (c *fleet) replace(m *member, fixed string) {
	c.end()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.members, c.fixed = []member{*m}, fixed
}

// each does f to all that run at once, as each may take a while.
func (c *fleet) each(f func(member)) {
	var all sync.WaitGroup
	for _, m := range c.all() {
		if m.mon != nil {
			all.Go(routine.Guard(func() { f(m) }))
		}
	}
	all.Wait()
}

// end ends all monitors.
func (c *fleet) end() { c.each(c.endOne) }

// endOne ends a member's monitor.
func (c *fleet) endOne(m member) {
	if m.run == nil {
		return
	}
	if err := m.run.Close(); err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.lost = append(c.lost, fmt.Errorf("account %s: %w", m.name(), err))
	}
}

// close ends all monitors. The error is for readings of any member that were in
// memory only, and are lost.
func (c *fleet) close() error {
	c.end()
	c.mu.Lock()
	defer c.mu.Unlock()
	return cli.Joined(c.lost...)
}

// feed is one member's monitor as a screen sees it.
type feed struct {
	*monitor.Monitor
	fleet *fleet
}

// Release lets go of what others may need, of every account: the process is
// stopped with all of them.
func (f feed) Release() { f.fleet.each(func(m member) { m.mon.Release() }) }

// Resume takes it back.
func (f feed) Resume() { f.fleet.each(func(m member) { m.mon.Resume() }) }

var (
	_ ui.Feed     = feed{}
	_ ui.Accounts = (*fleet)(nil)
)
