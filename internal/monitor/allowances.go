package monitor

import (
	"cmp"
	"context"
	"slices"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/spenders"
)

const (
	// budgetsEvery is the time between two looks at what is left of budgets.
	budgetsEvery = 15 * time.Minute
	// listingGood and budgetsGood are how long a listing and that are good for.
	listingGood = 4 * spenders.KeysEvery
	budgetsGood = 4 * budgetsEvery
	// expiredFor is for how long a key that has expired is worth a word.
	expiredFor = 7 * 24 * time.Hour
)

// allowances are what the keys and the workspaces of an account may spend, as
// they were last listed; the zero value is that they never were.
type allowances struct {
	at         time.Time
	all        bool // there are no others
	caps       []alert.Allowance
	expiries   []labelled
	workspaces []spenders.Workspace
	budgetsAt  time.Time
	budgets    []alert.Allowance
}

// labelled is a key that expires, with its masked form.
type labelled struct {
	alert.Expiry
	label string
}

// list takes over a listing. Keys that are off matter to nobody.
func (a *allowances) list(r spenders.KeyList) {
	a.at, a.workspaces = r.At, r.Workspaces
	a.all = !r.Truncated && !r.MoreWorkspaces && (!r.DefaultOnly || !r.WorkspacesAt.IsZero())
	a.budgets = budgetsOf(r.Workspaces, a.budgets)
	a.caps, a.expiries = nil, nil
	for _, k := range r.Keys {
		if k.Disabled {
			continue
		}
		name := "key " + cmp.Or(k.Name, k.Label)
		if !k.ExpiresAt.IsZero() {
			a.expiries = append(a.expiries, labelled{alert.Expiry{ID: k.Hash, Name: name, At: k.ExpiresAt}, k.Label})
		}
		if k.Cap.LimitUSD != nil {
			a.caps = append(a.caps, allowance(k.Hash, name, k.Cap, r.At))
		}
	}
}

// allowance is a cap or a budget as it was at a moment.
func allowance(id, name string, c credit.Cap, at time.Time) alert.Allowance {
	l := alert.Allowance{ID: id, Name: name, LimitUSD: *c.LimitUSD, UsedUSD: c.UsedUSD()}
	l.ResetsAt, _ = c.Reset.Next(at)
	return l
}

// tell puts what is known at now into a reading. What an old listing said is
// not known any more, and of what has started anew since only that it has.
func (a allowances) tell(r *alert.Reading, ownLabel string) {
	age := r.Now.Sub(a.at)
	if a.at.IsZero() || age < 0 || age > listingGood {
		r.Partial = true
		return
	}
	r.Partial = !a.all
	old := a.budgetsAt.IsZero() || r.Now.Sub(a.budgetsAt) > budgetsGood
	for i, l := range slices.Concat(a.caps, a.budgets) {
		if old && i >= len(a.caps) || !l.ResetsAt.IsZero() && !r.Now.Before(l.ResetsAt) {
			l.UsedUSD = nil
		}
		r.Limits = append(r.Limits, l)
	}
	for _, e := range a.expiries {
		if e.label != ownLabel && r.Now.Sub(e.At) < expiredFor {
			r.Keys = append(r.Keys, e.Expiry)
		}
	}
}

// allowed puts what may be spent, and until when, into a reading.
func (st *store) allowed(r *alert.Reading, s Snapshot) {
	k := s.Key
	if k == nil {
		return
	}
	r.Keys, r.Limits = []alert.Expiry{}, []alert.Allowance{}
	if !k.ExpiresAt.IsZero() {
		r.Keys = append(r.Keys, alert.Expiry{ID: st.known.Fingerprint, Name: "key " + k.Label, At: k.ExpiresAt})
	}
	switch {
	case k.Kind == credit.KeyManagement:
		st.allow.tell(r, k.Label)
	case k.Kind != credit.KeyOrdinary:
		r.Partial = true
	case k.Cap.LimitUSD != nil:
		r.Limits = append(r.Limits, allowance(st.known.Fingerprint, "key "+k.Label, k.Cap, s.At))
	}
}

// budgetsChore asks what is left of the workspaces' budgets, where there are
// any and a rule wants to know.
func budgetsChore(m *Monitor) *chore {
	var list []spenders.Workspace
	return &chore{
		name: "budgets", every: budgetsEvery,
		wanted: func(st *store) bool {
			list = st.allow.workspaces
			wants := slices.ContainsFunc(m.o.Rules, func(r alert.Rule) bool { return r.Kind == alert.Limit })
			return wants && m.o.Deliver != nil && st.manages() && slices.ContainsFunc(list, func(w spenders.Workspace) bool { return len(w.Budgets) > 0 })
		},
		ask: func(ctx context.Context, _ API, now time.Time) (func(context.Context, *store) error, error) {
			budgets := m.budgets(ctx, list, now.Truncate(time.Second))
			return func(_ context.Context, st *store) error {
				st.allow.budgets, st.allow.budgetsAt = budgets, now
				return nil
			}, ctx.Err()
		},
	}
}

// budgetsOf are the budgets of workspaces, with what was known of each.
func budgetsOf(list []spenders.Workspace, known []alert.Allowance) (all []alert.Allowance) {
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

// budgets are those of the workspaces with what was spent of each.
func (m *Monitor) budgets(ctx context.Context, list []spenders.Workspace, now time.Time) []alert.Allowance {
	all := budgetsOf(list, nil)
	for i, left := range m.spenders.Budgets(ctx, list, now) {
		if left.USD != nil {
			used := all[i].LimitUSD - *left.USD
			all[i].UsedUSD, all[i].ResetsAt = &used, left.ResetsAt
		}
	}
	return all
}
