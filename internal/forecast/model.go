package forecast

import (
	"math"
	"time"

	"ortop/internal/credit"
)

// Model is what the past says of the spend to come, at one moment; it answers
// for any balance. What it answers does not change; it may be used by many goroutines.
type Model struct {
	at     time.Time
	co     *Coefficients
	path   path
	now    moment
	past   []moment
	ewma   float64 // rate in USD per second
	week   *busiest
	usual  usual
	steady cadence
	eased  ease
	taught [2]float64
	row    row
	// blind is the share of the last 28 days of which not even the totals of
	// hours are known.
	blind float64
	seen  burst
}

// New prepares a model at now of the samples up to now, oldest first. It reads
// them where they lie: they must not change while the model is used. They may
// be sparse: what a sample shows was spent just before it, or evenly since the
// beginning of a gap that it ends. Minutes count in those of the last 36 days,
// hours in the month before, and of older ones the sum alone.
func New(now time.Time, samples []credit.Sample, o Options) *Model {
	m := newModel(now, samples, o)
	m.eased = newEase(m, o)
	return m
}

func newModel(now time.Time, samples []credit.Sample, o Options) *Model {
	m := &Model{at: now, co: o.Coefficients, taught: o.Taught, path: newPath(now, samples, o.Gaps, o.Scratch)}
	if m.co == nil {
		m.co = fitted()
	}
	if !m.ready() {
		return m
	}
	m.now, _ = m.path.look(m.path.now) // something was spent
	m.co.score(&m.now)
	m.past = m.lookBack()
	m.ewma = m.path.ewma(ewmaHalfLife)
	byHour := newGaps(o.ByHour).within(m.path.first, m.path.now)
	m.week = newBusiest(&m.path, byHour)
	m.usual = newUsual(&m.path)
	m.steady = newCadence(&m.path, &m.now)
	back := min(m.now.history, blindBack)
	m.blind = max(0, m.now.x[inBlindAll]-(byHour.until(m.path.now)-byHour.until(m.path.now-back))/back)
	m.seen = m.newSeen()
	return m
}

// ready reports whether there are facts enough for a number.
func (m *Model) ready() bool {
	return m.path.end.rises >= MinIncrements && m.path.now-m.path.first >= MinHistory.Seconds()
}

// duration is seconds as a Duration, or the longest that there is.
func duration(seconds float64) time.Duration {
	if seconds >= math.MaxInt64/float64(time.Second) {
		return math.MaxInt64
	}
	return time.Duration(seconds * float64(time.Second))
}

// Forecast forecasts when balanceUSD is spent. A nil balance is unknown.
func (m *Model) Forecast(balanceUSD *float64) Forecast {
	p := &m.path
	f := Forecast{State: Unknown, Subject: Account, At: m.at, LastSpend: p.lastSpend()}
	f.History = duration(p.now - p.first)
	switch {
	case balanceUSD == nil || !finite(*balanceUSD):
		return f
	case *balanceUSD <= 0:
		f.State = Depleted
		return f
	case len(p.samples) == 0:
		return f
	case p.end.rises == 0:
		f.State = Idle
		return f
	case !m.ready():
		f.State = Cold
		return f
	}
	q := m.seconds(*balanceUSD)
	f.State = OK
	f.P10, f.P50, f.P90 = q[0], q[1], q[2]
	f.RateUSDPerHour = *balanceUSD / f.P50 * hour
	return f
}

// regressed returns P10, P50 and P90 of the seconds that usd lasts, by the
// regression and the account's own past.
func (m *Model) regressed(usd float64) (s [3]float64) {
	l := m.now.plain(usd)
	x := m.now.inputs(usd, math.Log(usd), l)
	q := m.co.quantiles(&m.now, l, &x)
	q = m.learn(usd, q)
	q = m.co.widen(q, m.now.history, m.blind)
	q = m.settle(usd, l, q)
	q[0], q[2] = q[1]-(q[1]-q[0])*math.Exp(m.taught[0]), q[1]+(q[2]-q[1])*math.Exp(m.taught[1])
	for i := range s {
		s[i] = math.Exp(q[i])
	}
	return s
}

// floorTimes is how often the shortest time in which a balance was spent must
// fit into the history that was seen for no forecast to be below it.
const floorTimes = 9

// floor is the seconds that usd lasts at the least: what was seen at full speed
// for long, or before a day of silence, is not outdone, nor the busiest week.
func (m *Model) floor(usd float64) float64 {
	return max(m.fastest(usd), m.week.lasts(m.path.now, usd))
}

// fastest is less than the time in which usd was ever spent, or, where its like
// was seen too seldom, the most that was seen often enough.
func (m *Model) fastest(usd float64) float64 {
	if usd >= m.seen.usd {
		return m.seen.seconds
	}
	return m.path.grid.shortest(usd)
}

// burst is the most that was spent in some seconds.
type burst struct{ usd, seconds float64 }

// newSeen is the most that was seen often enough for it to hold, in the least time. It
// is looked for once, and not for each balance.
func (m *Model) newSeen() burst {
	g := m.path.grid
	blocks := len(g.usd) - 1
	if m.path.now-m.path.end.rose < day {
		blocks = min(blocks, int(m.now.history*(1-m.blind)/floorTimes/block)+shortBy)
	}
	usd := g.most(blocks)
	return burst{usd, g.shortest(usd)}
}

// Input is what the fitted part of the method takes for a balance.
type Input struct {
	// Plain and Long are the logs of the seconds that it lasts at the base rate
	// and at the mean rate of the last 3 days.
	Plain, Long float64
	X           [Inputs]float64
}

// Input returns the input for a balance in USD; ok is false where there is no
// forecast.
func (m *Model) Input(usd float64) (in Input, ok bool) {
	if !m.ready() || !(usd > 0) || !finite(usd) {
		return in, false
	}
	in.Plain = m.now.plain(usd)
	in.X = m.now.x
	for i, v := range m.now.inputs(usd, math.Log(usd), in.Plain) {
		in.X[ofBalance[i]] = v
	}
	for i, v := range in.X {
		in.X[i] = clip(v)
	}
	in.Long = math.Log(max(1, usd/m.ewma))
	return in, true
}

const ewmaHalfLife = 3 * day

// settle draws forecasts of more than a day, most from a week on, to the 3-day
// mean and its errors.
func (m *Model) settle(usd, l float64, q [3]float64) [3]float64 {
	weight := m.co.LongShare * min(1, max(0, (l-math.Log(day))/math.Log(week/day)))
	if weight == 0 || !(m.ewma > 0) {
		return q
	}
	tau := math.Log(max(1, usd/m.ewma))
	for i, e := range m.co.errorsAt(tau) {
		q[i] = (1-weight)*q[i] + weight*(tau+e)
	}
	return ascending(q)
}
