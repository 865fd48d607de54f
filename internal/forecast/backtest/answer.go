package backtest

import (
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"ortop/internal/forecast"
	"ortop/internal/routine"
)

// Answer is what would have been forecast at a task's moment.
type Answer struct {
	Task     Task
	Forecast forecast.Forecast
}

// Folder is a folder of traces, NAME.csv each, which are read when they are
// first asked for. It may be used by many goroutines.
type Folder struct {
	path   string
	mu     sync.Mutex
	traces map[string]func() (*Trace, error)
}

// NewFolder returns the traces in the folder at path.
func NewFolder(path string) *Folder {
	return &Folder{path: path, traces: map[string]func() (*Trace, error){}}
}

// Trace returns the trace of that name.
func (f *Folder) Trace(name string) (*Trace, error) {
	f.mu.Lock()
	read, ok := f.traces[name]
	if !ok {
		read = sync.OnceValues(func() (*Trace, error) {
			if filepath.Base(name) != name || !filepath.IsLocal(name) {
				return nil, fmt.Errorf("%q is not the name of a trace", name)
			}
			return OpenTrace(filepath.Join(f.path, name+".csv"))
		})
		f.traces[name] = read
	}
	f.mu.Unlock()
	return read()
}

// OpenTrace reads the trace in the file at path; it is named after the file.
func OpenTrace(path string) (*Trace, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading a trace: %w", err)
	}
	defer file.Close()
	name := filepath.Base(path)
	t, err := ReadTrace(name[:len(name)-len(filepath.Ext(name))], file)
	if err != nil {
		return nil, fmt.Errorf("reading trace %q: %w", path, err)
	}
	return t, nil
}

// Answers answers the tasks, several at once and in their order. It ends at
// the first error.
func Answers(ctx context.Context, tasks io.Reader, traces *Folder) iter.Seq2[Answer, error] {
	type result struct {
		answer Answer
		err    error
	}
	return func(yield func(Answer, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		workers := runtime.GOMAXPROCS(0)
		slots := make(chan chan result, 4*workers) // in order of the tasks
		jobs := make(chan func())
		var group sync.WaitGroup
		defer group.Wait()
		defer cancel()
		for range workers {
			group.Go(routine.Guard(func() {
				for job := range jobs {
					job()
				}
			}))
		}
		group.Go(routine.Guard(func() {
			defer close(slots)
			defer close(jobs)
			for task, err := range Tasks(tasks) {
				slot := make(chan result, 1)
				job := func() {
					if err != nil {
						slot <- result{err: err}
						return
					}
					f, err := traces.forecast(task)
					slot <- result{Answer{task, f}, err}
				}
				select {
				case slots <- slot:
				case <-ctx.Done():
					return
				}
				select {
				case jobs <- job:
				case <-ctx.Done():
					return
				}
			}
		}))
		var kept silences
		for slot := range slots {
			select {
			case r := <-slot:
				if r.err == nil {
					r.answer.Forecast, r.err = kept.hold(r.answer, traces)
				}
				if !yield(r.answer, r.err) || r.err != nil {
					return
				}
			case <-ctx.Done():
				yield(Answer{}, context.Cause(ctx))
				return
			}
		}
		if ctx.Err() != nil {
			yield(Answer{}, context.Cause(ctx))
		}
	}
}

// silences are the last forecasts of accounts, as a dashboard that is left open has
// them: by trace, beginning and balance.
type silences map[gap]forecast.Forecast

type gap struct {
	trace      string
	fromUnix   int64
	balanceUSD float64
}

// hold returns the forecast of an answer with no date earlier than the one before it
// had, where nothing was spent since.
func (s *silences) hold(a Answer, traces *Folder) (forecast.Forecast, error) {
	trace, err := traces.Trace(a.Task.Trace)
	if err != nil {
		return a.Forecast, err
	}
	if *s == nil {
		*s = silences{}
	}
	key := gap{a.Task.Trace, a.Task.FromUnix, a.Task.BalanceUSD}
	if was, ok := (*s)[key]; ok && was.At.Unix() <= a.Task.AtUnix && trace.UsageUSD(a.Task.AtUnix) == trace.UsageUSD(was.At.Unix()) {
		a.Forecast = a.Forecast.NotBefore(was)
	}
	(*s)[key] = a.Forecast
	return a.Forecast, nil
}

func (f *Folder) forecast(t Task) (forecast.Forecast, error) {
	trace, err := f.Trace(t.Trace)
	if err != nil {
		return forecast.Forecast{}, err
	}
	left := trace.balance(t.BalanceUSD)
	return trace.Model(t.FromUnix, t.AtUnix).Forecast(&left), nil
}
