package account

import (
	"fmt"
	"time"

	"ortop/internal/forecast"
	"ortop/internal/text"
)

// Guard is what a command may use up: it may spend while BelowUSD is left, and
// QuotaUSD, if that is not nil.
type Guard struct {
	BelowUSD float64
	QuotaUSD *float64
}

// Judge is whether the command may go on, and why. p is of BelowUSD; spentUSD is
// what counts against the quota, nil if that is not known.
func (g Guard) Judge(p Preflight, spentUSD *float64) (Answer, string) {
	past := g.QuotaUSD != nil && spentUSD != nil && *spentUSD > *g.QuotaUSD+slack
	switch {
	case past:
		return Short, fmt.Sprintf("%s spent, the quota is %s", text.USD(*spentUSD), text.USD(*g.QuotaUSD))
	case p.Answer != Enough:
		return p.Answer, p.Reason
	case p.SpendableUSD != nil && *p.SpendableUSD <= slack:
		return Short, "nothing is left to spend"
	case g.QuotaUSD != nil && spentUSD == nil:
		return CannotBeSaid, "what was spent of the quota is not known"
	}
	return Enough, p.Reason
}

// Lasts is whether what can be spent lasts for d, with 90 % certainty; Enough for a
// d of 0, and where nothing is spent.
func (s *Snapshot) Lasts(d time.Duration) Preflight {
	p := Preflight{Answer: CannotBeSaid, SpendableUSD: s.SpendableUSD}
	f := s.Forecast
	switch {
	case d <= 0:
		p.Answer = Enough
	case s.Fault != nil:
		p.Reason = s.Fault.Message
	case s.Stale(s.Now):
		p.Reason = "there is no fresh reading"
	case f.State == forecast.Depleted:
		p.Answer, p.Reason = Short, "nothing is left"
	case f.State == forecast.Idle:
		p.Answer, p.Reason = Enough, "nothing is being spent"
	case f.State == forecast.OK:
		left := f.P10 - s.Now.Sub(f.At).Seconds()
		p.Reason = fmt.Sprintf("it lasts for %s with 90 %% certainty, %s needed", text.Seconds(max(0, left)), text.Span(d))
		if p.Answer = Enough; left < d.Seconds() {
			p.Answer = Short
			p.Reason += ": " + text.Seconds(d.Seconds()-max(0, left)) + " short"
		}
	case f.State == forecast.Cold:
		p.Reason = fmt.Sprintf("%s of history are too few to say how long it lasts", text.Span(s.Seen()))
	default:
		p.Reason = "how long it lasts is not known"
	}
	return p
}

// And is the worse of two answers, of which a reason is kept: what is short is short
// whatever else is not known.
func (p Preflight) And(q Preflight) Preflight {
	rank := map[Answer]int{Enough: 0, CannotBeSaid: 1, Short: 2}
	worse := rank[q.Answer] > rank[p.Answer]
	switch {
	case q.Reason == "":
	case worse || p.Reason == "":
		p.Reason = q.Reason
	case p.Answer == q.Answer:
		p.Reason += "; " + q.Reason
	}
	if worse {
		p.Answer = q.Answer
	}
	return p
}
