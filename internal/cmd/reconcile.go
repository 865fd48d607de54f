package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/account"
	"ortop/internal/monitor"
	"ortop/internal/reconcile"
	"ortop/internal/text"
)

// lookupLimit is how many requests are looked up where no number is given.
const lookupLimit = 200

var defaultTolerance = reconcile.Tolerance{Ratio: 0.01, USD: 0.01}

func (a *app) reconcileCommand() *cobra.Command {
	var f reconcileFlags
	var tolerance string
	c := &cobra.Command{
		Use:   "reconcile FILE",
		Short: "Compare a log of requests with what the account spent",
		Long: `reconcile reads a log of requests and compares its costs with what the account
spent from the first of them to the last, as ortop's history has it. FILE is -
for standard input.

The log is JSON Lines or CSV with a header: id, time and cost, and if you like
model and key; or the answers that OpenRouter gave to the requests, one a line.
Times without a zone are UTC. An id that is repeated counts once. Lines that
are no request are named, and cost nothing else.

With --lookup each request, the dearest first, is looked up at OpenRouter by its
id, one a second: which of them it knows, and at which cost. A time or a cost
that the log leaves out is taken from there.

The exit code is 0 where the two agree, 3 where they differ by more than the
tolerance, and 4 where what the account spent is not known.`,
		Example: `  ortop reconcile requests.jsonl
  ortop reconcile --lookup=50 --json requests.csv
  jq -c '{id, created, model, usage}' answers/*.json | ortop reconcile -`,
		Args: cobra.ExactArgs(1),
		RunE: a.runs(func(ctx context.Context, args []string) (err error) {
			if f.lookup < 0 {
				return usageError("for example --lookup=50", "--lookup: a number above 0 is needed")
			}
			if f.tolerance, err = parseTolerance(tolerance); err != nil {
				return err
			}
			return a.reconcile(ctx, args[0], f)
		}),
	}
	c.Flags().BoolVar(&f.json, "json", false, "print a JSON object")
	c.Flags().IntVar(&f.lookup, "lookup", 0, "look up this many requests at OpenRouter")
	c.Flags().Lookup("lookup").NoOptDefVal = strconv.Itoa(lookupLimit)
	c.Flags().StringVar(&tolerance, "tolerance", "", "difference that counts as none, as 2% or in USD (default 1%, at least a cent)")
	return c
}

type reconcileFlags struct {
	json      bool
	lookup    int
	tolerance reconcile.Tolerance
}

// parseTolerance reads "2%", of which a cent is the least, or a sum.
func parseTolerance(s string) (reconcile.Tolerance, error) {
	if s == "" {
		return defaultTolerance, nil
	}
	if share, ok := strings.CutSuffix(s, "%"); ok {
		p, err := strconv.ParseFloat(strings.TrimSpace(share), 64)
		if err != nil || !(p >= 0 && p <= 100) {
			return reconcile.Tolerance{}, usageError("for example --tolerance 2%", "--tolerance: %q is no share of 0%% to 100%%", s)
		}
		return reconcile.Tolerance{Ratio: p / 100, USD: defaultTolerance.USD}, nil
	}
	usd, err := text.ParseUSD(s)
	if err != nil {
		return reconcile.Tolerance{}, usageError("for example --tolerance 2% or --tolerance 0.50", "--tolerance: %w", err)
	}
	return reconcile.Tolerance{USD: usd}, nil
}

// reconciled is everything that reconcile says.
type reconciled struct {
	account  string
	file     string
	log      reconcile.Log
	from, to time.Time // of the log; zero where it has no times
	spent    *monitor.Spent
	result   reconcile.Result
	reason   error // why the verdict is unknown
	lookup   *lookup
}

