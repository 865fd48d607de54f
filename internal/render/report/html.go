package report

import (
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/render"
	"ortop/internal/sorted"
	"ortop/internal/text"
)

//go:embed report.css
var reportStyle string

// HTML is the report as one page of HTML for whoever holds the budget. It has its
// style and its drawings in it, no script, and loads nothing.
func HTML(r *Usage, now time.Time) string {
	p := reportPage(r, now)
	w := &htmlWriter{}
	w.put(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><meta name="referrer" content="no-referrer">
`)
	w.element("title", p.title)
	w.put("<style>\n", reportStyle, "</style></head>\n<body><main>\n<header>")
	w.element(`p class="kind"`, "OpenRouter credits")
	w.element("h1", p.title)
	facts := p.tables[0]
	class := "dim"
	if r.Stale(now) {
		class = "stale"
	}
	w.element(`p class="`+class+`"`, facts.take("time")+" · "+facts.take("state"))
	w.put("</header>\n")
	r.cards(w, &facts, now)
	list := func(class, title string) {
		if lines := p.list(title); len(lines) > 0 {
			w.within(class, title, func() { w.list(lines) })
		}
	}
	list("bad", "Alerts firing")
	w.within("", r.spendTitle(), func() { r.spendChart(w) })
	w.within("", "Balance", func() { r.balanceChart(w, now) })
	for _, t := range []table{p.table("Models"), p.table("Keys"), r.spenderTable(&r.Workspaces, "Workspaces"), p.table("Top-ups")} {
		w.within("half", t.title, func() { w.table(t) })
	}
	w.within("", "Forecast, and how good it was", func() { r.forecast(w, p.list("Forecast")) })
	w.within("long", "Events", func() { w.table(p.table("Events")) })
	if len(facts.rows) > 0 {
		w.within("", "More figures", func() { w.table(facts) })
	}
	list("", "Notes")
	if days := p.table("Days"); len(days.rows) > 0 {
		w.within("long", "Days", func() { w.table(days) })
	}
	w.put("<footer>")
	w.element("p", "All times in UTC, amounts in US dollars. What is not known is said so, and is never counted as nothing. Made by ortop, "+now.UTC().Format("Mon 2 Jan 2006, 15:04")+".")
	w.put("</footer>\n</main></body></html>")
	return w.String()
}

// whyNot is a reason why something is not known, or that of all.
func (r *Usage) whyNot(reason string) string {
	switch {
	case reason != "":
		return reason
	case r.Fault != nil:
		return "the account could not be read"
	}
	return "it was not read in this time"
}

// fact adds one to a table of them.
//
//go:noinline
func (t *table) fact(name, format string, args ...any) {
	t.rows = append(t.rows, []string{name, fmt.Sprintf(format, args...)})
}

// take takes a fact out of a table of them; empty where it is not there.
// It is not inlined: seven copies are 4 kB of program.
//
//go:noinline
func (t *table) take(name string) (value string) {
	rows := t.rows
	t.rows = nil
	for _, row := range rows {
		if row[0] == name {
			value = row[1]
		} else {
			t.rows = append(t.rows, row)
		}
	}
	return value
}

// longestFigure is the length of a date; what is longer is words, and not set as large.
const longestFigure = 20

// cards are the figures that come first, taken out of the facts.
func (r *Usage) cards(w *htmlWriter, facts *table, now time.Time) {
	f := render.NewFields(&r.Snapshot, now)
	card := func(class, name, value, note string) {
		if len(value) > longestFigure {
			class += " words"
		}
		w.put(`<div class="card`, class, `">`)
		w.element(`p class="dim"`, name)
		w.element("strong", value)
		w.element(`p class="dim"`, note)
		w.put("</div>\n")
	}
	facts.take("spent")
	note := r.PeriodBefore + ": " + facts.take(r.PeriodBefore)
	if r.SpentWhy != "" {
		note = r.SpentWhy + ". " + note
	}
	name := "spent"
	if !r.Over {
		name = "spent so far"
	}
	card("", name, text.MaybeUSD(r.SpentUSD), note)
	facts.take("left")
	note = "of " + f.Bought + " (" + f.LeftPercent + ")"
	if r.Balance == nil || r.Source == account.FromPerson {
		note = r.BalanceNote
	}
	if r.Balance == nil {
		note = r.whyNot(note)
	}
	class := ""
	if r.Forecast.State == forecast.Depleted || r.Balance != nil && r.Balance.LeftUSD() <= 0 {
		class = " urgent"
	}
	card(class, "left", f.Balance, note)
	label, date, in, within := f.Ending()
	facts.take(label)
	note = ""
	if in != text.Unknown && r.Forecast.State != forecast.Depleted {
		note = "in " + in
	}
	if within != text.Unknown {
		sure := account.EndOf(r.Ahead(), now).Percent() + " sure"
		facts.take(sure)
		note = strings.TrimPrefix(note+"; "+sure+": "+within, "; ")
	}
	card(class, label, date, note)
}

// balanceChart draws the balance so far, and where the forecast sees it.
func (r *Usage) balanceChart(w *htmlWriter, now time.Time) {
	past, span := r.Held.Buckets, credit.Span{From: r.From, To: r.To}
	if n := len(past); n > 0 {
		span = past[0].Span
		span.To = past[n-1].To
	}
	next, left, floor := r.Ahead(), 0.0, 0.0
	if r.Balance != nil {
		left = max(0, r.Balance.LeftUSD())
	}
	if r.Refilled() { // then it is bought, and falls no further
		floor = min(left, r.AutoTopUp.ThresholdUSD)
	}
	var f *forecast.Forecast
	if next.State == forecast.OK && !next.Subject.Limit() && left > 0 && !r.Over {
		f = &next
		// As far as the middle has a place of its own, and the past keeps one, which is no
		// longer than what is to come takes.
		const most = 3 * 365 * 24 * time.Hour
		on := min(f.P90*1.08, f.P50*4, max(now.Sub(span.From).Seconds()*6, f.P10*1.3), most.Seconds())
		ahead := time.Duration(on) * time.Second
		span = credit.Span{From: sorted.Later(span.From, now.Add(-2*ahead)), To: now.Add(ahead)}
	}
	most, seen := 0.0, false
	for len(past) > 0 && past[0].From.Before(span.From) {
		past = past[1:]
	}
	for _, b := range past {
		if usd, known := b.HeldUSD(); known {
			most, seen = max(most, usd), true
		}
	}
	if f == nil && !seen {
		w.element(`p class="dim"`, "Not known: "+r.whyNot(r.BalanceNote)+".")
		return
	}
	words := "The balance so far"
	if r.Balance != nil {
		words += "; " + text.USD(r.Balance.LeftUSD()) + " is left"
	}
	end := account.EndOf(next, now)
	if f != nil {
		most = max(most, left)
		label, date, _, within := render.NewFields(&r.Snapshot, now).Ending()
		if words += "; " + label + " " + date; within != text.Unknown {
			words += ", " + end.Percent() + " sure: " + within
		}
	}
	c := newChart(w, "balance", span, most, "Balance and forecast", words+".")
	c.fan(past, left, floor, f, !r.Early())
	c.times()
	last, line := math.Inf(-1), math.Inf(-1) // with words, and without
	for _, u := range r.Held.TopUps {
		x := c.x(u.At)
		if u.AmountUSD <= 0 || u.At.Before(span.From) || x-line < 3 {
			continue
		}
		words := ""
		if x-last > 64 {
			words, last = "+"+amount(u.AmountUSD, u.AmountUSD), x
		}
		c.mark(u.At, words)
		line = x
	}
	if f != nil {
		words := "now"
		if c.x(now)-last <= 64 {
			words = ""
		}
		c.mark(now, words)
	}
	c.end()
	w.put("<figcaption>")
	w.legend("bar", "balance", seen)
	switch {
	case f == nil && next.State == forecast.OK && next.Subject.Limit():
		w.put(html(" What runs out first is the " + r.LimitName(next.Subject) + ", not the balance."))
	case f != nil && next.Far():
		w.legend("band", "possible", true)
		w.legend("mid", "at the rate of now", !r.Early())
	case f != nil:
		w.legend("band", end.Percent()+" sure", true)
		w.legend("core", "50 % sure", true)
		w.legend("mid", "most likely", !r.Early())
	}
	w.put("</figcaption></figure>\n")
}

// forecast says how it is known when it runs out, and how such forecasts did.
func (r *Usage) forecast(w *htmlWriter, lines []string) {
	if t := r.Track; t.Made > 0 {
		held := float64(t.Held) / float64(t.Made)
		w.table(table{head: []string{"earlier forecasts that have ended", "held", "share"}, shares: []*float64{&held},
			rows: [][]string{{"the last " + strconv.Itoa(t.Made), strconv.Itoa(t.Held), text.Percent(held)}}})
	}
	if len(lines) == 0 {
		w.element(`p class="dim"`, "Not known: nothing was read yet.")
		return
	}
	w.list(lines)
}
