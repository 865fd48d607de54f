package cmd

import (
	"slices"
	"sync"

	"ortop/internal/monitor"
	"ortop/ui"
)

// crew is the accounts of a dashboard, each with a monitor that polls by
// itself. Its methods may be called from any goroutine.
type crew struct {
	run   *runner // whose screen they are shown on
	fixed string  // why none is added or removed; empty: they may be

	mu      sync.Mutex
	members []member // in the order of the configuration
}

// member is one account of a crew.
type member struct {
	watched
	run *runner // nil: it has no key, and nothing runs
	mon *monitor.Monitor
}

func (m member) name() string { return m.settings.account.Name }

// muster starts a monitor for each account that has a key, as r would.
func (r *runner) muster(list []watched) *crew {
	c := &crew{run: r}
	for _, w := range list {
		if w.app.hasKey(r.ctx, w.settings) {
			c.members = append(c.members, c.start(w))
		} else {
			c.members = append(c.members, member{watched: w})
		}
	}
	return c
}

// start runs a monitor for one account.
func (c *crew) start(w watched) member {
	own := &runner{app: w.app, ctx: c.run.ctx, log: c.run.log, crash: c.run.crash, terminal: c.run.terminal}
	return member{w, own, own.start(w.settings)}
}

// all are the members there are now.
func (c *crew) all() []member {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.members)
}

// find is the place of the member of a name; the lock is held. -1: there is
// none.
func (c *crew) find(name string) int {
	return slices.IndexFunc(c.members, func(m member) bool { return m.name() == name })
}

// member is the one of a name; ok is false where there is none.
func (c *crew) member(name string) (m member, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := c.find(name); i >= 0 {
		return c.members[i], true
	}
	return m, false
}

// List are the accounts as the screen sees them.
func (c *crew) List() []ui.Account {
	var list []ui.Account
	for _, m := range c.all() {
		a := ui.Account{Name: m.name(), Host: m.settings.host}
		if m.mon != nil {
			a.Feed = feed{m.mon, c}
		}
		list = append(list, a)
	}
	return list
}

// Show notes which account is on the screen: what is exported is that one's.
func (c *crew) Show(name string) {
	if m, ok := c.member(name); ok && m.mon != nil {
		c.run.shown.Store(&shown{name, m.mon})
	}
}

// feed shows the account of a name, which is watched.
func (c *crew) feed(name string) ui.Feed {
	c.Show(name)
	m, _ := c.member(name)
	return feed{m.mon, c}
}

// Fixed says why accounts are neither added nor removed here.
func (c *crew) Fixed() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fixed
}

// replace makes m the only member, and says why it stays so; the others end.
func (c *crew) replace(m member, fixed string) {
	c.close()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.members, c.fixed = []member{m}, fixed
}

// each does f to all that run at once, as each may take a while.
func (c *crew) each(f func(member)) {
	var all sync.WaitGroup
	for _, m := range c.all() {
		if m.mon != nil {
			all.Go(func() { f(m) })
		}
	}
	all.Wait()
}

// close ends all monitors.
func (c *crew) close() { c.each(func(m member) { m.run.close() }) }

// feed is one member's monitor as a screen sees it.
type feed struct {
	*monitor.Monitor
	crew *crew
}

// Release lets go of what others may need, of every account: the process is
// stopped with all of them.
func (f feed) Release() { f.crew.each(func(m member) { m.mon.Release() }) }

// Resume takes it back.
func (f feed) Resume() { f.crew.each(func(m member) { m.mon.Resume() }) }

var (
	_ ui.Feed     = feed{}
	_ ui.Accounts = (*crew)(nil)
)
