package render

import (
	"ortop/internal/ledger"
	"ortop/internal/text"
)

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
		o.From, o.To = timestamp(r.From), timestamp(r.To)
	}
	if r.Reason != nil {
		o.Reason = word(clean(r.Reason.Error()))
	}
	if s := r.Spent; s != nil {
		o.Subject, o.Spent, o.Unsure = word(s.Subject), &s.USD, &s.UnsureUSD
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
			l.Error = word(clean(r.LookupError.Error()))
		}
		o.Lookup = &l
	}
	return o
}

func requestObject(e ledger.Entry) requestJSON {
	return requestJSON{Line: e.Line, ID: logged(e.ID), Model: word(logged(e.Model)), Key: word(logged(e.Key)), Logged: e.CostUSD}
}

// logged is a text of the log that is fit to be shown: a column that is called
// key may hold one.
func logged(s string) string {
	return text.Safe(s, 100)
}
