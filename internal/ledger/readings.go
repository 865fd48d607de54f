package ledger

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sorted"
)

// noiseUSD is by how much sums of amounts may differ that are the same.
const noiseUSD = 1e-6

// readings takes the rows that ortop history --csv writes. Those with times and
// totals are enough.
//
// A row with totals is a reading. One with a spend alone is the end of a span
// whose spend was filled in, and one with neither is in time that nobody saw,
// which lasts until the next row. Totals count: the spend of a reading only
// says, where it is empty and those of others are not, that a segment begins.
//
// With --every a row's spend is that of the span that it begins: then an empty
// one says that nobody saw the span.
type readings struct {
	f        *Import
	now      time.Time
	hasSpend bool
	decimals int // of the totals, at most
	rows     []reading
}

// reading is a row. NaN is an empty cell.
type reading struct {
	number                int
	at                    time.Time
	credits, usage, spend float64
}

func (r reading) seen() bool   { return !math.IsNaN(r.usage) }
func (r reading) filled() bool { return !r.seen() && !math.IsNaN(r.spend) }

func newReadings(r *Reader, f *Import, now time.Time) *readings {
	return &readings{f: f, now: now, hasSpend: r.Has(spend)}
}

func (r *readings) take(row Row) error {
	if row.Err != nil {
		return row.Err
	}
	v := reading{number: row.Number, credits: math.NaN(), usage: math.NaN(), spend: math.NaN()}
	var err error
	if v.at, err = row.Time(at, r.now); err == nil && v.at.IsZero() {
		err = errNoTime
	}
	if err != nil {
		return err
	}
	v.at = v.at.Truncate(time.Second)
	read := func(f Field, into *float64, amount func(Field) (*float64, error)) {
		if err != nil {
			return
		}
		var usd *float64
		if usd, err = amount(f); usd != nil {
			*into = *usd
		}
	}
	read(totalUsage, &v.usage, row.Spent)
	read(totalCredits, &v.credits, row.Amount)
	if r.hasSpend {
		read(spend, &v.spend, row.Amount)
		if v.filled() {
			read(spend, &v.spend, row.Spent)
		}
	}
	if err != nil {
		return err
	}
	r.decimals = max(r.decimals, decimals(row.Text(totalUsage)))
	r.rows = append(r.rows, v)
	return nil
}

// decimals is how many an amount is written with.
func decimals(amount string) int {
	if strings.ContainsAny(amount, "eE") {
		return math.MaxInt16
	}
	_, fraction, _ := strings.Cut(amount, ".")
	return len(fraction)
}

// end makes of the rows what the file adds.
func (r *readings) end() {
	f := r.f
	if !slices.IsSortedFunc(r.rows, byTime) {
		sorted.By(r.rows, byTime)
	}
	f.RoundUSD = max(noiseUSD, math.Pow10(-r.decimals))
	if r.ofSpans() {
		r.shift()
	}
	// A column of which every cell is empty tells nothing, unless by the one reading
	// after a gap.
	spendOnly := r.hasSpend && (len(r.rows) <= 3 && slices.ContainsFunc(r.rows, func(v reading) bool { return !v.seen() }) ||
		slices.ContainsFunc(r.rows, func(v reading) bool { return !math.IsNaN(v.spend) }))
	f.Readings = make([]credit.Sample, 0, len(r.rows))
	var last, unseen time.Time // the row before, and since when nobody saw
	segment, chained := int64(0), false
	for _, v := range r.rows {
		n := len(f.Readings)
		if n > 0 && v.seen() && v.at.Equal(f.Readings[n-1].At) {
			f.Repeated++
			continue
		}
		fill := v.filled() || v.seen() && chained && !math.IsNaN(v.spend)
		if fill && !last.IsZero() && last.Before(v.at) {
			f.Filled = append(f.Filled, Spend{credit.Span{From: last, To: v.at}, v.spend})
		}
		switch {
		case v.filled():
			f.Used++
			if !unseen.IsZero() { // it ends where the first such span begins
				f.unseen(unseen, last)
				unseen = time.Time{}
			}
			chained = true
		case !v.seen():
			if n > 0 && !chained && unseen.IsZero() {
				unseen = v.at.Add(-time.Second)
			}
		default:
			f.Used++
			if n > 0 && !chained {
				f.unseen(unseen, v.at)
				rise := max(0, v.usage-f.Readings[n-1].UsageUSD)
				switch {
				case spendOnly && math.IsNaN(v.spend):
					segment++
				case !math.IsNaN(v.spend) && math.Abs(v.spend-rise) > 1.5*f.RoundUSD:
					f.Differ.add(v.number, fmt.Errorf("spend_usd is %g where the totals rise by %g, which counts", v.spend, rise))
				}
			}
			unseen, chained = time.Time{}, false
			s := credit.Sample{At: v.at, UsageUSD: v.usage, Segment: segment}
			if !math.IsNaN(v.credits) {
				s.CreditsUSD, s.CreditsKnown = v.credits, true
			}
			f.Readings = append(f.Readings, s)
		}
		last = v.at
	}
	r.fit()
}

