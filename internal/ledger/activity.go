package ledger

import (
	"errors"
	"time"

	"ortop/internal/credit"
)

// activity takes the rows of OpenRouter's activity export, by day or by request,
// and adds what was spent to its UTC day.
type activity struct {
	f          *Import
	now        time.Time
	time, cost Field
	form       Form
	seen       map[string]bool // the requests so far, by ID
}

func newActivity(r *Reader, f *Import, now time.Time) *activity {
	f.Days = map[time.Time]float64{}
	return &activity{f: f, now: now, time: r.Narrow(Time), cost: r.Narrow(Cost), form: r.Form, seen: map[string]bool{}}
}

func (a *activity) take(row Row) error {
	if row.Err != nil {
		return row.Err
	}
	usd, err := row.Spent(a.cost)
	if err != nil {
		return err
	}
	if usd == nil && a.form == List {
		return errors.New("it has no usage")
	}
	at, err := row.Time(a.time, a.now)
	if err == nil && at.IsZero() {
		err = errNoTime
	}
	if err != nil {
		return err
	}
	day := credit.DayStart(at)
	if usd == nil || day.Equal(credit.DayStart(a.now)) { // a day that is not over has no total
		a.f.Empty++
		return nil
	}
	if id := row.Text(generationID); id != "" {
		if a.seen[id] {
			a.f.Repeated++
			return nil
		}
		a.seen[id] = true
	}
	a.f.Days[day] += *usd
	a.f.Used++
	return nil
}

// Day is a UTC day and what was spent in it.
type Day struct {
	Start time.Time
	USD   float64
}

// AllDays are the days from the first to the last. One that is missing between
// them was without traffic, which the export leaves out.
func (f *Import) AllDays() []Day {
	var first, last time.Time
	for d := range f.Days {
		if first.IsZero() || d.Before(first) {
			first = d
		}
		if d.After(last) {
			last = d
		}
	}
	var days []Day
	for d := first; len(f.Days) > 0 && !d.After(last); d = d.AddDate(0, 0, 1) {
		days = append(days, Day{d, f.Days[d]})
	}
	return days
}
