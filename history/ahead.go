package history

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"ortop/internal/sorted"
)

// aheadState names the state of a series in which spend waits that a file told
// before anything was read: readings rise to a total, which is not known yet.
const aheadState = "ahead"

// Ahead returns the spend of s that was imported before its first reading, and
// waits for that, oldest first.
func (db *DB) Ahead(ctx context.Context, s Series) (spans []Spend, err error) {
	err = db.read(ctx, s, func(id int64) error {
		list, err := db.ahead(id)
		spans = spends(list)
		return err
	})
	return spans, err
}

// Adopt puts the spend that waits before the readings of s, once there is one,
// as [DB.ImportSpend] does, and returns it. Where that is an [*ExceedsError], it
// is dropped: it was never this account's.
func (db *DB) Adopt(ctx context.Context, s Series) (taken []Spend, err error) {
	var exceeds *ExceedsError
	err = db.put(ctx, s, "importing", func(id int64) error {
		if taken, err = db.adopt(s); errors.As(err, &exceeds) {
			return db.forgetAhead(id)
		}
		return err
	})
	if err == nil && exceeds != nil {
		err = exceeds
	}
	if err != nil {
		return nil, err
	}
	return taken, nil
}

// adopt is Adopt within a transaction. What cannot be waits on.
func (db *DB) adopt(s Series) (taken []Spend, err error) {
	h, err := db.head(s)
	if err != nil || !h.at.Valid {
		return nil, err
	}
	list, err := db.ahead(h.id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if taken, err = db.mergeSpend(s, h.id, list); err != nil {
		return nil, err
	}
	return taken, db.forgetAhead(h.id)
}

func (db *DB) forgetAhead(id int64) error {
	return db.conn.run(`DELETE FROM state WHERE series = ? AND name = ?`, id, aheadState)
}

// keepAhead adds list to the spend that waits for the first reading, and returns
// what of it was not known.
func (db *DB) keepAhead(id int64, list []stretch) (added []Spend, err error) {
	known, err := db.ahead(id)
	if err != nil {
		return nil, err
	}
	fresh := news(list, known)
	if len(fresh) == 0 {
		return nil, nil
	}
	all, err := merge(known, list)
	if err != nil {
		return nil, err
	}
	value, err := json.Marshal(spends(all))
	if err != nil {
		return nil, err
	}
	clear(db.loaded)
	return spends(fresh), db.setState(id, aheadState, value)
}

// ahead reads the spend that waits for the first reading.
func (db *DB) ahead(id int64) (list []stretch, err error) {
	err = db.query(`SELECT value, crc FROM state WHERE series = ? AND name = ?`, func(r *sql.Rows) error {
		var value []byte
		var crc int64
		if err := r.Scan(&value, &crc); err != nil {
			return err
		}
		var spans []Spend
		if int64(checksum(id, aheadState, value)) != crc || json.Unmarshal(value, &spans) != nil {
			db.spoil("spend from before the first reading")
			return nil
		}
		list, err = flatten(spans)
		return err
	}, id, aheadState)
	if err != nil {
		return nil, fmt.Errorf("what waits for the first reading: %w", err)
	}
	return list, nil
}

// spends are stretches as a caller knows them.
func spends(list []stretch) (spans []Spend) {
	for _, f := range list {
		spans = append(spans, Spend{From: time.Unix(f.from, 0).UTC(), To: time.Unix(f.to, 0).UTC(), USD: f.usd})
	}
	return spans
}

// refine puts what list tells of the time that a back-fill of s tells nothing of, or
// only in longer spans, there, and returns how many spans that are. Of a longer one
// what list does not tell is spread over the rest of it; else what is known stays.
// Nothing is done where all together would be more than was ever used.
func (db *DB) refine(s Series, h *head, list []stretch) (added int, err error) {
	known, own, err := db.filled(s, h.id)
	if err != nil || len(known) == 0 {
		return 0, err
	}
	all := slices.Clone(known)
	for i, k := range known {
		end := own.at
		if i+1 < len(known) {
			end = known[i+1].from
		}
		if k.to < end {
			all = append(all, clip(list, k.to, end)...)
		}
		from, _ := slices.BinarySearchFunc(list, k.from, func(s stretch, at int64) int { return cmp.Compare(s.from, at) })
		for _, s := range list[from:] {
			if s.to > k.to {
				break
			}
			if s.to-s.from < k.to-k.from {
				all = append(all, s)
			}
		}
	}
	if added = len(all) - len(known); added == 0 {
		return 0, nil
	}
	sorted.Rows(all, func(a, b *stretch) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })
	if all, err = unnest(all); err != nil || sumOf(all) > own.usage+slackUSD {
		return 0, err
	}
	if err := db.unfill(s, h, own); err != nil {
		return 0, err
	}
	_, err = db.fill(s, h, all)
	return added, err
}
