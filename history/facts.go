package history

import (
	"database/sql"
	"slices"
	"time"

	"ortop/internal/credit"
)

// facts are what is stored of a series besides its rows, all of it, oldest
// first.
type facts struct {
	segments []Segment
	credits  []creditRow
	gaps     []credit.Gap
}

// selectFactsOf are the facts of the series of json_each, and a number for
// each of their tables.
const selectFactsOf = `SELECT t.series, 0, at, 0, NULL, fingerprint, creator, reason, crc FROM json_each(?1) j CROSS JOIN segment t ON t.series = j.value->>0 UNION ALL
	SELECT t.series, 1, at, 0, credits, '', '', '', crc FROM json_each(?1) j CROSS JOIN credits t ON t.series = j.value->>0 UNION ALL
	SELECT t.series, 2, from_at, to_at, NULL, cause, '', '', crc FROM json_each(?1) j CROSS JOIN gap t ON t.series = j.value->>0`

var errFacts = damaged("its segments, gaps or top-ups were changed")

// stored returns the facts of a series whose head is h.
func (db *DB) stored(h *head) (*facts, error) {
	if h.facts != nil || h.id == 0 {
		return h.facts.orNone(), nil
	}
	m := members{{id: h.id, stored: h}}
	err := m.readFacts(db)
	return h.facts.orNone(), err
}

// orNone is f, or no facts.
func (f *facts) orNone() *facts {
	if f == nil {
		return &facts{}
	}
	return f
}

// take takes in a row of selectFacts, and returns the checksum that it should have.
func (f *facts) take(id, table, at, to int64, usd *float64, a, b, c string) uint32 {
	when := time.Unix(at, 0).UTC()
	switch table {
	case 0:
		f.segments = append(f.segments, Segment{At: when, Fingerprint: a, Creator: b, Reason: c})
		return checksum(id, at, a, b, c)
	case 1:
		f.credits = append(f.credits, creditRow{at, usd})
		return checksum(id, at, usd)
	}
	f.gaps = append(f.gaps, credit.Gap{Span: credit.Span{From: when, To: time.Unix(to, 0).UTC()}, Cause: a})
	return checksum(id, at, to, a)
}

// sumFacts is the sum that the head of a series has of its facts.
func sumFacts(k *conn, id int64) (sum int64, err error) {
	err = k.query(`SELECT coalesce(sum(crc + 1), 0) FROM (SELECT crc FROM segment WHERE series = ?1 UNION ALL
		SELECT crc FROM credits WHERE series = ?1 UNION ALL SELECT crc FROM gap WHERE series = ?1)`,
		func(r *sql.Rows) error { return r.Scan(&sum) }, id)
	return sum, err
}

// addFact counts a row with this checksum that c is about to store; one of
// credits may replace another.
func (db *DB) addFact(c change, crc uint32, credits bool) error {
	h := db.heads[c.series]
	if h == nil {
		return nil // all of it is counted anew
	}
	h.facts = nil
	h.sum += int64(crc) + 1
	if !credits || !c.again {
		return nil
	}
	return db.query(`SELECT crc FROM credits WHERE series = ? AND at = ?`, func(r *sql.Rows) error {
		var was int64
		err := r.Scan(&was)
		h.sum -= was + 1
		return err
	}, c.id, c.credits.at)
}

// between are those of facts, or the like, that ascend by at, from the one in
// effect at from up to to.
func between[T any](list []T, from, to int64, at func(T) int64) []T {
	start := 0
	for i, v := range list {
		switch t := at(v); {
		case t <= from:
			start = i
		case t > to:
			return list[start:i:i]
		}
	}
	if len(list) > 0 && at(list[start]) > to {
		return nil
	}
	return slices.Clip(list[start:])
}
