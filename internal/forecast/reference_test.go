package forecast_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ortop/internal/forecast"
	"ortop/internal/forecast/backtest"
)

// reference is a task with what an independent implementation of the method,
// with the coefficients of testdata/reference.json, answered.
type reference struct {
	backtest.Task
	seconds [3]float64
}

// references reads the tasks in dir, and the folder of their traces.
func references(t *testing.T, dir string) ([]reference, *backtest.Folder) {
	t.Helper()
	path := filepath.Join(dir, "tasks.csv")
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []reference
	for task, err := range backtest.Tasks(f) {
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, reference{Task: task, seconds: task.Reference})
	}
	return all, backtest.NewFolder(filepath.Join(dir, "traces"))
}

func ask(t *testing.T, traces *backtest.Folder, task backtest.Task, o forecast.Options) forecast.Forecast {
	t.Helper()
	trace, err := traces.Trace(task.Trace)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(task.AtUnix, 0).UTC()
	return forecast.At(now, trace.Samples(task.FromUnix, task.AtUnix), &task.BalanceUSD, o)
}

// agrees checks the answers to the tasks in dir against the reference.
func agrees(t *testing.T, dir string) {
	b, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	coefficients, err := forecast.ParseCoefficients(b)
	if err != nil {
		t.Fatal(err)
	}
	tasks, traces := references(t, dir)
	var off [3][]float64
	cold := 0
	for _, task := range tasks {
		f := ask(t, traces, task.Task, forecast.Options{Coefficients: coefficients})
		if f.State != forecast.OK { // the reference answers after one increment too
			cold++
			continue
		}
		for i, got := range []float64{f.P10, f.P50, f.P90} {
			off[i] = append(off[i], math.Abs(got/task.seconds[i]-1))
		}
	}
	if cold*50 > len(tasks) {
		t.Errorf("%d of %d tasks have no forecast, want less than 2 %%", cold, len(tasks))
	}
	for i, name := range []string{"P10", "P50", "P90"} {
		slices.Sort(off[i])
		n := len(off[i])
		if median, p95 := off[i][n/2], off[i][n*95/100]; median > .02 || p95 > .10 {
			t.Errorf("%s is off the reference by %.4f at the median and %.4f at the 95th percentile of %d, want at most .02 and .10", name, median, p95, n)
		}
	}
}

func TestAgreesWithTheReference(t *testing.T) { agrees(t, "testdata") }

// The traces of this one may not be published; they lie beside the repository
// where it is developed.
func TestAgreesWithTheReferenceOnAllTraces(t *testing.T) {
	dir := os.Getenv("ORTOP_FORECAST")
	if dir == "" {
		dir = "../../../shared/forecast"
	}
	if _, err := os.Stat(filepath.Join(dir, "tasks.csv")); err != nil {
		t.Skip("no traces: ORTOP_FORECAST names their folder")
	}
	agrees(t, dir)
}

func TestBuiltInCoefficientsAreGood(t *testing.T) {
	tasks, traces := references(t, "testdata")
	var ours, theirs []backtest.Outcome
	for _, task := range tasks {
		f := ask(t, traces, task.Task, forecast.Options{})
		if f.State != forecast.OK {
			continue
		}
		ours = append(ours, backtest.Outcome{P10: f.P10, P50: f.P50, P90: f.P90, TrueS: task.TrueS, CapS: task.CapS})
		r := task.seconds
		theirs = append(theirs, backtest.Outcome{P10: r[0], P50: r[1], P90: r[2], TrueS: task.TrueS, CapS: task.CapS})
	}
	got, reference := backtest.Grade(ours), backtest.Grade(theirs)
	if got.Pin3 > reference.Pin3 {
		t.Errorf("pin3 = %.4f, want at most the reference's %.4f", got.Pin3, reference.Pin3)
	}
	if got.Coverage < .72 || got.Coverage > .90 {
		t.Errorf("the range held %.2f of the time, want about .80", got.Coverage)
	}
}
