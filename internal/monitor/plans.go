package monitor

import (
	"context"
	"sync"
	"time"

	"ortop/internal/account"
	"ortop/internal/forecast"
)

// Plan is what a snapshot's forecast means for buying credits. ok is false
// while the balance is not known. What was planned with the forecast is not planned anew.
func (m *Monitor) Plan(_ context.Context, s account.Snapshot, ask forecast.Ask) (p forecast.Plan, ok bool, err error) {
	at := m.subject.Load()
	switch {
	case at == nil:
		return p, false, nil
	case s.Planned != nil && s.Balance != nil && ask.Plain(s.At):
		return forecast.Plan{Auto: s.Planned}, true, nil
	case at.book.Brief:
		return p, false, nil
	}
	ask.Packages = m.o.Packages
	p, ok = at.plans.plan(&s, at.book, ask)
	return p, ok, nil
}

// plans is what plans one snapshot: of those that a person tries, the first does most
// of the work.
type plans struct {
	mu      sync.Mutex
	at      time.Time
	leftUSD float64
	source  account.Source
	planner *forecast.Planner
}

// plan is a plan for a snapshot; ok is false while the balance is not known.
func (p *plans) plan(s *account.Snapshot, b *account.Book, ask forecast.Ask) (plan forecast.Plan, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.planner == nil || s.Balance == nil || !p.at.Equal(s.At) || p.leftUSD != s.Balance.LeftUSD() || p.source != s.Source {
		if p.planner, ok = s.Planner(b); !ok {
			return plan, false
		}
		p.at, p.leftUSD, p.source = s.At, s.Balance.LeftUSD(), s.Source
	}
	return p.planner.Plan(ask), true
}
