package cmd

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/account"
	"ortop/internal/config"
	"ortop/internal/credit"
	"ortop/internal/keys"
	"ortop/internal/metrics"
	"ortop/internal/monitor"
	"ortop/internal/render"
)

type statusFlags struct {
	json, all  bool
	format     string
	prometheus string // a file, or - for standard output
	fresh      monitor.Freshness
}

func (a *app) statusCommand() *cobra.Command {
	f := statusFlags{fresh: briefly(monitor.Live)}
	var age ageFlag
	c := &cobra.Command{
		Use:   "status",
		Short: "Print what is left, what is spent, and when it runs out",
		Long: `status prints one snapshot. It uses the reading of a running ortop if that is
younger than the interval, and otherwise reads the account.

With --max-age it answers from history, without a request, where the last
reading is recent enough: for status bars.

With --format it prints a template in the syntax of Go's text/template (fields,
if, with, range, comparisons, index, printf) of these fields:

` + render.FieldNames() + `

Amounts have their dollar sign, DaysLeft is a number; unknown is —. In the first quarter of an hour of
history RunsOut and Charge are a range in words, and the spans to them are —.
{{.JSON.balance_usd}} and the like are the values of --json.

With --prometheus it prints what ortop collect --metrics would answer of the account, with
--all of all accounts: those of a team as their collectors last read them.
--prometheus=FILE replaces a file by that, for node_exporter's textfile collector.`,
		Example: `  ortop status --json
  ortop status --format '{{.JSON.balance_usd}}'
  ortop status --format '{{.DaysLeft}}'
  ortop status --prometheus
  ortop status --all
  ortop status --all --prometheus=ortop.prom
  ortop status --max-age 60s --format '{{.Balance}} · {{.Next}}'`,
		Args: cobra.NoArgs,
		RunE: a.runs(func(ctx context.Context, _ []string) error {
			if f.json && f.format != "" {
				return usageError("", "--json and --format exclude each other")
			}
			if f.prometheus != "" && (f.json || f.format != "") {
				return usageError("", "--prometheus excludes --json and --format")
			}
			f.fresh = age.fresh(f.fresh)
			if f.all {
				if f.format != "" {
					return usageError("", "--all excludes --format")
				}
				return a.statusAll(ctx, f)
			}
			return a.status(ctx, f)
		}),
	}
	c.Flags().BoolVar(&f.json, "json", false, jsonUsage)
	c.Flags().BoolVar(&f.all, "all", false, "print all accounts in one table, who runs out first at the top")
	c.Flags().StringVar(&f.format, "format", "", "print a template")
	c.Flags().StringVar(&f.prometheus, "prometheus", "", "print the metrics of Prometheus, or with =FILE put them there, whole")
	c.Flags().Lookup("prometheus").NoOptDefVal = "-"
	age.add(a, c, fromHistory)
	return c
}

// briefly is for what prints a snapshot alone.
func briefly(f monitor.Freshness) monitor.Freshness {
	f.Brief = true
	return f
}

// status prints one snapshot. It fails with exitUnknown where the account
// could not be read; what is known is printed all the same.
func (a *app) status(ctx context.Context, f statusFlags) error {
	format, err := render.ParseFormat(f.format)
	if err != nil {
		return usageError("ortop status --help lists the fields", "--format: %w", err)
	}
	return a.once(ctx, f.fresh, func(snap account.Snapshot, _ *monitor.Monitor) error {
		return a.printStatus(&snap, f, format)
	})
}

// once takes one snapshot, lets answer print it, and returns what was wrong with
// it.
func (a *app) once(ctx context.Context, fresh monitor.Freshness, answer func(account.Snapshot, *monitor.Monitor) error) error {
	return a.read(ctx, fresh, answer, verdict)
}

