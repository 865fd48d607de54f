package store

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"ortop/internal/cmd/cli"
	"ortop/internal/forecast"
	"ortop/internal/forecast/backtest"
	"ortop/internal/grades"
	"ortop/ui/draw"
)

type backtestFlags struct {
	tasks, traces string
	json          bool
}

// BacktestCommand is ortop backtest.
func BacktestCommand(a *cli.App) *cobra.Command {
	var f backtestFlags
	c := &cobra.Command{
		Use:   "backtest FILE...|-",
		Short: "Grade the forecast on recorded spend",
		Long: `backtest replays recorded spend and compares the forecasts that would have been
made with what came. It needs no key and sends no request.

Each FILE, or standard input for -, is a trace: CSV with the columns unix_seconds
and cum_usd, cumulative spend at each time at which it changed, or what ortop
history --csv writes. For each horizon the forecast is made at up to 200 times. The
balance is what the mean rate of the week until then would spend in .6, 1 and 1.7
times the horizon, in turn. Beside it is what the means of the last hour, the last
24 hours, 3 and 7 days and of the whole trace would have forecast. What was not read
for a while counts as spent when it was read again. Under the table is what the
columns mean, and what to make of them.

With --tasks it forecasts at given times instead: CSV with the columns trace,
from_unix (since when the account was polled), at_unix and balance_usd, of
traces that lie as NAME.csv in the folder of --traces. It prints one JSON object
a line, in the order of the tasks. Tasks of one trace, beginning and balance that
follow each other are answered as by a dashboard that is left open: while nothing
is spent, no date comes nearer.`,
		Example: `  ortop backtest spend.csv
  ortop history --csv | ortop backtest -
  ortop backtest --tasks tasks.csv --traces traces > answers.jsonl`,
		RunE: a.Runs(func(ctx context.Context, files []string) error {
			grade := func() error { return grade(ctx, a, files, f.json) }
			switch {
			case f.tasks != "" && f.traces != "" && len(files) == 0:
				grade = func() error { return backtestTasks(ctx, a, f) }
			case f.tasks != "" || f.traces != "" || len(files) == 0:
				return cli.UsageError("ortop backtest --help shows examples", "backtest needs files, or --tasks and --traces")
			}
			_, err := cli.Until(ctx, func() (none struct{}, err error) { return none, grade() })
			return err
		}),
	}
	c.Flags().BoolVar(&f.json, "json", false, "print a JSON object; --tasks prints one a line in any case")
	c.Flags().StringVar(&f.tasks, "tasks", "", "times to forecast at, in CSV")
	c.Flags().StringVar(&f.traces, "traces", "", "folder of the traces that the tasks name")
	return c
}

// AnswerJSON is a line of the answers to tasks; without a forecast the
// quantiles are null.
type answerJSON struct {
	Trace      string   `json:"trace"`
	FromUnix   int64    `json:"from_unix"`
	AtUnix     int64    `json:"at_unix"`
	BalanceUSD float64  `json:"balance_usd"`
	P10S       *float64 `json:"p10_s"`
	P50S       *float64 `json:"p50_s"`
	P90S       *float64 `json:"p90_s"`
}

func backtestTasks(ctx context.Context, a *cli.App, f backtestFlags) error {
	tasks, err := os.Open(f.tasks)
	if err != nil {
		return fmt.Errorf("reading tasks: %w", err)
	}
	defer tasks.Close()
	var p *cli.Progress
	if !term.IsTerminal(a.Stdout.Fd()) { // where the answers say how far it is
		p = a.Progress()
	}
	defer p.End()
	n := 0
	out := bufio.NewWriter(a.Stdout)
	enc := json.NewEncoder(out)
	for answer, err := range backtest.Answers(ctx, bufio.NewReader(tasks), backtest.NewFolder(f.traces)) {
		if err != nil {
			_ = out.Flush() // the error before it is what is reported
			return fmt.Errorf("answering tasks %q: %w", f.tasks, err)
		}
		t, fc := answer.Task, answer.Forecast
		line := answerJSON{Trace: t.Trace, FromUnix: t.FromUnix, AtUnix: t.AtUnix, BalanceUSD: t.BalanceUSD}
		if fc.State == forecast.OK {
			line.P10S, line.P50S, line.P90S = tenths(fc.P10), tenths(fc.P50), tenths(fc.P90)
		}
		if err := enc.Encode(line); err != nil {
			return fmt.Errorf("writing the answers: %w", err)
		}
		n++
		p.Printf("%d tasks answered", n)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the answers: %w", err)
	}
	return nil
}

//go:noinline
func tenths(s float64) *float64 {
	s = math.Round(s*10) / 10
	return &s
}

func grade(ctx context.Context, a *cli.App, files []string, asJSON bool) error {
	object := grades.Object{Schema: 1, Traces: []grades.Trace{}}
	for i, file := range files {
		t, err := trace(ctx, a, file)
		if err != nil {
			return err
		}
		rows, err := roll(ctx, t, a.Progress())
		if err != nil {
			return err
		}
		if asJSON {
			object.Traces = append(object.Traces, grades.Of(t, rows))
			continue
		}
		var b strings.Builder
		if i > 0 {
			b.WriteByte('\n')
		}
		grades.Print(&b, t, rows, a.Width())
		if err := a.Answer(strings.TrimSuffix(b.String(), "\n")); err != nil {
			return err
		}
	}
	if asJSON {
		return a.AnswerJSON(object)
	}
	return nil
}

// roll grades the forecast on a trace, and leaves no line of p when it returns.
func roll(ctx context.Context, t *backtest.Trace, p *cli.Progress) ([]backtest.Row, error) {
	defer p.End()
	return backtest.Roll(ctx, t, func(percent int) { p.Printf("replaying %s: %d %%", draw.Clean(t.Name), percent) })
}

// trace reads the trace in a file, or in standard input for "-".
func trace(ctx context.Context, a *cli.App, file string) (*backtest.Trace, error) {
	if file != "-" {
		return backtest.OpenTrace(file)
	}
	t, err := cli.ReadFile(ctx, file, a.Stdin, func(in io.Reader) (*backtest.Trace, error) { return backtest.ReadTrace("standard input", in) })
	if err != nil {
		return nil, fmt.Errorf("reading a trace from standard input: %w", err)
	}
	return t, nil
}
