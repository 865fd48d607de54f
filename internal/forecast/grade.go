package forecast

import (
	"math"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sorted"
)

// Made is a forecast as it was made, kept to be graded.
type Made struct {
	At time.Time
	// UsageUSD and Segment are of the reading that it was made of, BalanceUSD
	// what was left then. It is about when usage reaches their sum: a top-up
	// after it does not change that.
	UsageUSD, BalanceUSD float64
	Segment              int64
	P10, P50, P90        float64 // seconds from At
}

// Graded is a forecast whose outcome is known.
type Graded struct {
	Made
	// TookS is the seconds after which the balance was spent; where Censored is
	// set it was not yet, and they are more.
	TookS    float64
	Censored bool
}

// Held reports whether the outcome lay from P10 to P90.
func (g Graded) Held() bool { return !g.Censored && g.P10 <= g.TookS && g.TookS <= g.P90 }

// Grade grades m by the newest reading and the one before it; ended is false
// while the outcome is open. It is known when usage has risen by the balance,
// evenly between the two readings, or when P90 went by without. Readings of
// another segment leave it open for ever: m is then to be dropped.
func (m Made) Grade(before, newest credit.Sample) (g Graded, ended bool) {
	g = Graded{Made: m, TookS: newest.At.Sub(m.At).Seconds()}
	if newest.Segment != m.Segment || g.TookS <= 0 {
		return Graded{}, false
	}
	need := m.UsageUSD + m.BalanceUSD
	if newest.UsageUSD < need {
		g.Censored = true
		return g, g.TookS > m.P90
	}
	rise, left := newest.UsageUSD-before.UsageUSD, need-before.UsageUSD
	from := max(0, before.At.Sub(m.At).Seconds())
	if before.Segment == m.Segment && rise > 0 && left > 0 && from < g.TookS {
		g.TookS = from + (g.TookS-from)*left/rise
	}
	return g, true
}

// trackLength is how many forecasts a track record is about.
const trackLength = 40

// Track sums up the last 40 of the forecasts, oldest first: how many there
// are, how many held, and the factor that half of the middles were within.
// Without any the factor is 0.
func Track(graded []Graded) (made, held int, typicalFactor float64) {
	graded = graded[max(0, len(graded)-trackLength):]
	if len(graded) == 0 {
		return 0, 0, 0
	}
	errors := make([]float64, 0, len(graded))
	for _, g := range graded {
		if g.Held() {
			held++
		}
		errors = append(errors, math.Abs(math.Log(max(1, g.TookS)/max(1, g.P50))))
	}
	sorted.Numbers(errors)
	n := len(errors)
	return n, held, math.Exp((errors[(n-1)/2] + errors[n/2]) / 2)
}
