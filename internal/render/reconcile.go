package render

import (
	"fmt"
	"strings"
	"time"

	"ortop/internal/ledger"
	"ortop/internal/monitor"
	"ortop/internal/reconcile"
	"ortop/internal/text"
)

// Reconciliation is a log of requests compared with its account.
type Reconciliation struct {
	Account     string
	Log         ledger.Log
	From, To    time.Time // of the log; zero where it has no times
	Spent       *monitor.Spent
	Result      reconcile.Result
	Reason      error             // why the verdict is unknown
	Lookup      *reconcile.Lookup // nil: nothing was looked up
	LookupError error             // why not everything was looked up
}

// lookedUp is how many requests the service answered for.
func lookedUp(l *reconcile.Lookup) int { return l.Matched + len(l.Missing) + len(l.Differing) }

// shownRows is how many requests of a kind people are shown.
const shownRows = 10

// ReconcileText is the comparison for a person.
func ReconcileText(r *Reconciliation) string {
	var b strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", label, Clean(fmt.Sprintf(format, args...)))
	}
	span := ""
	if !r.From.IsZero() {
		span = ", " + Minutes(r.From, r.To) + " (UTC)"
	}
	line("verdict", "%s", r.Result.Verdict)
	line("account", "%s%s", r.Account, span)
	l := r.Log
	var but []string
	for _, n := range []struct {
		count      int
		noun, what string
	}{{l.Duplicates, "repeated line", "counted once"}, {l.Problems.Count, "line", "not read"}, {l.Unpriced(), "line", "without a cost"}} {
		if n.count > 0 {
			but = append(but, text.Many(n.count, n.noun)+" "+n.what)
		}
	}
	beside := ""
	if len(but) > 0 {
		beside = "  (" + strings.Join(but, ", ") + ")"
	}
	line("log", "%s in %s%s", text.USD(r.Result.LogUSD), text.Many(len(l.Entries), "request"), beside)
	if r.Spent != nil {
		whose := ""
		if r.Spent.Subject == "key" {
			whose = " by this key"
		}
		if r.Spent.UnsureUSD >= 0.005 {
			whose += ", give or take " + text.USD(r.Spent.UnsureUSD)
		}
		line("spent", "%s%s", text.USD(r.Spent.USD), whose)
		if r.Result.DifferenceUSD != nil {
			line("difference", "%s", differenceText(r.Result))
		}
	} else {
		line("spent", "%s", text.Unknown)
	}
	if k := r.Lookup; k != nil {
		line("looked up", "%d of %d: %d as logged, %d at another cost, %d not found", lookedUp(k), len(l.Entries), k.Matched, len(k.Differing), len(k.Missing))
		for _, d := range k.Differing[:min(len(k.Differing), shownRows)] {
			line("", "line %d, %s: %s logged, %s charged", d.Line, requestName(d.Entry), text.USD(*d.CostUSD), text.USD(d.RecordUSD))
		}
		for _, e := range k.Missing[:min(len(k.Missing), shownRows)] {
			line("", "line %d, %s: not found", e.Line, requestName(e))
		}
		if r.LookupError != nil {
			line("", "stopped: %v", r.LookupError)
		}
	}
	for i, c := range r.Result.Causes {
		label := ""
		if i == 0 {
			label = "may be"
		}
		line(label, "%s", c.Text)
	}
	return strings.TrimRight(b.String(), "\n")
}

func differenceText(r reconcile.Result) string {
	d := *r.DifferenceUSD
	side := "more than the log"
	if d < 0 {
		d, side = -d, "less than the log"
	}
	return fmt.Sprintf("%s %s, %s is allowed", text.USD(d), side, text.USD(*r.ToleranceUSD))
}

// requestName is the ID of a request, and its model.
func requestName(e ledger.Entry) string {
	if e.Model == "" {
		return logged(e.ID)
	}
	return logged(e.ID) + " (" + logged(e.Model) + ")"
}

// Minutes is a span in UTC, to the minute.
func Minutes(from, to time.Time) string {
	a, b := from.UTC().Format("2006-01-02 15:04"), to.UTC().Format("2006-01-02 15:04")
	if a == b {
		return a
	}
	return a + " to " + b
}

