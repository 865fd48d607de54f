package history

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"ortop/internal/credit"
)

// endedForecasts is how many ended forecasts Load returns.
const endedForecasts = 40

// Want says what [DB.Load] returns.
type Want struct {
	// Account is the series whose poll, state, forecasts and events are
	// returned; its trail always is one of the trails.
	Account Series
	// Series have trails besides.
	Series []Series
	// Since is where loading of readings begins, save for the first: with the
	// one in effect then.
	Since time.Time
	// FromReason is the Reason of segments before which nothing counts.
	FromReason string
	// Have are trails of an earlier Load of the same Account and FromReason,
	// with what was added since. Of those only what is newer is read, whatever
	// Since is; it is put behind their readings, so that they are not to be
	// used any more. Others are read anew, as are those that proved stale.
	Have map[Series]*credit.Trail
	// Brief leaves out the trails and the forecasts.
	Brief bool
	// AcknowledgedSince is from when on acknowledged events are returned.
	AcknowledgedSince time.Time
}

// Past is what is stored of an account, with what waits in memory.
type Past struct {
	Poll Poll
	// State is what the last poll left; nil where none did, or where its
	// checksum does not hold.
	State []byte
	// Old is the state as version 2 of the file had it, by "key", "forecast",
	// "alerts", "undelivered", "told" and "anchor"; only where there was no
	// State yet.
	Old map[string][]byte
	// Mutes is what SetState stored under MutesState; nil: nothing.
	Mutes []byte
	// Ahead reports that spend waits for the first reading: see [DB.Adopt].
	Ahead bool
	// Trails has a trail, perhaps an empty one, for each series.
	Trails map[Series]*credit.Trail
	// Open are the forecasts that have not ended, oldest first, Ended the last
	// 40 that have, the newest end first.
	Open, Ended []Forecast
	// Acknowledged are the acknowledged events, newest first.
	Acknowledged []Event
}

