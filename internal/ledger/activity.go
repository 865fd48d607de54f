package ledger

import (
	"errors"
	"time"

	"ortop/internal/credit"
)

// activity takes the rows of OpenRouter's activity export, by day or by request,
// and adds what was spent to its UTC day and hour.
type activity struct {
	f          *Import
	now        time.Time
	time, cost Field
	form       Form
	requests   bool            // rows are single requests
	seen       map[string]bool // the requests so far, by ID
	day        time.Time       // of the last row whose time could be read
	lost       bool            // a row without a time came after it
}

func newActivity(r *Reader, f *Import, now time.Time) *activity {
	f.Days, f.open, f.hours = map[time.Time]float64{}, map[time.Time]bool{}, map[time.Time]float64{}
	return &activity{
		f: f, now: now, time: r.Narrow(Time), cost: r.Narrow(Cost), form: r.Form, seen: map[string]bool{},
		requests: r.Spans || r.Form == Table && r.Has(generationID),
	}
}

func (a *activity) take(row Row) error {
	if row.Err != nil {
		a.lose()
		return row.Err
	}
	usd, costErr := row.Spent(a.cost)
	if costErr == nil && usd == nil && (a.form == List || a.form == Lines) {
		costErr = errors.New("it has no usage")
	}
	at, err := row.Time(a.time, a.now)
	if err == nil && at.IsZero() {
		err = errNoTime
	}
	if err != nil {
		a.lose()
		if costErr != nil {
			err = costErr
		}
		return err
	}
	day := credit.DayStart(at)
	a.place(day)
	if costErr != nil {
		a.f.open[day] = true
		return costErr
	}
	if today := credit.DayStart(a.now); usd == nil || day.Equal(today) { // a day that is not over has no total
		a.f.whole = a.f.whole || day.Equal(today)
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
	a.f.add(at, *usd, a.requests)
	return nil
}

// lose notes a row that may be of any day between those of its neighbours.
func (a *activity) lose() {
	a.lost = true
	if !a.day.IsZero() {
		a.f.open[a.day] = true
	}
}

// place notes the day of a row. A row that was lost before it may be of it, or
// of a day in between.
func (a *activity) place(day time.Time) {
	if a.lost {
		from, to := a.day, day
		if from.IsZero() {
			from = day
		}
		if to.Before(from) {
			from, to = to, from
		}
		for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
			a.f.open[d] = true
		}
	}
	a.day, a.lost = day, false
}
