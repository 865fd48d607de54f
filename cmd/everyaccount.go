package cmd

import (
	"fmt"
	"sync"

	"ortop/monitor"
	"ortop/ui"
)

// watched is one account of the configuration, with the program as it is run
// for that account alone.
type watched struct {
	app      *app
	settings settings
}

// everyAccount returns the account that is shown, which is first's, and those
// of the configuration beside it, in its order. A key in the environment is
// that of the first.
func (a *app) everyAccount(first settings) ([]watched, error) {
	if first.demo != nil || a.flags.account != "" || len(first.config.Accounts) < 2 {
		return []watched{{a, first}}, nil
	}
	var list []watched
	for _, account := range first.config.Accounts {
		if account.Name == first.account.Name {
			list = append(list, watched{a, first})
			continue
		}
		b := *a
		b.flags.account = account.Name
		s, err := b.settings()
		switch {
		case err != nil && !account.HasSource(): // it is never asked for
			s = first
			s.account = account
		case err != nil:
			return nil, fmt.Errorf("account %s: %w", account.Name, err)
		}
		list = append(list, watched{&b, s})
	}
	return list, nil
}

// crew is the monitors of every account, each polling by itself.
type crew struct {
	run     *runner // whose screen they are shown on
	members []member
}

// member is one monitor of a crew, as a screen sees it.
type member struct {
	*monitor.Monitor
	name string
	run  *runner
	crew *crew
}

// muster starts a monitor for each account that has a key, as r would.
func (r *runner) muster(list []watched) *crew {
	c := &crew{run: r}
	for _, w := range list {
		if !w.app.hasKey(r.ctx, w.settings) {
			continue
		}
		own := &runner{app: w.app, ctx: r.ctx, log: r.log, crash: r.crash, terminal: r.terminal}
		c.members = append(c.members, member{own.start(w.settings), w.settings.account.Name, own, c})
	}
	return c
}

// names are those of the accounts that are watched.
func (c *crew) names() []string {
	var names []string
	for _, m := range c.members {
		names = append(names, m.name)
	}
	return names
}

// feed is the monitor of one of names, which is shown from now on.
func (c *crew) feed(name string) (ui.Feed, error) {
	for _, m := range c.members {
		if m.name == name {
			c.run.shown.Store(&shown{m.name, m.Monitor})
			return m, nil
		}
	}
	return nil, fmt.Errorf("no account %q is watched", name)
}

// each does f to all members at once, as each may take a while.
func (c *crew) each(f func(member)) {
	var all sync.WaitGroup
	for _, m := range c.members {
		all.Go(func() { f(m) })
	}
	all.Wait()
}

// close ends all monitors.
func (c *crew) close() { c.each(func(m member) { m.run.close() }) }

// Release lets go of what others may need, of every account: the process is
// stopped with all of them.
func (m member) Release() { m.crew.each(func(m member) { m.Monitor.Release() }) }

// Resume takes it back.
func (m member) Resume() { m.crew.each(func(m member) { m.Monitor.Resume() }) }
