package main

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"ortop/internal/forecast"
)

const (
	knots   = forecast.Knots
	columns = (1 + forecast.Inputs) * knots
	// An example has weights at two knots: those of the constant and of the inputs.
	local = 1 + 2*(1+forecast.Inputs)

	rounds        = 30
	firstEps      = 1.0
	lastEps       = 0.02
	ridgeConstant = 1e-6
)

var levels = [3]float64{.1, .5, .9}

// method is what is chosen of a forecast, not fitted.
type method struct {
	name string
	// inputs is how many of the inputs have weights.
	inputs int
	// ridge is the penalty on weights that are large, smooth on those that change
	// from knot to knot.
	ridge, smooth float64
	// invented says whether the examples that fit invents are fitted too.
	invented bool
	// co are how the past is looked at and how far the range is stretched.
	co forecast.Coefficients
}

var (
	today = method{
		name: "method", inputs: forecast.Inputs, ridge: 10, smooth: 1000, invented: true,
		co: forecast.Coefficients{
			Origins: 64, Recent: 3, LongShare: .5,
			Low: [2]float64{1, .2}, High: [2]float64{1.05, .8}, Blind: .15, Ascending: true,
		},
	}
	// baseline is what the method began as.
	baseline = method{
		name: "baseline", inputs: 18, ridge: 100,
		co: forecast.Coefficients{
			Origins: 24, Recent: 1, LongShare: .5,
			Low: [2]float64{1.05, .15}, High: [2]float64{1.10, .30},
		},
	}
)

// fit fits the weights of the regression and the errors of the 3-day mean.
func (m *method) fit(examples []example) (*forecast.Coefficients, error) {
	co := m.co
	co.LongEdgesS = []float64{1800, 10800, 43200, 172800, 432000, 864000}
	for i, s := range [forecast.Knots]float64{900, 3600, 21600, 86400, 259200, 864000} {
		co.Knots[i] = round(math.Log(s), 1e9)
	}
	if !m.invented {
		examples = slices.DeleteFunc(slices.Clone(examples), func(e example) bool { return e.kind != task })
	}
	w := weights(examples)
	designs := m.design(&co, examples, w)
	for i, q := range levels {
		b, err := m.regress(designs, q)
		if err != nil {
			return nil, err
		}
		for row := range co.Weights[i] {
			for k := range knots {
				co.Weights[i][row][k] = round(b.AtVec(row*knots+k), 1e5)
			}
		}
	}
	co.Long = long(co.LongEdgesS, examples, w)
	return &co, nil
}

func round(v, unit float64) float64 { return math.Round(v*unit) / unit }

// part is the design of the examples between two knots, whose weights alone
// count for them.
type part struct {
	columns  [local]int
	x        *mat.Dense
	y        []float64 // ln(truth / plain forecast)
	censored []bool
	weight   []float64
}

func (m *method) design(co *forecast.Coefficients, examples []example, w []float64) []part {
	rows := make([][]float64, knots-1)
	parts := make([]part, knots-1)
	for i, e := range examples {
		k, share := co.Between(e.input.Plain)
		p := &parts[k]
		row := append(make([]float64, 0, local), 1, 1-share, share)
		if k == 0 {
			row[1] = 0 // the first knot's constant is the constant
		}
		for f, v := range e.input.X {
			if f >= m.inputs {
				v = 0
			}
			row = append(row, (1-share)*v, share*v)
		}
		rows[k] = append(rows[k], row...)
		truth, censored := e.truth()
		p.y = append(p.y, truth-e.input.Plain)
		p.censored = append(p.censored, censored)
		p.weight = append(p.weight, w[i])
	}
	var used []part
	for k, p := range parts {
		if len(p.y) == 0 {
			continue
		}
		p.x = mat.NewDense(len(p.y), local, rows[k])
		for row := range 1 + forecast.Inputs {
			p.columns[1+2*row], p.columns[2+2*row] = row*knots+k, row*knots+k+1
		}
		used = append(used, p)
	}
	return used
}

