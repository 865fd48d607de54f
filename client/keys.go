package client

import (
	"context"
	"net/url"
	"time"
)

// APIKey is one of the account's keys.
type APIKey struct {
	Hash        string // identifies the key for ever, and is not secret
	Name        string // as its owner chose
	Disabled    *bool
	CreatedAt   *time.Time
	UpdatedAt   *time.Time // nil: never
	WorkspaceID string
	// LastUsedAt and ExternalUser, a reseller's end user, are observed.
	LastUsedAt   *time.Time
	ExternalUser string
	KeyUsage
}

// Keys reads the keys of one workspace, disabled ones too, newest first, from
// GET /keys. An empty workspaceID is the account's default workspace. The error
// is ErrNotFound if the account has no such workspace. It needs a management key.
//
// What the keys have spent adds up to less than Credits.TotalUsageUSD, as deleted
// keys are not in the list, nor is the web chat.
func (c *Client) Keys(ctx context.Context, workspaceID string) (List[APIKey], error) {
	q := call{name: "keys", query: url.Values{"include_disabled": {"true"}}}
	if workspaceID != "" {
		q.query.Set("workspace_id", workspaceID)
		q.lookup = true
	}
	return pages(ctx, c, q, readAPIKey, func(k *APIKey) string { return k.Hash })
}

// KeyByHash reads one key, from GET /keys/{hash}. The error is ErrNotFound if
// the account has no such key. It needs a management key.
func (c *Client) KeyByHash(ctx context.Context, hash string) (APIKey, error) {
	q := call{name: "keys", path: "keys/" + hash, lookup: true}
	if err := checkID(q.name, hash); err != nil {
		return APIKey{}, err
	}
	var v APIKey
	_, err := c.do(ctx, q, func(answer *fields) { v = readAPIKey(answer.object("data")) })
	if err != nil {
		return APIKey{}, err
	}
	return v, nil
}

func readAPIKey(d *fields) APIKey {
	v := APIKey{
		Hash:        d.id("hash"),
		Name:        d.text("name"),
		Disabled:    d.flag("disabled"),
		CreatedAt:   d.time("created_at"),
		UpdatedAt:   d.time("updated_at"),
		WorkspaceID: d.text("workspace_id"),
		LastUsedAt:  d.time("last_used_at"), ExternalUser: d.text("external_user"),
	}
	v.KeyUsage.read(d)
	return v
}
