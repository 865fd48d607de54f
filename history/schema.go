package history

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"strings"
)

// applicationID marks the file as ours: "orto".
const applicationID = 0x6f72746f

// migrations[v] makes a file of version v one of version v+1. A released step
// never changes. See supplement before one does more than add tables.
var migrations = []string{schema1, schema2, schema3, schema4}

// upgrades[v] follows migrations[v] where SQL alone cannot do it. It may not
// change what the file had before where that is only read.
var upgrades = map[int64]func(k *conn, readOnly bool) error{3: toBlocks}

// schema1 keeps time in Unix seconds (at, from_at, to_at) or milliseconds
// (_ms) and sums in USD.
//
// sample has a row where usage or credits changed, one an hour where they did
// not, and the first of each segment and after each gap. credits has a row
// where credits changed; NULL is unknown. poll is what the last poll left,
// with the checksum of the newest day; day has those of the days before it.
const schema1 = `
CREATE TABLE series (
  id INTEGER PRIMARY KEY, account TEXT NOT NULL, base_url TEXT NOT NULL, subject TEXT NOT NULL, crc INTEGER NOT NULL,
  UNIQUE (account, base_url, subject)) STRICT;
CREATE TABLE sample (series INTEGER, at INTEGER, usage REAL NOT NULL, PRIMARY KEY (series, at)) STRICT, WITHOUT ROWID;
CREATE TABLE credits (series INTEGER, at INTEGER, credits REAL, crc INTEGER NOT NULL, PRIMARY KEY (series, at)) STRICT, WITHOUT ROWID;
CREATE TABLE segment (
  series INTEGER, at INTEGER, fingerprint TEXT NOT NULL, creator TEXT NOT NULL, reason TEXT NOT NULL, crc INTEGER NOT NULL,
  PRIMARY KEY (series, at)) STRICT, WITHOUT ROWID;
CREATE TABLE gap (
  series INTEGER, from_at INTEGER, to_at INTEGER NOT NULL, cause TEXT NOT NULL, crc INTEGER NOT NULL,
  PRIMARY KEY (series, from_at)) STRICT, WITHOUT ROWID;
CREATE TABLE day (series INTEGER, day INTEGER, rows INTEGER NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY (series, day)) STRICT, WITHOUT ROWID;
CREATE TABLE poll (
  series INTEGER PRIMARY KEY, attempt_ms INTEGER, success_ms INTEGER, due_ms INTEGER, interval_ms INTEGER NOT NULL,
  read_ms INTEGER, at INTEGER, usage REAL, credits REAL, day_rows INTEGER NOT NULL, day_crc INTEGER NOT NULL,
  fault_kind TEXT NOT NULL, fault TEXT NOT NULL, key TEXT) STRICT;
`

// schema2 only adds tables, so that a program of version 1 that runs on while
// another changes the file still stores its polls.
//
// forecast has the forecasts that are graded; ended_at is NULL while one is
// open, true_s where it was not seen. latest is the poll's newest forecast.
const schema2 = `
CREATE TABLE forecast (
  series INTEGER, made_at INTEGER, usage REAL NOT NULL, balance REAL NOT NULL, p10_s REAL NOT NULL, p50_s REAL NOT NULL, p90_s REAL NOT NULL,
  ended_at INTEGER, true_s REAL, outcome TEXT NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY (series, made_at)) STRICT, WITHOUT ROWID;
CREATE INDEX forecast_ended ON forecast (series, ended_at);
CREATE TABLE latest (series INTEGER PRIMARY KEY, forecast TEXT NOT NULL) STRICT;
CREATE TABLE state (series INTEGER, name TEXT, value BLOB NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY (series, name)) STRICT, WITHOUT ROWID;
CREATE TABLE event (
  id INTEGER PRIMARY KEY, series INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, level TEXT NOT NULL, text TEXT NOT NULL,
  data BLOB, acknowledged INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT;
CREATE INDEX event_at ON event (series, at);
`

// schema3 has what an account's collector needs to know from one reading to the
// next. The key of a poll, latest and some rows of state held that before.
const schema3 = `
CREATE TABLE account (series INTEGER PRIMARY KEY, state BLOB NOT NULL, crc INTEGER NOT NULL) STRICT;
`

