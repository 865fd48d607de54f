package guard

import (
	"time"

	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/fault"
	"ortop/internal/monitor"
)

// takeCost takes in what was spent. What is known stays known.
func (g *guarded) takeCost(c monitor.Cost) {
	if c.SpentUSD == nil {
		g.cost.Fault = c.Fault
		return
	}
	g.cost = c
}

// judge pauses, continues or stops the command by what is known now.
func (g *guarded) judge() {
	s := g.last
	if g.stopping || s.At.IsZero() && s.Fault == nil { // nothing was read yet
		return
	}
	if !g.key {
		g.countAccount(&s)
	}
	answer, reason := g.rule.Judge(g.mon.Preflight(&s, g.rule.BelowUSD, 0), g.ofQuota())
	if answer == account.Short && g.paused && g.toppedUp(&s) {
		g.countedUSD, g.pausedUSD = *g.cost.SpentUSD, s.SpendableUSD
		answer, reason = g.rule.Judge(g.mon.Preflight(&s, g.rule.BelowUSD, 0), g.ofQuota())
	}
	switch {
	case answer == account.CannotBeSaid:
		g.notKnown(reason)
		return
	case answer == account.Enough && g.paused:
		g.paused = false
		g.printf("continued: %s", reason)
		g.failed(g.group.Continue())
	case answer == account.Short && !g.paused && !time.Now().Before(g.graceTill):
		g.interrupt(&s, reason)
	}
	g.unknown = ""
}

// countAccount counts what the account spent up to s.
func (g *guarded) countAccount(s *account.Snapshot) {
	if g.count == nil {
		if s.Fault == nil {
			g.begin(s)
		}
		return
	}
	c, err := g.count.Spent(g.ctx, s)
	if err != nil {
		c.Fault = &account.Fault{Kind: fault.Kind(err), Message: cli.OneLine(fault.Message(err))}
	}
	g.takeCost(c)
}

// ofQuota is what was spent of the quota; nil is unknown.
func (g *guarded) ofQuota() *float64 {
	if g.cost.SpentUSD == nil {
		if g.count != nil || g.meter != nil { // nothing was read since the start
			return new(float64)
		}
		return nil
	}
	usd := *g.cost.SpentUSD - g.countedUSD
	return &usd
}

// toppedUp reports whether more can be spent than when the command was paused.
func (g *guarded) toppedUp(s *account.Snapshot) bool {
	return g.cost.SpentUSD != nil && s.SpendableUSD != nil && g.pausedUSD != nil && *s.SpendableUSD > *g.pausedUSD
}

// interrupt pauses or stops the command.
func (g *guarded) interrupt(s *account.Snapshot, reason string) {
	if g.stop {
		g.stopping = true
		g.printf("stopped: %s", reason)
		g.failed(g.group.Terminate())
		g.kill = time.After(killAfter)
		return
	}
	paused, err := g.group.Pause()
	g.failed(err)
	if !paused {
		g.graceTill = time.Now().Add(killAfter)
		return
	}
	g.paused, g.pausedUSD = true, s.SpendableUSD
	g.printf("paused: %s; a top-up continues it", reason) // who reads that has the keys
}

// notKnown says once why it cannot be judged.
func (g *guarded) notKnown(why string) {
	if why == g.unknown {
		return
	}
	g.unknown = why
	does := "the command goes on"
	if g.paused {
		does = "the command stays paused"
	}
	g.printf("whether there is enough cannot be known: %s; %s", why, does)
}