// ReconcileObject is what reconcile --json prints. Every key is always there; null is unknown.
type ReconcileObject struct {
	Schema     int           `json:"schema"`
	Account    string        `json:"account"`
	Subject    *string       `json:"subject"` // account, or key: whose spend it is
	From       *string       `json:"from"`
	To         *string       `json:"to"`
	Verdict    string        `json:"verdict"` // agrees, differs, unknown
	Reason     *string       `json:"reason"`  // of unknown
	Requests   int           `json:"requests"`
	Duplicates int           `json:"duplicates"`
	NoCost     int           `json:"no_cost"`
	BadLines   int           `json:"bad_lines"`
	Bad        []badLineJSON `json:"bad"` // the first 20
	Log        float64       `json:"log_usd"`
	Spent      *float64      `json:"spent_usd"`
	Unsure     *float64      `json:"unsure_usd"`
	Difference *float64      `json:"difference_usd"` // spent less logged
	Tolerance  *float64      `json:"tolerance_usd"`
	Causes     []causeJSON   `json:"causes"`
	Lookup     *lookupJSON   `json:"lookup"` // null without --lookup
}

type badLineJSON struct {
	Line    int    `json:"line"`
	Problem string `json:"problem"`
}

type causeJSON struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

type lookupJSON struct {
	Asked     int           `json:"asked"`
	NotAsked  int           `json:"not_asked"`
	Matched   int           `json:"matched"`
	Missing   []requestJSON `json:"missing"`
	Differing []requestJSON `json:"differing"`
	Error     *string       `json:"error"`
}

type requestJSON struct {
	Line    int      `json:"line"`
	ID      string   `json:"id"`
	Model   *string  `json:"model"`
	Key     *string  `json:"key"`
	Logged  *float64 `json:"logged_usd"`
	Charged *float64 `json:"charged_usd"`
}

// Reconcile is r as scripts see it.
func Reconcile(r *Reconciliation) ReconcileObject {
	o := ReconcileObject{
		Schema: 1, Account: r.Account, Verdict: string(r.Result.Verdict), Requests: len(r.Log.Entries),
		Duplicates: r.Log.Duplicates, NoCost: r.Log.Unpriced(), BadLines: r.Log.Problems.Count, Bad: []badLineJSON{},
		Log: r.Result.LogUSD, Difference: r.Result.DifferenceUSD, Tolerance: r.Result.ToleranceUSD, Causes: []causeJSON{},
	}
	if !r.From.IsZero() {
		o.From, o.To = Timestamp(r.From), Timestamp(r.To)
	}
	if r.Reason != nil {
		o.Reason = Word(Clean(r.Reason.Error()))
	}
	if s := r.Spent; s != nil {
		o.Subject, o.Spent, o.Unsure = Word(s.Subject), &s.USD, &s.UnsureUSD
	}
	for _, b := range r.Log.Problems.First {
		o.Bad = append(o.Bad, badLineJSON{b.Number, b.Text})
	}
	for _, c := range r.Result.Causes {
		o.Causes = append(o.Causes, causeJSON(c))
	}
	if k := r.Lookup; k != nil {
		l := lookupJSON{Asked: lookedUp(k), NotAsked: len(r.Log.Entries) - lookedUp(k), Matched: k.Matched, Missing: []requestJSON{}, Differing: []requestJSON{}}
		for _, e := range k.Missing {
			l.Missing = append(l.Missing, requestObject(e))
		}
		for _, d := range k.Differing {
			row := requestObject(d.Entry)
			row.Charged = &d.RecordUSD
			l.Differing = append(l.Differing, row)
		}
		if r.LookupError != nil {
			l.Error = Word(Clean(r.LookupError.Error()))
		}
		o.Lookup = &l
	}
	return o
}

func requestObject(e ledger.Entry) requestJSON {
	return requestJSON{Line: e.Line, ID: logged(e.ID), Model: Word(logged(e.Model)), Key: Word(logged(e.Key)), Logged: e.CostUSD}
}

// logged is a text of the log that is fit to be shown: a column that is called
// key may hold one.
func logged(s string) string {
	return text.Safe(s, 100)
}