// regress minimises the pinball loss at q with a penalty on weights that are
// large or change from knot to knot: least squares, weighted anew each round.
func (m *method) regress(parts []part, q float64) (*mat.VecDense, error) {
	b := mat.NewVecDense(columns, nil)
	for round := range rounds {
		eps := firstEps * math.Pow(lastEps/firstEps, float64(round)/(rounds-1))
		a, rhs := m.penalty(), mat.NewVecDense(columns, nil)
		for _, p := range parts {
			p.add(a, rhs, b, q, eps)
		}
		var chol mat.Cholesky
		if !chol.Factorize(a) {
			return nil, errors.New("the normal equations are singular")
		}
		if err := chol.SolveVecTo(b, rhs); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// add adds the part's normal equations, weighted by the residuals of b.
func (p *part) add(a *mat.SymDense, rhs, b *mat.VecDense, q, eps float64) {
	n := len(p.y)
	own := mat.NewVecDense(local, nil)
	for j, c := range p.columns {
		own.SetVec(j, b.AtVec(c))
	}
	var said mat.VecDense
	said.MulVec(p.x, own)
	scaled := mat.NewDense(n, local, nil)
	target := mat.NewVecDense(n, nil)
	for i := range n {
		r := p.y[i] - said.AtVec(i)
		g := q
		if r <= 0 {
			g = 1 - q
			if p.censored[i] {
				g = 0 // it lasted longer, as said
			}
		}
		g *= p.weight[i] / max(math.Abs(r), eps)
		root := math.Sqrt(g)
		for j, v := range p.x.RawRowView(i) {
			scaled.Set(i, j, root*v)
		}
		target.SetVec(i, root*p.y[i])
	}
	var normal mat.SymDense
	normal.SymOuterK(1, scaled.T())
	var right mat.VecDense
	right.MulVec(scaled.T(), target)
	for i, ci := range p.columns {
		rhs.SetVec(ci, rhs.AtVec(ci)+right.AtVec(i))
		for j, cj := range p.columns {
			if ci <= cj {
				v := normal.At(i, j)
				a.SetSym(ci, cj, a.At(ci, cj)+v)
			}
		}
	}
}

func (m *method) penalty() *mat.SymDense {
	a := mat.NewSymDense(columns, nil)
	a.SetSym(0, 0, ridgeConstant)
	for k := 1; k < knots; k++ {
		a.SetSym(k, k, m.ridge)
	}
	for row := 1; row <= forecast.Inputs; row++ {
		for k := range knots {
			i := row*knots + k
			a.SetSym(i, i, a.At(i, i)+m.ridge)
			if k > 0 {
				a.SetSym(i-1, i-1, a.At(i-1, i-1)+m.smooth)
				a.SetSym(i, i, a.At(i, i)+m.smooth)
				a.SetSym(i-1, i, a.At(i-1, i)-m.smooth)
			}
		}
	}
	return a
}

// long returns, for each bin of what the 3-day mean says, the Kaplan-Meier
// estimates of the quantiles of ln(truth / that) over the tasks. A quantile that
// was never seen is the longest that was.
func long(edges []float64, examples []example, w []float64) [][3]float64 {
	type row struct {
		log, weight float64
		censored    bool
	}
	bins := make([][]row, len(edges)+1)
	for i, e := range examples {
		if e.kind == task {
			truth, censored := e.truth()
			b, _ := slices.BinarySearch(edges, math.Exp(e.input.Long))
			bins[b] = append(bins[b], row{truth - e.input.Long, w[i], censored})
		}
	}
	out := make([][3]float64, len(bins))
	for b, rows := range bins {
		slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.log, b.log) })
		atRisk, lasting, k := 0.0, 1.0, 0
		for _, r := range rows {
			atRisk += r.weight
		}
		for _, r := range rows {
			if !r.censored {
				lasting *= 1 - r.weight/atRisk
			}
			atRisk -= r.weight
			for ; k < len(levels) && 1-lasting >= levels[k]; k++ {
				out[b][k] = round(r.log, 1e4)
			}
		}
		for ; k < len(levels) && len(rows) > 0; k++ {
			out[b][k] = round(rows[len(rows)-1].log, 1e4)
		}
	}
	return out
}
