// Package report is the usage report: as text, Markdown, HTML, JSON and FOCUS.
package report

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/render"
	"ortop/internal/spenders"
	"ortop/internal/text"
)

// SpanPeriod is the period that is neither a day nor a week nor a month.
const SpanPeriod = "span"

// Usage is what was spent in a period, and what happened in it. An amount
// that is nil is not known.
type Usage struct {
	account.Snapshot
	Period       string    // "week"
	PeriodBefore string    // "last week"
	From, To     time.Time // To is the last reading, or now where that is older, or the end that was asked for
	Over         bool      // To is before the last reading
	Before       time.Time // when the period before began
	SpentUSD     *float64
	BeforeUSD    *float64 // in the whole period before
	SameTimeUSD  *float64 // in as much of it as From to To is of this one
	// SpentWhy and BeforeWhy say why one of those is not known; empty: all are.
	SpentWhy, BeforeWhy string
	Days                []Day
	Models, Keys        spenders.Breakdown
	// Workspaces and what follows are read for ReportHTML alone. Hours are those of a
	// report of a day, and Held is the balance so far.
	Workspaces spenders.Breakdown
	Hours      []SpentSpan
	Held       history.Plot
	// OfKey reports that what was spent is the key's own: it cannot read the account.
	OfKey bool
	// Charges and Spans are what ReportFocus is made of: what was spent by day, key
	// and model, and the parts of the report whose spend is known apart, oldest first.
	Charges     spenders.Charges
	Spans       []SpentSpan
	TopUps      []credit.TopUp
	TopUpsKnown bool            // for the whole period
	Events      []history.Event // the newest first
	MoreEvents  bool            // there are older ones
	Notes       []string
}

// Day is a day of the period, and the one in its place before.
type Day struct {
	At, Before          time.Time // zero where one of the two has no such day
	SpentUSD, BeforeUSD *float64
	// SpentWhy and BeforeWhy say what of a sum that is not known was not seen.
	SpentWhy, BeforeWhy string
}

// change is how far the spend is above that of the same time before.
func (r *Usage) change() *float64 {
	if r.SpentUSD == nil || r.SameTimeUSD == nil || *r.SameTimeUSD <= 0 {
		return nil
	}
	return spenders.Change(*r.SpentUSD, *r.SameTimeUSD)
}

// Text is the report as plain text, with all times in now's zone, UTC, and as many
// columns as a width has room for; 0 is any.
func Text(r *Usage, now time.Time, width int) string {
	return strings.TrimSuffix(reportPage(r, now).plain(width), "\n")
}

// Markdown is Text in Markdown.
func Markdown(r *Usage, now time.Time) string {
	return strings.TrimSuffix(reportPage(r, now).markdown(), "\n")
}

func reportPage(r *Usage, now time.Time) page {
	f := render.NewFields(&r.Snapshot, now)
	p := page{title: "Usage of account " + r.Account + ": " + r.Period + " of " + r.From.Format("Mon 2 Jan 2006")}
	if r.Period == SpanPeriod {
		layout := "Mon 2 Jan 2006"
		if r.To.Sub(r.From) < 24*time.Hour {
			layout += ", 15:04"
		}
		p.title = "Usage of account " + r.Account + ": " + r.From.Format(layout) + " to " + r.To.Format(layout)
	}
	span := render.PastMoment(r.From, now) + " to " + render.PastMoment(r.To, now)
	p.lead = text.MaybeUSD(r.SpentUSD) + " spent, " + render.Zoned(span, now) + "; " + render.Shown(&r.Snapshot, now)
	facts := table{names: []string{"figure", "value"}}
	add := facts.fact
	add("state", "%s", f.State)
	add("time", "%s to %s, all times in UTC", r.From.Format("Mon 2 Jan, 15:04"), r.To.Format("Mon 2 Jan, 15:04"))
	if r.SpentUSD != nil && (r.Over || r.Period == SpanPeriod) {
		add("spent", "%s", text.USD(*r.SpentUSD))
	} else if r.SpentUSD != nil {
		add("spent", "%s so far", text.USD(*r.SpentUSD))
	} else {
		add("spent", "%s", because(text.Unknown, r.SpentWhy))
	}
	add(r.PeriodBefore, "%s", r.compared())
	switch {
	case r.Source == account.FromPerson:
		add("left", "%s, %s", f.Balance, r.BalanceNote)
	case r.Balance != nil:
		add("left", "%s of %s (%s)", f.Balance, f.Bought, f.LeftPercent)
	default:
		add("left", "%s %s", f.Balance, r.BalanceNote)
	}
	render.LimitLines(&r.Snapshot, &f, add)
	label, date, _, within := f.Ending()
	add(label, "%s", date)
	if within != text.Unknown {
		add(account.EndOf(r.Ahead(), now).Percent()+" sure", "%s", within)
	}
	if r.AutoTopUp != nil {
		add("topped up", "%s", f.AutoTopUp)
	}
	firing := list{"Alerts firing", nil}
	for _, e := range r.Alerts {
		firing.lines = append(firing.lines, string(e.Level)+": "+e.Summary())
	}
	if r.Alerts == nil {
		add("alerts", render.NoJudge)
	} else if len(firing.lines) == 0 {
		add("alerts", "none firing")
	}
	p.tables = append(p.tables, facts)
	if days := dayTable(r); len(days.rows) > 0 {
		p.tables = append(p.tables, days)
	}
	p.tables = append(p.tables, r.spenderTable(&r.Models, "Models"), r.spenderTable(&r.Keys, "Keys"), topUpTable(r), eventTable(r))
	p.lists = append(p.lists, firing, list{"Forecast", r.Why(now)}, list{"Notes", r.Notes})
	return p
}

