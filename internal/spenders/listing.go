package spenders

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/gate"
	"ortop/internal/sorted"
)

// places is the KeyList without its keys.
//
//go:noinline
func (r *KeyList) places() KeyList {
	return KeyList{WorkspacesAt: r.WorkspacesAt, BudgetsAt: r.BudgetsAt, Workspaces: r.Workspaces, Guardrails: r.Guardrails, MoreWorkspaces: r.MoreWorkspaces, DefaultOnly: r.DefaultOnly}
}

// listKeys fetches all keys of all workspaces. With an error, the KeyList has
// the workspaces as far as they are known, and no keys.
func listKeys(ctx context.Context, api API, was *KeyList, now time.Time) (KeyList, error) {
	r, err := listWorkspaces(ctx, api, was, now)
	if err != nil {
		return r.places(), err
	}
	ids := r.workspaceIDs()
	r.Truncated = r.MoreWorkspaces
	seen := map[string]bool{}
	for _, id := range ids {
		list, err := api.Keys(ctx, id)
		if errors.Is(err, client.ErrNotFound) && id != "" {
			r.WorkspacesAt = time.Time{} // it is gone: they are listed again
			continue
		}
		if err != nil {
			return r.places(), err
		}
		r.Truncated = r.Truncated || list.Truncated
		r.Unread = cmp.Or(r.Unread, list.Odd)
		r.Keys = slices.Grow(r.Keys, len(list.Rows))
		for _, k := range list.Rows {
			if !seen[k.Hash] {
				seen[k.Hash] = true
				if k.WorkspaceID == id { // of which there is one copy, not thousands
					k.WorkspaceID = id
				}
				r.Keys = append(r.Keys, newKey(k, now))
			}
		}
	}
	r.At = now
	return r, nil
}

// listWorkspaces fetches the workspaces and their budgets, where that was not
// done lately. That there are none, or that they may not be seen, is no error.
func listWorkspaces(ctx context.Context, api API, was *KeyList, now time.Time) (KeyList, error) {
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
	if due(was.Guardrails.At, now) {
		r.Guardrails = listGuardrails(ctx, api, was.Guardrails, r.Workspaces, now)
	}
	return r, ctx.Err()
}

// workspaceIDs are the workspaces that are asked about one by one: empty is the
// default one, where they are not known.
func (r *KeyList) workspaceIDs() []string {
	if len(r.Workspaces) == 0 {
		return []string{""}
	}
	var ids []string
	for _, w := range r.Workspaces {
		ids = append(ids, w.ID)
	}
	return ids
}

// due reports whether what was fetched then is to be fetched again.
//
//go:noinline
func due(then, now time.Time) bool { return now.Sub(then) >= rarely || now.Before(then) }

// workspace is w with what is known of it.
func (r *KeyList) workspace(w client.Workspace) Workspace {
	n := Workspace{ID: w.ID, Name: clean(w.Name), Guardrail: clean(w.DefaultGuardrailID)}
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
func withBudgets(ctx context.Context, api API, was []Workspace) []Workspace {
	list := append([]Workspace(nil), was...)
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
				w.Budgets = append(w.Budgets, Budget{
					LimitUSD: x.LimitUSD, Reset: credit.Reset(clean(x.ResetInterval)), IncludesBYOK: is(b.IncludeBYOK),
				})
			}
		}
	}
	return list
}

// ListKeys fetches all keys of all workspaces, stores them, and returns them as
// they were stored. Calls at the same time share one listing.
func (s *Service) ListKeys(ctx context.Context) (KeyList, error) {
	sub := s.o.Subject()
	if sub == nil {
		return KeyList{}, errUnread
	}
	stored, err := s.readKeys(ctx, sub)
	if err != nil {
		return KeyList{}, err
	}
	// What an earlier run knew of workspaces may be another key's; it is for
	// where they cannot be listed.
	return s.list(ctx, sub, new(s.newestPlaces(&KeyList{Workspaces: stored.Workspaces})), s.o.Now().Add(-justNow))
}

// justNow is how long a listing of another process is as good as one of now.
const justNow = time.Minute

// list fetches the keys, unless another process lists them: one that is later than
// after will do then.
func (s *Service) list(ctx context.Context, sub *Subject, known *KeyList, after time.Time) (KeyList, error) {
	api, err := s.connect(ctx)
	if err != nil {
		return KeyList{}, err
	}
	g := s.cache.connected(api, s.o.Now)
	return gate.Join(ctx, &s.flights, history.KeysState, func(ctx context.Context) (list KeyList, err error) {
		err = g.Do(ctx, history.KeysState, func(ctx context.Context) error {
			day := credit.DayStart(s.o.Now())
			return s.board(api).ask(ctx, question{history.KeysState, day, day.Add(24 * time.Hour)}, func([]post) bool {
				stored, err := s.readKeys(ctx, sub)
				if err != nil || !stored.At.After(after) || stored.At.After(s.o.Now()) {
					return false
				}
				list = stored.KeyList
				return true
			}, func(ctx context.Context) ([]byte, error) {
				var err error
				if list, err = listKeys(ctx, api, known, s.o.Now()); ctx.Err() == nil {
					s.setPlaces(new(list.places()))
				}
				if err != nil {
					return nil, err
				}
				if stored, err := s.storeKeys(ctx, sub, &list); err == nil {
					list = stored
				} else {
					s.o.Log.Warn("storing the keys", "error", err)
				}
				return nil, nil
			})
		})
		return list, err
	})
}

// newestPlaces is what is known of the workspaces: here, or in a list.
func (s *Service) newestPlaces(list *KeyList) KeyList {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.places.WorkspacesAt.After(list.WorkspacesAt) {
		return s.places
	}
	return list.places()
}

func (s *Service) setPlaces(places *KeyList) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.places = *places
}

// freshKeys is the account's keys from a recent listing that is later than after;
// where there is none, it lists them now. With an error the keys are
// those that were last stored, and the workspaces may be newer than them.
func (s *Service) freshKeys(ctx context.Context, sub *Subject, after time.Time) (KeyList, error) {
	was, err := s.readKeys(ctx, sub)
	stored := was.KeyList
	age := s.o.Now().Sub(stored.At)
	if err != nil || s.o.offline() || stored.At.After(after) && age >= 0 && age < KeysEvery+time.Minute {
		return stored, err
	}
	list, err := s.list(ctx, sub, new(s.newestPlaces(&stored)), sorted.Later(after, s.o.Now().Add(-KeysEvery-time.Minute)))
	if err != nil {
		list = s.newestPlaces(&stored)
		list.At, list.Keys, list.Truncated = stored.At, stored.Keys, stored.Truncated
	}
	return list, err
}
