package monitor

import (
	"cmp"
	"context"
	"slices"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/spenders"
)

// budgetsEvery is the time between two looks at what is left of budgets.
const budgetsEvery = 15 * time.Minute

// listLimit bounds the listing of the keys: there may be 50 pages of them.
const listLimit = 2 * time.Minute

// newChores are what a collector requests beside the polls.
func newChores(m *Monitor) []*chore {
	l := &listing{spenders: m.spenders, shared: m.o.Team != nil}
	return []*chore{pastChore(), l.keys(), l.budgets(m), driverChore(m.spenders, l.shared)}
}

// manages reports whether the account was read, and with a key that may see
// all of it.
func (st *store) manages() bool { return !st.book.Account.Empty() && st.state.Facts.Manages() }

// listing is what the keys and the workspaces may spend, as it is listed.
type listing struct {
	spenders   *spenders.Service
	shared     bool // with a team, which is told no key's name
	workspaces []spenders.Workspace
}

// keys lists the account's keys.
func (l *listing) keys() *chore {
	return &chore{
		name: "keys", every: spenders.KeysEvery, limit: listLimit,
		wanted: (*store).manages,
		request: func(ctx context.Context, _ API, _ time.Time) (apply, error) {
			list, err := l.spenders.ListKeys(ctx)
			return func(_ context.Context, st *store) (account.Input, error) {
				l.workspaces = list.Workspaces
				st.book.Limits = limits(&list, st.book.Limits, l.shared)
				return account.Input{}, nil
			}, err
		},
	}
}

// limits are those of a list of keys, with what was known of the budgets. Keys
// that are off matter to nobody. For a team they have their labels alone.
func limits(list *spenders.KeyList, was account.Limits, shared bool) account.Limits {
	l := account.Limits{
		At: list.At, All: !list.Truncated && !list.MoreWorkspaces && (!list.DefaultOnly || !list.WorkspacesAt.IsZero()),
		BudgetsAt: was.BudgetsAt, Budgets: budgets(list.Workspaces, was.Budgets),
	}
	for _, k := range list.Keys {
		if k.Disabled {
			continue
		}
		name := "key " + cmp.Or(k.Name, k.Label)
		if shared {
			name = "key " + k.Label
		}
		if !k.ExpiresAt.IsZero() {
			l.Expiries = append(l.Expiries, account.KeyExpiry{Expiry: alert.Expiry{ID: k.Hash, Name: name, At: k.ExpiresAt}, Label: k.Label})
		}
		if k.Cap.LimitUSD != nil {
			l.Caps = append(l.Caps, account.Allowance(k.Hash, name, k.Cap, list.At))
		}
	}
	return l
}

// budgets are those of workspaces, with what was known of each.
func budgets(list []spenders.Workspace, known []alert.Allowance) (all []alert.Allowance) {
	for _, w := range list {
		for _, x := range w.Budgets {
			l := alert.Allowance{
				ID: w.ID + " " + string(x.Reset), Name: "the " + cmp.Or(string(x.Reset), "whole") + " budget of workspace " + w.Name, LimitUSD: x.LimitUSD,
			}
			for _, k := range known {
				if k.ID == l.ID && k.LimitUSD == l.LimitUSD {
					l.UsedUSD, l.ResetsAt = k.UsedUSD, k.ResetsAt
				}
			}
			all = append(all, l)
		}
	}
	return all
}

// budgets requests what is left of the workspaces' budgets, where there are any
// and a rule is about them.
func (l *listing) budgets(m *Monitor) *chore {
	return &chore{
		name: "budgets", every: budgetsEvery,
		wanted: func(st *store) bool {
			minds := slices.ContainsFunc(m.o.Rules, func(r alert.Rule) bool { return r.Kind == alert.Limit })
			return minds && m.o.Alerts != nil && st.manages() && !st.book.Limits.At.IsZero() &&
				slices.ContainsFunc(l.workspaces, func(w spenders.Workspace) bool { return len(w.Budgets) > 0 })
		},
		request: func(ctx context.Context, _ API, now time.Time) (apply, error) {
			workspaces := l.workspaces
			all := budgets(workspaces, nil)
			for i, left := range l.spenders.Budgets(ctx, workspaces, now.Truncate(time.Second)) {
				if left.USD != nil {
					used := all[i].LimitUSD - *left.USD
					all[i].UsedUSD, all[i].ResetsAt = &used, left.ResetsAt
				}
			}
			return func(_ context.Context, st *store) (account.Input, error) {
				st.book.Limits.Budgets, st.book.Limits.BudgetsAt = all, now
				return account.Input{}, nil
			}, ctx.Err()
		},
	}
}

// driverChore finds who drives unusual spend. A team is told the key's label.
func driverChore(s *spenders.Service, shared bool) *chore {
	var pending []account.Spike
	return &chore{
		name: "unusual spend", every: time.Second,
		wanted: func(st *store) bool {
			pending = st.state.Unusual.Pending
			return len(pending) > 0
		},
		request: func(ctx context.Context, _ API, _ time.Time) (apply, error) {
			drivers := map[string]account.Driver{}
			for _, u := range pending {
				span, before := u.Compared()
				// A spike is reported also where its driver cannot be found.
				if d, err := s.Driver(ctx, span, before); err == nil {
					if shared && d.Key != "" {
						d.Key = cmp.Or(s.Label(ctx, d.Key), "a key")
					}
					drivers[u.ID] = account.Driver{Key: d.Key, Model: d.Model, MoreUSD: d.MoreUSD, OfUSD: u.USD}
				}
			}
			return func(context.Context, *store) (account.Input, error) { return account.Input{Drivers: drivers}, nil }, ctx.Err()
		},
	}
}
