package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/monitor"
)

func (a *app) reportCommand() *cobra.Command {
	var byDay, byWeek, byMonth, asJSON, asMarkdown bool
	c := &cobra.Command{
		Use:   "report",
		Short: "Print a usage report of the day, the week or the month",
		Long: `report says what was spent in the current day, week (from Monday) or month, and
in the one before; which models and keys spent it, where the key may ask that;
what was bought, what happened, which alerts stand, and how the forecast stands
and did. Days, weeks and months are those of UTC, and so are all of its times.`,
		Example: `  ortop report
  ortop report --month --md > report.md`,
		Args: cobra.NoArgs,
		RunE: a.runs(func(ctx context.Context, _ []string) error {
			p := periods[1]
			if byDay {
				p = periods[0]
			} else if byMonth {
				p = periods[2]
			}
			return a.report(ctx, p, asJSON, asMarkdown)
		}),
	}
	c.Flags().BoolVar(&byDay, "day", false, "of the day")
	c.Flags().BoolVar(&byWeek, "week", false, "of the week, as without any of these")
	c.Flags().BoolVar(&byMonth, "month", false, "of the month")
	c.Flags().BoolVar(&asMarkdown, "md", false, "print Markdown")
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	c.MarkFlagsMutuallyExclusive("day", "week", "month")
	c.MarkFlagsMutuallyExclusive("md", "json")
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

// eventLimit is how many events a report tells at most.
const eventLimit = 20

// reportLimit bounds what a report asks for, all in all.
const reportLimit = 19 * time.Second

// usageReport is what a report says. A sum that is nil is not known.
type usageReport struct {
	account.Snapshot
	period      period
	from, to    time.Time // to is the last reading, or now where that is older
	before      time.Time // when the period before began
	spentUSD    *float64
	beforeUSD   *float64 // in all of the period before
	sameTimeUSD *float64 // in as much of it as is told of this one
	days        []reportDay
	models      monitor.Breakdown
	keys        monitor.Breakdown
	topUps      []credit.TopUp
	boughtKnown bool            // what was bought is known of all of the period
	events      []history.Event // the newest first
	notes       []string
}

// reportDay is a day of the period, and the one in its place before.
type reportDay struct {
	at, before          time.Time // zero where one of the two has no such day
	spentUSD, beforeUSD *float64
}

func (a *app) report(ctx context.Context, p period, asJSON, asMarkdown bool) error {
	limited, cancel := context.WithTimeout(ctx, reportLimit)
	defer cancel()
	return a.once(ctx, monitor.Live, func(snap account.Snapshot, mon *monitor.Monitor) error {
		now := a.now().UTC()
		r, err := newReport(limited, mon, snap, p, now)
		if err != nil {
			return fmt.Errorf("reporting: %w", err)
		}
		var out []byte
		switch {
		case asJSON:
			if out, err = json.Marshal(reportObject(r, now)); err != nil {
				return err
			}
			out = append(out, '\n')
		case asMarkdown:
			out = []byte(reportPage(r, now).markdown())
		default:
			out = []byte(reportPage(r, now).plain())
		}
		_, err = a.stdout.Write(out)
		return written(err)
	})
}

func newReport(ctx context.Context, mon *monitor.Monitor, snap account.Snapshot, p period, now time.Time) (r usageReport, err error) {
	r = usageReport{Snapshot: snap, period: p, from: p.start(now), to: snap.At.UTC().Truncate(time.Second), notes: slices.Clone(snap.Notes)}
	r.before = p.start(r.from.Add(-time.Hour))
	if r.to.Before(r.from) {
		r.to = now.Truncate(time.Second)
	}
	ar, ok := mon.Archive()
	if !ok || !r.from.Before(r.to) {
		return r, nil
	}
	if err := r.sumUp(ctx, mon); err != nil {
		return r, err
	}
	if r.topUps, err = ar.DB.TopUps(ctx, ar.Shown, r.from, now); err != nil {
		return r, err
	}
	if err := r.askBought(ctx, ar); err != nil {
		return r, err
	}
	if r.events, err = ar.DB.Events(ctx, ar.Account, r.from, now.Add(time.Second), eventLimit); err != nil {
		return r, err
	}
	if snap.Fault != nil {
		r.notes = append(r.notes, "models and keys were not asked for: the account could not be read")
		return r, nil
	}
	r.models = r.breakdown(ctx, mon, monitor.ByModel)
	r.keys = r.breakdown(ctx, mon, monitor.ByKey)
	return r, nil
}

// askBought notes where the balance was not read from the beginning of the
// period on: spend of before can be had, top-ups cannot.
func (r *usageReport) askBought(ctx context.Context, ar monitor.Archive) error {
	first, _, err := ar.DB.At(ctx, ar.Shown, r.from)
	if r.boughtKnown = first.CreditsKnown; err == nil && !r.boughtKnown {
		r.notes = append(r.notes, "top-ups from before the balance was first read are not known")
	}
	return err
}

// sumUp reads what was spent, in all and by the day.
func (r *usageReport) sumUp(ctx context.Context, mon *monitor.Monitor) error {
	one := func(from, to time.Time) (*float64, error) {
		if to.After(r.to) {
			to = r.to
		}
		if !from.Before(to) {
			return nil, nil
		}
		sums, err := mon.SpendBetween(ctx, from, to)
		return sums[0], err
	}
	sameTime := r.before.Add(r.to.Sub(r.from))
	if sameTime.After(r.from) { // the month before was shorter
		sameTime = r.from
	}
	var err error
	if r.spentUSD, err = one(r.from, r.to); err != nil {
		return err
	}
	if r.beforeUSD, err = one(r.before, r.from); err != nil {
		return err
	}
	if r.sameTimeUSD, err = one(r.before, sameTime); err != nil || r.period.name == "day" {
		return err
	}
	for i := 0; ; i++ {
		at, before := r.from.AddDate(0, 0, i), r.before.AddDate(0, 0, i)
		var d reportDay
		if at.Before(r.to) {
			d.at = at
			if d.spentUSD, err = one(at, at.AddDate(0, 0, 1)); err != nil {
				return err
			}
		}
		if before.Before(r.from) {
			d.before = before
			if d.beforeUSD, err = one(before, before.AddDate(0, 0, 1)); err != nil {
				return err
			}
		}
		if d.at.IsZero() && d.before.IsZero() {
			return nil
		}
		r.days = append(r.days, d)
	}
}

// breakdown says who spent it. That this cannot be had is a note.
func (r *usageReport) breakdown(ctx context.Context, mon *monitor.Monitor, by monitor.By) monitor.Breakdown {
	b, err := mon.Breakdown(ctx, monitor.BreakdownQuery{By: by, From: r.from, To: r.to})
	if err != nil {
		b.Notes = append(b.Notes, "spend by "+string(by)+" is not known: "+oneLine(err.Error()))
	}
	if b.Partial {
		b.Notes = append(b.Notes, "spend by "+string(by)+" has not all of the rows")
	}
	for _, n := range b.Notes {
		if !slices.Contains(r.notes, n) {
			r.notes = append(r.notes, n)
		}
	}
	return b
}

// change is how far the spend is above that of the same time before.
func (r usageReport) change() *float64 {
	if r.spentUSD == nil || r.sameTimeUSD == nil || *r.sameTimeUSD <= 0 {
		return nil
	}
	ratio := *r.spentUSD / *r.sameTimeUSD - 1
	return &ratio
}
