package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/config"
	"ortop/internal/ledger"
	"ortop/internal/reconcile"
	"ortop/internal/render"
	"ortop/internal/text"
)

// lookupLimit is how many requests are looked up where no number is given.
const lookupLimit = 200

var defaultTolerance = reconcile.Tolerance{Ratio: 0.01, USD: 0.01}

// ReconcileCommand is ortop reconcile.
func ReconcileCommand(a *cli.App) *cobra.Command {
	var f reconcileFlags
	var tolerance string
	c := &cobra.Command{
		Use:   "reconcile FILE",
		Short: "Compare a log of requests with what the account spent",
		Long: `reconcile reads a log of requests and compares its costs with what the account
spent from the first of them to the last, according to ortop's history. FILE is -
for standard input.

The log is JSON Lines or CSV with a header: id, time and cost, and optionally
model and key; or OpenRouter's answers to the requests, or the traces that its
Broadcast sends, one a line. Times without a zone are UTC. A repeated id counts once. Lines that are not requests are
reported and left out.

With --lookup each request, the most expensive first, is looked up at OpenRouter
by its id, one a second. Times and costs that the log does not have are taken
from there.

The exit code is 0 if the two agree, 3 if they differ by more than the tolerance,
and 4 if what the account spent is not known.`,
		Example: `  ortop reconcile requests.jsonl
  ortop reconcile --lookup=50 --json requests.csv
  jq -c '{id, created, model, usage}' answers/*.json | ortop reconcile -`,
		Args: cobra.ExactArgs(1),
		RunE: a.Runs(func(ctx context.Context, args []string) (err error) {
			if f.lookup < 0 {
				return cli.UsageError("for example --lookup=50", "--lookup: a number above 0 is needed")
			}
			if f.tolerance, err = parseTolerance(tolerance); err != nil {
				return err
			}
			return compare(ctx, a, args[0], f)
		}),
	}
	c.Flags().BoolVar(&f.json, "json", false, cli.JSONUsage)
	c.Flags().IntVar(&f.lookup, "lookup", 0, "look up this many requests at OpenRouter")
	c.Flags().Lookup("lookup").NoOptDefVal = strconv.Itoa(lookupLimit)
	c.Flags().StringVar(&tolerance, "tolerance", "", "difference to ignore, as 2% or in USD (default 1%, at least a cent)")
	return c
}

type reconcileFlags struct {
	json      bool
	lookup    int
	tolerance reconcile.Tolerance
}

// parseTolerance reads "2%", which is at least a cent, or an amount.
func parseTolerance(s string) (reconcile.Tolerance, error) {
	if s == "" {
		return defaultTolerance, nil
	}
	if share, ok := strings.CutSuffix(s, "%"); ok {
		p, err := strconv.ParseFloat(strings.TrimSpace(share), 64)
		if err != nil || !(p >= 0 && p <= 100) {
			return reconcile.Tolerance{}, cli.UsageError("for example --tolerance 2%", "--tolerance: %q is not a share of 0%% to 100%%", s)
		}
		return reconcile.Tolerance{Ratio: p / 100, USD: defaultTolerance.USD}, nil
	}
	usd, err := text.ParseUSD(s)
	if err != nil {
		return reconcile.Tolerance{}, cli.UsageError("for example --tolerance 2% or --tolerance 0.50", "--tolerance: %w", err)
	}
	return reconcile.Tolerance{USD: usd}, nil
}

func compare(ctx context.Context, a *cli.App, file string, f reconcileFlags) error {
	r := &render.Reconciliation{}
	var err error
	if r.Log, err = readLog(ctx, a, file); err != nil {
		return err
	}
	for _, b := range r.Log.Problems.First {
		a.Hint("%s, line %d: %s", logName(file), b.Number, b.Text)
	}
	if more := r.Log.Problems.Count - len(r.Log.Problems.First); more > 0 {
		a.Hint("%s: %d more lines are not requests", logName(file), more)
	}
	if len(r.Log.Entries) == 0 {
		return fmt.Errorf("%s holds no request", logName(file))
	}
	s, stop, err := session.DemoOrSettings(ctx, a)
	if err != nil {
		return err
	}
	defer stop()
	r.Account = s.Account.Name
	if f.lookup > 0 {
		if err := lookUp(ctx, a, &s, r, f.lookup); err != nil {
			return err
		}
	}
	var known reconcile.Account
	var timed bool
	if r.From, r.To, timed = r.Log.Span(); !timed {
		r.Reason = errors.New("no request of the log has a time")
	} else if known, err = spent(ctx, a, &s, r); err != nil {
		return err
	}
	r.Result = reconcile.Compare(r.Log, known, f.tolerance, r.Lookup)
	switch {
	case r.Reason != nil:
	case r.Log.Unpriced() == len(r.Log.Entries):
		r.Reason = errors.New("no request of the log has a cost")
	case r.Result.Verdict == reconcile.Unknown:
		r.Reason = fmt.Errorf("the history has no reading where the log begins or ends: it may be %s more or less", text.USD(known.UnsureUSD))
	}
	if f.json {
		err = a.AnswerJSON(render.Reconcile(r))
	} else {
		err = a.Answer(render.ReconcileText(r))
	}
	if err != nil {
		return err
	}
	return reconcileVerdict(r)
}

// reconcileVerdict is nil where log and account agree.
func reconcileVerdict(r *render.Reconciliation) error {
	switch r.Result.Verdict {
	case reconcile.Differs:
		return &cli.ExitError{Code: cli.ExitShort}
	case reconcile.Unknown:
		err, hint := fmt.Errorf("what the account spent is not known: %w", r.Reason), ""
		if r.Spent != nil {
			err = fmt.Errorf("whether the two agree is not known: %w", r.Reason)
		}
		if r.Lookup == nil && (r.From.IsZero() || r.Log.Unpriced() == len(r.Log.Entries)) {
			hint = "--lookup requests the missing times and costs"
		}
		return &cli.ExitError{Code: cli.ExitUnknown, Err: err, Hint: hint}
	}
	return nil
}

func readLog(ctx context.Context, a *cli.App, file string) (log ledger.Log, err error) {
	p := a.Progress()
	defer p.End()
	log, err = cli.ReadFile(ctx, file, a.Stdin, func(in io.Reader) (ledger.Log, error) { return ledger.ReadLog(p.Reading(file, in), a.Now()) })
	if err == nil || ctx.Err() != nil {
		return log, err
	}
	if errors.Is(err, ledger.ErrFormat) {
		err = fmt.Errorf("reading the log: %s: not a log of requests: %w", logName(file), err)
		return log, &cli.ExitError{Code: cli.ExitFailed, Err: err, Hint: `expected are lines such as {"id":"gen-1","time":"2026-11-21T10:42:00Z","cost":0.0123}, or CSV with the header id,time,cost`}
	}
	return log, fmt.Errorf("reading the log: %s: %w", logName(file), config.Cause(err))
}

func logName(file string) string {
	if file == "-" {
		return "standard input"
	}
	return file
}
