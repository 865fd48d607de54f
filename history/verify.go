package history

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Report is what Verify found.
type Report struct {
	OK       bool
	Problems []string // one line each; at most 100
	Rows     int64    // sample rows that were read
}

const maxProblems = 100

// Verify reads the whole file, while others write to it, and reports damage:
// to its structure, to any reading (by the checksum of each UTC day), and to
// what is stored about them. The error is of the reading itself, such as a
// cancelled ctx; damage is no error.
func (db *DB) Verify(ctx context.Context) (Report, error) {
	return db.VerifyReporting(ctx, func(int64, int64) {})
}

// VerifyReporting is Verify that reports now and then how many of the readings it has compared,
// once it is at them.
func (db *DB) VerifyReporting(ctx context.Context, progress func(read, of int64)) (Report, error) {
	k, done, err := db.aside()
	if err != nil {
		return Report{}, fmt.Errorf("checking %s: %w", db.where(), err)
	}
	defer done()
	v := verifier{ctx: ctx, k: k, progress: progress}
	// One transaction, so that rows and checksums are of the same moment.
	v.step("the file", "BEGIN", nil)
	for _, check := range []func(){v.structure, v.small, v.samples} {
		check()
	}
	v.step("the file", "ROLLBACK", nil)
	if err := ctx.Err(); err != nil {
		return Report{}, fmt.Errorf("checking %s: %w", db.where(), err)
	}
	v.report.OK = len(v.report.Problems) == 0
	return v.report, nil
}

type verifier struct {
	ctx      context.Context
	k        *conn
	report   Report
	progress func(read, of int64)
}

// progressRows is the number of readings between two reports of progress.
const progressRows = 10_000

//go:noinline
func (v *verifier) problem(format string, args ...any) {
	if len(v.report.Problems) < maxProblems {
		v.report.Problems = append(v.report.Problems, fmt.Sprintf(format, args...))
	}
}

// step runs a query whose failure is a finding.
func (v *verifier) step(what, query string, row func(*sql.Rows) error) {
	if v.ctx.Err() != nil {
		return
	}
	rows, err := v.k.c.QueryContext(v.ctx, query)
	if err == nil {
		defer rows.Close()
		for rows.Next() && err == nil {
			err = row(rows)
		}
		if err == nil {
			err = rows.Err()
		}
	}
	if err != nil {
		v.problem("%s cannot be read: %v", what, err)
	}
}

func (v *verifier) structure() {
	v.step("the file", "PRAGMA integrity_check", func(r *sql.Rows) error {
		var line string
		err := r.Scan(&line)
		if err == nil && line != "ok" {
			v.problem("%s", line)
		}
		return err
	})
	if err := understood(v.k); err != nil {
		v.problem("the tables cannot be read: %v", err)
	}
	for _, table := range []string{"sample", "credits", "segment", "gap", "block", "head", "latest", "forecast", "state", "account", "event"} {
		v.step(table, "SELECT series, count(*) FROM "+table+" WHERE series NOT IN (SELECT id FROM series) GROUP BY series", func(r *sql.Rows) error {
			var id, n int64
			err := r.Scan(&id, &n)
			v.problem("%s has %d rows of series %d, which does not exist", table, n, id)
			return err
		})
	}
}

