package account

import (
	"time"

	"ortop/internal/credit"
)

// Usual is how much is spent at most on an ordinary day: the 0.95 quantile of
// the last four weeks, so that what comes every night or every Monday is usual.
// A value is nil with less than two weeks of history.
type Usual struct {
	// HourUSD is of the same hour of the day, and the one before and after it.
	HourUSD *float64
	// DayUSD is of the 24 hours that ended at the same time of day.
	DayUSD *float64
}

// Rise is daily spend that has risen for weeks.
type Rise struct {
	FromUSDPerDay, ToUSDPerDay float64 // medians of the first and the last week
	Weeks                      int
	// WeeksUSDPerDay are the medians of all the weeks, oldest first.
	WeeksUSDPerDay []float64 `json:",omitempty"`
}

// Track is how the forecasts that have ended did.
type Track struct {
	Made, Held int     // of the last 40
	Factor     float64 // half of them were within it; 0 if there is none
	// Taught is how much wider, in logs, the range is below and above its middle by
	// them.
	Taught [2]float64 `json:",omitzero"`
}

// usualDays is how many days must have been seen before an hour has a usual
// rate, and usualBack how far back they lie.
const (
	usualDays = 3
	usualBack = 28 * 24 * time.Hour
)

// usualAt is the mean spend of a UTC hour of day on the days before today, of
// those hours that were seen whole; nil: there are too few.
func usualAt(buckets []credit.Bucket, at time.Time, hour int) *float64 {
	sum, days := 0.0, 0
	spend, seen := 0.0, 0.0
	for i := range buckets {
		b := &buckets[i]
		if b.From.Hour() != hour || b.From.Before(at.Add(-usualBack)) || !b.To.Before(at.Add(-12*time.Hour)) {
			continue
		}
		if !b.Blurred {
			spend += b.SpendUSD
			seen += b.Observed * b.To.Sub(b.From).Hours()
		}
		if b.To.Hour() != b.From.Hour() { // the hour ends here
			if seen > 0.9 {
				sum += spend
				days++
			}
			spend, seen = 0, 0
		}
	}
	if days < usualDays {
		return nil
	}
	mean := sum / float64(days)
	return &mean
}

// WeekBack is how far back a Week looks.
const WeekBack = 35 * 24 * time.Hour

// Week is when money is spent.
type Week struct {
	// Usual is the spend of each UTC hour of day, USD; nil: not seen often enough.
	Usual [24]*float64
	// USD is what was spent in each hour of each weekday from Monday, in the zone
	// that was asked for; nil: it was never seen.
	USD [7][24]*float64
}

// WeekOf is the week of the hours of a plot, up to now.
func WeekOf(hours []credit.Bucket, now time.Time, zone *time.Location) Week {
	var w Week
	for h := range w.Usual {
		w.Usual[h] = usualAt(hours, now, h)
	}
	for _, b := range hours {
		if !b.Known || b.Blurred || b.Observed < 0.01 {
			continue
		}
		at := b.From.In(zone)
		cell := &w.USD[(at.Weekday()+6)%7][at.Hour()]
		if *cell == nil {
			*cell = new(float64)
		}
		**cell += max(0, b.SpendUSD)
	}
	return w
}
