package forecast

import (
	"math"
	"time"
)

const (
	// easedBy is how many times later or earlier a charge moves the middle at most, and
	// easedCharge how many charges' worth where that is more, in the easedOver charges
	// from that on with which an account of young charges at most is known to be even.
	easedBy     = 1.08
	easedCharge = .9
	easedOver   = 12
	young       = 20
	// mostEased are the deviations of the times between charges and of their sums up to
	// which it is: of what is less even no more is promised than the regression gives.
	mostEasedTimes = .05
	mostEasedUSD   = .3
)

// ease is what was forecast just before an account was known to be charged evenly, at
// the charge before and at the end of the silence after it. The zero ease knows of
// nothing.
type ease struct {
	models []*Model
	// The middle may be so many times as far off by now, or so many seconds further.
	most, more float64
}

// newEase looks at what was forecast before m.steady, of the readings and options of m.
func newEase(m *Model, o Options) (e ease) {
	if m.steady.begun == 0 || m.steady.unevenTimes > mostEasedTimes || m.steady.unevenUSD > mostEasedUSD {
		return e
	}
	n := float64(m.steady.begun)
	o.Scratch = nil // m has it
	e.most, e.more = math.Pow(easedBy, n), easedCharge*n*m.steady.every
	for _, t := range [...]float64{m.steady.before, m.steady.begins - 1} {
		if was := newModel(time.Unix(int64(t), 0), m.path.samples, o); was.ready() {
			e.models = append(e.models, was)
		}
	}
	return e
}

// hold holds the middle of what usd lasts near the later of the dates of before.
func (e ease) hold(s [len(levels)]float64, usd float64, p *path) [len(levels)]float64 {
	left := 0.0
	for _, was := range e.models {
		then := was.seconds(usd + p.end.usd - was.path.end.usd)
		left = max(left, then[1]+was.path.now-p.now)
	}
	if left < minute {
		return s
	}
	s[1] = min(max(left*e.most, left+e.more), max(min(left/e.most, left-e.more), s[1]))
	s[0], s[2] = min(s[0], s[1]), max(s[2], s[1])
	return s
}