// ofSpans reports whether the spends are more often the rise to the next reading
// than the rise since the one before.
func (r *readings) ofSpans() bool {
	votes := 0
	var was reading
	for i, v := range r.rows {
		if i > 0 && was.seen() && v.seen() {
			rise := v.usage - was.usage
			if math.Abs(was.spend-rise) <= 1.5*r.f.RoundUSD {
				votes++
			}
			if math.Abs(v.spend-rise) <= 1.5*r.f.RoundUSD {
				votes--
			}
		}
		was = v
	}
	return votes > 0
}

// shift makes of the spends of spans that rows begin those of spans that they end.
// Between readings that have a row without a spend nobody saw, and those before the
// first are filled in.
func (r *readings) shift() {
	var rows []reading
	sum := 0.0 // of what was spent since the last of them
	first := max(0, slices.IndexFunc(r.rows, reading.seen))
	for i, v := range r.rows[:first] {
		if !v.filled() {
			continue
		}
		bare := reading{at: v.at, credits: math.NaN(), usage: math.NaN(), spend: math.NaN()}
		if i == 0 || !r.rows[i-1].filled() {
			rows = append(rows, bare)
		}
		bare.number, bare.at, bare.spend = v.number, r.rows[i+1].at, v.spend
		rows = append(rows, bare)
	}
	lead := len(rows)
	for _, v := range r.rows[first:] {
		n := len(rows)
		if n == lead {
			v.spend, sum = math.NaN(), v.spend
			rows = append(rows, v)
			continue
		}
		if !v.seen() {
			sum += v.spend
			continue
		}
		spend := sum
		if math.IsNaN(spend) {
			was := rows[n-1]
			rows = append(rows, reading{at: was.at.Add(time.Second), credits: spend, usage: spend, spend: spend})
			spend = max(0, v.usage-was.usage)
		}
		sum, v.spend = v.spend, spend
		rows = append(rows, v)
	}
	r.rows = rows
}

func byTime(a, b reading) int { return a.at.Compare(b.at) }

// unseen notes that nobody saw what was spent between two times.
func (f *Import) unseen(from, to time.Time) {
	if !from.IsZero() && to.Sub(from) > time.Second {
		f.Unseen = append(f.Unseen, credit.Span{From: from, To: to})
	}
}

// fit makes the spends before the first reading no more than its total where
// rounding alone made them more.
func (r *readings) fit() {
	f := r.f
	if len(f.Readings) == 0 {
		return
	}
	first, sum, n := f.Readings[0], 0.0, 0
	for ; n < len(f.Filled) && !f.Filled[n].To.After(first.At); n++ {
		sum += f.Filled[n].USD
	}
	if sum > first.UsageUSD && sum-first.UsageUSD <= float64(n+1)*f.RoundUSD {
		for i := range f.Filled[:n] {
			f.Filled[i].USD *= first.UsageUSD / sum
		}
	}
}

var errNoTime = errors.New("it has no time")