func (a *app) reconcile(ctx context.Context, file string, f reconcileFlags) error {
	r := &reconciled{file: file}
	var err error
	if r.log, err = a.readLog(ctx, file); err != nil {
		return err
	}
	a.hintBadLines(r)
	if len(r.log.Entries) == 0 {
		return fmt.Errorf("%s holds no request", r.name())
	}
	s, stop, err := a.demoOrSettings(ctx)
	if err != nil {
		return err
	}
	defer stop()
	r.account = s.account.Name
	if f.lookup > 0 {
		if r.lookup, err = a.lookUp(ctx, s, &r.log, f.lookup); err != nil {
			return err
		}
	}
	var known reconcile.Account
	var timed bool
	if r.from, r.to, timed = r.log.Span(); !timed {
		r.reason = errors.New("no request of the log has a time")
	} else if known, err = a.spent(ctx, s, r); err != nil {
		return err
	}
	var look *reconcile.Lookup
	if r.lookup != nil {
		look = &r.lookup.Lookup
	}
	r.result = reconcile.Compare(r.log, known, f.tolerance, look)
	if r.reason == nil && r.log.Unpriced() == len(r.log.Entries) {
		r.reason = errors.New("no request of the log has a cost")
	}
	if r.result.Verdict == reconcile.Unknown && r.reason == nil {
		r.reason = fmt.Errorf("history was not read where the log begins or ends: it may be %s more or less", text.USD(known.UnsureUSD))
	}
	return a.printReconciled(r, f)
}

func (a *app) readLog(ctx context.Context, file string) (log reconcile.Log, err error) {
	log, err = readFile(ctx, file, a.stdin, func(in io.Reader) (reconcile.Log, error) { return reconcile.Read(in, a.now()) })
	var path *fs.PathError
	switch {
	case err == nil || ctx.Err() != nil:
		return log, err
	case errors.As(err, &path): // it names the file
		return log, fmt.Errorf("reading the log: %w", err)
	}
	err = fmt.Errorf("reading the log: %s: %w", logName(file), err)
	if errors.Is(err, reconcile.ErrFormat) {
		return log, &exitError{exitFailed, err, `expected are lines such as {"id":"gen-1","time":"2026-11-21T10:42:00Z","cost":0.0123}, or CSV with the header id,time,cost`}
	}
	return log, err
}

func (r *reconciled) name() string { return logName(r.file) }

func logName(file string) string {
	if file == "-" {
		return "standard input"
	}
	return file
}

func (a *app) hintBadLines(r *reconciled) {
	for _, b := range r.log.Bad {
		a.hint("%s, line %d: %s", r.name(), b.Line, b.Problem)
	}
	if more := r.log.BadLines - len(r.log.Bad); more > 0 {
		a.hint("%s: %d more lines are no request", r.name(), more)
	}
}

// spent finds what the account spent while the log was written, asking the
// account where it was not read since. Why it is not known is r.reason.
func (a *app) spent(ctx context.Context, s settings, r *reconciled) (known reconcile.Account, err error) {
	ses := a.watch(s, a.errLog(), nil)
	defer ses.close()
	last := r.to.Truncate(time.Second).Add(time.Second) // logs often have whole seconds
	snap, err := a.readSince(ctx, ses.mon, last)
	if snap.StorageNote != "" {
		a.hint("%s", snap.StorageNote)
	}
	if err != nil && ctx.Err() != nil {
		return known, err
	}
	r.reason = err
	if err == nil && snap.Fault != nil {
		r.reason = errors.New(snap.Fault.Message)
	}
	known.Read = snap.At
	end := last.Add(reconcile.Settle)
	if snap.At.Before(end) && !snap.At.Before(last) {
		end = snap.At
	}
	spent, err := ses.mon.Spent(ctx, r.from, end)
	switch {
	case errors.Is(err, monitor.ErrNotCovered):
		if r.reason == nil {
			r.reason = errors.New(notCovered(spent, r.from, r.to))
		}
		return known, nil
	case err != nil:
		r.reason = err
		return known, nil
	}
	r.reason, r.spent = nil, &spent
	known.SpentUSD, known.UnsureUSD = &spent.USD, spent.UnsureUSD
	return known, nil
}

// askGap is longer than the monitor leaves between two questions.
const askGap = 5500 * time.Millisecond

// readSince returns a snapshot of a reading after t, if one can be had. The
// account may have been read a moment before t, and is not asked again at once.
func (a *app) readSince(ctx context.Context, mon *monitor.Monitor, t time.Time) (snap account.Snapshot, err error) {
	for range 2 {
		snap, err = mon.Once(ctx, max(0, a.now().Sub(t.Add(reconcile.Settle))))
		if err != nil || snap.Fault != nil || !snap.At.Before(t) || t.Sub(a.now()) > askGap {
			return snap, err
		}
		if err := wait(ctx, askGap); err != nil {
			return snap, err
		}
	}
	return snap, err
}