// compared is what was spent before, and how much more or less that is.
func (r *Usage) compared() string {
	compared := text.MaybeUSD(r.SameTimeUSD)
	if c := r.change(); c != nil && *c >= 1.995 {
		compared += fmt.Sprintf(" (now %.0f times as much)", *c+1)
	} else if c != nil && *c >= 0 {
		compared += " (now " + text.Percent(*c) + " more)"
	} else if c != nil {
		compared += " (now " + text.Percent(-*c) + " less)"
	}
	before := text.Unknown
	if r.Period == SpanPeriod {
		before = compared
	} else if r.SameTimeUSD != nil || r.BeforeUSD != nil {
		before = compared + " by this time, " + text.MaybeUSD(r.BeforeUSD) + " in total"
	}
	return because(before, r.BeforeWhy)
}

// spenderTable names who of a kind spent most, and all else.
func (r *Usage) spenderTable(b *spenders.Breakdown, title string) table {
	t := topOf(b).table(title)
	t.why = r.whyNot(strings.Join(b.Notes, "; "))
	return t
}

// partial reports whether d is the day that is not over.
func (r *Usage) partial(d Day) bool {
	return !d.At.IsZero() && d.At.AddDate(0, 0, 1).After(r.To)
}

// because is a text with why it is what it is, if there is a reason.
func because(s, why string) string {
	if why == "" {
		return s
	}
	return s + " (" + why + ")"
}

func dayTable(r *Usage) table {
	t := table{title: "Days", head: []string{"day", "this " + r.Period, "day", r.PeriodBefore}}
	name := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.Format("Mon 2 Jan")
	}
	for _, d := range r.Days {
		row := []string{name(d.At), "", name(d.Before), ""}
		if r.partial(d) {
			row[0] += map[bool]string{false: ", so far", true: ", in part"}[r.Over]
		}
		if !d.At.IsZero() {
			row[1] = cmp.Or(d.SpentWhy, text.MaybeUSD(d.SpentUSD))
		}
		if !d.Before.IsZero() {
			row[3] = cmp.Or(d.BeforeWhy, text.MaybeUSD(d.BeforeUSD))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func topUpTable(r *Usage) table {
	t := table{title: "Top-ups", head: []string{"time", "amount"}, empty: "none"}
	if !r.TopUpsKnown {
		t.empty, t.why = text.Unknown, "the balance was not read from the beginning on"
	}
	for _, u := range r.TopUps {
		t.rows = append(t.rows, []string{u.At.UTC().Format("Mon 2 Jan, 15:04"), text.USD(u.AmountUSD)})
	}
	return t
}

func eventTable(r *Usage) table {
	t := table{title: "Events", head: []string{"time", "level", "kind", "what"}, empty: "none", left: true}
	if r.At.IsZero() {
		t.empty, t.why = text.Unknown, "nothing was read yet"
	}
	for _, e := range r.Events {
		t.rows = append(t.rows, []string{e.At.UTC().Format("Mon 2 Jan, 15:04"), e.Level, e.Kind, e.Text})
	}
	if r.MoreEvents {
		t.rows = append(t.rows, []string{"earlier", "", "", "not shown"})
	}
	return t
}
