package history

import (
	"context"
	"fmt"
	"time"
)

// ExceedsError is spend that an account cannot have had.
type ExceedsError struct {
	SpendUSD float64   // what is told of the time before
	UsageUSD float64   // all that was used by then
	At       time.Time // the oldest reading
}

func (e *ExceedsError) Error() string {
	return fmt.Sprintf("there would be $%.2f of spend before %s UTC, by when the account had used $%.2f in all: it may be another account's",
		e.SpendUSD, e.At.Format("2006-01-02 15:04"), e.UsageUSD)
}

// ImportSpend puts spend that a file tells before the oldest reading of s that
// was taken. It joins a back-fill that is there already, in whichever order the
// two come: of the same span the greater spend counts, so that a fuller file
// completes one that was cut, and one within another is part of that. It returns
// the spans, or the parts of them before that reading, that were not known.
//
// Of a series without a reading it is kept for the first one: see [DB.Adopt].
// More than was ever used is an [*ExceedsError]. It is all or nothing.
func (db *DB) ImportSpend(ctx context.Context, s Series, spans []Spend) (added []Spend, err error) {
	list, err := flatten(spans)
	if err == nil {
		err = db.put(ctx, s, "importing", func(id int64) error {
			added, err = db.mergeSpend(s, id, list)
			return err
		})
	}
	if err != nil {
		return nil, err
	}
	return added, nil
}

func (db *DB) mergeSpend(s Series, id int64, list []stretch) ([]Spend, error) {
	h, err := db.head(s)
	if err != nil {
		return nil, err
	}
	if !h.at.Valid {
		return db.keepAhead(id, list)
	}
	h.id = id
	if err := db.sound(h); err != nil {
		return nil, err
	}
	known, own, err := db.filled(s, id)
	if err != nil {
		return nil, err
	}
	whole := len(list) == 0 || list[len(list)-1].to <= own.at
	if list, err = db.until(s, id, list, own); err != nil {
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
	if excess := sumOf(all) - own.usage; excess > slackUSD && !whole && len(list) > 0 {
		last := &list[len(list)-1] // an estimate, which gives way to what is known
		last.usd = max(0, last.usd-excess)
		if all, err = merge(known, list); err != nil {
			return nil, err
		}
	}
	if sum := sumOf(all); sum > own.usage+slackUSD {
		return nil, &ExceedsError{sum, own.usage, time.Unix(own.at, 0).UTC()}
	}
	if err := db.unfill(s, h, own); err != nil {
		return nil, err
	}
	if _, err := db.fill(s, h, all); err != nil {
		return nil, err
	}
	return told(fresh), db.inserted(h)
}