func notCovered(s monitor.Spent, from, to time.Time) string {
	if s.Covered.From.IsZero() {
		return "there is no history of this account"
	}
	return fmt.Sprintf("history covers %s, and the log %s", minutes(s.Covered.From, s.Covered.To), minutes(from, to))
}

func minutes(from, to time.Time) string {
	a, b := from.UTC().Format("2006-01-02 15:04"), to.UTC().Format("2006-01-02 15:04")
	if a == b {
		return a
	}
	return a + " to " + b
}

func (a *app) printReconciled(r *reconciled, f reconcileFlags) error {
	out := []byte(reconciledText(r))
	if f.json {
		var err error
		if out, err = json.Marshal(reconciledObject(r)); err != nil {
			return err
		}
	}
	if _, err := a.stdout.Write(append(out, '\n')); err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	switch r.result.Verdict {
	case reconcile.Differs:
		return &exitError{code: exitShort}
	case reconcile.Unknown:
		err, hint := fmt.Errorf("what the account spent is not known: %w", r.reason), ""
		if r.spent != nil {
			err = fmt.Errorf("whether the two agree is not known: %w", r.reason)
		}
		if r.lookup == nil && (r.from.IsZero() || r.log.Unpriced() == len(r.log.Entries)) {
			hint = "with --lookup times and costs are asked for"
		}
		return &exitError{exitUnknown, err, hint}
	}
	return nil
}

// reconciledText is the comparison for a person.
func reconciledText(r *reconciled) string {
	var b strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", label, oneLine(fmt.Sprintf(format, args...)))
	}
	span := ""
	if !r.from.IsZero() {
		span = ", " + minutes(r.from, r.to) + " (UTC)"
	}
	line("account", "%s%s", r.account, span)
	l := r.log
	var but []string
	for _, n := range []struct {
		count int
		what  string
	}{{l.Duplicates, "repeated lines counted once"}, {l.BadLines, "lines not read"}, {l.Unpriced(), "without a cost"}} {
		if n.count > 0 {
			but = append(but, fmt.Sprintf("%d %s", n.count, n.what))
		}
	}
	beside := ""
	if len(but) > 0 {
		beside = "  (" + strings.Join(but, ", ") + ")"
	}
	requests := fmt.Sprintf("%d requests", len(l.Entries))
	if len(l.Entries) == 1 {
		requests = "1 request"
	}
	line("log", "%s in %s%s", text.USD(r.result.LogUSD), requests, beside)
	if r.spent != nil {
		whose := ""
		if r.spent.Subject == "key" {
			whose = " by this key"
		}
		if r.spent.UnsureUSD >= 0.005 {
			whose += ", give or take " + text.USD(r.spent.UnsureUSD)
		}
		line("spent", "%s%s", text.USD(r.spent.USD), whose)
		if r.result.DifferenceUSD != nil {
			line("difference", "%s", differenceText(r.result))
		}
	} else {
		line("spent", "%s", text.Unknown)
	}
	if k := r.lookup; k != nil {
		line("looked up", "%d of %d: %d as logged, %d at another cost, %d not found", k.answered(), len(l.Entries), k.Matched, len(k.Differing), len(k.Missing))
		for _, d := range k.Differing[:min(len(k.Differing), shownRows)] {
			line("", "line %d, %s: %s logged, %s charged", d.Line, name(d.Entry), text.USD(*d.CostUSD), text.USD(d.RecordUSD))
		}
		for _, e := range k.Missing[:min(len(k.Missing), shownRows)] {
			line("", "line %d, %s: not found", e.Line, name(e))
		}
		if k.stopped != nil {
			line("", "stopped: %v", k.stopped)
		}
	}
	line("verdict", "%s", r.result.Verdict)
	for i, c := range r.result.Causes {
		label := ""
		if i == 0 {
			label = "may be"
		}
		line(label, "%s", c.Text)
	}
	return strings.TrimRight(b.String(), "\n")
}

// shownRows is how many requests of a kind people are shown.
const shownRows = 10

func differenceText(r reconcile.Result) string {
	d := *r.DifferenceUSD
	side := "more than the log"
	if d < 0 {
		d, side = -d, "less than the log"
	}
	return fmt.Sprintf("%s %s, %s is allowed", text.USD(d), side, text.USD(*r.ToleranceUSD))
}

func name(e reconcile.Entry) string {
	if e.Model == "" {
		return logged(e.ID)
	}
	return logged(e.ID) + " (" + logged(e.Model) + ")"
}
