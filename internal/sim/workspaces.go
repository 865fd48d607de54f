package sim

import (
	"net/http"
	"slices"
	"time"
)

// workspaceBudgetUSD is the monthly budget of every workspace but the default
// one, which has none.
const workspaceBudgetUSD = 250

type workspaceRow struct {
	ID              string  `json:"id"`
	Name            string  `json:"name"`
	Slug            string  `json:"slug"`
	Description     *string `json:"description"`
	CreatedAt       string  `json:"created_at"`
	UpdatedAt       *string `json:"updated_at"`
	CreatedBy       *string `json:"created_by"`
	GuardrailID     string  `json:"default_guardrail_id"`
	TextModel       *string `json:"default_text_model"`
	ImageModel      *string `json:"default_image_model"`
	ProviderSort    *string `json:"default_provider_sort"`
	BYOKInBudgets   bool    `json:"include_byok_in_budgets"`
	IOLogging       bool    `json:"is_observability_io_logging_enabled"`
	Broadcast       bool    `json:"is_observability_broadcast_enabled"`
	DiscountLogging bool    `json:"is_data_discount_logging_enabled"`
	IOLoggingKeys   []int   `json:"io_logging_api_key_ids"`
	IOLoggingRate   float64 `json:"io_logging_sampling_rate"`
}

type budgetRow struct {
	_ [0]func() // never compared, which would be some program for each type

	ID          string  `json:"id"`
	WorkspaceID string  `json:"workspace_id"`
	LimitUSD    float64 `json:"limit_usd"`
	Reset       *string `json:"reset_interval"`
	CreatedAt   string  `json:"created_at"`
	UpdatedAt   string  `json:"updated_at"`
}

type workspaceMember struct {
	ID          string `json:"id"`
	WorkspaceID string `json:"workspace_id"`
	UserID      string `json:"user_id"`
	Role        string `json:"role"`
	CreatedAt   string `json:"created_at"`
}

type organizationMember struct {
	ID        string  `json:"id"`
	FirstName *string `json:"first_name"`
	LastName  *string `json:"last_name"`
	Email     string  `json:"email"`
	Role      string  `json:"role"`
}

// budgets is the envelope of budgets, one or many.
type budgets[T any] struct {
	Data          T    `json:"data"`
	BYOKInBudgets bool `json:"include_byok_in_budgets"`
}

func (a *Account) workspaceList(q query) answer {
	rows := []workspaceRow{}
	for i := range a.catalog.workspaces {
		rows = append(rows, a.workspaceRow(i))
	}
	return page(&q, rows)
}

// oneWorkspace answers /workspaces/{id or slug} and what is below it.
func (a *Account) oneWorkspace(q *query, id string, below []string) answer {
	i := a.workspaceIndex(id)
	if i < 0 {
		return fail(http.StatusNotFound)
	}
	switch {
	case len(below) == 0:
		return ok(envelope[workspaceRow]{a.workspaceRow(i)})
	case below[0] == "budgets" && len(below) == 1:
		return ok(budgets[[]budgetRow]{Data: a.budgets(i)})
	case below[0] == "budgets":
		return a.oneBudget(i, below[1])
	case below[0] == "members" && len(below) == 1:
		return page(q, a.workspaceMembers(i))
	}
	return fail(http.StatusNotFound)
}

// workspaceIndex returns a workspace's place by its id or slug, or -1.
//
//go:noinline
func (a *Account) workspaceIndex(id string) int {
	return slices.IndexFunc(a.catalog.workspaces, func(w workspace) bool { return w.id == id || w.slug == id })
}

func (a *Account) workspaceRow(i int) workspaceRow {
	w := a.catalog.workspaces[i]
	return workspaceRow{
		ID: w.id, Name: w.name, Slug: w.slug, CreatedAt: a.startText(), CreatedBy: &a.catalog.members[0].id,
		GuardrailID: a.cfg.uuid("guardrail", i), IOLoggingRate: 1,
	}
}

func (a *Account) startText() string { return a.start.UTC().Format(time.RFC3339) }

func (a *Account) budgets(workspace int) []budgetRow {
	if workspace == 0 {
		return []budgetRow{}
	}
	monthly := "monthly"
	return []budgetRow{{
		ID: a.cfg.uuid("budget", workspace), WorkspaceID: a.catalog.workspaces[workspace].id,
		LimitUSD: workspaceBudgetUSD, Reset: &monthly, CreatedAt: a.startText(), UpdatedAt: a.startText(),
	}}
}

func (a *Account) oneBudget(workspace int, interval string) answer {
	if !slices.Contains([]string{"daily", "weekly", "monthly", "lifetime"}, interval) {
		return fail(http.StatusBadRequest)
	}
	for _, b := range a.budgets(workspace) {
		if *b.Reset == interval {
			return ok(budgets[budgetRow]{Data: b})
		}
	}
	return fail(http.StatusNotFound)
}

func (a *Account) workspaceMembers(workspace int) []workspaceMember {
	rows := []workspaceMember{}
	for i, m := range a.catalog.members {
		role := "member"
		if i == 0 {
			role = "admin"
		}
		rows = append(rows, workspaceMember{
			ID:          a.cfg.uuid("membership", workspace*len(a.catalog.members)+i),
			WorkspaceID: a.catalog.workspaces[workspace].id, UserID: m.id, Role: role, CreatedAt: a.startText(),
		})
	}
	return rows
}

// organization answers /organization/members; a personal account has none.
func (a *Account) organization(q query) answer {
	if a.catalog.personal {
		return fail(http.StatusNotFound)
	}
	rows := []organizationMember{}
	for i := range a.catalog.members {
		m := &a.catalog.members[i]
		rows = append(rows, organizationMember{ID: m.id, FirstName: &m.first, LastName: &m.last, Email: m.email, Role: m.role})
	}
	return page(&q, rows)
}
