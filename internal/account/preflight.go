package account

import (
	"cmp"
	"fmt"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// Answer is the verdict of a preflight check.
type Answer string

// The answers. Enough is never the answer where something is not known.
const (
	Enough       Answer = "enough"
	Short        Answer = "short"
	CannotBeSaid Answer = "unknown"
)

// Preflight is whether there is enough for a job. Sums are in USD; nil is
// unknown.
type Preflight struct {
	Answer       Answer
	SpendableUSD *float64
	// BackgroundUSD is how far the spendable sum falls meanwhile by what else
	// is spent, with 90 % probability at most.
	BackgroundUSD *float64
	// MarginUSD is what remains of the spendable sum after that and the job.
	MarginUSD *float64
	Reason    string // one line, with the sums
}

// bound is something that limits what can be spent.
type bound struct {
	name     string
	leftUSD  float64
	afterUSD *float64 // what other spend leaves of it, with 90 % probability at least; nil is unknown
}

// Preflight checks whether needUSD can be spent now, and with 90 % certainty
// still after d, in which others go on spending. b is the account's past.
//
// A cap that is too small is known to be too small whatever the balance is.
func (s *Snapshot) Preflight(b *Book, needUSD float64, d time.Duration) Preflight {
	p := Preflight{Answer: CannotBeSaid}
	switch {
	case s.Fault != nil:
		p.Reason = s.Fault.Message
		return p
	case s.Stale(s.Now):
		p.Reason = "there is no fresh reading"
		return p
	}
	p.SpendableUSD = s.SpendableUSD
	p.judge(s.bounds(b, d), needUSD, d)
	if p.Reason == "" {
		p.Reason = s.BalanceNote
		switch {
		case s.SpendableUSD != nil:
			p.Reason = fmt.Sprintf("%s spendable, %s needed, but %s of history are too few to say what else is spent in %s",
				text.USD(*s.SpendableUSD), text.USD(needUSD), text.Span(s.Forecast.History), text.Span(d))
		case s.Balance != nil && s.Key != nil && (s.Key.Cap.LimitUSD == nil || s.Key.Cap.RemainingUSD != nil):
			p.Reason = "the rest of the key's budget is not known"
		case s.Balance != nil:
			p.Reason = "the key's own cap is not known"
		}
	}
	return p
}

// judge compares what is left with what is needed. It gives no reason where it
// cannot be said.
func (p *Preflight) judge(bounds []bound, needUSD float64, d time.Duration) {
	var tightest *bound // of those whose end is known
	known := p.SpendableUSD != nil
	for i, b := range bounds {
		if b.leftUSD < needUSD-slack {
			p.Answer = Short
			p.Reason = fmt.Sprintf("%s has %s left, %s needed: %s short", b.name, text.USD(b.leftUSD), text.USD(needUSD), text.USD(needUSD-b.leftUSD))
		}
		switch {
		case b.afterUSD == nil:
			known = false
		case tightest == nil || *b.afterUSD < *tightest.afterUSD:
			tightest = &bounds[i]
		}
	}
	if known && tightest != nil {
		background := *p.SpendableUSD - *tightest.afterUSD
		margin := *tightest.afterUSD - needUSD
		p.BackgroundUSD, p.MarginUSD = &background, &margin
	}
	if p.Answer == Short || tightest == nil {
		return
	}
	meanwhile := ""
	if d > 0 {
		meanwhile = fmt.Sprintf(", up to %s spent otherwise in %s", text.USD(tightest.leftUSD-*tightest.afterUSD), text.Span(d))
	}
	reason := func(end string) {
		p.Reason = fmt.Sprintf("%s has %s left, %s needed%s: %s", tightest.name, text.USD(tightest.leftUSD), text.USD(needUSD), meanwhile, end)
	}
	switch margin := *tightest.afterUSD - needUSD; {
	case margin < -slack:
		p.Answer = Short
		reason(text.USD(-margin) + " short")
	case known:
		p.Answer = Enough
		reason(text.USD(max(0, margin)) + " to spare")
	}
}

// bounds are the account's balance, the key's cap and its budgets, as far as they are known.
func (s *Snapshot) bounds(b *Book, d time.Duration) []bound {
	if d > 0 {
		d += s.Now.Sub(s.At) // spent since the reading, and not seen
	}
	var bounds []bound
	if s.Balance != nil {
		x := bound{name: "the account", leftUSD: s.Balance.LeftUSD()}
		if s.Source == FromPerson {
			x.name = "the account, by your own figure,"
		}
		if spend, ok := b.model(s.trail(b), s.At, nil).SpendWithin(d); ok {
			after := x.leftUSD - spend
			x.afterUSD = &after
		}
		bounds = append(bounds, x)
	}
	k := s.Key
	if k == nil {
		return bounds
	}
	if k.Kind != credit.KeyManagement && k.Cap.LimitUSD != nil && k.Cap.RemainingUSD != nil {
		bounds = append(bounds, bound{"the key's cap", *k.Cap.RemainingUSD, capAfter(model(b.Key, s.At, nil), k.Cap, s.At, d)})
	}
	for _, g := range k.Budgets {
		if g.RemainingUSD == nil {
			continue
		}
		x := bound{name: "the " + g.Name(), leftUSD: *g.RemainingUSD}
		if at, ok := g.Next(s.At); ok {
			x.name += ", which resets " + at.UTC().Format("2 Jan") + " (UTC),"
		}
		m := model(cmp.Or(b.Budget, b.Key, b.Account), s.At, nil)
		if g.LimitUSD != nil {
			x.afterUSD = capAfter(m, g.Cap, s.At, d)
		} else if spend, ok := m.SpendWithin(d); ok {
			after := x.leftUSD - spend
			x.afterUSD = &after
		}
		bounds = append(bounds, x)
	}
	return bounds
}

// trail is the series that the balance falls by.
func (s *Snapshot) trail(b *Book) *credit.Trail {
	if s.Source == FromPerson {
		return b.Key
	}
	return b.Account
}

// Planner plans what a snapshot's forecast means for buying credits; ok is false
// while the balance is not known. b is the account's past.
func (s *Snapshot) Planner(b *Book) (p *forecast.Planner, ok bool) {
	if s.Balance == nil || s.At.IsZero() {
		return nil, false
	}
	return b.model(s.trail(b), s.At, nil).Planner(s.Balance.LeftUSD()), true
}

// capAfter is the least that a cap has left within d of at, by what its key
// spends, with 90 % probability; nil is unknown. The cap may reset
// meanwhile: the windows after the second are like the second.
func capAfter(model *forecast.Model, c credit.Cap, at time.Time, d time.Duration) *float64 {
	end := at.Add(d)
	window := func(from time.Time, left float64) (after *float64, to time.Time) {
		to, resets := c.Reset.Next(from)
		if !resets || to.After(end) {
			to = end
		}
		spend, ok := model.SpendWithin(to.Sub(from))
		if !ok {
			return nil, to
		}
		left -= spend
		return &left, to
	}
	first, to := window(at, *c.RemainingUSD)
	if first == nil || !to.Before(end) {
		return first
	}
	second, _ := window(to, *c.LimitUSD)
	if second == nil || *second < *first {
		return second
	}
	return first
}
