//go:build unix

package share

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/sharetest"
)

// busy makes an account of several keys with a past of more than two pages of each kind.
func busy(t *testing.T, c *sharetest.Cluster) {
	t.Helper()
	for _, s := range []string{
		`INSERT INTO ortop.account (name, base_url, rev) VALUES ('x', 'u', 1)`,
		`INSERT INTO ortop.series (account, key, subject, at, usage, credits, read_ms) SELECT 1, k, CASE k WHEN 1 THEN 'account' ELSE 'key#' || k END, 15000 * 60, 15000 / 64.0 * k, 900, 15000 * 60000 FROM generate_series(1, 3) k`,
		`INSERT INTO ortop.series (account, key, subject, at, usage, read_ms) SELECT 1, k, 'key#' || k, 600, k, 600000 FROM generate_series(4, 4500) k`,
		`INSERT INTO ortop.sample SELECT 1, k, i * 60, i / 64.0 * k FROM generate_series(1, 3) k, generate_series(1, 15000) i`,
		`INSERT INTO ortop.sample SELECT 1, k, 600, k FROM generate_series(4, 4500) k`,
		`INSERT INTO ortop.fact SELECT 1, k, 0, 600, 0, NULL, 'f', '', 'first reading' FROM generate_series(1, 4500) k`,
		`INSERT INTO ortop.fact SELECT 1, 1, 1, i * 600, 0, i, '', '', '' FROM generate_series(1, 900) i`,
		`INSERT INTO ortop.event SELECT 1, i * 60, i, 'alert', 'warning', 'number ' || i, NULL, false FROM generate_series(1, 4500) i`,
		`INSERT INTO ortop.forecast SELECT 1, i * 60, i, 5, 1, 2, 3, i * 60 + 30, 30, 'right' FROM generate_series(1, 4500) i`,
	} {
		c.Query(s)
	}
}

// sums are what a viewer says of an account: of each series how many samples it has, the
// sum of their usage and the last, and how many events and forecasts there are.
func sums(t *testing.T, db *history.DB, subjects ...string) (list []string) {
	t.Helper()
	ctx := context.Background()
	end := time.Unix(1<<40, 0)
	for _, subject := range append([]string{history.Own}, subjects...) {
		s, err := db.Series(ctx, "x", "u", subject)
		if err != nil {
			t.Fatal(err)
		}
		samples, err := db.Range(ctx, s, time.Unix(0, 0), end)
		if err != nil {
			t.Fatal(err)
		}
		sum, last := 0.0, 0.0
		for _, v := range samples {
			sum, last = sum+v.UsageUSD, v.UsageUSD
		}
		list = append(list, fmt.Sprint(subject, " ", len(samples), " ", sum, " ", last))
	}
	all, err := db.All(ctx, "x", "u")
	if err != nil {
		t.Fatal(err)
	}
	said, err := db.OwnRows(ctx, "x", "u")
	if err != nil {
		t.Fatal(err)
	}
	return append(list, fmt.Sprint(len(all.Series), " series, ", len(all.Facts), " facts, ", len(said.Events), " events, ", len(said.Forecasts), " forecasts, damage ", db.Damage()))
}

var busySums = []string{
	fmt.Sprint("account 15000 ", 15000*15001/2/64.0, " ", 15000/64.0), fmt.Sprint("key#3 15000 ", 3*15000*15001/2/64.0, " ", 3*15000/64.0), "key#4500 1 4500 4500",
	"4500 series, 5400 facts, 4500 events, 4500 forecasts, damage ",
}

