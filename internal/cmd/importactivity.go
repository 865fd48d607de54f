package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"ortop/history"
	"ortop/internal/credit"
)

// maxActivityBytes bounds the JSON of GET /activity, which is 30 days of it.
const maxActivityBytes = 64 << 20

// activityTaker takes the lines of OpenRouter's activity export, by day or by
// request; nil where the columns are others.
func activityTaker(c columns, f *importFile, now time.Time) taker {
	date := c.first("date", "day", "created_at", "timestamp", "time")
	cost := c.first("usage", "usage_usd", "cost_total", "total_cost", "cost", "cost_usd", "credits_usage", "total_spend", "spend")
	if date < 0 || cost < 0 {
		return nil
	}
	f.days = map[time.Time]float64{}
	return func(cells []string, err error) error {
		if err != nil {
			return err
		}
		usd, ok, err := parseSum(cells[cost])
		if err != nil {
			return err
		}
		return f.takeSpend(cells[date], usd, ok, now)
	}
}

// takeSpend adds what was spent at a moment to its UTC day. A day that is not
// over has no sum yet.
func (f *importFile) takeSpend(date string, usd float64, ok bool, now time.Time) error {
	at, err := parseTime(date, now, time.DateOnly, time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04")
	day := credit.DayStart(at)
	switch {
	case err != nil:
		return err
	case usd < 0:
		return errNegative
	case !ok || day.Equal(credit.DayStart(now)):
		f.silent++
	default:
		f.days[day] += usd
		f.good++
	}
	return nil
}

// parseActivityJSON reads the answer of GET /activity.
func parseActivityJSON(r io.Reader, now time.Time) (*importFile, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxActivityBytes+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxActivityBytes {
		return nil, fmt.Errorf("it is JSON of more than %d MB", maxActivityBytes>>20)
	}
	var answer struct {
		Data *[]json.RawMessage `json:"data"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Data == nil {
		return nil, errWrongKind
	}
	f := &importFile{noun: "entry", days: map[time.Time]float64{}}
	for i, raw := range *answer.Data {
		var row struct {
			Date  string   `json:"date"`
			Usage *float64 `json:"usage"`
		}
		err := json.Unmarshal(raw, &row)
		switch {
		case err != nil:
			err = errors.New("it is not a date with a usage")
		case row.Usage == nil:
			err = errors.New("it has no usage")
		case !credit.Plausible(*row.Usage):
			err = errors.New("it has a sum beyond a billion dollars")
		default:
			err = f.takeSpend(row.Date, *row.Usage, true, now)
		}
		if err != nil {
			f.refuse(i+1, err)
		}
	}
	return f, nil
}

// spends are the days from the first to the last. One that is missing between
// them was without traffic, which the export leaves out.
func (f *importFile) spends() []history.Spend {
	var first, last time.Time
	for d := range f.days {
		if first.IsZero() || d.Before(first) {
			first = d
		}
		if d.After(last) {
			last = d
		}
	}
	var spends []history.Spend
	for d := first; len(f.days) > 0 && !d.After(last); d = d.AddDate(0, 0, 1) {
		spends = append(spends, history.Spend{From: d, To: d.AddDate(0, 0, 1), USD: f.days[d]})
	}
	return spends
}
