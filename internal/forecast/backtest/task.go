package backtest

import (
	"errors"
	"io"
	"iter"
	"time"

	"ortop/internal/forecast"
)

// Task is a moment of a trace at which to forecast.
type Task struct {
	Trace      string
	FromUnix   int64 // since when the account is polled
	AtUnix     int64
	BalanceUSD float64
	// Horizon, Cold, TrueS and CapS serve grading alone: the class of the task,
	// whether its history is short, after how many seconds it ran out, and how
	// many of them were observed at most. They may be zero.
	Horizon     string
	Cold        bool
	TrueS, CapS float64
	// Reference is what another implementation answered, in seconds.
	Reference [3]float64
}

// Tasks reads tasks in CSV: trace, from_unix, at_unix, balance_usd and, where
// they are there, horizon, cold, true_s, cap_s and ref_p10_s to ref_p90_s. It
// ends at the first error, which names the line.
func Tasks(r io.Reader) iter.Seq2[Task, error] {
	return func(yield func(Task, error) bool) {
		rows, err := newTable(r, "trace", "from_unix", "at_unix", "balance_usd")
		if err != nil {
			yield(Task{}, err)
			return
		}
		for {
			row, err := rows.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Task{}, err)
				return
			}
			t := Task{
				Trace: row.text("trace"), Horizon: row.text("horizon"), Cold: row.text("cold") == "1",
				FromUnix: row.second("from_unix"), AtUnix: row.second("at_unix"), BalanceUSD: row.number("balance_usd"),
			}
			if row.text("true_s") != "" {
				t.TrueS, t.CapS = row.number("true_s"), row.number("cap_s")
			}
			if row.text("ref_p10_s") != "" {
				t.Reference = [3]float64{row.number("ref_p10_s"), row.number("ref_p50_s"), row.number("ref_p90_s")}
			}
			if row.err == nil && t.AtUnix < t.FromUnix {
				row.err = row.fail("at_unix is before from_unix")
			}
			if !yield(t, row.err) || row.err != nil {
				return
			}
		}
	}
}

// Model returns what was known of the trace at the task's moment.
func (t *Trace) Model(from, at int64) *forecast.Model {
	return forecast.New(time.Unix(at, 0).UTC(), t.Samples(from, at), forecast.Options{})
}
