package history

import (
	"cmp"
	"database/sql"
	"fmt"
	"math"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sorted"
)

// Forecast is one that was made, to be graded when it has ended.
type Forecast = credit.Forecast

func checkForecast(f Forecast) error {
	for _, v := range []float64{f.UsageUSD, f.BalanceUSD, f.P10, f.P50, f.P90, deref(f.True)} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%v is neither an amount nor a span", v)
		}
	}
	if open := cmp.Or(f.Outcome, credit.OutcomeOpen) == credit.OutcomeOpen; open != f.EndedAt.IsZero() {
		return fmt.Errorf("outcome %q does not fit the end %v", f.Outcome, f.EndedAt)
	}
	return nil
}

func deref(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

func (db *DB) storeForecast(id int64, f Forecast) error {
	f = storedForecast(f)
	return db.conn.run(`INSERT INTO forecast VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
		usage = excluded.usage, balance = excluded.balance, p10_s = excluded.p10_s, p50_s = excluded.p50_s, p90_s = excluded.p90_s,
		ended_at = excluded.ended_at, true_s = excluded.true_s, outcome = excluded.outcome, crc = excluded.crc WHERE ended_at IS NULL`,
		id, f.At.Unix(), f.UsageUSD, f.BalanceUSD, f.P10, f.P50, f.P90, endedAt(f), f.True, string(f.Outcome), forecastSum(f, id))
}

// stored returns f as it is read again.
func storedForecast(f Forecast) Forecast {
	f.At = time.Unix(f.At.Unix(), 0).UTC()
	if !f.EndedAt.IsZero() {
		f.EndedAt = time.Unix(f.EndedAt.Unix(), 0).UTC()
	}
	f.Outcome = cmp.Or(f.Outcome, credit.OutcomeOpen)
	return f
}

func endedAt(f Forecast) sql.NullInt64 {
	return sql.NullInt64{Int64: f.EndedAt.Unix(), Valid: !f.EndedAt.IsZero()}
}

func forecastSum(f Forecast, id int64) uint32 {
	return checksum(id, f.At.Unix(), &f.UsageUSD, &f.BalanceUSD, &f.P10, &f.P50, &f.P90, endedAt(f).Int64, f.True, string(f.Outcome))
}

const forecastColumns = "made_at, usage, balance, p10_s, p50_s, p90_s, ended_at, true_s, outcome, crc"

// forecasts returns the open forecasts of s and the n that ended last, with
// those that wait in memory.
func (db *DB) forecasts(s Series, id int64, n int) (open, ended []Forecast, err error) {
	waiting := db.remembered(s)
	err = db.query(`SELECT `+forecastColumns+` FROM forecast WHERE series = ?1 AND ended_at IS NULL UNION ALL
		SELECT * FROM (SELECT `+forecastColumns+` FROM forecast WHERE series = ?1 AND ended_at IS NOT NULL
		ORDER BY ended_at DESC, made_at DESC`+limit(n)+`)`, func(r *sql.Rows) error {
		var f Forecast
		var crc int64
		err := scanForecast(&f, r, &crc)
		if err == nil && int64(forecastSum(f, id)) != crc {
			db.spoil("some forecasts")
			return nil
		}
		_, later := waiting[f.At]
		switch {
		case f.Outcome != credit.OutcomeOpen:
			delete(waiting, f.At) // it had ended before
			ended = append(ended, f)
		case !later:
			open = append(open, f)
		}
		return err
	}, id)
	for _, f := range waiting {
		if f.Outcome == credit.OutcomeOpen {
			open = append(open, f)
		} else {
			ended = append(ended, f)
		}
	}
	sorted.Rows(open, func(a, b *Forecast) int { return a.At.Compare(b.At) })
	sorted.Rows(ended, func(a, b *Forecast) int {
		return cmp.Or(b.EndedAt.Compare(a.EndedAt), b.At.Compare(a.At))
	})
	return open, ended[:min(n, len(ended))], err
}

// scan reads the columns from made_at to outcome, and those after them into more.
func scanForecast(f *Forecast, r *sql.Rows, more ...any) error {
	var at int64
	var ended sql.NullInt64
	err := r.Scan(append([]any{&at, &f.UsageUSD, &f.BalanceUSD, &f.P10, &f.P50, &f.P90, &ended, &f.True, &f.Outcome}, more...)...)
	f.At = time.Unix(at, 0).UTC()
	if ended.Valid {
		f.EndedAt = time.Unix(ended.Int64, 0).UTC()
	}
	return err
}

// remembered returns the forecasts of s that wait in memory, by their At.
func (db *DB) remembered(s Series) map[time.Time]Forecast {
	waiting := map[time.Time]Forecast{}
	for _, e := range db.pending {
		if e.update.Series != s {
			continue
		}
		for _, f := range e.update.Remember {
			f = storedForecast(f)
			if was, ok := waiting[f.At]; !ok || was.Outcome == credit.OutcomeOpen {
				waiting[f.At] = f
			}
		}
	}
	return waiting
}
