package forecast

import (
	"cmp"
	"math"
	"slices"

	"ortop/internal/sorted"
)

const (
	originBack = 28 * day
	// originAfter is how long after the first sample the first origin may lie.
	originAfter = 20 * minute
	mostOrigins = 100
	// leastSeen is the share of an origin's outcome that must have been observed.
	leastSeen = 0.2
	// shrink is the number of outcomes at which they count for half.
	shrink = 10
	// mostShift bounds what is learned, in logs.
	mostShift = 3
)

// lookBack returns what was known at moments of the last 28 days, to forecast
// from again and compare with what came.
func (m *Model) lookBack() []moment {
	p := &m.path
	span := min(p.now-p.first-originAfter, originBack)
	if span <= 0 {
		return nil
	}
	n := min(m.co.Origins, mostOrigins)
	past := make([]moment, 0, n)
	for j := range n {
		ago := span * math.Pow(1-(float64(j)+.5)/float64(n), m.co.Recent)
		if o, ok := p.look(p.first + math.Floor((p.now-ago-p.first)/minute)*minute); ok {
			m.co.score(&o)
			past = append(past, o)
		}
	}
	return past
}

// residual is how far a forecast of the past was off, in logs; of a censored
// one it is known only that it is more.
type residual struct {
	log      float64
	censored bool
}

// learn shifts the quantiles q, logs of seconds, of usd by how far the same
// forecasts of the past were off, the more the more of them there are.
func (m *Model) learn(usd float64, q [3]float64) [3]float64 {
	p := &m.path
	var rows [len(levels)][mostOrigins]residual
	n, outcomes := 0, 0
	for i := range m.past {
		o := &m.past[i]
		left := usd * o.base / m.now.base
		end, ended := p.passage(o.usd + left)
		took := end - o.t
		if took <= 0 || took-(p.blind.until(end)-p.blind.until(o.t)) < leastSeen*took {
			continue
		}
		l := o.plain(left)
		x := o.inputs(left, l)
		for k, log := range m.co.quantiles(o, l, &x) {
			rows[k][n] = residual{math.Log(took) - log, !ended}
		}
		n++
		if ended {
			outcomes++
		}
	}
	if outcomes == 0 {
		return q
	}
	effective := min(float64(outcomes), min(m.now.history, originBack)/math.Exp(q[1]))
	for k, level := range levels {
		q[k] += effective / (effective + shrink) * kaplanMeier(rows[k][:n], level)
	}
	slices.Sort(q[:])
	return q
}

// kaplanMeier is the Kaplan-Meier estimate of a quantile of the residuals,
// which it sorts. Where censored rows leave it open it is the largest
// residual, or 0 if that is less.
func kaplanMeier(rows []residual, level float64) float64 {
	sorted.Rows(rows, func(a, b *residual) int {
		if a.log == b.log && a.censored != b.censored {
			if b.censored {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.log, b.log)
	})
	lasting := 1.0
	for i, r := range rows {
		if r.censored {
			continue
		}
		lasting *= 1 - 1/float64(len(rows)-i)
		if 1-lasting >= level-1e-9 {
			return min(mostShift, max(-mostShift, r.log))
		}
	}
	return min(mostShift, max(0, rows[len(rows)-1].log))
}
