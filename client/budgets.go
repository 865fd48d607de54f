package client

import (
	"context"
	"time"
)

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
