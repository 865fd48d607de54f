package client

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

// Workspace is one of the account's workspaces.
type Workspace struct {
	ID          string // a UUID
	Name, Slug  string
	Description string
	CreatedAt   *time.Time
	UpdatedAt   *time.Time // nil: never
	CreatedBy   string     // the user ID of a member
	// IncludeBYOKInBudgets reports whether BYOK spend counts against the
	// workspace's budgets.
	IncludeBYOKInBudgets *bool
	// DefaultGuardrailID is that of the guardrail which holds every key and every
	// member of the workspace. It is listed once it was first configured.
	DefaultGuardrailID string
}

// WorkspaceMember is the membership of a user in a workspace.
type WorkspaceMember struct {
	ID          string // of the membership
	WorkspaceID string
	UserID      string
	Role        string // "admin", "member", or a word yet to come
	CreatedAt   *time.Time
}

// fullPages selects the longest pages, for lists that let one choose.
//
//go:noinline
func fullPages() url.Values { return url.Values{"limit": {strconv.Itoa(pageRows)}} }

// Workspaces reads the account's workspaces, from GET /workspaces. It needs a
// management key.
func (c *Client) Workspaces(ctx context.Context) (List[Workspace], error) {
	q := call{name: "workspaces", query: fullPages()}
	return pages(ctx, c, q, readWorkspace, func(w *Workspace) string { return w.ID })
}

// Workspace reads one workspace by its ID or slug, from GET /workspaces/{id}.
// The error is ErrNotFound if the account has no such workspace. It needs a
// management key.
func (c *Client) Workspace(ctx context.Context, idOrSlug string) (Workspace, error) {
	q := call{name: "workspaces", path: "workspaces/" + idOrSlug, lookup: true}
	if err := checkID(q.name, idOrSlug); err != nil {
		return Workspace{}, err
	}
	var v Workspace
	_, err := c.do(ctx, q, func(answer *fields) { v = readWorkspace(answer.object("data")) })
	if err != nil {
		return Workspace{}, err
	}
	return v, nil
}

// WorkspaceMembers reads who is in a workspace, given by its ID or slug, from
// GET /workspaces/{id}/members. The error is ErrNotFound if the account has no
// such workspace. It needs a management key.
func (c *Client) WorkspaceMembers(ctx context.Context, idOrSlug string) (List[WorkspaceMember], error) {
	q := call{name: "workspaces/members", path: "workspaces/" + idOrSlug + "/members", query: fullPages(), lookup: true}
	if err := checkID(q.name, idOrSlug); err != nil {
		return List[WorkspaceMember]{}, err
	}
	return pages(ctx, c, q, readWorkspaceMember, func(m *WorkspaceMember) string { return m.ID })
}

func readWorkspace(d *fields) Workspace {
	return Workspace{
		ID:                   d.id("id"),
		Name:                 d.text("name"),
		Slug:                 d.text("slug"),
		Description:          d.text("description"),
		CreatedAt:            d.time("created_at"),
		UpdatedAt:            d.time("updated_at"),
		CreatedBy:            d.text("created_by"),
		IncludeBYOKInBudgets: d.flag("include_byok_in_budgets"),
		DefaultGuardrailID:   d.text("default_guardrail_id"),
	}
}

func readWorkspaceMember(d *fields) WorkspaceMember {
	return WorkspaceMember{
		ID:          d.id("id"),
		WorkspaceID: d.text("workspace_id"),
		UserID:      d.id("user_id"),
		Role:        d.text("role"),
		CreatedAt:   d.time("created_at"),
	}
}

// Member is a person of an organization. Names and address are personal: they
// are for the screen, and not for a file or a log.
type Member struct {
	UserID              string
	FirstName, LastName string // empty: unknown
	Email               string
	Role                string // "org:admin", "org:member", or a word yet to come
}

// Members reads who is in the organization that owns the key, from
// GET /organization/members. A personal account has no members: the error is
// ErrNotFound. It needs a management key.
func (c *Client) Members(ctx context.Context) (List[Member], error) {
	q := call{name: "organization/members", query: fullPages(), lookup: true}
	return pages(ctx, c, q, readMember, func(m *Member) string { return m.UserID })
}

func readMember(d *fields) Member {
	return Member{
		UserID:    d.id("id"),
		FirstName: d.text("first_name"),
		LastName:  d.text("last_name"),
		Email:     d.text("email"),
		Role:      d.text("role"),
	}
}
