package monitor

import (
	"context"
	"errors"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/text"
)

// adopt puts spend that was imported before the account's first reading into
// history, once there is one.
func (st *store) adopt(ctx context.Context) (account.Input, error) {
	if !st.past.Ahead || st.book.Account.Empty() {
		return account.Input{}, nil
	}
	taken, err := st.db.Adopt(ctx, st.of())
	var exceeds *history.ExceedsError
	switch {
	case errors.As(err, &exceeds):
		return account.Input{Adopted: "what was imported before the first reading was left out: " + exceeds.Error()}, st.load(ctx)
	case err != nil || len(taken) == 0:
		return account.Input{}, err
	}
	usd := 0.0
	for _, s := range taken {
		usd += s.USD
	}
	return account.Input{Adopted: text.USD(usd) + " of spend that was imported before the first reading leads up to it"}, st.load(ctx)
}
