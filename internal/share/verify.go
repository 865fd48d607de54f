package share

import (
	"fmt"

	"ortop/internal/pgwire"
)

// Checked is what Verify counted, and what is wrong.
type Checked struct {
	Accounts, Series, Samples int64
	Checksums                 bool // the engine has checksums of its pages
	Wrong                     []string
}

// Verify reads all rows, by which the engine compares its own checksums, and checks
// that they belong together. progress is called before each step: which of how many it is.
func (e *Engine) Verify(progress func(step, of int)) (c Checked, err error) {
	const steps = 8
	step := 0
	count := func(to *int64, statement string) {
		if step++; err == nil {
			progress(step, steps)
			err = e.query(statement, func(r pgwire.Row) error { return r.Scan(to) })
		}
	}
	count(&c.Accounts, `SELECT count(*) FROM @.account`)
	count(&c.Series, `SELECT count(*) FROM @.series WHERE subject NOT LIKE '~%'`)
	count(&c.Samples, `SELECT count(*) FROM @.sample WHERE usage = usage`)
	for _, w := range []struct{ statement, what string }{
		{`SELECT count(*) FROM @.series s WHERE NOT EXISTS (SELECT 1 FROM @.account a WHERE a.id = s.account)`, "series of no account"},
		{`SELECT count(*) FROM (SELECT DISTINCT account, key FROM @.sample EXCEPT SELECT account, key FROM @.series) x`, "series without a name that have samples"},
		{`SELECT count(*) FROM @.series s WHERE at IS NOT NULL AND subject NOT LIKE '~%' AND NOT EXISTS (
			SELECT 1 FROM @.sample p WHERE p.account = s.account AND p.key = s.key AND p.at = s.at)`, "series whose newest sample is missing"},
		{`SELECT count(*) FROM @.sample WHERE usage < 0 OR usage = 'NaN' OR usage = 'Infinity'`, "samples that are no sums"},
		{`SELECT count(*) FROM @.forecast WHERE (ended_at IS NULL) <> (outcome = 'open')`, "forecasts whose outcome does not fit their end"},
	} {
		n := int64(0)
		if count(&n, w.statement); n > 0 {
			c.Wrong = append(c.Wrong, fmt.Sprintf("%d %s", n, w.what))
		}
	}
	if err == nil {
		on := ""
		err = e.query(`SHOW data_checksums`, func(r pgwire.Row) error { return r.Scan(&on) })
		c.Checksums = on == "on"
	}
	return c, err
}
