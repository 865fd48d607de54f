package ledger

import (
	"time"

	"ortop/internal/credit"
)

// Spend is what a file says was spent in a span.
type Spend struct {
	credit.Span
	USD float64
}

// grain is how finely the rows of an activity export tell their time.
type grain int

const (
	byDay grain = iota
	byHour
	byRequest
)

// add takes in what was spent at a time.
func (f *Import) add(at time.Time, usd float64, request bool) {
	day, hour := credit.DayStart(at), at.Truncate(time.Hour)
	switch {
	case request || !at.Equal(hour):
		f.grain = byRequest
	case !at.Equal(day):
		f.grain = max(f.grain, byHour)
	}
	if f.first.IsZero() || at.Before(f.first) {
		f.first = at
	}
	if at.After(f.last) {
		f.last = at
	}
	f.Days[day] += usd
	f.hours[hour] += usd
	f.Used++
}

// Spends are what was spent from the first to the last row, by the day or, where
// the rows tell it, by the hour: what lies between two rows was without traffic,
// which an export leaves out. What came before the first request and after the
// last is not told; neither are days of which a row could not be read.
func (f *Import) Spends() (spends []Spend) {
	if len(f.hours) == 0 {
		return nil
	}
	from, to, sums := credit.DayStart(f.first), credit.DayStart(f.last).AddDate(0, 0, 1), f.Days
	step := 24 * time.Hour
	if f.grain != byDay {
		step, sums = time.Hour, f.hours
		from = f.first.Truncate(time.Second)
		if !f.whole {
			to = f.last.Truncate(time.Second).Add(time.Second)
		}
		if f.grain == byHour {
			from = f.first.Truncate(step)
			to = to.Add(step - time.Nanosecond).Truncate(step)
		}
	}
	for at := from; at.Before(to); {
		start := at.Truncate(step)
		end := start.Add(step)
		if end.After(to) {
			end = to
		}
		if !f.open[credit.DayStart(at)] {
			spends = append(spends, Spend{credit.Span{From: at, To: end}, sums[start]})
		}
		at = end
	}
	return spends
}

// OpenDays is how many days of the file have a row that could not be read.
func (f *Import) OpenDays() int { return len(f.open) }
