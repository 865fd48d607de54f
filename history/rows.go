package history

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Rows are rows of one account, in a form that another history takes: see
// [DB.Take]. A series is named by its number in Series.
type Rows struct {
	Series    []HeadRow     `json:"series,omitempty"`
	Read      []ReadRow     `json:"read,omitempty"`
	Samples   []SampleRow   `json:"samples,omitempty"`
	Facts     []FactRow     `json:"facts,omitempty"`
	Events    []EventRow    `json:"events,omitempty"`
	Forecasts []ForecastRow `json:"forecasts,omitempty"`
	States    []StateRow    `json:"states,omitempty"`
	// Whole are the subjects of which rows were put before others. What was taken of
	// them before is void: these are all.
	Whole []string `json:"whole,omitempty"`
}

// HeadRow is the newest state of a series: its last poll, and its last sample.
type HeadRow struct {
	Key       int64    `json:"k"`
	Subject   string   `json:"subject"`
	Attempt   *int64   `json:"attempt_ms"`
	Success   *int64   `json:"success_ms"`
	Due       *int64   `json:"due_ms"`
	Interval  int64    `json:"interval_ms"`
	Read      *int64   `json:"read_ms"`
	At        *int64   `json:"at"`
	Usage     float64  `json:"usage"`
	Credits   *float64 `json:"credits"`
	FaultKind string   `json:"fault_kind"`
	Fault     string   `json:"fault"`
}

// ReadRow is when series were read that stood still.
type ReadRow struct {
	At       int64    `json:"ms"`
	Subjects []string `json:"subjects"`
}

// SampleRow is one sample of a series.
type SampleRow struct {
	Key   int64   `json:"k"`
	At    int64   `json:"at"`
	Usage float64 `json:"usage"`
}

// FactRow is a segment (0), what was bought (1) or a gap (2) of a series.
type FactRow struct {
	Key  int64    `json:"k"`
	Kind int64    `json:"kind"`
	At   int64    `json:"at"`
	To   int64    `json:"to_at"`
	USD  *float64 `json:"usd"`
	A    string   `json:"a"`
	B    string   `json:"b"`
	C    string   `json:"c"`
}

// EventRow is an event of the account; Sum tells two of a second apart.
type EventRow struct {
	At    int64  `json:"at"`
	Sum   int64  `json:"sum"`
	Kind  string `json:"kind"`
	Level string `json:"level"`
	Text  string `json:"text"`
	Data  []byte `json:"data"`
	Seen  bool   `json:"seen"`
}

func eventRow(e Event) EventRow {
	at := e.At.Unix()
	return EventRow{at, int64(checksum(at, e.Kind, e.Level, e.Text, string(e.Data))), e.Kind, e.Level, e.Text, e.Data, e.Acknowledged}
}

// Row is e as other histories know it.
func (e Event) Row() EventRow { return eventRow(e) }

// ForecastRow is a forecast of the account.
type ForecastRow struct {
	At      int64    `json:"made_at"`
	Usage   float64  `json:"usage"`
	Balance float64  `json:"balance"`
	P10     float64  `json:"p10_s"`
	P50     float64  `json:"p50_s"`
	P90     float64  `json:"p90_s"`
	Ended   *int64   `json:"ended_at"`
	True    *float64 `json:"true_s"`
	Outcome string   `json:"outcome"`
}

func forecastRow(f Forecast) ForecastRow {
	f = storedForecast(f)
	return ForecastRow{f.At.Unix(), f.UsageUSD, f.BalanceUSD, f.P10, f.P50, f.P90, valid(endedAt(f)), f.True, string(f.Outcome)}
}

// StateRow is a state of the account: see [DB.SetState]. That of its collector has no
// name.
type StateRow struct {
	Name  string `json:"name"`
	Value []byte `json:"value"`
}

func valid(v sql.NullInt64) *int64 {
	if !v.Valid {
		return nil
	}
	return &v.Int64
}

func null(v *int64) (n sql.NullInt64) {
	if v != nil {
		n = sql.NullInt64{Int64: *v, Valid: true}
	}
	return n
}

