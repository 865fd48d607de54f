package history

import (
	"database/sql"
	"strings"
	"testing"
)

// What is loaded with an account takes as long for ten years as for one: each table
// is read between two bounds, not to its end.
func TestLoadReadsBetweenBounds(t *testing.T) {
	db := openMemoryTest(t)
	plan := ""
	err := db.conn.query("EXPLAIN QUERY PLAN "+selectFirst, func(r *sql.Rows) error {
		var a, b, c int
		var line string
		err := r.Scan(&a, &b, &c, &line)
		plan += line + "\n"
		return err
	}, "[[1,0]]")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(plan, "SEARCH t USING PRIMARY KEY (series=? AND at>? AND at<?)") {
		t.Errorf("the first rows are searched without an end:\n%s", plan)
	}
}
