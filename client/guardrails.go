package client

import (
	"context"
	"time"
)

// Guardrail is a set of rules for the keys and members that it is assigned to.
// Of the rules only the budget is read.
type Guardrail struct {
	ID          string
	WorkspaceID string
	Name        string
	Description string
	// LimitUSD is what each key and each member that it is assigned to may spend
	// by itself; nil: it has no budget. How much of it is spent is not in the API.
	LimitUSD *float64
	// ResetInterval is how often the budget resets, in UTC: "daily",
	// "weekly", "monthly", empty for never, or a word yet to come.
	ResetInterval string
	// IncludeBYOK reports whether BYOK spend counts against the budget.
	IncludeBYOK *bool
	CreatedAt   *time.Time
	UpdatedAt   *time.Time // nil: never
}

// GuardrailKey is the assignment of a guardrail to a key.
type GuardrailKey struct {
	ID          string // of the assignment
	GuardrailID string
	KeyHash     string
	KeyName     string
	KeyLabel    string
	AssignedBy  string // the user ID of a member
	CreatedAt   *time.Time
}

// GuardrailMember is the assignment of a guardrail to a member of an
// organization.
type GuardrailMember struct {
	ID             string // of the assignment
	GuardrailID    string
	UserID         string
	OrganizationID string
	AssignedBy     string // the user ID of a member
	CreatedAt      *time.Time
}

// Guardrails reads the guardrails of one workspace, from GET /guardrails. An
// empty workspaceID is the account's default workspace. The error is ErrNotFound
// if the account has no such workspace. It needs a management key.
func (c *Client) Guardrails(ctx context.Context, workspaceID string) (List[Guardrail], error) {
	q := call{name: "guardrails", query: fullPages()}
	if workspaceID != "" {
		q.query.Set("workspace_id", workspaceID)
		q.lookup = true
	}
	return pages(ctx, c, q, readGuardrail, func(g *Guardrail) string { return g.ID })
}

// GuardrailKeys reads which guardrail is assigned to which key, in all
// workspaces, from GET /guardrails/assignments/keys. It needs a management key.
func (c *Client) GuardrailKeys(ctx context.Context) (List[GuardrailKey], error) {
	q := call{name: "guardrails/assignments/keys", query: fullPages()}
	return pages(ctx, c, q, readGuardrailKey, func(a *GuardrailKey) string { return a.ID })
}

// GuardrailMembers reads which guardrail is assigned to which member, in all
// workspaces, from GET /guardrails/assignments/members. It needs a management
// key.
func (c *Client) GuardrailMembers(ctx context.Context) (List[GuardrailMember], error) {
	q := call{name: "guardrails/assignments/members", query: fullPages()}
	return pages(ctx, c, q, readGuardrailMember, func(a *GuardrailMember) string { return a.ID })
}

func readGuardrail(d *fields) Guardrail {
	return Guardrail{
		ID:            d.id("id"),
		WorkspaceID:   d.text("workspace_id"),
		Name:          d.text("name"),
		Description:   d.text("description"),
		LimitUSD:      d.total("limit_usd"),
		ResetInterval: d.text("reset_interval"),
		IncludeBYOK:   d.flag("include_byok_in_budgets"),
		CreatedAt:     d.time("created_at"),
		UpdatedAt:     d.time("updated_at"),
	}
}

func readGuardrailKey(d *fields) GuardrailKey {
	return GuardrailKey{
		ID:          d.id("id"),
		GuardrailID: d.id("guardrail_id"),
		KeyHash:     d.id("key_hash"),
		KeyName:     d.text("key_name"),
		KeyLabel:    d.text("key_label"),
		AssignedBy:  d.text("assigned_by"),
		CreatedAt:   d.time("created_at"),
	}
}

func readGuardrailMember(d *fields) GuardrailMember {
	return GuardrailMember{
		ID:             d.id("id"),
		GuardrailID:    d.id("guardrail_id"),
		UserID:         d.id("user_id"),
		OrganizationID: d.text("organization_id"),
		AssignedBy:     d.text("assigned_by"),
		CreatedAt:      d.time("created_at"),
	}
}

// WorkspaceBudget is a cap on what a workspace may spend. How much of it is spent
// is not in the API.
type WorkspaceBudget struct {
	ID          string
	WorkspaceID string
	LimitUSD    float64
	// ResetInterval is how often the budget resets, in UTC: "daily",
	// "weekly", "monthly", empty for never, or a word yet to come.
	ResetInterval string
	CreatedAt     *time.Time
	UpdatedAt     *time.Time
}

// WorkspaceBudgets are the budgets of a workspace. Each of them binds.
type WorkspaceBudgets struct {
	Budgets []WorkspaceBudget
	// IncludeBYOK reports whether BYOK spend counts against them.
	IncludeBYOK *bool
	Meta
}

// Budgets reads the budgets of a workspace, given by its ID or slug, from
// GET /workspaces/{id}/budgets. The error is ErrNotFound if the account has no
// such workspace. It needs a management key.
func (c *Client) Budgets(ctx context.Context, idOrSlug string) (WorkspaceBudgets, error) {
	q := call{name: "workspaces/budgets", path: "workspaces/" + idOrSlug + "/budgets", lookup: true}
	if err := checkID(q.name, idOrSlug); err != nil {
		return WorkspaceBudgets{}, err
	}
	var v WorkspaceBudgets
	meta, err := c.do(ctx, q, v.read)
	if err != nil {
		return WorkspaceBudgets{}, err
	}
	v.Meta = meta
	return v, nil
}

func (v *WorkspaceBudgets) read(answer *fields) {
	v.Budgets, _ = listOf(answer, "data", func(d *fields) WorkspaceBudget {
		return WorkspaceBudget{
			ID:            d.id("id"),
			WorkspaceID:   d.text("workspace_id"),
			LimitUSD:      d.required("limit_usd"),
			ResetInterval: d.text("reset_interval"),
			CreatedAt:     d.time("created_at"),
			UpdatedAt:     d.time("updated_at"),
		}
	})
	v.IncludeBYOK = answer.flag("include_byok_in_budgets")
}
