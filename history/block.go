package history

import (
	"cmp"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math"
	"slices"
	"sync"

	"modernc.org/sqlite"
)

// blockRows is how many rows share a checksum at most: a lookup reads as many.
const blockRows = 8

// firstDay is a day of UTC, in 2000, before which nothing was read: a damaged
// row may be of any time.
const firstDay = 10957

// block is the checksum of a run of rows, up to the one at.
type block struct {
	at  int64
	crc uint32 // of 24 bits, so that SQL can tell both as one number
}

const blockMask = 1<<24 - 1

//go:noinline
func (b block) store(k *conn, id int64) error {
	return k.run(`INSERT OR REPLACE INTO block VALUES (?, ?, ?)`, id, b.at, b.crc)
}

// fits reports whether rows are those of the block.
func (b block) fits(rows []row) bool {
	crc := uint32(0)
	for _, r := range rows {
		crc += rowSum(r.at, r.usage)
	}
	return crc&blockMask == b.crc
}

// tail is the block of the rows that are in none yet.
//
//go:noinline
func (h *head) tail() block { return block{h.at.Int64, h.crc & blockMask} }

// compare checks rows, all of those after one time, against the blocks of
// their span, and returns them in order: of damaged ones that is not certain.
func (db *DB) compare(h *head, rows []row, after int64, blocks []block) []row {
	rows = slices.DeleteFunc(rows, func(r row) bool { return r.at <= after })
	order(rows)
	all := rows
	for _, b := range blocks {
		n, _ := slices.BinarySearchFunc(rows, b.at+1, func(r row, at int64) int { return cmp.Compare(r.at, at) })
		if !b.fits(rows[:n]) {
			db.distrust(h.id, b, rows[:n])
		}
		rows = rows[n:]
	}
	return all
}

// order sorts rows by time, most of which are in order.
func order(rows []row) {
	for i := 1; i < len(rows); i++ {
		for k := i; k > 0 && rows[k].at < rows[k-1].at; k-- {
			rows[k], rows[k-1] = rows[k-1], rows[k]
		}
	}
}

// span returns the rows of [from, to] that can be trusted.
func (db *DB) span(h *head, from, to int64) ([]row, error) {
	if !h.at.Valid || from > to {
		return nil, nil
	}
	start, end := int64(math.MinInt64), int64(math.MaxInt64)
	var blocks []block
	err := db.query(`SELECT at, crc FROM block WHERE series = ?1 AND at >= coalesce((SELECT max(at) FROM block WHERE series = ?1 AND at < ?2), ?2)
		AND at <= coalesce((SELECT min(at) FROM block WHERE series = ?1 AND at >= ?3), ?3) ORDER BY at`,
		func(r *sql.Rows) error {
			var b block
			err := r.Scan(&b.at, &b.crc)
			if b.at < from {
				start = b.at
			} else {
				blocks = append(blocks, b)
			}
			return err
		}, h.id, from, to)
	if n := len(blocks); n > 0 && blocks[n-1].at >= to {
		end = blocks[n-1].at
	} else {
		blocks = append(blocks, h.tail())
	}
	if err != nil {
		return nil, err
	}
	rows := make([]row, 0, blockRows*len(blocks))
	err = db.given("SELECT count(give(?, series, at, usage)) FROM sample WHERE series = ? AND at > ? AND at <= ?",
		func(_ int64, v row) { rows = append(rows, v) }, h.id, start, end)
	if err != nil {
		return nil, err
	}
	rows = db.compare(h, rows, start, blocks)
	rows = db.trusted(h, slices.DeleteFunc(rows, func(r row) bool { return r.at < from || r.at > to }))
	if h.at.Int64 < from {
		return rows, nil
	}
	return db.newestToo(h, rows, to), nil
}

// newestToo adds the newest row to those up to a time, which end with it: the
// head has it, whatever became of it.
func (db *DB) newestToo(h *head, rows []row, to int64) []row {
	if newest := (row{h.at.Int64, h.usage}); newest.at <= to && (len(rows) == 0 || rows[len(rows)-1] != newest) {
		rows = append(rows, newest)
	}
	return rows
}

// recount makes the blocks and the sums of a series anew, after rows were put
// before others. What is there must have been checked.
func (db *DB) recount(h *head) (err error) {
	if err := db.conn.run(`DELETE FROM block WHERE series = ?`, h.id); err != nil {
		return err
	}
	n := &head{}
	err = db.query("SELECT at, usage FROM sample WHERE series = ? ORDER BY at", func(r *sql.Rows) error {
		var v row
		if err := r.Scan(&v.at, &v.usage); err != nil {
			return err
		}
		full := n.count(v)
		n.at, n.usage = sql.NullInt64{Int64: v.at, Valid: true}, v.usage
		if full != nil {
			return full.store(db.conn, h.id)
		}
		return nil
	}, h.id)
	if err != nil {
		return err
	}
	h.rows, h.crc, h.facts = n.rows, n.crc, nil
	h.sum, err = sumFacts(db.conn, h.id)
	return err
}

// give is a function of SQL that hands the rows of samples to Go from within a statement.
// Each column of a row that is returned takes SQLite's lock twice, which is most of
// what reading a month of them costs.
func init() { sqlite.MustRegisterScalarFunction("give", 4, give) }

// takers are who reads samples now, by the number that the statement is given.
var takers struct {
	sync.RWMutex
	last int64
	by   map[int64]func(id int64, r row)
}

func give(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
	taker, _ := args[0].(int64)
	id, _ := args[1].(int64)
	at, whole := args[2].(int64)
	usage, number := args[3].(float64)
	if !whole || !number {
		return nil, errors.New("a sample is of another type")
	}
	takers.RLock()
	take := takers.by[taker]
	takers.RUnlock()
	if take != nil {
		take(id, row{at, usage})
	}
	return nil, nil
}

// given runs a SELECT of count(give(?1, series, at, usage)), and calls take for each row.
func (db *DB) given(query string, take func(id int64, r row), args ...any) error {
	takers.Lock()
	if takers.by == nil {
		takers.by = map[int64]func(int64, row){}
	}
	takers.last++
	taker := takers.last
	takers.by[taker] = take
	takers.Unlock()
	defer func() {
		takers.Lock()
		delete(takers.by, taker)
		takers.Unlock()
	}()
	return db.query(query, func(*sql.Rows) error { return nil }, append([]any{taker}, args...)...)
}
