package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/forecast/backtest"
)

// Kinds of examples.
const (
	task   = "task"
	gappy  = "gaps"
	hourly = "filled in by the hour"
	daily  = "filled in by the day"
)

var kinds = []string{task, gappy, hourly, daily}

// example is a moment with what was known then and what came.
type example struct {
	trace      *backtest.Trace
	group      string // the kind of account: all of a kind are left out together
	kind, cell string // examples of a cell weigh as much as those of another
	horizon    string
	cold       bool
	at         int64
	balanceUSD float64
	samples    func() []credit.Sample
	gaps       []credit.Span
	byHour     []credit.Span // of the gaps
	trueS      float64
	capS       float64
	input      forecast.Input
	history    time.Duration // known then, filled in or not
}

// readKinds reads what kind of account each trace is of.
func readKinds(name string) (map[string]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("reading kinds: %w", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading kinds: %w", err)
	}
	kind := map[string]string{}
	for _, row := range rows {
		kind[row[0]] = row[len(row)-1]
	}
	return kind, nil
}

func groups(examples []example) []string {
	var names []string
	for _, e := range examples {
		names = append(names, e.group)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// read reads the tasks of a folder. Those without a forecast are left out.
func read(dir string) ([]example, error) {
	f, err := os.Open(filepath.Join(dir, "tasks.csv"))
	if err != nil {
		return nil, fmt.Errorf("reading tasks: %w", err)
	}
	defer f.Close()
	kindOf, err := readKinds(filepath.Join(dir, "kinds.csv"))
	if err != nil {
		return nil, err
	}
	traces := backtest.NewFolder(filepath.Join(dir, "traces"))
	var examples []example
	for t, err := range backtest.Tasks(f) {
		if err != nil {
			return nil, fmt.Errorf("reading tasks: %w", err)
		}
		trace, err := traces.Trace(t.Trace)
		if err != nil {
			return nil, err
		}
		group, ok := kindOf[t.Trace]
		if !ok {
			return nil, fmt.Errorf("reading kinds: none is given for %q", t.Trace)
		}
		e := example{
			trace: trace, group: group, kind: task, horizon: t.Horizon, cold: t.Cold,
			at: t.AtUnix, balanceUSD: t.BalanceUSD, trueS: t.TrueS, capS: t.CapS,
			samples: func() []credit.Sample { return trace.Samples(t.FromUnix, t.AtUnix) },
		}
		if e.look() {
			examples = append(examples, e)
		}
	}
	return examples, nil
}

// look sets the input and the cell; ok is false where there is no forecast.
func (e *example) look() (ok bool) {
	e.cell = e.kind + " " + e.trace.Name + " " + e.horizon
	m := e.model(nil)
	e.input, ok = m.Input(e.balanceUSD)
	e.history = m.Forecast(&e.balanceUSD).History
	return ok
}

func (e *example) model(co *forecast.Coefficients) *forecast.Model {
	return forecast.New(time.Unix(e.at, 0).UTC(), e.samples(), forecast.Options{Gaps: e.gaps, ByHour: e.byHour, Coefficients: co})
}

func (e *example) forecast(co *forecast.Coefficients) forecast.Forecast {
	return e.model(co).Forecast(&e.balanceUSD)
}

// truth is the log of the seconds that the balance lasted; where it is censored
// it lasted longer.
func (e *example) truth() (log float64, censored bool) {
	return math.Log(min(e.trueS, e.capS)), e.trueS >= e.capS
}

// kindShare is the weight of the examples of each kind relative to the tasks.
var kindShare = map[string]float64{task: 1, gappy: .10, hourly: .05, daily: .10}

// weights returns a weight for each example: within a kind each cell weighs as
// much as another, and all weights sum to the number of tasks.
func weights(examples []example) []float64 {
	size, kind := map[string]float64{}, map[string]float64{}
	tasks := 0.0
	for _, e := range examples {
		size[e.cell]++
		if e.kind == task {
			tasks++
		}
	}
	w := make([]float64, len(examples))
	for i, e := range examples {
		w[i] = 1 / size[e.cell]
		if e.kind != task {
			w[i] = 1 / max(10, size[e.cell])
		}
		kind[e.kind] += w[i]
	}
	total := 0.0
	for _, k := range kinds {
		if kind[k] > 0 {
			total += kindShare[k]
		}
	}
	for i, e := range examples {
		w[i] *= tasks * kindShare[e.kind] / total / kind[e.kind]
	}
	return w
}
