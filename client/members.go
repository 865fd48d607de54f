package client

import "context"

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