// Load returns the past of an account, all of one moment: in one transaction
// of at most ten SELECTs, however many series there are.
func (db *DB) Load(ctx context.Context, w Want) (p Past, err error) {
	if err := ctx.Err(); err != nil {
		return Past{}, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	_, err = db.watch()
	if err == nil {
		err = db.view(func() error {
			p, err = db.past(w)
			return err
		})
	}
	if err != nil {
		return Past{}, fmt.Errorf("loading an account of %s: %w", db.where(), err)
	}
	return p, nil
}

func (db *DB) past(w Want) (p Past, err error) {
	m := members{}
	for _, s := range append([]Series{w.Account}, w.Series...) {
		if slices.ContainsFunc(m, func(o *member) bool { return o.s == s }) {
			continue
		}
		id, err := db.id(s)
		if err != nil {
			return Past{}, err
		}
		e := &member{s: s, id: id, have: w.Have[s], added: db.added(s)}
		if _, loaded := db.loaded[w.Account]; !loaded || len(db.pending) > 0 || e.have.Empty() || e.have.FromReason != w.FromReason {
			e.have = nil
		}
		m = append(m, e)
	}
	if err := db.loadHeads(m.series()); err != nil {
		return Past{}, err
	}
	h, err := db.newest(w.Account)
	if err != nil {
		return Past{}, err
	}
	p.Poll = h.poll()
	id := m[0].id
	named, err := db.states(&p, w.Account, id)
	if err != nil {
		return Past{}, err
	}
	if w.Brief {
		p.Acknowledged, err = db.acknowledged(w.Account, id, w.AcknowledgedSince)
		return p, err
	}
	if p.Open, p.Ended, err = db.forecasts(w.Account, id, endedForecasts); err != nil {
		return Past{}, err
	}
	if p.Acknowledged, err = db.acknowledged(w.Account, id, w.AcknowledgedSince); err != nil {
		return Past{}, err
	}
	if p.Trails, err = db.trails(m, w); err != nil {
		return Past{}, err
	}
	l := load{version: db.cached, series: slices.Collect(m.series()), since: w.AcknowledgedSince.Unix()}
	l.marks = marks{db.headMarks(l.series), stateMark(id, p.State), int64(len(p.Acknowledged)), named}
	db.loaded[w.Account] = l
	return p, nil
}

// states reads the state of the account s, or where there is none what
// version 2 kept in its place, and the sum of the checksums of namedStates.
func (db *DB) states(p *Past, s Series, id int64) (named int64, err error) {
	found := false
	p.Old = map[string][]byte{}
	err = db.query(`SELECT '', state, crc FROM account WHERE series = ?1
		UNION ALL SELECT name, value, crc FROM state WHERE series = ?1 AND name IN ('alerts', 'undelivered', 'told', 'anchor', 'ahead', 'mutes')
		UNION ALL SELECT 'key', CAST(key AS BLOB), 0 FROM head WHERE series = ?1 AND key IS NOT NULL
		UNION ALL SELECT 'forecast', CAST(forecast AS BLOB), 0 FROM latest WHERE series = ?1`, func(r *sql.Rows) error {
		var name string
		var value []byte
		var crc int64
		if err := r.Scan(&name, &value, &crc); err != nil {
			return err
		}
		if name == aheadState || name == MutesState {
			named += crc
		}
		switch {
		case name == aheadState:
			p.Ahead = true
		case name == MutesState:
			if int64(checksum(id, name, value)) == crc {
				p.Mutes = append([]byte{}, value...)
			} else {
				db.spoil("what was muted")
			}
		case name != "":
			p.Old[name] = value
		case int64(checksum(id, value)) == crc:
			p.State, found = append([]byte{}, value...), true
		default:
			found = true
			db.spoil("the state of the account")
		}
		return nil
	}, id)
	for _, e := range db.pending {
		if e.update.Series == s && e.update.State != nil {
			p.State, found = slices.Clone(e.update.State), true
		}
	}
	if found {
		p.Old = nil
	}
	return named, err
}

// acknowledged returns the acknowledged events of s since then.
func (db *DB) acknowledged(s Series, id int64, since time.Time) (events []Event, err error) {
	for _, e := range db.waiting(s, since, time.Unix(1<<40, 0)) {
		if e.Acknowledged {
			events = append(events, e)
		}
	}
	waiting := len(events) > 0
	err = db.query(`SELECT id, at, kind, level, text, data, acknowledged, crc FROM event
		WHERE series = ? AND at >= ? AND acknowledged ORDER BY at DESC, id DESC`,
		func(r *sql.Rows) error { return db.takeEvent(r, id, &events) }, id, since.Unix())
	if waiting {
		newestFirst(events)
	}
	return events, err
}

// marks tell whether what is stored of an account is what was loaded: the sum of the
// checksums of the heads of its series, the checksum of its state, and how many events
// are acknowledged, and the sum of the checksums of named states.
type marks struct{ heads, state, seen, named int64 }

// namedStates are the states by their names that another process may store beside that of
// the account.
const namedStates = `('mutes', 'ahead')`

// stateMark is the checksum that is stored with a state, 0 without one.
func stateMark(id int64, state []byte) int64 {
	if state == nil {
		return 0
	}
	return int64(checksum(id, state))
}

// headMark is what the sum of heads has of a head by what is stored of it.
func headMark(series, times, crc int64) int64 { return (2*series + 1) * (times<<32 | crc) }

// headMarks is the sum of the heads of some series that are known, as they are stored.
func (db *DB) headMarks(series []Series) (sum int64) {
	for _, s := range series {
		if h := db.heads[s]; h != nil && (h.attemptMS.Valid || h.at.Valid) {
			sum += headMark(h.id, int64(h.times().checksum()), int64(h.checksum()))
		}
	}
	return sum
}

// markAnew takes in what the account's own caller recorded.
func (db *DB) markAnew(l load, u PollUpdate) {
	l.marks.heads = db.headMarks(l.series)
	if h := db.heads[u.Series]; h != nil && u.State != nil {
		l.marks.state = stateMark(h.id, u.State)
	}
	db.loaded[u.Series] = l
}
