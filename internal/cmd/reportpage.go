package cmd

import (
	"fmt"
	"time"

	"ortop/internal/monitor"
	"ortop/internal/text"
)

// topRows is how many models and keys a report names.
const topRows = 5

// reportPage is a report for people, with all of its times in now's zone, UTC.
func reportPage(r usageReport, now time.Time) page {
	f := newFields(r.Snapshot, now)
	p := page{title: "Usage of account " + r.Account + ": " + r.period.name + " of " + r.from.Format("Mon 2 Jan 2006")}
	facts := table{}
	add := func(name, format string, args ...any) {
		facts.rows = append(facts.rows, []string{name, fmt.Sprintf(format, args...)})
	}
	add("state", "%s", f.State)
	add("time", "%s to %s, all of it in UTC", r.from.Format("Mon 2 Jan, 15:04"), r.to.Format("Mon 2 Jan, 15:04"))
	add("spent", "%s", text.MaybeUSD(r.spentUSD))
	compared := text.MaybeUSD(r.sameTimeUSD)
	if c := r.change(); c != nil && *c >= 1.995 {
		compared += fmt.Sprintf(" (now %.0f times as much)", *c+1)
	} else if c != nil && *c >= 0 {
		compared += " (now " + text.Percent(*c) + " more)"
	} else if c != nil {
		compared += " (now " + text.Percent(-*c) + " less)"
	}
	add(r.period.before, "%s by this time, %s in all", compared, text.MaybeUSD(r.beforeUSD))
	switch {
	case r.Balance != nil:
		add("left", "%s of %s (%s)", f.Balance, f.Bought, f.LeftPercent)
	default:
		add("left", "%s %s", f.Balance, r.BalanceNote)
	}
	label, date, _, within := f.ending()
	add(label, "%s", date)
	if within != text.Unknown {
		add("80 % sure", "%s", within)
	}
	if r.AutoTopUp != nil {
		add("topped up", "%s", f.AutoTopUp)
	}
	standing := list{"Alerts that stand", nil}
	for _, e := range r.Alerts {
		standing.lines = append(standing.lines, string(e.Level)+": "+e.Said())
	}
	if len(standing.lines) == 0 {
		add("alerts", "none stands")
	}
	p.tables = append(p.tables, facts)
	if days := dayTable(r); len(days.rows) > 0 {
		p.tables = append(p.tables, days)
	}
	p.tables = append(p.tables, topTable("Models", r.models), topTable("Keys", r.keys), topUpTable(r), eventTable(r))
	p.lists = append(p.lists, standing, list{"Forecast", r.Why(now)}, list{"Notes", r.notes})
	return p
}

func dayTable(r usageReport) table {
	t := table{title: "Days", head: []string{"day", "this " + r.period.name, "day", r.period.before}}
	name := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.Format("Mon 2 Jan")
	}
	for _, d := range r.days {
		row := []string{name(d.at), "", name(d.before), ""}
		if !d.at.IsZero() {
			row[1] = text.MaybeUSD(d.spentUSD)
		}
		if !d.before.IsZero() {
			row[3] = text.MaybeUSD(d.beforeUSD)
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func topTable(title string, b monitor.Breakdown) table {
	t := table{title: title, head: []string{"name", "spent", "share"}, empty: "nothing was spent"}
	top, rest := topSpenders(b)
	if top == nil {
		t.empty = text.Unknown
	}
	for _, row := range top {
		share := text.Unknown
		if row.Share != nil {
			share = text.Percent(*row.Share)
		}
		t.rows = append(t.rows, []string{row.Name, text.MaybeUSD(row.SpendUSD), share})
	}
	if rest != nil && len(top) > 0 && *rest >= 0.005 {
		t.rows = append(t.rows, []string{"all others", text.USD(*rest), ""})
	}
	return t
}

// topSpenders are the first rows that spent something, and what all others
// did; each is nil where that is not known.
func topSpenders(b monitor.Breakdown) (top []monitor.BreakdownRow, restUSD *float64) {
	all := b.Rows != nil
	for _, row := range b.Rows {
		switch {
		case row.SpendUSD == nil:
			all = false
		case len(top) < topRows && *row.SpendUSD > 0:
			top = append(top, row)
		}
	}
	if top == nil && all {
		top = []monitor.BreakdownRow{}
	}
	if top == nil {
		return nil, nil
	}
	return top, b.Besides(top)
}

func topUpTable(r usageReport) table {
	t := table{title: "Top-ups", head: []string{"time", "amount"}, empty: "none"}
	if !r.boughtKnown {
		t.empty = text.Unknown
	}
	for _, u := range r.topUps {
		t.rows = append(t.rows, []string{u.At.UTC().Format("Mon 2 Jan, 15:04"), text.USD(u.AmountUSD)})
	}
	return t
}

func eventTable(r usageReport) table {
	t := table{title: "Events", head: []string{"time", "level", "kind", "what"}, empty: "none", left: true}
	for _, e := range r.events {
		t.rows = append(t.rows, []string{e.At.UTC().Format("Mon 2 Jan, 15:04"), e.Level, e.Kind, e.Text})
	}
	if len(r.events) == eventLimit {
		t.rows = append(t.rows, []string{"earlier", "", "", "not shown"})
	}
	return t
}
