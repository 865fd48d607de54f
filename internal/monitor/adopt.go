package monitor

import (
	"context"
	"errors"

	"ortop/history"
	"ortop/internal/text"
)

// adopt puts spend that was imported before the account's first reading into
// history, once there is one, and says what became of it; empty: there was none.
// That comes before what is estimated of the same time.
func (st *store) adopt(ctx context.Context) string {
	if !st.past.Ahead || st.book.Account.Empty() {
		return ""
	}
	taken, err := st.db.Adopt(ctx, st.of())
	var exceeds *history.ExceedsError
	note := ""
	switch {
	case errors.As(err, &exceeds):
		note, err = "what was imported before the first reading was left out: "+exceeds.Error(), nil
	case len(taken) > 0:
		usd := 0.0
		for _, s := range taken {
			usd += s.USD
		}
		note = text.USD(usd) + " of spend that was imported before the first reading leads up to it"
	}
	if err == nil && note != "" {
		err = st.load(ctx)
	}
	if err != nil {
		st.log.Warn("taking in what was imported", "error", oneLine(err))
	}
	return note
}
