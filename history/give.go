package history

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"

	"modernc.org/sqlite"
)

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
