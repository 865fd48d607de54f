package history

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"
)

// A history of years is checked a part at a time before something is put before it, and a
// change at the edge of such a part is found as one within it.
func TestSoundReadsPartByPart(t *testing.T) {
	const parts = 3
	db, s := fresh(t)
	var batch []Reading
	for m := range parts*soundBlocks*blockRows + 100 {
		batch = append(batch, Reading{Series: s, At: at(float64(m)), UsageUSD: 1 + float64(m)*0.01})
	}
	if err := db.Record(ctx, PollUpdate{Series: s}, batch...); err != nil {
		t.Fatal(err)
	}
	h, err := db.head(s)
	if err != nil {
		t.Fatal(err)
	}
	before := db.Stats().Selects
	if err := db.sound(h); err != nil {
		t.Fatalf("of a whole history: %v", err)
	}
	if n := db.Stats().Selects - before; n < 3*(parts+1) { // the end of a part, its blocks, its rows
		t.Errorf("it took %d SELECTs, want three a part and for what follows the last, of which there are %d", n, parts)
	}
	var edges []int64
	err = db.query(`SELECT at FROM (SELECT at, row_number() OVER (ORDER BY at) n FROM block) WHERE n % ? = 0`, func(r *sql.Rows) error {
		var at int64
		err := r.Scan(&at)
		edges = append(edges, at)
		return err
	}, soundBlocks)
	if err != nil || len(edges) < parts {
		t.Fatalf("the parts end at %d, %v", edges, err)
	}
	places := []int64{at(0).Unix(), h.at.Int64 - 60}
	for _, e := range edges {
		places = append(places, e-60, e, e+60)
	}
	for _, at := range places {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			change := func(sign string) { // of no rounding: it is taken back to the last bit
				if err := db.conn.run("UPDATE sample SET usage = "+sign+"usage WHERE at = ?", at); err != nil {
					t.Fatal(err)
				}
				clear(db.bad)
			}
			change("-")
			if err := db.sound(h); !errors.Is(err, ErrCorrupt) {
				t.Errorf("sound() = %v after a change, want ErrCorrupt", err)
			}
			change("-")
			if err := db.sound(h); err != nil {
				t.Errorf("sound() = %v after it was taken back", err)
			}
		})
	}
	if err := db.conn.run("DELETE FROM block WHERE at = ?", edges[0]); err != nil {
		t.Fatal(err)
	}
	if err := db.sound(h); !errors.Is(err, ErrCorrupt) {
		t.Errorf("sound() = %v without a block, want ErrCorrupt", err)
	}
}