func (h *head) row(key int64, subject string) HeadRow {
	return HeadRow{key, subject, valid(h.attemptMS), valid(h.successMS), valid(h.dueMS), h.intervalMS, valid(h.readMS), valid(h.at),
		h.usage, h.credits, string(h.faultKind), h.fault}
}

// All returns every row of an account's series, without its events and states; only
// those of some subjects where these are named. It reads by a connection of its own.
func (db *DB) All(ctx context.Context, account, baseURL string, subjects ...string) (r Rows, err error) {
	k, done, err := db.aside()
	if err == nil {
		r, err = all(ctx, k, account, baseURL, subjects)
		done()
	}
	if err != nil {
		return Rows{}, fmt.Errorf("reading %s: %w", db.where(), err)
	}
	return r, nil
}

func all(ctx context.Context, k *conn, account, baseURL string, subjects []string) (r Rows, err error) {
	wanted := map[string]bool{}
	for _, s := range subjects {
		wanted[s] = true
	}
	err = k.query(`SELECT h.series, s.subject, attempt_ms, success_ms, due_ms, interval_ms, read_ms, at, coalesce(usage, 0), credits, fault_kind, fault
		FROM series s JOIN head h ON h.series = s.id WHERE account = ? AND base_url = ? ORDER BY h.series`, func(rows *sql.Rows) error {
		var h HeadRow
		err := rows.Scan(&h.Key, &h.Subject, &h.Attempt, &h.Success, &h.Due, &h.Interval, &h.Read, &h.At, &h.Usage, &h.Credits, &h.FaultKind, &h.Fault)
		if len(wanted) == 0 || wanted[h.Subject] {
			r.Series = append(r.Series, h)
		}
		return err
	}, account, baseURL)
	for _, h := range r.Series {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = k.query(`SELECT at, usage FROM sample WHERE series = ? ORDER BY at`, func(rows *sql.Rows) error {
				s := SampleRow{Key: h.Key}
				err := rows.Scan(&s.At, &s.Usage)
				r.Samples = append(r.Samples, s)
				return err
			}, h.Key)
		}
		if err == nil {
			err = k.query(`SELECT 0, at, 0, NULL, fingerprint, creator, reason FROM segment WHERE series = ?1 UNION ALL
				SELECT 1, at, 0, credits, '', '', '' FROM credits WHERE series = ?1 UNION ALL
				SELECT 2, from_at, to_at, NULL, cause, '', '' FROM gap WHERE series = ?1`, func(rows *sql.Rows) error {
				f := FactRow{Key: h.Key}
				err := rows.Scan(&f.Kind, &f.At, &f.To, &f.USD, &f.A, &f.B, &f.C)
				r.Facts = append(r.Facts, f)
				return err
			}, h.Key)
		}
	}
	return r, err
}

// Names are the accounts that the history has, each with its base URL.
func (db *DB) Names(ctx context.Context) (names [][2]string, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	err = db.query(`SELECT DISTINCT account, base_url FROM series ORDER BY account, base_url`, func(r *sql.Rows) error {
		var n [2]string
		err := r.Scan(&n[0], &n[1])
		names = append(names, n)
		return err
	})
	return names, err
}

// OwnRows are the events and forecasts of an account, and its states.
func (db *DB) OwnRows(ctx context.Context, account, baseURL string) (r Rows, err error) {
	s, err := db.Series(ctx, account, baseURL, Own)
	if err != nil {
		return r, err
	}
	err = db.read(ctx, s, func(id int64) error {
		events, err := db.events(s, id, time.Unix(0, 0), time.Unix(1<<40, 0), -1)
		if err != nil {
			return err
		}
		for _, e := range events {
			r.Events = append(r.Events, eventRow(e))
		}
		open, ended, err := db.forecasts(s, id, 1<<30)
		for _, f := range append(open, ended...) {
			r.Forecasts = append(r.Forecasts, forecastRow(f))
		}
		if err != nil {
			return err
		}
		take := func(rows *sql.Rows) error {
			var v StateRow
			err := rows.Scan(&v.Name, &v.Value)
			r.States = append(r.States, v)
			return err
		}
		return db.query(`SELECT '', state FROM account WHERE series = ?1 UNION ALL SELECT name, value FROM state WHERE series = ?1`, take, id)
	})
	return r, err
}
