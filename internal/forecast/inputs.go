package forecast

import "math"

// The inputs of the regression, in the order of its weights.
const (
	inRates     = 0 // the mean rates over the windows, relative to base
	inLife      = 6 // the mean rate of the whole path
	inSeasonal  = 7
	inQuiet     = 8
	inBusyHour  = 9 // share of minutes with spend
	inBusyDay   = 10
	inDuty      = 11 // share of 15-minute blocks with spend
	inBlocks    = 12 // how many such blocks the balance lasts
	inHistoryTo = 13 // history relative to the plain forecast
	inHistory   = 14
	inBlind     = 15 // unobserved share of the last 15 minutes, hour, day
	inBlindAll  = 18 // unobserved share of the last 28 days
	inMinutes   = 19 // how many typical minutes' spend the balance is
	inHours     = 20 // and hours'
	inDays      = 21 // a typical day's spend relative to the mean
	// Inputs is the number of them.
	Inputs = 22
)

var (
	rateWindows  = [6]float64{15 * minute, hour, 6 * hour, day, 3 * day, week}
	blindWindows = [3]float64{15 * minute, hour, day}
)

// Indexes of rateWindows.
const overHour, overDay, overWeek = 1, 3, 5

// As far as is looked back for what was unobserved, and for typical lumps.
const (
	blindBack = 28 * day
	lumpBack  = 28 * day
)

// moment is what was known at a time of the past, or now.
type moment struct {
	t    float64
	usd  float64 // spent up to then
	base float64 // in USD per second
	// x are the inputs, less those that depend on the balance.
	x       [Inputs]float64
	history float64
	// Logs of base, of history, of the mean spend of a 15-minute block that has any, and of
	// the spend of a minute and an hour that a dollar is typically spent in.
	logBase, logHistory, logBlock, logMinute, logHour float64
	profile                                           [hoursInDay]float64
	// scores are what the inputs that do not depend on the balance add to each
	// quantile at each knot, with the constants.
	scores [Knots][len(levels)]float64
}

// ofBalance are the inputs that depend on the balance.
var ofBalance = [...]int{inSeasonal, inBlocks, inHistoryTo, inMinutes, inHours}

// balanceInputs are those of a balance.
type balanceInputs [len(ofBalance)]float64

// clip bounds an input.
func clip(v float64) float64 { return min(6, max(-6, v)) }

// look returns what was known at t; ok is false where nothing was spent yet.
func (p *path) look(t float64) (m moment, ok bool) {
	c := p.at(t)
	m = moment{t: t, usd: c.usd, history: t - p.first}
	if !(c.usd > 0) {
		return m, false
	}
	var ago [len(rateWindows)]cursor
	var rate [len(rateWindows)]float64
	for i, w := range rateWindows {
		w = min(w, m.history)
		ago[i] = p.at(t - w)
		rate[i] = (c.usd - ago[i].usd) / w
	}
	life := c.usd / m.history
	w := min(m.history, week)
	m.base = (rate[overWeek]*w + life*day) / (w + day)
	for i, w := range rateWindows {
		m.x[inRates+i] = logRate(rate[i], w, m.base)
	}
	m.x[inLife] = logRate(life, 1, m.base)
	m.x[inQuiet] = math.Log1p((t-c.rose)/minute) - 4
	m.x[inBusyHour] = (c.minutes - ago[overHour].minutes) / (min(m.history, hour) / minute)
	m.x[inBusyDay] = (c.minutes - ago[overDay].minutes) / (min(m.history, day) / minute)
	n, spent, usd := p.grid.blocks(t, week)
	m.x[inDuty] = math.Log((float64(spent) + 1) / (float64(n) + 2))
	blockUSD := life * block
	if spent > 0 {
		blockUSD = usd / float64(spent)
	}
	m.logBlock, m.logHistory = math.Log(blockUSD), math.Log(m.history)
	m.x[inHistory] = m.logHistory - 11
	if len(p.blind) > 0 {
		blind := p.blind.until(t)
		for i, w := range blindWindows {
			w = min(w, m.history)
			m.x[inBlind+i] = (blind - p.blind.until(t-w)) / w
		}
		w = min(m.history, blindBack)
		m.x[inBlindAll] = (blind - p.blind.until(t-w)) / w
	}
	minuteUSD := (c.squares - ago[overWeek].squares) / (c.usd - ago[overWeek].usd)
	if !(minuteUSD > 0) {
		minuteUSD = m.base * minute
	}
	hourUSD, dayUSD := p.grid.typical(max(p.first, t-lumpBack), t)
	if hourUSD <= m.base*10*minute {
		hourUSD = m.base * hour
	}
	m.logBase, m.logMinute, m.logHour = math.Log(m.base), math.Log(minuteUSD), math.Log(hourUSD)
	if dayUSD > 0 {
		m.x[inDays] = math.Log(dayUSD / (m.base * day))
	}
	m.profile = p.grid.profile(t)
	return m, true
}

// logRate is the log of a rate over w seconds relative to base, kept finite by
// a twentieth of base; of readings whose clock went back it is that of none.
func logRate(rate, w, base float64) float64 {
	return math.Log((max(0, rate)*w + .05*base*w) / (1.05 * base * w))
}

// plain is the log of the seconds that usd lasts at the base rate.
func (m *moment) plain(usd float64) float64 { return math.Log(max(1, usd/m.base)) }

// inputs returns the inputs for a balance in USD, with its log, whose plain forecast is l.
func (m *moment) inputs(usd, log, l float64) balanceInputs {
	return balanceInputs{
		clip(math.Log(max(minute, m.seasonal(usd))) - l), clip(log - m.logBlock), clip(m.logHistory - l),
		clip(log - m.logMinute - 3), clip(log - m.logHour),
	}
}

// seasonal is the seconds that usd lasts where each hour of day has its usual
// share of the base rate.
func (m *moment) seasonal(usd float64) float64 {
	days := math.Floor(usd / (m.base * day))
	left := usd - days*m.base*day
	t, h := m.t, math.Floor(m.t/hour)
	for of := hourOfDay(h); h < math.Floor(m.t/hour)+hoursInDay; h++ {
		rate := m.base * m.profile[of]
		rest := (h+1)*hour - t
		if left <= rate*rest {
			return days*day + t - m.t + left/rate
		}
		left -= rate * rest
		t += rest
		if of++; of == hoursInDay {
			of = 0
		}
	}
	return (days + 1) * day
}
