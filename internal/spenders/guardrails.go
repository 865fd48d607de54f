package spenders

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"ortop/client"
	"ortop/internal/credit"
	"ortop/internal/text"
)

// GuardrailBudget is what a guardrail lets each key and each member spend that it
// is assigned to. Several may hold one of them, and the API does not return what
// was spent of any: which of them ends first is not known.
type GuardrailBudget struct {
	ID           string       `json:"id"`
	Name         string       `json:"name,omitempty"`
	LimitUSD     float64      `json:"limit_usd"`
	Reset        credit.Reset `json:"reset,omitempty"`
	IncludesBYOK bool         `json:"includes_byok,omitempty"`
	// Keys are the hashes of the keys that it is assigned to.
	Keys []string `json:"keys,omitempty"`
	// Workspace is the one all of whose keys and members it holds, as the default
	// there; empty: it is none's.
	Workspace string `json:"workspace,omitempty"`
}

// Text is the budget in words: "$20/week".
func (x GuardrailBudget) Text() string {
	return strings.TrimSuffix(text.USD(x.LimitUSD), ".00") + x.Reset.Per()
}

// Guardrails are the budgets of the account's guardrails, as they were last
// listed. Those of members are not in it: who is a member is not stored.
type Guardrails struct {
	// At is when they were last requested.
	At      time.Time         `json:"at,omitzero"`
	Budgets []GuardrailBudget `json:"budgets,omitempty"`
	// Known reports that Budgets are all that there are, and Why says what is
	// missing where they are not; empty: there are none.
	Known bool   `json:"known,omitempty"`
	Why   string `json:"why,omitempty"`
}

// listGuardrails fetches the guardrails of workspaces that have a budget, and the
// keys that these are assigned to. An account without guardrails answers 404;
// other trouble leaves what was known.
func listGuardrails(ctx context.Context, api API, was Guardrails, workspaces []Workspace, now time.Time) Guardrails {
	g := Guardrails{At: now, Known: true}
	failed := func(err error) Guardrails {
		switch {
		case errors.Is(err, client.ErrNotFound):
			return Guardrails{At: now, Known: true}
		case errors.Is(err, client.ErrForbidden):
			return Guardrails{At: now, Why: oneLine(err)}
		}
		was.At, was.Known, was.Why = now, false, oneLine(err)
		return was
	}
	if len(workspaces) == 0 {
		workspaces = make([]Workspace, 1) // the default one, where they are not known
	}
	for i, w := range workspaces {
		list, err := api.Guardrails(ctx, w.ID)
		if errors.Is(err, client.ErrNotFound) && i > 0 {
			continue // the workspace is gone
		}
		if err != nil {
			return failed(err)
		}
		g.partial(list.Truncated, list.Odd)
		for _, x := range list.Rows {
			if x.LimitUSD == nil {
				continue
			}
			budget := GuardrailBudget{
				ID: clean(x.ID), Name: clean(x.Name), LimitUSD: *x.LimitUSD,
				Reset: credit.Reset(clean(x.ResetInterval)), IncludesBYOK: is(x.IncludeBYOK),
			}
			if budget.ID == w.Guardrail {
				budget.Workspace = w.ID
			}
			g.Budgets = append(g.Budgets, budget)
		}
	}
	if len(g.Budgets) == 0 {
		return g
	}
	assigned, err := api.GuardrailKeys(ctx)
	if err != nil {
		return failed(err)
	}
	g.partial(assigned.Truncated, assigned.Odd)
	for _, a := range assigned.Rows {
		if i := g.index(a.GuardrailID); i >= 0 {
			g.Budgets[i].Keys = append(g.Budgets[i].Keys, a.KeyHash)
		}
	}
	return g
}

// partial takes in that a list was not whole.
//
//go:noinline
func (g *Guardrails) partial(truncated bool, odd string) {
	if truncated {
		g.Known, g.Why = false, cmp.Or(odd, g.Why, "the list did not come whole")
	}
}