// read takes one snapshot and lets answer print it. If there is a key, judge
// returns what was wrong.
func (a *app) read(ctx context.Context, fresh monitor.Freshness, answer func(account.Snapshot, *monitor.Monitor) error, judge func(account.Snapshot) error) (err error) {
	s, stop, err := a.demoOrSettings(ctx)
	if err != nil {
		return err
	}
	defer stop()
	s.filling = func() func() {
		p := a.progress()
		p.doing("reading what was spent before now")
		return p.end
	}
	ses := a.watch(s, a.errLog(), nil)
	defer closing(&err, ses.close)
	snap, err := ses.mon.Once(ctx, fresh)
	if a.onRead != nil {
		a.onRead(reading{snap.At, snap.Source})
	}
	if snap.StorageNote != "" && snap.StorageNote != snap.Damage {
		a.hint("%s", snap.StorageNote)
	}
	var connect *monitor.ConnectError
	switch {
	case errors.Is(err, keys.ErrNone):
		return &exitError{exitUsage, err, noKeyHint}
	case errors.As(err, &connect):
		snap.Fault = &account.Fault{Kind: credit.FaultUnauthorized, Message: oneLine(err.Error())}
	case ctx.Err() != nil:
		return a.stopped(ctx, &snap, ses.mon, answer)
	case err != nil:
		snap.Fault = &account.Fault{Kind: credit.FaultStorage, Message: oneLine(err.Error())}
		if s.seen != nil {
			snap.Fault.Kind = credit.FaultNetwork
		}
	}
	if err := answer(snap, ses.mon); err != nil {
		return err
	}
	if connect != nil && errors.Is(err, fs.ErrNotExist) { // no key there
		return &exitError{code: exitUsage, err: err}
	}
	if connect != nil {
		return &exitError{code: exitUnknown, err: err}
	}
	err = judge(snap)
	var said *damageError
	if damage := cmp.Or(ses.mon.Damage(), snap.Damage); damage != "" && !errors.As(err, &said) {
		a.hint("%s", damage)
	}
	return err
}

// stopped lets answer print what is stored, if it is a time limit of who called that is
// over (timeout sends a SIGTERM). A person who interrupts has no use for it.
func (a *app) stopped(ctx context.Context, snap *account.Snapshot, mon *monitor.Monitor, answer func(account.Snapshot, *monitor.Monitor) error) error {
	cause := context.Cause(ctx)
	var stop *exitError
	if errors.As(cause, &stop) && stop.code == exitTerminate {
		if err := answer(*snap, mon); err != nil {
			return err
		}
	}
	return cause
}

const noKeyHint = "set OPENROUTER_API_KEY or OPENROUTER_MANAGEMENT_KEY, run ortop in a terminal to store a key, or try ortop --demo"

func (a *app) printStatus(snap *account.Snapshot, f statusFlags, format *render.Format) error {
	switch {
	case f.json:
		return a.answerJSON(render.Status(snap, a.now()))
	case format != nil:
		out, err := format.Apply(snap, a.now())
		if err != nil {
			return err
		}
		return a.answerRaw(forLocale(out))
	case f.prometheus != "":
		return a.printMetrics(f.prometheus, []metrics.Account{{Snapshot: lasting(*snap, f.fresh.MaxAge)}})
	}
	return a.answer(render.StatusText(snap, a.now()))
}

// printMetrics prints metrics, or puts them into a file, whole.
func (a *app) printMetrics(path string, accounts []metrics.Account) error {
	page := metrics.Text(accounts, a.now())
	if path != "-" {
		return config.WritePublic(path, page)
	}
	return a.answerRaw(strings.TrimSuffix(string(page), "\n"))
}

// lasting is the snapshot with values that are not old up to the age that was asked
// for: a file that is written every five minutes has those of five minutes ago.
func lasting(s account.Snapshot, maxAge time.Duration) account.Snapshot {
	if maxAge > 0 {
		s.Interval = max(s.Interval, min(maxAge, 365*24*time.Hour)/5*2+time.Second) // of which two and a half make it old
	}
	return s
}

// verdict is nil where the account was read: its balance, or an ordinary key's
// own numbers where the balance cannot be known.
func verdict(s account.Snapshot) error {
	if s.Fault == nil {
		return nil
	}
	return &exitError{exitUnknown, errors.New(s.Fault.Message), render.FaultHint(*s.Fault, s.Due)}
}
