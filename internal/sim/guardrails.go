package sim

import "net/http"

// guardrailRow is a guardrail as the service lists it.
type guardrailRow struct {
	ID               string    `json:"id"`
	WorkspaceID      string    `json:"workspace_id"`
	Name             string    `json:"name"`
	Description      *string   `json:"description"`
	LimitUSD         *float64  `json:"limit_usd"`
	Reset            *string   `json:"reset_interval"`
	BYOKInBudgets    *bool     `json:"include_byok_in_budgets"`
	AllowedModels    *[]string `json:"allowed_models"`
	AllowedProviders *[]string `json:"allowed_providers"`
	AllowedRegions   *[]string `json:"allowed_data_regions"`
	EnforceZDR       *bool     `json:"enforce_zdr"`
	CreatedAt        string    `json:"created_at"`
	UpdatedAt        *string   `json:"updated_at"`
}

type keyAssignment struct {
	_ [0]func() // never compared, which would be some program for each type

	ID          string  `json:"id"`
	GuardrailID string  `json:"guardrail_id"`
	KeyHash     string  `json:"key_hash"`
	KeyName     string  `json:"key_name"`
	KeyLabel    string  `json:"key_label"`
	AssignedBy  *string `json:"assigned_by"`
	CreatedAt   string  `json:"created_at"`
}

type memberAssignment struct {
	ID             string  `json:"id"`
	GuardrailID    string  `json:"guardrail_id"`
	UserID         string  `json:"user_id"`
	OrganizationID string  `json:"organization_id"`
	AssignedBy     *string `json:"assigned_by"`
	CreatedAt      string  `json:"created_at"`
}

// guardrail is one of every account's. Its budget holds each of its keys and
// members by itself.
type guardrail struct {
	name     string
	limitUSD float64 // 0: it has no budget
	reset    string
	keys     func(i int) bool
	members  func(i int) bool
	standard int // the workspace that it is the default of; 0: of none
}

func none(int) bool { return false }

// guardrails are those of the default workspace, and one that is another's default:
// it is assigned to none, and holds all there. A key that pays a provider directly is
// held by two of them, and all members but the owner by one.
var guardrails = []guardrail{
	{"Nightly jobs", 25, "weekly", func(i int) bool { return i%4 == 2 }, none, 0},
	{"Runaway stop", 12, "daily", func(i int) bool { return i%4 == 2 }, func(i int) bool { return i > 0 }, 0},
	{"No training on our data", 0, "", func(int) bool { return true }, none, 0},
	{"Each in production", 120, "monthly", none, none, 1},
}

// guardrails are those of the account's workspaces.
func (a *Account) guardrails() []guardrail {
	if len(a.catalog.workspaces) < 2 {
		return guardrails[:len(guardrails)-1]
	}
	return guardrails
}

// guardrailsUnder answers /guardrails and what is below it.
func (a *Account) guardrailsUnder(q *query, below []string) answer {
	switch {
	case len(below) == 0:
		return a.guardrailList(q)
	case len(below) == 1 && below[0] != "assignments":
		for i := range a.guardrails() {
			if row := a.guardrailRow(i); row.ID == below[0] {
				return ok(envelope[guardrailRow]{row})
			}
		}
	case len(below) == 2 && below[0] == "assignments" && below[1] == "keys":
		return page(q, a.guardedKeys())
	case len(below) == 2 && below[0] == "assignments" && below[1] == "members":
		return page(q, a.guardedMembers())
	}
	return fail(http.StatusNotFound)
}

func (a *Account) guardrailList(q *query) answer {
	in := 0
	if id := q.values.Get("workspace_id"); id != "" {
		if in = a.workspaceIndex(id); in < 0 {
			return fail(http.StatusNotFound)
		}
	}
	rows := []guardrailRow{}
	for i, g := range a.guardrails() {
		if in == g.standard {
			rows = append(rows, a.guardrailRow(i))
		}
	}
	return page(q, rows)
}

func (a *Account) guardrailRow(i int) guardrailRow {
	g := &guardrails[i]
	byok := false
	row := guardrailRow{
		ID: a.cfg.uuid("guardrail of the account", i), WorkspaceID: a.catalog.workspaces[0].id, Name: g.name, BYOKInBudgets: &byok, CreatedAt: a.startText(),
	}
	if w := g.standard; w > 0 {
		row.ID, row.WorkspaceID = a.cfg.uuid("guardrail", w), a.catalog.workspaces[w].id
	}
	if g.limitUSD > 0 {
		row.LimitUSD, row.Reset = &g.limitUSD, &g.reset
	}
	return row
}

func (a *Account) guardedKeys() []keyAssignment {
	rows := []keyAssignment{}
	for i, g := range a.guardrails() {
		for j := range a.catalog.keys {
			if k := &a.catalog.keys[j]; g.keys(j) && k.workspace == 0 {
				rows = append(rows, keyAssignment{
					ID: a.cfg.uuid("guarded key", i*len(a.catalog.keys)+j), GuardrailID: a.guardrailRow(i).ID, KeyHash: k.hash, KeyName: k.name, KeyLabel: k.label,
					AssignedBy: &a.catalog.members[0].id, CreatedAt: a.startText(),
				})
			}
		}
	}
	return rows
}

// guardedMembers are none in a personal account.
func (a *Account) guardedMembers() []memberAssignment {
	rows := []memberAssignment{}
	for i, g := range a.guardrails() {
		for j, m := range a.catalog.members {
			if g.members(j) && !a.catalog.personal {
				rows = append(rows, memberAssignment{
					ID: a.cfg.uuid("guarded member", i*len(a.catalog.members)+j), GuardrailID: a.guardrailRow(i).ID, UserID: m.id,
					OrganizationID: a.cfg.uuid("organization", 0), AssignedBy: &a.catalog.members[0].id, CreatedAt: a.startText(),
				})
			}
		}
	}
	return rows
}
