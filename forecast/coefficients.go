package forecast

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// builtIn are the numbers that ortop/forecast/fit fitted on recorded spend.
//
//go:embed coefficients.json
var builtIn []byte

var fitted = mustCoefficients(builtIn)

const hats = 6

// levels are the quantiles that are forecast.
var levels = [3]float64{.1, .5, .9}

// Coefficients are the numbers of the method that are fitted, not chosen. The
// regression is of ln(true seconds / plain forecast), where the plain forecast
// is the balance divided by the base rate.
type Coefficients struct {
	// KnotsS are the plain forecasts, in seconds, that weights are given for:
	// those between are a mean of two.
	KnotsS [hats]float64 `json:"knots_s"`
	// Weights are, for P10, P50 and P90: the constant at each knot but the
	// first, which is added to all, and each input's weight at each knot.
	Weights [len(levels)][1 + Inputs][hats]float64 `json:"weights"`
	// Low and High stretch the range below and above P50: by the first, and by
	// the second times exp(-history / 4 h). Blind stretches both by its product
	// with the share of the history that was not observed.
	Low   [2]float64 `json:"low"`
	High  [2]float64 `json:"high"`
	Blind float64    `json:"blind"`
	// Long are the errors of the 3-day mean rate: rows of quantiles of
	// ln(true seconds / forecast), the first up to the first of LongEdgesS.
	LongEdgesS []float64              `json:"long_edges_s"`
	Long       [][len(levels)]float64 `json:"long"`

	knots [hats]float64 // ln KnotsS
}

// ParseCoefficients reads coefficients from JSON.
func ParseCoefficients(b []byte) (*Coefficients, error) {
	c := new(Coefficients)
	if err := json.Unmarshal(b, c); err != nil {
		return nil, fmt.Errorf("reading coefficients: %w", err)
	}
	if !(c.KnotsS[0] > 0) || !slices.IsSorted(c.KnotsS[:]) || len(c.Long) != len(c.LongEdgesS)+1 {
		return nil, fmt.Errorf("reading coefficients: the knots %v or %d rows at %d edges", c.KnotsS, len(c.Long), len(c.LongEdgesS))
	}
	for i, s := range c.KnotsS {
		c.knots[i] = math.Log(s)
	}
	return c, nil
}

func mustCoefficients(b []byte) *Coefficients {
	c, err := ParseCoefficients(b)
	if err != nil {
		panic("forecast: " + err.Error())
	}
	return c
}

// Knots returns the first of the two knots whose weights count at l, the log of
// a plain forecast, and the share of the second.
func (c *Coefficients) Knots(l float64) (first int, share float64) {
	for first < hats-2 && l > c.knots[first+1] {
		first++
	}
	a, b := c.knots[first], c.knots[first+1]
	return first, min(1, max(0, (l-a)/(b-a)))
}

// quantiles returns the logs of P10, P50 and P90 in seconds, ascending, for a
// plain forecast of l and inputs x.
func (c *Coefficients) quantiles(l float64, x *[Inputs]float64) (q [len(levels)]float64) {
	k, share := c.Knots(l)
	for i := range q {
		w := &c.Weights[i]
		sum := l + w[0][0] + share*w[0][k+1]
		if k > 0 {
			sum += (1 - share) * w[0][k]
		}
		for f, v := range x {
			sum += v * ((1-share)*w[1+f][k] + share*w[1+f][k+1])
		}
		q[i] = sum
	}
	slices.Sort(q[:])
	return q
}

// widen draws the outer quantiles apart: on what it was not fitted on, a
// regression is less sure than it says.
func (c *Coefficients) widen(q [len(levels)]float64, history, blind float64) [len(levels)]float64 {
	young := math.Exp(-history / (4 * hour))
	more := 1 + c.Blind*blind
	q[0] = q[1] - (q[1]-q[0])*(c.Low[0]+c.Low[1]*young)*more
	q[2] = q[1] + (q[2]-q[1])*(c.High[0]+c.High[1]*young)*more
	return q
}

// long returns the errors of the 3-day mean rate where it says tau seconds.
func (c *Coefficients) long(tau float64) [len(levels)]float64 {
	i, _ := slices.BinarySearch(c.LongEdgesS, tau)
	return c.Long[i]
}
