package spend

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/credit"
	"ortop/internal/fault"
	"ortop/internal/monitor"
	"ortop/internal/render/report"
	"ortop/internal/spenders"
)

// ReportCommand is ortop report.
func ReportCommand(a *cli.App) *cobra.Command {
	var byDay, byWeek, byMonth bool
	forms := make([]bool, len(reportForms))
	var span cli.SpanFlags
	var age cli.AgeFlag
	c := &cobra.Command{
		Use:   "report",
		Short: "Print a usage report of the day, the week or the month",
		Long: `report shows what was spent in the current day, week (from Monday) or month, and
in the one before; which models and keys spent it, if the key may read that; the
top-ups and events, which alerts are firing, the forecast, and how earlier ones
did. Days, weeks and months are those of UTC, and so are all times.

--html is a page for a browser, light or dark, and for printing: it has its
drawings in it, no script, and loads nothing. --focus is for FinOps tools: CSV by
FOCUS 1.2, a row for each day, key and model, and for each purchase and refund. Its
usage adds up to what the account spent.`,
		Example: `  ortop report
  ortop report --week
  ortop report --month --md > report.md
  ortop report --month --html > report.html
  ortop report --since "last month" --until month --focus > focus.csv
  ortop report --since "last month" --until month`,
		Args: cobra.NoArgs,
		RunE: a.Runs(func(ctx context.Context, _ []string) error {
			p := periods[1]
			if byDay {
				p = periods[0]
			} else if byMonth {
				p = periods[2]
			}
			var asked *cli.AskedSpan
			switch {
			case span.Since != "":
				span, err := span.Parse(a.Now())
				if err != nil {
					return err
				}
				asked = &span
			case span.Until != "":
				return cli.UsageError("", "--until goes with --since")
			}
			form := reportForms[max(0, slices.Index(forms, true))]
			return printReport(ctx, a, session.Briefly(age.Fresh(monitor.Live)), p, asked, form)
		}),
	}
	c.Flags().BoolVar(&byDay, "day", false, "of the day")
	c.Flags().BoolVar(&byWeek, "week", false, "of the week, as without any of these")
	c.Flags().BoolVar(&byMonth, "month", false, "of the month")
	var names []string
	for i, f := range reportForms[1:] {
		names = append(names, f.name)
		c.Flags().BoolVar(&forms[i+1], f.name, false, f.usage)
	}
	span.Add(c, "")
	age.Add(a, c, cli.FromHistory)
	c.MarkFlagsMutuallyExclusive("day", "week", "month", "since")
	c.MarkFlagsMutuallyExclusive(names...)
	return c
}

// period is a span of UTC that reports are about.
type period struct {
	name, before string // "week", "last week"
	start        func(time.Time) time.Time
}

var periods = []period{
	{"day", "yesterday", credit.DayStart},
	{"week", "last week", credit.WeekStart},
	{"month", "last month", credit.MonthStart},
}

// reportForm is a form of a report; its name is that of the flag.
type reportForm struct{ name, usage string }

// reportForms are the forms, text first.
var reportForms = []reportForm{
	{"", ""}, {"md", "print Markdown"}, {"json", cli.JSONUsage},
	{htmlForm, "print a page of HTML for a browser: drawings, no script, nothing to load"},
	{focusForm, "print FinOps FOCUS 1.2 CSV: a row for each day, key and model, purchase and refund"},
}

const (
	focusForm = "focus"
	htmlForm  = "html"
)

// eventLimit is how many events a report has at most.
const eventLimit = 20

// reportLimit bounds all requests of a report together.
const reportLimit = 19 * time.Second

// reportLeast is left to read what is stored, where the account was long in coming.
const reportLeast = 2 * time.Second

