package forecast

import "math"

const (
	hoursInWeek = 7 * hoursInDay
	busyBack    = 35 * day
	// busyWeeks is in how many weeks an hour of the week must have been seen to be
	// known.
	busyWeeks = 4
	// unlike is how many times the most that was spent in an hour of the week is not
	// like that week.
	unlike = 2
)

// busiest is the most that was spent in each hour of the week, from Thursday
// 00:00 UTC as Unix time began, and in those before and after it, in the five
// weeks before the last day; an hour that was not seen often enough is infinite.
// A nil busiest knows of no week.
type busiest struct {
	usd [hoursInWeek]float64
	sum float64 // of a week
}

func hourOfWeek(h float64) int { return int(h - hoursInWeek*math.Floor(h/hoursInWeek)) }

// newBusiest looks at the weeks of p; it is nil where they are too few, and where
// the last day was not like them. byHour are the gaps whose hours are known.
func newBusiest(p *path, byHour gaps) *busiest {
	last := len(p.grid.byHour.usd) - 1
	if p.now-p.first < busyWeeks*week || last < busyWeeks*hoursInWeek {
		return nil
	}
	var most [hoursInWeek]float64
	var seen [hoursInWeek]int
	spent := func(i int) (usd float64, of int, ok bool) { // in the hour that ends at boundary i
		end := (p.grid.hour + float64(i)) * hour
		blind := p.blind.until(end) - p.blind.until(end-hour) - byHour.until(end) + byHour.until(end-hour)
		return p.grid.byHour.usd[i] - p.grid.byHour.usd[i-1], hourOfWeek(p.grid.hour + float64(i) - 1), blind < minute
	}
	for i := max(1, last-int(busyBack/hour)); i <= last-hoursInDay; i++ {
		if usd, h, ok := spent(i); ok {
			most[h] = max(most[h], usd)
			seen[h]++
		}
	}
	b := new(busiest)
	for h := range b.usd {
		for _, near := range [...]int{h, (h + 1) % hoursInWeek, (h + hoursInWeek - 1) % hoursInWeek} {
			if seen[near] < busyWeeks-1 {
				b.usd[h] = math.Inf(1)
			}
			b.usd[h] = max(b.usd[h], most[near])
		}
		b.sum += b.usd[h]
	}
	for i := last - hoursInDay + 1; i <= last; i++ {
		if usd, h, ok := spent(i); ok && !b.like(h, usd) {
			return nil
		}
	}
	if !b.like(hourOfWeek(math.Floor(p.now/hour)), p.end.usd-p.grid.byHour.usd[last]) {
		return nil
	}
	return b
}

// like takes in what was spent in an hour of the week; it is false where that is not
// like the week.
func (b *busiest) like(h int, usd float64) bool {
	if usd > unlike*b.usd[h]+riseUSD {
		return false
	}
	if more := usd - b.usd[h]; more > 0 {
		b.usd[h] += more
		b.sum += more
	}
	return true
}

// lasts is the seconds from now that usd lasts where every hour is the busiest of
// its kind.
func (b *busiest) lasts(now, usd float64) float64 {
	if b == nil || b.sum <= 0 {
		return 0
	}
	t := now
	if weeks := math.Ceil(usd/b.sum) - 1; weeks > 0 { // of the last, what it takes
		usd -= weeks * b.sum
		t += weeks * week
	}
	if usd <= 0 {
		return t - now
	}
	for range 2 * hoursInWeek {
		h := math.Floor(t / hour)
		rest := (h+1)*hour - t
		can := b.usd[hourOfWeek(h)] * rest / hour
		if usd <= can {
			if math.IsInf(can, 1) {
				return t - now
			}
			return t - now + rest*usd/can
		}
		usd -= can
		t += rest
	}
	return t - now
}