// A viewer takes an account in pieces: no value that it asks for is large, however much
// was read of the account. Where the engine goes away between two, nothing is lost or
// there twice.
func TestViewerPullsInPieces(t *testing.T) {
	ctx := t.Context()
	c, _ := started(t, time.Minute)
	busy(t, c)
	r := sharetest.NewRelay(t, c.Port)
	e := open(t, c.By(r.Port()), time.Minute)
	list, err := e.List(false)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	viewer := func() *history.DB {
		db, err := history.OpenMemory(ctx, history.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	db := viewer()
	if err := e.Replica(list[0]).Follow(ctx, db, list[0]); err != nil {
		t.Fatal(err)
	}
	if got := sums(t, db, "key#3", "key#4500"); !reflect.DeepEqual(got, busySums) {
		t.Errorf("the viewer has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(busySums, "\n"))
	}
	const most = 1_500_000 // all of it is twice that
	if n := r.Largest.Load(); n > most || n < most/10 {
		t.Errorf("the largest value was %d B, want %d at most", n, most)
	}
	t.Logf("the largest value was %d B", r.Largest.Load())

	db = viewer()
	n := 0
	_, err = e.pull(ctx, list[0].id, mark{}, func(rows history.Rows) error {
		if n++; n == 1 {
			r.Cut(true)
		}
		return db.Take(ctx, "x", "u", rows)
	})
	var gone *Error
	if !errors.As(err, &gone) || gone.Code != "" || n != 1 {
		t.Fatalf("the engine went away: %v, after %d pieces", err, n)
	}
	r.Cut(false)
	if err := e.Replica(list[0]).Follow(ctx, db, list[0]); err != nil {
		t.Fatal(err)
	}
	if got := sums(t, db, "key#3", "key#4500"); !reflect.DeepEqual(got, busySums) {
		t.Errorf("after the engine was away the viewer has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(busySums, "\n"))
	}
}

// What is read between two pieces is there at the end, with what belongs to it, and so are
// rows that are put before others meanwhile.
func TestPiecesOfAnAccountThatIsRead(t *testing.T) {
	ctx := t.Context()
	c, e := started(t, time.Minute)
	busy(t, c)
	list, err := e.List(false)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	db, err := history.OpenMemory(ctx, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	head := func() string {
		own, err := db.Series(ctx, "x", "u", history.Own)
		if err != nil {
			t.Fatal(err)
		}
		p, _, err := db.Poll(ctx, own)
		if err != nil || p.UsageUSD == nil || p.CreditsUSD == nil {
			t.Fatal(p, err)
		}
		return fmt.Sprint(*p.UsageUSD, " of ", *p.CreditsUSD)
	}
	pieces := 0
	m, err := e.pull(ctx, list[0].id, mark{}, func(rows history.Rows) error {
		if pieces++; pieces == 1 {
			c.Query(`INSERT INTO ortop.sample SELECT 1, k, 15001 * 60, 2000 FROM generate_series(1, 3) k`)
			c.Query(`INSERT INTO ortop.fact VALUES (1, 1, 1, 15001 * 60, 0, 2500, '', '', '')`)
			c.Query(`UPDATE ortop.series SET at = 15001 * 60, usage = 2000, credits = 2500, read_ms = 15001 * 60000 WHERE key <= 3`)
			c.Query(`UPDATE ortop.account SET rev = rev + 1`)
		}
		return db.Take(ctx, "x", "u", rows)
	})
	if err != nil || pieces < 4 {
		t.Fatal(err, pieces)
	}
	if got, want := sums(t, db, "key#3")[1], fmt.Sprint("key#3 15001 ", 3*15000*15001/2/64.0+2000, " 2000"); got != want {
		t.Errorf("of a series that was read meanwhile the viewer has %s, want %s", got, want)
	}
	if got, want := head(), "2000 of 2500"; got != want {
		t.Errorf("it stands at %s, want %s", got, want)
	}
	c.Query(`UPDATE ortop.account SET rev = rev + 1, rewritten = rewritten + 1`)
	whole := 0
	_, err = e.pull(ctx, list[0].id, m, func(rows history.Rows) error {
		if len(rows.Whole) > 0 && rows.Whole[0] == history.Own {
			if whole++; whole == 1 {
				c.Query(`DELETE FROM ortop.sample WHERE key = 2 AND at <= 60`)
				c.Query(`INSERT INTO ortop.sample VALUES (1, 2, 30, 1 / 64.0), (1, 2, 31, 1 / 64.0)`)
				c.Query(`UPDATE ortop.account SET rev = rev + 1, rewritten = rewritten + 1`)
			}
		}
		return db.Take(ctx, "x", "u", rows)
	})
	if err != nil || whole != 2 {
		t.Errorf("it was read %d times, %v, want twice", whole, err)
	}
	if got, want := sums(t, db, "key#2")[1], fmt.Sprint("key#2 15002 ", 15000*15001/64.0+2000, " 2000"); got != want {
		t.Errorf("of the series that was written anew the viewer has %s, want %s", got, want)
	}
}