// small checks the rows that carry their own checksum.
func (v *verifier) small() {
	check := func(table string, at, crc int64, fields ...any) {
		if int64(checksum(fields...)) != crc {
			v.problem("%s of %s was changed", table, utc(at))
		}
	}
	v.step("series", "SELECT id, account, base_url, subject, crc FROM series", func(r *sql.Rows) error {
		var id, crc int64
		var n identity
		err := r.Scan(&id, &n.account, &n.baseURL, &n.subject, &crc)
		if err == nil && int64(checksum(n.account, n.baseURL, n.subject)) != crc {
			v.problem("the name of series %d was changed", id)
		}
		return err
	})
	v.step("credits", "SELECT series, at, credits, crc FROM credits", func(r *sql.Rows) error {
		var id, at, crc int64
		var credits *float64
		err := r.Scan(&id, &at, &credits, &crc)
		if err == nil {
			check("credits", at, crc, id, at, credits)
		}
		return err
	})
	v.step("segments", "SELECT series, at, fingerprint, creator, reason, crc FROM segment", func(r *sql.Rows) error {
		var id, at, crc int64
		var s Segment
		err := r.Scan(&id, &at, &s.Fingerprint, &s.Creator, &s.Reason, &crc)
		if err == nil {
			check("segment", at, crc, id, at, s.Fingerprint, s.Creator, s.Reason)
		}
		return err
	})
	v.step("forecasts", "SELECT made_at, usage, balance, p10_s, p50_s, p90_s, ended_at, true_s, outcome, series, crc FROM forecast", func(r *sql.Rows) error {
		var id, crc int64
		var f Forecast
		err := scanForecast(&f, r, &id, &crc)
		if err == nil && int64(forecastSum(f, id)) != crc {
			v.problem("the forecast of %s was changed", utc(f.At.Unix()))
		}
		return err
	})
	v.step("states", "SELECT series, name, value, crc FROM state", func(r *sql.Rows) error {
		var id, crc int64
		var name, value string
		err := r.Scan(&id, &name, &value, &crc)
		if err == nil && int64(checksum(id, name, value)) != crc {
			v.problem("state %q of series %d was changed", name, id)
		}
		return err
	})
	v.step("accounts", "SELECT series, state, crc FROM account", func(r *sql.Rows) error {
		var id, crc int64
		var state string
		err := r.Scan(&id, &state, &crc)
		if err == nil && int64(checksum(id, state)) != crc {
			v.problem("the state of series %d was changed", id)
		}
		return err
	})
	v.step("events", "SELECT series, at, kind, level, text, data, crc FROM event", func(r *sql.Rows) error {
		var id, at, crc int64
		var e Event
		err := r.Scan(&id, &at, &e.Kind, &e.Level, &e.Text, &e.Data, &crc)
		if err == nil {
			check("event", at, crc, id, at, e.Kind, e.Level, e.Text, string(e.Data))
		}
		return err
	})
	v.step("gaps", "SELECT series, from_at, to_at, cause, crc FROM gap", func(r *sql.Rows) error {
		var id, from, to, crc int64
		var cause string
		err := r.Scan(&id, &from, &to, &cause, &crc)
		if err == nil {
			check("gap", from, crc, id, from, to, cause)
		}
		return err
	})
}

// samples compares the rows of each series with their blocks, and the heads
// with what they tell of it.
func (v *verifier) samples() {
	heads := map[int64]*head{}
	// Not by v.step, which ends with the first that is wrong.
	err := v.k.query(selectHeads, func(r *sql.Rows) error {
		h := &head{}
		if err := h.scan(r); err != nil {
			v.problem("series %d: %v", h.id, err)
		}
		heads[h.id] = h
		return v.ctx.Err()
	})
	blocks := map[int64][]block{}
	if err == nil {
		err = v.k.query("SELECT series, at, crc FROM block ORDER BY series, at", func(r *sql.Rows) error {
			var id int64
			var b block
			err := r.Scan(&id, &b.at, &b.crc)
			blocks[id] = append(blocks[id], b)
			return err
		})
	}
	if err != nil {
		v.problem("the newest readings cannot be read: %v", err)
	}
	wrong := map[string]bool{}
	end := func(id int64, b block, rows []row) {
		if b.fits(rows) {
			return
		}
		at := b.at
		if len(rows) > 0 {
			at = rows[0].at
		}
		if line := fmt.Sprintf("readings of series %d on %s were changed", id, utc(at)[:10]); !wrong[line] {
			wrong[line] = true
			v.problem("%s", line)
		}
	}
	all, _ := v.k.int("SELECT count(*) FROM sample") // whose failure is that of the next
	tails := map[int64][]row{}
	v.step("samples", "SELECT series, at, usage FROM sample ORDER BY series, at", func(r *sql.Rows) error {
		var id int64
		var s row
		err := r.Scan(&id, &s.at, &s.usage)
		for len(blocks[id]) > 0 && blocks[id][0].at < s.at {
			end(id, blocks[id][0], tails[id])
			blocks[id], tails[id] = blocks[id][1:], tails[id][:0]
		}
		tails[id] = append(tails[id], s)
		if v.report.Rows++; v.report.Rows%progressRows == 0 {
			v.progress(v.report.Rows, all)
		}
		return err
	})
	for id, left := range blocks {
		for _, b := range left {
			end(id, b, tails[id])
			tails[id] = nil
		}
	}
	for id, rows := range tails {
		if heads[id] == nil && len(rows) > 0 {
			v.problem("the newest reading of series %d is missing", id)
		}
	}
	for id, h := range heads {
		if h.at.Valid {
			end(id, h.tail(), tails[id])
		}
		if sum, err := sumFacts(v.k, id); err == nil && sum != h.sum {
			v.problem("segments, gaps or top-ups of series %d are missing", id)
		}
	}
}

func utc(at int64) string { return time.Unix(at, 0).UTC().Format(time.RFC3339) }
