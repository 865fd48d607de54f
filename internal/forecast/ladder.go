package forecast

import "math"

// ladder is the forecast as it grows with the balance, from a first balance
// up. Between its rungs it is even in logs, and it never falls: a forecast that
// goes by what was learned of similar balances may, by a little.
type ladder struct {
	model *Model
	rungs []rung
}

// rung is a balance and the quantiles of the seconds that it lasts.
type rung struct {
	usd     float64
	seconds [len(levels)]float64
}

const (
	rungRatio = 1.15
	mostRungs = 400
)

// start puts the first rung at usd, or at what lasts a minute where that is
// more than a usd of 0 or less.
func (l *ladder) start(usd float64) {
	if usd <= 0 {
		usd = l.model.now.base * minute
	}
	l.rungs = append(l.rungs, rung{usd, l.model.seconds(usd)})
}

// climb adds a rung and reports whether there was one to add.
func (l *ladder) climb() bool {
	if len(l.rungs) == mostRungs {
		return false
	}
	top := l.rungs[len(l.rungs)-1]
	next := rung{usd: top.usd * rungRatio}
	for i, s := range l.model.seconds(next.usd) {
		next.seconds[i] = max(s, top.seconds[i])
	}
	l.rungs = append(l.rungs, next)
	return true
}

// seconds returns the quantiles of the seconds that usd, at or above the first
// rung, lasts.
func (l *ladder) seconds(usd float64) [len(levels)]float64 {
	i := 0
	for l.rungs[i].usd < usd {
		if i++; i == len(l.rungs) && !l.climb() {
			return l.rungs[i-1].seconds
		}
	}
	b := l.rungs[i].seconds
	if i == 0 {
		return b
	}
	a := l.rungs[i-1]
	for k := range b {
		b[k] = between(usd, a.usd, l.rungs[i].usd, a.seconds[k], b[k])
	}
	return b
}

// reach returns the least balance that lasts the given seconds with 90 %
// probability; ok is false where none does.
func (l *ladder) reach(seconds float64) (usd float64, ok bool) {
	i := 0
	for l.rungs[i].seconds[0] < seconds {
		if i++; i == len(l.rungs) && !l.climb() {
			return 0, false
		}
	}
	b := l.rungs[i]
	if i == 0 {
		return b.usd, true
	}
	a := l.rungs[i-1]
	return between(seconds, a.seconds[0], b.seconds[0], a.usd, b.usd), true
}

// between maps x from x0 to x1 on y0 to y1, all of them above 0, evenly in
// logs.
func between(x, x0, x1, y0, y1 float64) float64 {
	share := math.Log(x/x0) / math.Log(x1/x0)
	return y0 * math.Exp(share*math.Log(y1/y0))
}