func printReport(ctx context.Context, a *cli.App, fresh monitor.Freshness, p period, span *cli.AskedSpan, form reportForm) error {
	began := time.Now()
	damage := ""
	return session.Read(ctx, a, fresh, func(snap account.Snapshot, mon *monitor.Monitor) error {
		now := a.Now().UTC()
		if span != nil {
			span.Settle(&snap, now)
		}
		limited, cancel := context.WithTimeout(ctx, max(reportLeast, reportLimit-time.Since(began)))
		defer cancel()
		r, err := newReport(limited, mon, &snap, p, span, form, now)
		if damage = cmp.Or(mon.Damage(), snap.Damage); damage != "" {
			r.Damage, r.Notes = damage, append([]string{damage}, r.Notes...)
		}
		if err != nil {
			return fmt.Errorf("reporting: %w", err)
		}
		switch form.name {
		case "json":
			return a.AnswerJSON(report.Object(&r, now))
		case "md":
			return a.AnswerRaw(report.Markdown(&r, now))
		case htmlForm:
			return a.AnswerRaw(report.HTML(&r, now))
		case focusForm: // it has no place for notes
			for _, n := range r.Notes {
				a.Hint("%s", n)
			}
			return a.AnswerRaw(report.Focus(&r))
		}
		return a.Answer(report.Text(&r, now, a.Width()))
	}, func(snap account.Snapshot) error { return cmp.Or(session.Verdict(snap), cli.Whole(damage)) })
}

// reportBuilder collects the report of the account that mon watches.
type reportBuilder struct {
	mon  *monitor.Monitor
	form reportForm
	report.Usage
}

func newReport(ctx context.Context, mon *monitor.Monitor, snap *account.Snapshot, p period, span *cli.AskedSpan, form reportForm, now time.Time) (report.Usage, error) {
	r := &reportBuilder{mon, form, report.Usage{
		Snapshot: *snap, Period: p.name, PeriodBefore: p.before, From: p.start(now), To: snap.At.UTC().Truncate(time.Second),
		Notes: slices.Clone(snap.Notes),
	}}
	r.Before = p.start(r.From.Add(-time.Hour))
	if span != nil {
		r.Period, r.PeriodBefore, r.From = report.SpanPeriod, "the time before", span.From.UTC().Truncate(time.Second)
		if to := span.To.UTC().Truncate(time.Second); to.Before(r.To) {
			r.To, r.Over = to, true
		}
		r.Before = r.From.Add(-r.To.Sub(r.From))
	}
	if r.To.Before(r.From) {
		r.To = now.Truncate(time.Second)
	}
	err := r.fill(ctx, now)
	return r.Usage, err
}

// fill reads what the history and the API know of the period.
func (r *reportBuilder) fill(ctx context.Context, now time.Time) error {
	ar, ok := r.mon.Archive()
	if !ok || !r.From.Before(r.To) {
		return nil
	}
	if err := r.sumUp(ctx); err != nil {
		return err
	}
	// Spend from before the first reading can be had, top-ups cannot.
	first, _, err := ar.DB.At(ctx, ar.Shown, r.From)
	if err != nil {
		return err
	}
	if r.TopUpsKnown = first.CreditsKnown; !r.TopUpsKnown {
		r.Notes = append(r.Notes, "top-ups from before the balance was first read are not known")
	}
	if r.TopUps, err = ar.DB.TopUps(ctx, ar.Shown, r.From, r.end(now)); err != nil {
		return err
	}
	if r.Events, err = ar.DB.Events(ctx, ar.Account, r.From, r.end(now.Add(time.Second)), eventLimit); err != nil {
		return err
	}
	r.MoreEvents = len(r.Events) == eventLimit
	r.OfKey = ar.Shown != ar.Account
	if r.form.name == focusForm {
		return r.charges(ctx)
	}
	if r.form.name == htmlForm {
		if err := r.drawings(ctx); err != nil {
			return err
		}
	}
	if r.Fault != nil {
		r.Notes = append(r.Notes, "models and keys were not requested: the account could not be read")
		return nil
	}
	r.Models = r.breakdown(ctx, spenders.ByModel)
	r.Keys = r.breakdown(ctx, spenders.ByKey)
	if r.form.name == htmlForm {
		r.Workspaces = r.breakdown(ctx, spenders.ByWorkspace)
	}
	return nil
}

// end is up to when something of the period may have happened.
func (r *reportBuilder) end(now time.Time) time.Time {
	if r.Over {
		return r.To
	}
	return now
}

// breakdown is who spent it. A failure is a note.
func (r *reportBuilder) breakdown(ctx context.Context, by spenders.By) spenders.Breakdown {
	b, err := r.mon.Breakdown(ctx, spenders.Query{By: by, From: r.From, To: r.To})
	if err != nil {
		b.Notes = append(b.Notes, "spend by "+string(by)+" is not known: "+cli.OneLine(fault.Message(err)))
	}
	if b.Partial {
		b.Notes = append(b.Notes, "spend by "+string(by)+" has not all of the rows")
	}
	for _, n := range b.Notes {
		r.note(n)
	}
	return b
}
