package sim

import (
	"math"
	"time"

	"ortop/internal/credit"
)

// advance lets the account live until its clock's present, and returns that.
// The caller holds the lock.
func (a *Account) advance() time.Time {
	now := a.now()
	a.book(a.source.take(now))
	return now
}

// book lets the service judge requests and charge for those it serves.
func (a *Account) book(requests []request) {
	replay := len(a.cfg.Trace) > 0 // repeated to the cent, whatever is left
	for _, r := range requests {
		if !replay && a.credits.at(r.at) <= a.usage.last() {
			continue
		}
		if r.key != noKey {
			a.reroute(&r)
			if !replay && r.model == byokModel && a.catalog.keys[r.key].byok {
				r.byok, r.cost = r.cost, toNano(r.cost.usd()*byokFee)
			}
		}
		a.charge(r)
		if p := a.profile; p.refillUSD > 0 && !a.declined && (a.credits.at(r.at)-a.usage.last()).usd() < p.thresholdUSD {
			a.credits.add(r.at, toNano(p.refillUSD))
		}
	}
}

// reroute moves a request that its key may not make to the first key.
func (a *Account) reroute(r *request) {
	k := &a.catalog.keys[r.key]
	if !k.disabledAt.IsZero() && r.at >= unix(k.disabledAt) || k.exhausted(r.at) {
		r.key = 0
	}
}

// exhausted reports whether the key's cap is spent at a time. Times come
// in order.
func (k *key) exhausted(at int64) bool {
	if k.limitUSD == 0 {
		return false
	}
	if at >= k.windowEnd {
		k.windowStart, k.windowEnd = window(k.reset, fromUnix(at))
	}
	used := k.usage.since(k.windowStart, at)
	if k.capCountsBYOK {
		used += k.byokUsage.since(k.windowStart, at)
	}
	return used >= toNano(k.limitUSD)
}

// window returns the start of the cap's window around t, and its end.
func window(r credit.Reset, t time.Time) (from, to int64) {
	end, ok := r.Next(t)
	if !ok {
		return unix(time.Time{}), math.MaxInt64
	}
	switch r {
	case credit.ResetDaily:
		return unix(credit.DayStart(t)), unix(end)
	case credit.ResetWeekly:
		return unix(credit.WeekStart(t)), unix(end)
	}
	return unix(credit.MonthStart(t)), unix(end)
}

// charge writes a request into all books.
func (a *Account) charge(r request) {
	i := len(a.spent)
	for i > 0 && a.spent[i-1].at > r.at {
		i--
	}
	a.spent = append(a.spent, r)
	copy(a.spent[i+1:], a.spent[i:])
	a.spent[i] = r
	a.usage.add(r.at, r.cost)
	if r.key == noKey {
		a.loose.add(r.at, r.cost)
		return
	}
	k := &a.catalog.keys[r.key]
	k.usage.add(r.at, r.cost)
	if r.byok > 0 {
		k.byokUsage.add(r.at, r.byok)
	}
}
