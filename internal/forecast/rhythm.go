package forecast

import "math"

// Rhythm is when an account spends, as its forecast uses it, relative to the mean of
// the hours and of the days: 0.1 is a tenth of it.
type Rhythm struct {
	// Hours are the UTC hours of day; the regression takes them as an input.
	Hours [hoursInDay]float64 `json:"hours"`
	// Days are the UTC days from Monday; all 0 where they are not used: before the
	// fifth week, and after a day that was not like those before it.
	Days [7]float64 `json:"days"`
}

// Rhythm returns when the account spends; ok is false where nothing of it is used.
func (m *Model) Rhythm() (r Rhythm, ok bool) {
	if !m.ready() {
		return r, false
	}
	even := true
	for h, share := range m.now.profile {
		r.Hours[h] = hundredth(share)
		even = even && r.Hours[h] == 1
	}
	if m.week != nil {
		r.Days = m.path.days()
	}
	return r, !even || m.week != nil
}

// days is the mean spend of the UTC days from Monday in the last five weeks, each
// relative to the mean of all; 0 where a day of the week was not seen.
func (p *path) days() (r [7]float64) {
	const thursday = 3 // Unix time began on one
	var usd, hours [7]float64
	g := p.grid
	last := len(g.byHour.usd) - 1
	for i := max(1, last-int(busyBack/hour)+1); i <= last; i++ {
		h := g.hour + float64(i) - 1
		d := (hourOfWeek(h)/hoursInDay + thursday) % 7
		usd[d] += g.byHour.usd[i] - g.byHour.usd[i-1]
		hours[d]++
	}
	mean := 0.0
	for d := range r {
		if hours[d] == 0 {
			return [7]float64{}
		}
		r[d] = usd[d] / hours[d]
		mean += r[d] / 7
	}
	for d := range r {
		if mean > 0 {
			r[d] = hundredth(r[d] / mean)
		}
	}
	return r
}

func hundredth(v float64) float64 { return math.Round(v*100) / 100 }

// rarely is below which share of the mean an hour or a day is one in which the account
// rarely spends.
const rarely = .2

// QuietDays are the days from Monday on which the account rarely spends; none where
// all of them are, or days are not used.
func (r Rhythm) QuietDays() (days []int) {
	for d, share := range r.Days {
		if share < rarely {
			days = append(days, d)
		}
	}
	if len(days) == len(r.Days) {
		return nil
	}
	return days
}

// leastNight is how many hours on end are a night.
const leastNight = 4

// Night is the longest time of day, from a UTC hour to another, in which the account
// rarely spends; ok is false where there is none of four hours.
func (r Rhythm) Night() (from, to int, ok bool) {
	longest := 0
	for start := range r.Hours {
		n := 0
		for n < hoursInDay && r.Hours[(start+n)%hoursInDay] < rarely {
			n++
		}
		if n > longest && n < hoursInDay {
			longest, from = n, start
		}
	}
	return from, (from + longest) % hoursInDay, longest >= leastNight
}
