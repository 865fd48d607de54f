package ledger

import (
	"errors"
	"fmt"
	"io"
	"time"

	"ortop/internal/credit"
)

// Import is what a file adds to a history: readings, or spend by the day.
type Import struct {
	// Readings ascend. Unseen are spans between two of them of which nobody
	// saw what was spent, and Filled what is known of spans without readings.
	// RoundUSD is by how much their totals may be rounded, and Differ are the
	// rows whose spend is not what the totals say.
	Readings []credit.Sample
	Unseen   []credit.Span
	Filled   []Spend
	RoundUSD float64
	Differ   Problems

	Days     map[time.Time]float64 // USD by UTC day; nil for readings; see Spends
	Used     int                   // rows that count
	Empty    int                   // rows without an amount, or of the day that is not over
	Repeated int                   // rows of a time or a request that an earlier row has
	Problems Problems
	Noun     string // what is counted: line or entry

	grain       grain
	hours       map[time.Time]float64 // USD by hour
	open        map[time.Time]bool    // days of which a row could not be read
	first, last time.Time             // of the rows that count
	whole       bool                  // rows of the present day follow: the last day is whole
}

// ErrNoImport is the error for a file that is none of those that can be
// imported.
var ErrNoImport = errors.New("it is neither readings nor activity")

// ErrBYOK is the error for activity whose amounts may be more than credits lost.
var ErrBYOK = errors.New("may hold what was paid to providers directly (BYOK) besides credits")

// importer takes the rows of one kind of file.
type importer interface {
	take(Row) error
}

// ReadImport reads a table of readings or of activity, the answer of GET
// /activity, or the traces of requests that OpenRouter broadcasts.
func ReadImport(in io.Reader, now time.Time) (*Import, error) {
	r, err := Open(in, true)
	if errors.Is(err, ErrFormat) || errors.Is(err, ErrEmpty) {
		return nil, ErrNoImport
	} else if err != nil {
		return nil, err
	}
	f := &Import{Noun: r.Noun()}
	var rows importer
	switch {
	case r.Form == Lines && !r.Spans: // who logs requests may not log all of them
		return nil, ErrNoImport
	case r.Form == Table && r.Has(at) && r.Has(totalUsage):
		rows = newReadings(r, f, now)
	case r.Form == Table && len(r.Narrow(creditCost)) == 0 && r.Has(Time) && r.Has(Cost):
		return nil, fmt.Errorf("its column %s %w", r.Narrow(Cost)[0], ErrBYOK)
	case r.Has(Time) && r.Has(Cost):
		rows = newActivity(r, f, now)
	default:
		return nil, ErrNoImport
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if err = rows.take(row); errors.Is(err, ErrComma) {
			// If one amount has a decimal comma, all may have.
			return nil, fmt.Errorf("%s %d: %w", f.Noun, row.Number, err)
		} else if err != nil {
			f.Problems.add(row.Number, err)
		}
	}
	if r, ok := rows.(*readings); ok {
		r.end()
	}
	return f, nil
}
