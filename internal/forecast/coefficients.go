package forecast

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"
)

// builtIn are the numbers that ortop/tools/fit fitted on recorded spend.
//
//go:embed coefficients.json
var builtIn []byte

var fitted = sync.OnceValue(func() *Coefficients { return mustCoefficients(builtIn) })

// Knots is how many plain forecasts have weights of their own.
const Knots = 6

// levels are the quantiles that are forecast.
var levels = [3]float64{.1, .5, .9}

// Coefficients are the numbers of the method that are fitted, not chosen. The
// regression is of ln(true seconds / plain forecast), where the plain forecast
// is the balance divided by the base rate.
type Coefficients struct {
	// Knots are the plain forecasts, logs of seconds, that weights are given
	// for: between two of them, weights are a mean.
	Knots [Knots]float64 `json:"knots"`
	// Weights are, for P10, P50 and P90: a constant at each knot, to which the
	// first is added everywhere, and each input's weight at each knot.
	Weights [len(levels)][1 + Inputs][Knots]float64 `json:"weights"`
	// Origins is from how many moments of its own past an account's forecast is
	// made again, at most 100; they lie the denser towards now the more Recent is
	// above 1.
	Origins int     `json:"origins"`
	Recent  float64 `json:"recent"`
	// Low and High stretch the range below and above P50: by the first, and by
	// the second times exp(-history / 4 h). Blind stretches both by its product
	// with the share of the history that was not observed.
	Low   [2]float64 `json:"low"`
	High  [2]float64 `json:"high"`
	Blind float64    `json:"blind"`
	// Long are the quantiles of ln(true seconds / what the 3-day mean says),
	// for what it says up to each of LongEdgesS, and beyond; LongShare is their
	// share in a forecast of a week or more.
	LongEdgesS []float64              `json:"long_edges_s"`
	Long       [][len(levels)]float64 `json:"long"`
	LongShare  float64                `json:"long_share"`
	// Ascending says that more money ends no earlier, and that nothing is spent faster
	// than it ever was, which the regression does not
	// promise.
	Ascending bool `json:"ascending"`
}

// ParseCoefficients reads coefficients from JSON.
func ParseCoefficients(b []byte) (*Coefficients, error) {
	c := new(Coefficients)
	if err := json.Unmarshal(b, c); err != nil {
		return nil, fmt.Errorf("reading coefficients: %w", err)
	}
	if !slices.IsSorted(c.Knots[:]) || c.Knots[0] == c.Knots[Knots-1] || len(c.LongEdgesS) < 2 || len(c.Long) != len(c.LongEdgesS)+1 || c.Origins < 0 {
		return nil, fmt.Errorf("reading coefficients: knots %v, %d rows at %d edges, %d origins", c.Knots, len(c.Long), len(c.LongEdgesS), c.Origins)
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

// Between returns the first of the two knots whose weights count at l, the log
// of a plain forecast, and the share of the second.
func (c *Coefficients) Between(l float64) (first int, share float64) {
	for first < Knots-2 && l > c.Knots[first+1] {
		first++
	}
	a, b := c.Knots[first], c.Knots[first+1]
	return first, min(1, max(0, (l-a)/(b-a)))
}

// score sets the scores of o.
func (c *Coefficients) score(o *moment) {
	fixed := o.x
	for _, f := range ofBalance {
		fixed[f] = 0
	}
	for i := range c.Weights {
		w := &c.Weights[i]
		var sum [Knots]float64
		for f, v := range fixed {
			v = clip(v)
			for k := range sum {
				sum[k] += v * w[1+f][k]
			}
		}
		for k, v := range sum {
			if v += w[0][0]; k > 0 {
				v += w[0][k]
			}
			o.scores[k][i] = v
		}
	}
}

// quantiles returns the logs of P10, P50 and P90 in seconds, ascending, for a
// plain forecast of l at o with the inputs x.
func (c *Coefficients) quantiles(o *moment, l float64, x *balanceInputs) (q [len(levels)]float64) {
	k, share := c.Between(l)
	a, b := &o.scores[k], &o.scores[k+1]
	for i := range q {
		w := &c.Weights[i]
		low, high := a[i], b[i]
		for j, f := range ofBalance {
			low += x[j] * w[1+f][k]
			high += x[j] * w[1+f][k+1]
		}
		q[i] = l + (1-share)*low + share*high
	}
	return ascending(q)
}

// ascending is q in order.
//
//go:noinline
func ascending(q [len(levels)]float64) [len(levels)]float64 {
	low, high := min(q[0], q[1]), max(q[0], q[1])
	return [len(levels)]float64{min(low, q[2]), max(low, min(high, q[2])), max(high, q[2])}
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

// errorsAt returns the errors of the 3-day mean rate where it says a log of
// seconds: those of a row in the middle of its bin, between two a mean.
func (c *Coefficients) errorsAt(tau float64) (e [len(levels)]float64) {
	n := len(c.LongEdgesS)
	middle := func(i int) float64 {
		// The outer bins have one edge; they count as wide as those beside them.
		a, b := min(max(i-1, 0), n-2), min(max(i, 1), n-1)
		la, lb := math.Log(c.LongEdgesS[a]), math.Log(c.LongEdgesS[b])
		switch i {
		case 0:
			return la - (lb-la)/2
		case n:
			return lb + (lb-la)/2
		}
		return (la + lb) / 2
	}
	i := 0
	for i < n-1 && tau > middle(i+1) {
		i++
	}
	a, b := middle(i), middle(i+1)
	share := min(1, max(0, (tau-a)/(b-a)))
	for k := range e {
		e[k] = (1-share)*c.Long[i][k] + share*c.Long[i+1][k]
	}
	return e
}
