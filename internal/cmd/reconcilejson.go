package cmd

import (
	"ortop/internal/reconcile"
	"ortop/internal/text"
)

// The object of reconcile --json. Every key is always there; null is unknown.
type reconcileJSON struct {
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
	Lookup     *lookupJSON   `json:"lookup"` // null where none was asked for
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

func reconciledObject(r *reconciled) reconcileJSON {
	o := reconcileJSON{
		Schema: 1, Account: r.account, Verdict: string(r.result.Verdict), Requests: len(r.log.Entries),
		Duplicates: r.log.Duplicates, NoCost: r.log.Unpriced(), BadLines: r.log.BadLines, Bad: []badLineJSON{},
		Log: r.result.LogUSD, Difference: r.result.DifferenceUSD, Tolerance: r.result.ToleranceUSD, Causes: []causeJSON{},
	}
	if !r.from.IsZero() {
		o.From, o.To = moment(r.from), moment(r.to)
	}
	if r.reason != nil {
		o.Reason = word(oneLine(r.reason.Error()))
	}
	if s := r.spent; s != nil {
		o.Subject, o.Spent, o.Unsure = word(s.Subject), &s.USD, &s.UnsureUSD
	}
	for _, b := range r.log.Bad {
		o.Bad = append(o.Bad, badLineJSON(b))
	}
	for _, c := range r.result.Causes {
		o.Causes = append(o.Causes, causeJSON(c))
	}
	if k := r.lookup; k != nil {
		l := lookupJSON{Asked: k.answered(), NotAsked: len(r.log.Entries) - k.answered(), Matched: k.Matched, Missing: []requestJSON{}, Differing: []requestJSON{}}
		for _, e := range k.Missing {
			l.Missing = append(l.Missing, requestObject(e))
		}
		for _, d := range k.Differing {
			row := requestObject(d.Entry)
			row.Charged = &d.RecordUSD
			l.Differing = append(l.Differing, row)
		}
		if k.stopped != nil {
			l.Error = word(oneLine(k.stopped.Error()))
		}
		o.Lookup = &l
	}
	return o
}

func requestObject(e reconcile.Entry) requestJSON {
	return requestJSON{Line: e.Line, ID: logged(e.ID), Model: word(logged(e.Model)), Key: word(logged(e.Key)), Logged: e.CostUSD}
}

// logged is a text of the log that is fit to be shown: a column that is called
// key may hold one.
func logged(s string) string {
	return text.Safe(s, 100)
}
