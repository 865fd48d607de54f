package ledger

import (
	"errors"
	"time"

	"ortop/internal/credit"
)

// sameUSD is by how much rounding may let two amounts differ.
const sameUSD = 1e-6

// readings takes the rows that ortop history --csv writes. Those with times and
// totals are enough.
//
// Where the spend of a row is not the rise of usage since the row before it, or
// is unknown, the two are of different segments. A file without any spend has
// one segment.
type readings struct {
	f          *Import
	now        time.Time
	hasSpend   bool
	tellsSpend bool           // a row has one
	previous   *credit.Sample // the row before, if it is a reading
	segment    int64
}

func newReadings(r *Reader, f *Import, now time.Time) *readings {
	return &readings{f: f, now: now, hasSpend: r.Has(spend)}
}

func (r *readings) take(row Row) error {
	previous := r.previous
	r.previous = nil
	if row.Err != nil {
		return row.Err
	}
	s, known, err := r.sample(row)
	if err != nil {
		return err
	}
	if !known {
		r.f.Empty++
		return nil
	}
	if r.hasSpend {
		usd, err := row.Amount(spend)
		if err != nil {
			return err
		}
		r.tellsSpend = r.tellsSpend || usd != nil
		if previous != nil && s.At.After(previous.At) && (usd == nil || s.UsageUSD-previous.UsageUSD-*usd > sameUSD) {
			r.segment++
		}
	}
	s.Segment = r.segment
	r.f.Readings = append(r.f.Readings, s)
	r.f.Used++
	r.previous = &s
	return nil
}

// sample is the reading of a row; known is false where its usage is not.
func (r *readings) sample(row Row) (s credit.Sample, known bool, err error) {
	if s.At, err = row.Time(at, r.now); err == nil && s.At.IsZero() {
		err = errNoTime
	}
	if err != nil {
		return s, false, err
	}
	usage, err := row.Spent(totalUsage)
	if err != nil || usage == nil {
		return s, false, err
	}
	s.UsageUSD = *usage
	credits, err := row.Amount(totalCredits)
	if err == nil && credits != nil {
		s.CreditsUSD, s.CreditsKnown = *credits, true
	}
	return s, true, err
}

var errNoTime = errors.New("it has no time")
