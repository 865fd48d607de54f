package forecast

import "math"

// ladder is the forecast as it grows with the balance, from a first balance up. Between
// its rungs it is even in logs. More money ends no earlier, so a rung is found by
// halving, and only those on the way are forecast.
type ladder struct {
	model *Model
	rungs []rung
}

// rung is a balance and the quantiles of the seconds that it lasts.
type rung struct {
	usd     float64
	known   bool // seconds are
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
	l.rungs = append(l.rungs, rung{usd: usd})
}

// usd is the balance of the i-th rung, below mostRungs.
//
//go:noinline
func (l *ladder) usd(i int) float64 {
	for len(l.rungs) <= i {
		l.rungs = append(l.rungs, rung{usd: l.rungs[len(l.rungs)-1].usd * rungRatio})
	}
	return l.rungs[i].usd
}

// lasts is how long that balance lasts.
func (l *ladder) lasts(i int) [len(levels)]float64 {
	usd, r := l.usd(i), &l.rungs[i]
	if !r.known {
		r.known, r.seconds = true, l.model.seconds(usd)
	}
	return r.seconds
}

// seconds returns the quantiles of the seconds that usd, at or above the first
// rung, lasts.
func (l *ladder) seconds(usd float64) [len(levels)]float64 {
	i := 0
	for l.usd(i) < usd {
		if i++; i == mostRungs {
			return l.lasts(i - 1)
		}
	}
	b := l.lasts(i)
	if i == 0 {
		return b
	}
	a := l.lasts(i - 1)
	for k := range b {
		b[k] = between(usd, l.usd(i-1), l.usd(i), a[k], max(a[k], b[k]))
	}
	return b
}

// reach returns the least balance that lasts the given seconds with 90 %
// probability; ok is false where none does. It looks from what lasts so long at the base
// rate, up or down in steps that double.
func (l *ladder) reach(seconds float64) (usd float64, ok bool) {
	guess := math.Log(l.model.now.base*seconds/l.usd(0)) / math.Log(rungRatio)
	low, high := -1, int(min(mostRungs-1, max(0, guess)))
	for step := 1; l.lasts(high)[0] < seconds; step *= 2 {
		if low = high; high == mostRungs-1 {
			return 0, false
		}
		high = min(high+step, mostRungs-1)
	}
	for step := 1; high-low > 1; {
		i := (low + high) / 2
		if low < 0 {
			i = max(0, high-step)
			step *= 2
		}
		if l.lasts(i)[0] < seconds {
			low = i
		} else {
			high = i
		}
	}
	if high == 0 {
		return l.usd(0), true
	}
	return between(seconds, l.lasts(low)[0], l.lasts(high)[0], l.usd(low), l.usd(high)), true
}

// between maps x from x0 to x1 on y0 to y1, all of them above 0, evenly in
// logs.
func between(x, x0, x1, y0, y1 float64) float64 {
	share := math.Log(x/x0) / math.Log(x1/x0)
	return y0 * math.Exp(share*math.Log(y1/y0))
}
