//go:build unix

package history

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"ortop/internal/credit"
)

// image is a small history as it lies on the disk, but for the mark that SQLite's log
// is beside it: a file in memory has none.
func image(tb testing.TB) []byte {
	db, err := Open(ctx, tb.TempDir()+"/history.db", Options{})
	if err != nil {
		tb.Fatal(err)
	}
	s, err := db.Series(ctx, "personal", "https://openrouter.ai/api/v1", "account")
	if err != nil {
		tb.Fatal(err)
	}
	for m := range 60 {
		r := Reading{Series: s, At: at(float64(10 * m)), UsageUSD: float64(m) * 0.013, CreditsUSD: float64(100 + m/10), CreditsKnown: true}
		if m == 30 {
			r.NewSegment = &Segment{Fingerprint: "0badcafe", Reason: "another key"}
		}
		u := PollUpdate{Series: s, Interval: time.Minute, Attempt: r.At, Success: r.At}
		if m == 59 {
			u.State = []byte(wholeState)
			u.Events = []Event{{At: at(1), Kind: "alert", Level: "urgent", Text: "below 5 USD", Data: []byte("{}"), Acknowledged: true}}
			u.Remember = []Forecast{made(1), ended(made(2), 3, credit.OutcomeHeld)}
		}
		if err := db.Record(ctx, u, r); err != nil {
			tb.Fatal(err)
		}
	}
	if err := errors.Join(db.SetState(ctx, s, MutesState, []byte("[]")), db.SetState(ctx, s, "KeyList", []byte("{}")), db.Close()); err != nil {
		tb.Fatal(err)
	}
	b, err := os.ReadFile(db.Path())
	if err != nil {
		tb.Fatal(err)
	}
	b[18], b[19] = 1, 1
	return b
}

// inMemory is a history of these bytes.
func inMemory(b []byte) (*DB, error) {
	k, err := dial("", "")
	if err != nil {
		return nil, err
	}
	db := newDB(Options{})
	db.conn = k
	k.stats = &db.stats
	if err := k.c.Raw(func(c any) error { return c.(interface{ Deserialize([]byte) error }).Deserialize(b) }); err != nil {
		return nil, errors.Join(err, k.close())
	}
	return db, nil
}

// readPart is one of the things that are read of a history, and whether all of it was
// as it was written.
func readPart(db *DB, part uint8) (text string, whole bool) {
	s, err := db.Series(ctx, "personal", "https://openrouter.ai/api/v1", "account")
	if err != nil {
		return "", false
	}
	var all []any
	switch part % kindsOfReads {
	case 0:
		var p Past
		p, err = db.Load(ctx, Want{Account: s, FromReason: "another account"})
		// What is not there is requested anew, or was said before.
		p.Open, p.Ended, p.Acknowledged, p.Mutes, p.Old = nil, nil, nil, nil, nil
		if string(p.State) == wholeState {
			p.State = nil
		}
		all = append(all, p)
	case 1:
		var plot Plot
		plot, err = db.Buckets(ctx, s, at(-1), at(601), 5)
		all = append(all, plot)
	case 2:
		var rows any
		rows, err = db.Range(ctx, s, at(-1), at(1e6))
		all = append(all, rows)
		// What is found by an index that was changed may be missing; it is not
		// another.
		events, eventErr := db.Events(ctx, s, at(-1), at(1e6), -1)
		if eventErr == nil && len(events) > 0 && (len(events) > 1 || events[0].Text != "below 5 USD" || !events[0].Acknowledged) {
			all = append(all, events)
		}
		value, stateErr := db.State(ctx, s, "KeyList")
		if stateErr == nil && len(value) > 0 && string(value) != "{}" {
			all = append(all, value)
		}
	}
	b, jsonErr := json.Marshal(all)
	return fmt.Sprintf("%s %v", b, jsonErr), err == nil && db.Damage() == ""
}

const kindsOfReads = 3

const wholeState = `{"facts":{"source":"credits"}}`

// FuzzFile changes bytes of a history: the readings are as they were written, or are
// said to be damaged; what else is read is what was written; and nothing panics. Each
// five bytes are a place and what is put there.
func FuzzFile(f *testing.F) {
	whole := image(f)
	read := func(b []byte, part uint8) (string, bool) {
		db, err := inMemory(b)
		if err != nil {
			return "", false
		}
		defer db.Close()
		return readPart(db, part)
	}
	var want [kindsOfReads]string
	for part := range want {
		var ok bool
		if want[part], ok = read(whole, uint8(part)); !ok || len(want[part]) < 500 {
			f.Fatalf("the history itself is not whole: %s", want[part])
		}
		f.Add(uint8(part), []byte{})
		for i := range len(whole) / 4096 {
			f.Add(uint8(part), binary.BigEndian.AppendUint64(nil, uint64(i*4096+7)<<32|0x7f<<24))
		}
	}
	f.Fuzz(func(t *testing.T, part uint8, changes []byte) {
		b := append([]byte(nil), whole...)
		for ; len(changes) >= 5; changes = changes[5:] {
			b[int(binary.BigEndian.Uint32(changes))%len(b)] = changes[4]
		}
		if len(changes) == 4 { // cut
			b = b[:1+int(binary.BigEndian.Uint32(changes))%len(b)]
		}
		if got, ok := read(b, part); ok && got != want[part%kindsOfReads] {
			t.Errorf("silently wrong:\n%s\nwant\n%s", got, want[part%kindsOfReads])
		}
	})
}
