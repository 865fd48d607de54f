package backtest

import (
	"errors"
	"io"
	"time"
)

// readHistory reads the rows of ortop history: what was spent is the rise of the
// totals, and where there are none what the row says; a fall of them is another
// series. What a row shows was spent by then.
func (t *Trace) readHistory(rows *table) error {
	total, since, known := 0.0, 0.0, false // the newest total, and what was added since
	spent := 0.0
	for {
		row, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		at, err := time.Parse(time.RFC3339, row.text("at"))
		if err != nil {
			return row.fail("at %q is not a time", row.text("at"))
		}
		rise := 0.0
		if row.text("spend_usd") != "" {
			rise = max(0, row.number("spend_usd"))
		}
		if row.text("total_usage_usd") != "" {
			usage := row.number("total_usage_usd")
			if known {
				rise = max(0, usage-total-since)
			}
			total, since, known = usage, 0, true
		} else {
			since += rise
		}
		second, n := at.Unix(), len(t.at)
		switch {
		case row.err != nil:
			return row.err
		case n > 0 && second < t.at[n-1]:
			return row.fail("at goes back")
		}
		spent += rise
		t.at, t.usd = append(t.at, second), append(t.usd, spent)
	}
	if len(t.at) == 0 {
		return errors.New("there are no rows")
	}
	return nil
}