//go:noinline
func (g Guardrails) index(id string) int {
	return slices.IndexFunc(g.Budgets, func(x GuardrailBudget) bool { return x.ID == id })
}

// held are budgets of a row, and whether they are all that it has.
type held struct {
	budgets []GuardrailBudget
	known   bool
}

// ofKeys tells the budgets that hold each key. Those that the same ones hold share them.
func (g Guardrails) ofKeys() func(*Key) held {
	assigned, shared := map[string]string{}, map[[2]string]held{}
	for i, x := range g.Budgets {
		for _, hash := range x.Keys {
			assigned[hash] += string(rune(i))
		}
	}
	return func(k *Key) held {
		by := [2]string{k.Workspace, assigned[k.Hash]}
		h, ok := shared[by]
		if !ok {
			h = g.ofKey(k)
			shared[by] = h
		}
		return h
	}
}

// ofKey are the budgets that hold a key.
func (g Guardrails) ofKey(k *Key) held {
	h := held{known: g.Known}
	for _, x := range g.Budgets {
		if x.Workspace != "" && x.Workspace == k.Workspace || slices.Contains(x.Keys, k.Hash) {
			h.budgets = append(h.budgets, x)
		}
	}
	return h
}

// guardrailsOfMembers are the budgets that hold each member, by user ID, and a note
// where they are not all known.
func (s *Service) guardrailsOfMembers(ctx context.Context, sub *Subject) (of func(userID string) held, note string) {
	list, _ := s.freshKeys(ctx, sub, time.Time{}) // what is known of them is older where it fails
	g := list.Guardrails
	by, known := budgetsOfUsers{}, g.Known
	of = func(userID string) held { return held{by[userID], known} }
	if len(g.Budgets) == 0 {
		return of, g.note()
	}
	day := credit.DayStart(s.o.Now())
	assigned, _, err := cached(ctx, s, "guardrails of members", day, day.Add(24*time.Hour), func(ctx context.Context, api API) (client.List[client.GuardrailMember], error) {
		return api.GuardrailMembers(ctx)
	})
	switch {
	case errors.Is(err, client.ErrNotFound): // it is nobody's
	case err != nil:
		g.Known, g.Why = false, oneLine(err)
	default:
		g.partial(assigned.Truncated, assigned.Odd)
	}
	for _, x := range g.Budgets {
		if x.Workspace == "" {
			continue
		}
		members, _, err := cached(ctx, s, "members of workspace "+x.Workspace, day, day.Add(24*time.Hour), func(ctx context.Context, api API) (client.List[client.WorkspaceMember], error) {
			return api.WorkspaceMembers(ctx, x.Workspace)
		})
		switch {
		case errors.Is(err, client.ErrNotFound): // it is gone
		case err != nil:
			g.Known, g.Why = false, oneLine(err)
		default:
			g.partial(members.Truncated, members.Odd)
		}
		for _, m := range members.Rows {
			by.add(m.UserID, &x)
		}
	}
	known = g.Known
	for _, a := range assigned.Rows {
		if i := g.index(a.GuardrailID); i >= 0 {
			by.add(a.UserID, &g.Budgets[i])
		}
	}
	return of, g.note()
}

// budgetsOfUsers are the budgets that each user is held by, each once.
type budgetsOfUsers map[string][]GuardrailBudget

//go:noinline
func (by budgetsOfUsers) add(userID string, x *GuardrailBudget) {
	for i := range by[userID] {
		if by[userID][i].ID == x.ID {
			return
		}
	}
	by[userID] = append(by[userID], *x)
}

// note says that budgets are missing; empty: none is.
func (g Guardrails) note() string {
	switch {
	case g.Why == "":
		return ""
	case len(g.Budgets) > 0:
		return "there may be more guardrail budgets: " + g.Why
	}
	return "guardrail budgets are not known: " + g.Why
}

// hold puts the budgets into a row.
func (r *Row) hold(h held) {
	r.Guardrails = h.budgets
	if r.Guardrails == nil && h.known {
		r.Guardrails = []GuardrailBudget{}
	}
}
