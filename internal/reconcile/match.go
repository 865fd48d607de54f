package reconcile

import (
	"cmp"
	"math"
	"time"

	"ortop/internal/ledger"
	"ortop/internal/sorted"
)

// Record is what the service says of one request.
type Record struct {
	CostUSD float64   // what credits lost
	At      time.Time // zero where it does not say
	BYOK    bool
}

// Difference is a request of which log and service say different costs.
type Difference struct {
	ledger.Entry
	RecordUSD float64
}

// Lookup is how the entries of a log that were looked up compare with the
// service's records of them.
type Lookup struct {
	Matched   int
	Missing   []ledger.Entry // without a record
	Differing []Difference   // the greatest first
}

// Match compares the entries of l with the records of their IDs, where nil means that
// there is none; an ID that is not in the map was not looked up. What an
// entry leaves out is taken from its record.
func Match(l *ledger.Log, records map[string]*Record) Lookup {
	var look Lookup
	for i := range l.Entries {
		e := &l.Entries[i]
		r, found := records[e.ID]
		switch {
		case !found || e.ID == "":
			continue
		case r == nil:
			look.Missing = append(look.Missing, *e)
			continue
		case e.CostUSD == nil:
			e.CostUSD = &r.CostUSD
		}
		if e.At.IsZero() {
			e.At = r.At
		}
		e.BYOK = e.BYOK || r.BYOK
		if sameCost(*e.CostUSD, r.CostUSD) {
			look.Matched++
			continue
		}
		look.Differing = append(look.Differing, Difference{*e, r.CostUSD})
	}
	sorted.Rows(look.Differing, func(a, b *Difference) int {
		return cmp.Compare(math.Abs(b.RecordUSD-*b.CostUSD), math.Abs(a.RecordUSD-*a.CostUSD))
	})
	return look
}

// sameCost allows for a cost that was rounded when it was logged.
func sameCost(a, b float64) bool { return math.Abs(a-b) <= max(1e-6, 1e-3*max(a, b)) }
