package sim

import (
	"cmp"
	"math"
	"math/rand/v2"
	"ortop/internal/sorted"
	"slices"
	"time"
)

// request is one paid request. Its cost is what the credits lost.
type request struct {
	at         int64 // Unix nanoseconds
	cost, byok nano
	key        int32 // noKey: part of no breakdown
	model      int32
}

// noKey marks spend that the service attributes to nothing.
const noKey = -1

// Requests for one model go to the provider's own account, with the keys that
// have one there; the credits then pay a share of the price as a fee.
const (
	byokModel = 1
	byokFee   = 0.05
)

// source yields an account's own requests in order of time, a day at a time.
type source struct {
	pending []request
	horizon time.Time // pending is complete up to here; zero: for ever
	next    func(midnight time.Time) []request
}

// take returns the requests up to now, inclusive. They are
// good until the next call.
func (s *source) take(now time.Time) []request {
	for !s.horizon.IsZero() && !s.horizon.After(now) {
		s.pending = append(s.pending, s.next(s.horizon)...)
		s.horizon = nextMidnight(s.horizon)
	}
	limit := unix(now)
	n, _ := slices.BinarySearchFunc(s.pending, limit, func(r request, t int64) int {
		if r.at <= t {
			return -1
		}
		return 1
	})
	taken := s.pending[:n]
	s.pending = s.pending[n:]
	return taken
}

func nextMidnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, t.Location())
}

// newProfileSource spends as p does, from start on.
func newProfileSource(c Config, p profile, cat *catalog, zone *time.Location, start, first time.Time) *source {
	local := start.In(zone)
	y, m, d := local.Date()
	return &source{
		horizon: time.Date(y, m, d, 0, 0, 0, 0, zone),
		next: func(midnight time.Time) []request {
			plan := day{
				start: midnight, weekday: midnight.Weekday(), first: -1,
				ago:  first.Sub(midnight).Hours() / 24,
				rng:  rand.New(rand.NewPCG(c.Seed, uint64(midnight.Unix()/3600))),
				keys: cat.keyWeights, model: cat.modelWeights,
			}
			if plan.ago >= 0 && first.Before(nextMidnight(midnight)) && c.TimeZone == nil {
				plan.first = first.Sub(midnight).Hours()
			}
			requests := plan.requests(p.plan(plan))
			cut, _ := slices.BinarySearchFunc(requests, unix(start), func(r request, t int64) int { return cmp.Compare(r.at, t) })
			return requests[cut:]
		},
	}
}

// requests spends the sessions, each with a log-normal cost per request.
func (d *day) requests(sessions []session) []request {
	expected := 0.0
	for _, s := range sessions {
		expected += (s.to - s.from) * float64(time.Hour) / float64(s.gap)
	}
	requests := make([]request, 0, int(expected*1.1)+16)
	const hour = float64(time.Hour)
	midnight, end := unix(d.start), unix(nextMidnight(d.start))
	for _, s := range sessions {
		mean := s.usdPerHour * float64(s.gap) / hour * 1e9
		for t := s.from * hour; ; {
			t += d.rng.ExpFloat64() * float64(s.gap)
			at := midnight + int64(t)
			if t >= s.to*hour || at >= end {
				break
			}
			r := request{at: at, key: s.key, model: s.model}
			// Bills are in hundred-millionths of a dollar.
			r.cost = nano(math.Round(mean*noise(d.rng, 0.8)/10)) * 10
			switch v := d.rng.Float64(); {
			case v < 0.01:
				r.key = noKey
			case v < 0.12 || s.mixed:
				r.key, r.model = draw(d.rng, d.keys), draw(d.rng, d.model)
			}
			requests = append(requests, r)
		}
	}
	sorted.Rows(requests, func(a, b *request) int { return cmp.Compare(a.at, b.at) })
	return requests
}

// newTraceSource replays points: each rise is one request.
func newTraceSource(c *Config, cat *catalog) *source {
	rng := rand.New(rand.NewPCG(c.Seed, 0))
	s := &source{}
	before := nano(0)
	for _, p := range c.Trace {
		if rise := toNano(p.USD) - before; rise > 0 {
			before += rise
			r := request{at: unix(p.At), cost: rise, key: noKey, model: draw(rng, cat.modelWeights)}
			if rng.Float64() >= 0.01 {
				r.key = draw(rng, cat.keyWeights)
			}
			s.pending = append(s.pending, r)
		}
	}
	return s
}
