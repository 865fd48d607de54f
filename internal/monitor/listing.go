package monitor

import (
	"context"
	"errors"
	"sync"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/credit"
)

// listLimit bounds the listing of the keys: there may be 50 pages of them.
const listLimit = 2 * time.Minute

// keysChore lists the account's keys.
func keysChore() *chore {
	var was roster // the workspaces, which are listed more rarely
	return &chore{
		name: "keys", every: keysEvery, limit: listLimit,
		wanted: func(st *store) bool {
			if !st.manages() {
				return false
			}
			if was.WorkspacesAt.IsZero() { // what another run knew stays, where it cannot be asked
				if r, err := readRoster(context.Background(), st.db, st.account); err == nil {
					was = roster{Workspaces: r.Workspaces}
				}
			}
			return true
		},
		ask: func(ctx context.Context, api API, now time.Time) (func(context.Context, *store) error, error) {
			r, err := listKeys(ctx, api, was, now)
			was = r.places()
			return func(ctx context.Context, st *store) error {
				st.allow.list(r)
				return st.m.keepRoster(ctx, st.db, st.account, r)
			}, err
		},
	}
}

// places is the roster without its keys.
func (r roster) places() roster {
	return roster{WorkspacesAt: r.WorkspacesAt, BudgetsAt: r.BudgetsAt, Workspaces: r.Workspaces, MoreWorkspaces: r.MoreWorkspaces, DefaultOnly: r.DefaultOnly}
}

// manages reports whether the account was read, and with a key that may see
// all of it.
func (st *store) manages() bool {
	return st.was.ok && st.known.Key != nil && st.known.Key.Kind == credit.KeyManagement
}

// listKeys asks for all keys of all workspaces. With an error, the roster has
// the workspaces as far as they are known, and no keys.
func listKeys(ctx context.Context, api API, was roster, now time.Time) (roster, error) {
	r, err := listWorkspaces(ctx, api, was, now)
	if err != nil {
		return r.places(), err
	}
	ids := []string{""} // the default workspace
	if len(r.Workspaces) > 0 {
		ids = ids[:0]
	}
	for _, w := range r.Workspaces {
		ids = append(ids, w.ID)
	}
	r.Truncated = r.MoreWorkspaces
	seen := map[string]bool{}
	for _, id := range ids {
		list, err := api.Keys(ctx, id)
		if errors.Is(err, client.ErrNotFound) && id != "" {
			r.WorkspacesAt = time.Time{} // it is gone: they are listed anew
			continue
		}
		if err != nil {
			return r.places(), err
		}
		r.Truncated = r.Truncated || list.Truncated
		for _, k := range list.Rows {
			if !seen[k.Hash] {
				seen[k.Hash] = true
				r.Keys = append(r.Keys, newListedKey(k, now))
			}
		}
	}
	r.At = now
	return r, nil
}

// listWorkspaces asks for the workspaces and their budgets, where that was not
// done lately. That there are none, or that they may not be seen, is no error.
func listWorkspaces(ctx context.Context, api API, was roster, now time.Time) (roster, error) {
	r := was.places()
	if due(was.WorkspacesAt, now) {
		list, err := api.Workspaces(ctx)
		switch {
		case err == nil:
			r.WorkspacesAt, r.DefaultOnly, r.MoreWorkspaces = now, false, list.Truncated
			r.Workspaces = nil
			for _, w := range list.Rows {
				r.Workspaces = append(r.Workspaces, was.workspace(w))
			}
		case errors.Is(err, client.ErrUnauthorized), ctx.Err() != nil:
			return r, err
		case errors.Is(err, client.ErrForbidden), errors.Is(err, client.ErrNotFound):
			r.WorkspacesAt, r.DefaultOnly, r.Workspaces = now, true, nil
		default:
			r.DefaultOnly = len(r.Workspaces) == 0
		}
	}
	if due(was.BudgetsAt, now) && len(r.Workspaces) > 0 {
		r.BudgetsAt = now
		r.Workspaces = withBudgets(ctx, api, r.Workspaces)
	}
	return r, ctx.Err()
}

// due reports whether what was asked for then is to be asked for again.
func due(then, now time.Time) bool { return now.Sub(then) >= rarely || now.Before(then) }

// workspace is w with what is known of it.
func (r roster) workspace(w client.Workspace) workspace {
	n := workspace{ID: w.ID, Name: clean(w.Name)}
	if w.CreatedAt != nil {
		n.CreatedAt = *w.CreatedAt
	}
	for _, old := range r.Workspaces {
		if old.ID == w.ID {
			n.Budgets = old.Budgets
		}
	}
	return n
}

// withBudgets is the workspaces with their budgets as they are now. Most
// accounts may not have any: the first refusal is taken for all of them, and
// so is the first sign of trouble.
func withBudgets(ctx context.Context, api API, was []workspace) []workspace {
	list := append([]workspace(nil), was...)
	for i := range list {
		w := &list[i]
		b, err := api.Budgets(ctx, w.ID)
		switch {
		case errors.Is(err, client.ErrForbidden):
			for i := range list {
				list[i].Budgets = nil
			}
			return list
		case errors.Is(err, client.ErrNotFound):
			w.Budgets = nil
		case errors.Is(err, client.ErrMalformed):
			continue // what was known stays
		case err != nil:
			return list
		default:
			w.Budgets = nil
			for _, x := range b.Budgets {
				w.Budgets = append(w.Budgets, budget{
					LimitUSD: x.LimitUSD, Reset: credit.Reset(clean(x.ResetInterval)), IncludesBYOK: said(b.IncludeBYOK),
				})
			}
		}
	}
	return list
}

// listing is what was heard when the keys were listed for a breakdown. It is
// held while that is done.
type listing struct {
	sync.Mutex
	places roster
	failed time.Time // zero: it did not fail
	err    error
}

// freshRoster is the account's keys as they were listed not long ago, and
// after a moment; where nobody did that, it lists them now. With an error the
// workspaces may be newer than the keys.
func (m *Monitor) freshRoster(ctx context.Context, db *history.DB, account history.Series, after time.Time) (roster, error) {
	m.listing.Lock()
	defer m.listing.Unlock()
	r, err := readRoster(ctx, db, account)
	now := m.o.Now()
	if age := now.Sub(r.At); err != nil || r.At.After(after) && age >= 0 && age < keysEvery+time.Minute {
		return r, err
	}
	l := &m.listing
	if l.places.WorkspacesAt.After(r.WorkspacesAt) {
		keys := r
		r = l.places
		r.At, r.Keys, r.Truncated = keys.At, keys.Keys, keys.Truncated
	}
	if since := now.Sub(l.failed); l.err != nil && since >= 0 && since < failureGood {
		return r, l.err
	}
	api, err := m.connected(ctx)
	if err != nil {
		return r, err
	}
	fresh, err := listKeys(ctx, api, r, now)
	if ctx.Err() == nil {
		l.places, l.failed, l.err = fresh.places(), now, err
	}
	if err != nil {
		fresh.At, fresh.Keys, fresh.Truncated = r.At, r.Keys, r.Truncated
		return fresh, err
	}
	if err := m.keepRoster(ctx, db, account, fresh); err != nil {
		m.log.Warn("storing the keys", "error", err)
	} else if r, err := readRoster(ctx, db, account); err == nil {
		return r, nil
	}
	return fresh, nil
}
