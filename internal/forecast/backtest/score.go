package backtest

import (
	"math"

	"ortop/internal/sorted"
)

// Outcome is a forecast and what came true, in seconds.
type Outcome struct {
	P10, P50, P90 float64
	// TrueS is after how many seconds it ran out, and CapS how long that was
	// looked for: forecasts beyond are taken as CapS, and so is the truth.
	TrueS, CapS float64
}

// errors returns ln(truth/forecast) at P10, P50 and P90.
func (o Outcome) errors() (e [3]float64) {
	truth := math.Log(min(o.TrueS, o.CapS))
	for i, p := range [3]float64{o.P10, o.P50, o.P90} {
		e[i] = truth - math.Log(min(p, o.CapS))
	}
	return e
}

// Held reports whether the truth lay from P10 to P90.
func (o Outcome) Held() bool {
	e := o.errors()
	return e[0] >= 0 && e[2] <= 0
}

// Pinball is the loss at P10, P50 and P90, of logs; at P50 it is half the
// error.
func (o Outcome) Pinball() (loss [3]float64) {
	for i, q := range [3]float64{.1, .5, .9} {
		e := o.errors()[i]
		loss[i] = max(q*e, (q-1)*e)
	}
	return loss
}

// Score sums up outcomes.
type Score struct {
	N        int
	Pin3     float64 // mean pinball loss over P10, P50 and P90
	P50      float64 // mean pinball loss at P50
	Coverage float64 // share that held
	Factor   float64 // half of the P50 were within this factor of the truth
}

// Grade scores outcomes, each of equal weight. Without any it is zero.
func Grade(outcomes []Outcome) (s Score) {
	if s.N = len(outcomes); s.N == 0 {
		return s
	}
	errors := make([]float64, 0, s.N)
	for _, o := range outcomes {
		loss := o.Pinball()
		s.Pin3 += (loss[0] + loss[1] + loss[2]) / 3
		s.P50 += loss[1]
		if o.Held() {
			s.Coverage++
		}
		errors = append(errors, 2*loss[1])
	}
	n := float64(s.N)
	s.Pin3, s.P50, s.Coverage = s.Pin3/n, s.P50/n, s.Coverage/n
	sorted.Numbers(errors)
	s.Factor = math.Exp((errors[(s.N-1)/2] + errors[s.N/2]) / 2)
	return s
}
