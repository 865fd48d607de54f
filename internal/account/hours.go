package account

import (
	"math"
	"slices"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/sorted"
)

const (
	usualLeast    = 14 // days that must have been seen
	usualQuantile = 0.95
)

// hours are what was spent in whole hours of the clock, up to the last that is
// over.
type hours struct {
	first time.Time
	usd   []float64
	seen  []bool // read, or known from elsewhere, for the most part
}

// hours sums the plot up.
func (w *windows) hours() hours {
	var h hours
	if len(w.plot.Buckets) == 0 {
		return h
	}
	h.first = w.plot.Buckets[0].From.Truncate(time.Hour)
	n := int(w.at.Truncate(time.Hour).Sub(h.first) / time.Hour)
	if n <= 0 {
		return h
	}
	h.usd, h.seen = make([]float64, n), make([]bool, n)
	known := make([]float64, n) // hours
	for k := range w.plot.Buckets {
		b := &w.plot.Buckets[k]
		if i := int(b.From.Sub(h.first) / time.Hour); i < n && b.Known {
			h.usd[i] += b.SpendUSD
			known[i] += b.Observed * b.To.Sub(b.From).Hours()
		}
	}
	for _, s := range w.plot.Backfilled {
		for i := max(0, int(s.From.Sub(h.first)/time.Hour)); i < n; i++ {
			from := h.first.Add(time.Duration(i) * time.Hour)
			if !from.Before(s.To) {
				break
			}
			known[i] += s.Shared(credit.Span{From: from, To: from.Add(time.Hour)}).Hours()
		}
	}
	for i, k := range known {
		h.seen[i] = k > 0.9
	}
	return h
}

// usual is what is usual after the last of the hours.
func (h hours) usual() (u Usual) {
	n := len(h.usd)
	var most, days []float64
	for d := 1; d <= int(usualBack/(24*time.Hour)); d++ {
		// The hour that runs now is n, a day before it n-24.
		if i := n - 24*d; i-1 >= 0 && h.seen[i] && h.seen[i-1] && h.seen[i+1] {
			most = append(most, max(h.usd[i-1], h.usd[i], h.usd[i+1]))
		}
		if usd, ok := h.day(n - 24*d); ok {
			days = append(days, usd)
		}
	}
	if len(most) >= usualLeast {
		v := quantile(most, usualQuantile)
		u.HourUSD = &v
	}
	if len(days) >= usualLeast {
		v := quantile(days, usualQuantile)
		u.DayUSD = &v
	}
	return u
}

// day is what the 24 hours before the end-th came to; ok is false where more
// than two of them were not seen.
func (h hours) day(end int) (usd float64, ok bool) {
	if end < 24 {
		return 0, false
	}
	blind := 0
	for i := end - 24; i < end; i++ {
		usd += h.usd[i]
		if !h.seen[i] {
			blind++
		}
	}
	return usd, blind <= 2
}

// A rise is one of at least half within four weeks or five, and in nearly all
// pairs of weeks.
const (
	riseWeeks = 4
	riseSlope = 0.1 // of the middle week, a week, for alert.LeakFactor
)

// rise looks for spend that rises for weeks: by the Theil-Sen slope of the
// medians of the days of each week, which a few wild days do not move. factor
// is how many times the first week the last one is at least.
func (h hours) rise(factor float64) *Rise {
	var weeks []float64 // the last first
	for w := 0; ; w++ {
		var days []float64
		for d := range 7 {
			if usd, ok := h.day(len(h.usd) - 24*(7*w+d)); ok {
				days = append(days, usd)
			}
		}
		if len(days) < 5 {
			break
		}
		weeks = append(weeks, quantile(days, 0.5))
	}
	if len(weeks) < riseWeeks {
		return nil
	}
	slices.Reverse(weeks)
	var slopes []float64
	falls := 0
	for i := range weeks {
		for j := i + 1; j < len(weeks); j++ {
			slopes = append(slopes, (weeks[j]-weeks[i])/float64(j-i))
			if weeks[j] <= weeks[i] {
				falls++
			}
		}
	}
	first, last := weeks[0], weeks[len(weeks)-1]
	middle := quantile(weeks, 0.5)
	slope := riseSlope * (factor - 1) / (alert.LeakFactor - 1)
	if falls > len(weeks)-riseWeeks || first <= 0 || last < factor*first || quantile(slopes, 0.5) < slope*middle {
		return nil
	}
	return &Rise{FromUSDPerDay: first, ToUSDPerDay: last, Weeks: len(weeks), WeeksUSDPerDay: weeks}
}

// quantile is the q-quantile, 0 to 1, of values, of which there is one at
// least, between two of them by their distances.
func quantile(values []float64, q float64) float64 {
	ascending := slices.Clone(values)
	sorted.Numbers(ascending)
	at := q * float64(len(ascending)-1)
	i := int(at)
	if i+1 >= len(ascending) {
		return ascending[len(ascending)-1]
	}
	return ascending[i] + (ascending[i+1]-ascending[i])*(at-math.Floor(at))
}
