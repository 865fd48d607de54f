package forecast

import (
	"math"

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
	past := emptied(p.scratch.past, n)
	for j := range n {
		ago := span * math.Pow(1-(float64(j)+.5)/float64(n), m.co.Recent)
		if o, ok := p.look(p.first + math.Floor((p.now-ago-p.first)/minute)*minute); ok {
			m.co.score(&o)
			past = append(past, o)
		}
	}
	p.scratch.past = past
	return past
}

// learn shifts the quantiles q, logs of seconds, of usd by how far the same
// forecasts of the past were off, the more the more of them there are.
func (m *Model) learn(usd float64, q [3]float64) [3]float64 {
	p := &m.path
	// How far the forecasts of the past were off, in logs; of what goes on it is known
	// only that it is more.
	var ended, open [len(levels)][mostOrigins]float64
	outcomes, going := 0, 0
	// What is forecast again is what lasts as long at the base rate.
	l, logLasts := m.now.plain(usd), math.Log(usd)-m.now.logBase
	for i := range m.past {
		o := &m.past[i]
		left := usd * o.base / m.now.base
		end, over := p.passage(o.usd + left)
		took := end - o.t
		if took <= 0 || took-(p.blind.until(end)-p.blind.until(o.t)) < leastSeen*took {
			continue
		}
		x := o.inputs(left, logLasts+o.logBase, l)
		off, n := &open, &going
		if over {
			off, n = &ended, &outcomes
		}
		log := math.Log(took)
		for k, q := range m.co.quantiles(o, l, &x) {
			off[k][*n] = log - q
		}
		*n++
	}
	if outcomes == 0 {
		return q
	}
	effective := min(float64(outcomes), min(m.now.history, originBack)/math.Exp(q[1]))
	for k, level := range levels {
		q[k] += effective / (effective + shrink) * kaplanMeier(ended[k][:outcomes], open[k][:going], level)
	}
	return ascending(q)
}

// kaplanMeier is the Kaplan-Meier estimate of a quantile of the residuals of what
// ended, and of what is open yet and known to be more; it sorts both. Where those leave
// it open it is the largest residual, or 0 if that is less.
func kaplanMeier(ended, open []float64, level float64) float64 {
	sorted.Numbers(ended)
	sorted.Numbers(open)
	lasting, before, all := 1.0, 0, len(ended)+len(open)
	for i, log := range ended {
		for before < len(open) && open[before] < log {
			before++
		}
		lasting *= 1 - 1/float64(all-i-before)
		if 1-lasting >= level-1e-9 {
			return min(mostShift, max(-mostShift, log))
		}
	}
	most := 0.0
	for _, logs := range [...][]float64{ended, open} {
		if n := len(logs); n > 0 {
			most = max(most, logs[n-1])
		}
	}
	return min(mostShift, most)
}