// schema4 has checksums that are compared wherever something is read. head
// takes the place of poll, and has the sum of the rows that are in no block
// yet and that of what its series has in credits, segment and gap. A block is
// a run of a series' rows within one day, from after the block before it to
// the row at; it takes the place of day, for a lookup of one row should not
// have to read a day.
const schema4 = `
CREATE TABLE block (series INTEGER, at INTEGER, crc INTEGER NOT NULL, PRIMARY KEY (series, at)) STRICT, WITHOUT ROWID;
CREATE TABLE head (
  series INTEGER PRIMARY KEY, attempt_ms INTEGER, success_ms INTEGER, due_ms INTEGER, interval_ms INTEGER NOT NULL,
  read_ms INTEGER, at INTEGER, usage REAL, credits REAL, rows INTEGER NOT NULL, rows_crc INTEGER NOT NULL, facts INTEGER NOT NULL,
  fault_kind TEXT NOT NULL, fault TEXT NOT NULL, key TEXT, times_crc INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT;
`

// migrate brings the file that k is connected to up to date. A file with rows
// is copied to a file beside it first.
func migrate(k *conn, path string, steps []string) error {
	version, err := k.int("PRAGMA user_version")
	if err != nil || version >= int64(len(steps)) {
		return err
	}
	if version > 0 && path != "" {
		if err := backup(context.Background(), k, fmt.Sprintf("%s.v%d.bak", path, version)); err != nil && !os.IsExist(err) {
			return fmt.Errorf("copying it before the change to version %d: %w", len(steps), err)
		}
	}
	if err := k.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err = func() error {
		// Another process may have done it meanwhile.
		version, err := k.int("PRAGMA user_version")
		if err != nil {
			return err
		}
		for v := version; v < int64(len(steps)); v++ {
			if err := k.exec(steps[v]); err != nil {
				return fmt.Errorf("changing it to version %d: %w", v+1, err)
			}
			if f := upgrades[v]; f != nil {
				if err := f(k, false); err != nil {
					return fmt.Errorf("changing it to version %d: %w", v+1, err)
				}
			}
		}
		return k.exec(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, max(version, int64(len(steps)))))
	}()
	if err == nil {
		err = k.run("COMMIT")
	}
	if err != nil {
		_ = k.run("ROLLBACK")
	}
	return err
}

// supplement gives a connection that may only read an older file the tables
// that the file lacks, in memory.
func supplement(k *conn) error {
	version, err := k.int("PRAGMA user_version")
	if err != nil || version >= int64(len(migrations)) {
		return err
	}
	if err := k.exec("PRAGMA temp_store = MEMORY"); err != nil {
		return err
	}
	for v := version; v < int64(len(migrations)); v++ {
		if err := k.exec(strings.ReplaceAll(migrations[v], "CREATE TABLE ", "CREATE TEMP TABLE ")); err != nil {
			return err
		}
		if f := upgrades[v]; f != nil {
			if err := f(k, true); err != nil {
				return err
			}
		}
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// rowSum is the share of one sample in the checksum of its block, which is the
// sum over its rows: so a row is taken out as easily as it is put in.
func rowSum(at int64, usage float64) uint32 {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], uint64(at))
	binary.LittleEndian.PutUint64(b[8:], math.Float64bits(usage+0))
	return crc32.Checksum(b[:], castagnoli)
}

// checksum guards one row of the small tables. Its fields are strings, int64,
// times that may be absent, and *float64.
func checksum(fields ...any) (sum uint32) {
	var b []byte
	for _, f := range fields {
		switch f := f.(type) {
		case string:
			b = append(binary.LittleEndian.AppendUint64(b, uint64(len(f))), f...)
		case []byte: // as a string, without a copy: it may be long
			b = binary.LittleEndian.AppendUint64(b, uint64(len(f)))
			sum = crc32.Update(crc32.Update(sum, castagnoli, b), castagnoli, f)
			b = b[:0]
		case int64:
			b = binary.LittleEndian.AppendUint64(b, uint64(f))
		case sql.NullInt64:
			b = binary.LittleEndian.AppendUint64(b, uint64(f.Int64))
			if !f.Valid {
				b = append(b, 0)
			}
		case *float64:
			if f == nil {
				b = append(b, 0)
			} else {
				b = binary.LittleEndian.AppendUint64(append(b, 1), math.Float64bits(*f+0))
			}
		default:
			panic(fmt.Sprintf("checksum of a %T", f))
		}
	}
	return crc32.Update(sum, castagnoli, b)
}
