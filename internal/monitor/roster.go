package monitor

import (
	"context"
	"encoding/json"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/credit"
)

// keysEvery is the time between two listings of the account's keys.
const keysEvery = 5 * time.Minute

// listedPrefix begins the subjects of the keys that the account lists. The
// asking key's own series has another, for it is known by its fingerprint.
const listedPrefix = "key#"

// The names of the states in which the roster is kept. When it was listed is
// apart, so that a listing in which nothing changed writes little.
const (
	rosterState   = "roster"
	rosterAtState = "roster_at"
)

// roster is the account's workspaces and keys, as they were last listed.
type roster struct {
	At time.Time `json:"-"`
	// WorkspacesAt and BudgetsAt are when they were last asked for.
	WorkspacesAt time.Time   `json:"workspaces_at,omitzero"`
	BudgetsAt    time.Time   `json:"budgets_at,omitzero"`
	Workspaces   []workspace `json:"workspaces,omitempty"`
	Keys         []listedKey `json:"keys,omitempty"`
	// Truncated reports that there may be more keys, MoreWorkspaces the same of
	// workspaces, and DefaultOnly that the keys are those of the default
	// workspace, for workspaces cannot be listed.
	Truncated      bool `json:"truncated,omitempty"`
	MoreWorkspaces bool `json:"more_workspaces,omitempty"`
	DefaultOnly    bool `json:"default_only,omitempty"`
}

// workspace is a part of the account that has keys and budgets of its own.
type workspace struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	Budgets   []budget  `json:"budgets,omitempty"`
}

// budget is a cap of a workspace. What was spent of it is not said.
type budget struct {
	LimitUSD     float64      `json:"limit_usd"`
	Reset        credit.Reset `json:"reset,omitempty"`
	IncludesBYOK bool         `json:"includes_byok,omitempty"`
}

// listedKey is one of the account's keys.
type listedKey struct {
	Hash      string     `json:"hash"`
	Name      string     `json:"name,omitempty"`
	Label     string     `json:"label,omitempty"`
	Workspace string     `json:"workspace,omitempty"` // its ID
	Disabled  bool       `json:"disabled,omitempty"`
	CreatedAt time.Time  `json:"created_at,omitzero"`
	ExpiresAt time.Time  `json:"expires_at,omitzero"` // zero: never
	Cap       credit.Cap `json:"cap,omitzero"`
	UsageUSD  float64    `json:"usage_usd"`
	DailyUSD  *float64   `json:"daily_usd,omitempty"` // of the UTC day in which it was listed
	// LastUsed is when usage was last seen to have risen.
	LastUsed time.Time `json:"last_used,omitzero"`
	// Fell reports that the last listing had less usage than the one before,
	// which was not believed.
	Fell bool `json:"fell,omitempty"`
}

// newListedKey is a key as it was listed at a moment; it was made before.
func newListedKey(k client.APIKey, at time.Time) listedKey {
	l := listedKey{
		Hash: k.Hash, Name: clean(k.Name), Label: clean(k.Label), Workspace: k.WorkspaceID, Disabled: said(k.Disabled),
		Cap: credit.Cap{
			LimitUSD: k.LimitUSD, RemainingUSD: k.LimitRemainingUSD,
			Reset: credit.Reset(clean(k.LimitReset)), IncludesBYOK: said(k.IncludeBYOKInLimit),
		},
		UsageUSD: k.UsageUSD, DailyUSD: k.UsageDailyUSD,
	}
	if k.CreatedAt != nil && !k.CreatedAt.After(at) {
		l.CreatedAt = *k.CreatedAt
	}
	if k.ExpiresAt != nil {
		l.ExpiresAt = *k.ExpiresAt
	}
	return l
}

// readRoster is what was last kept; zero if nothing was.
func readRoster(ctx context.Context, db *history.DB, account history.Series) (r roster, err error) {
	b, err := db.State(ctx, account, rosterState)
	if err != nil {
		return r, err
	}
	at, err := db.State(ctx, account, rosterAtState)
	if err != nil {
		return r, err
	}
	if json.Unmarshal(b, &r) != nil || json.Unmarshal(at, &r.At) != nil {
		return roster{}, nil // never kept, or by another version: it is asked anew
	}
	return r, nil
}

// keepRoster stores a listing: each key's usage in its series, the rest as it
// is.
func (m *Monitor) keepRoster(ctx context.Context, db *history.DB, account history.Series, r roster) error {
	was, err := readRoster(ctx, db, account)
	if err != nil || !r.At.After(was.At) {
		return err // another process was quicker
	}
	readings := make([]history.Reading, 0, len(r.Keys))
	before := was.byHash()
	for i := range r.Keys {
		k := &r.Keys[i]
		series, err := db.Series(ctx, m.o.Account, m.o.BaseURL, listedPrefix+k.Hash)
		if err != nil {
			return err
		}
		old, known := before[k.Hash]
		if known {
			k.follow(old, r.At)
		} else if !was.At.IsZero() && k.CreatedAt.After(was.At) && k.CreatedAt.Before(r.At) {
			readings = append(readings, history.Reading{Series: series, At: k.CreatedAt}) // where it began
		}
		readings = append(readings, history.Reading{Series: series, At: r.At, UsageUSD: k.UsageUSD})
	}
	if err := db.Record(ctx, history.PollUpdate{Interval: keysEvery}, readings...); err != nil {
		return err
	}
	oldJSON, _ := json.Marshal(was)
	newJSON, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if string(oldJSON) != string(newJSON) || was.At.IsZero() {
		if err := db.SetState(ctx, account, rosterState, newJSON); err != nil {
			return err
		}
	}
	at, err := json.Marshal(r.At)
	if err != nil {
		return err
	}
	return db.SetState(ctx, account, rosterAtState, at)
}

// follow takes over what only the listing before can tell. Lower usage is
// believed when it is told twice: one server may lag behind another.
func (k *listedKey) follow(old listedKey, at time.Time) {
	k.LastUsed = old.LastUsed
	switch {
	case k.UsageUSD > old.UsageUSD+slack:
		k.LastUsed = at.Truncate(time.Second)
	case k.UsageUSD < old.UsageUSD-slack && !old.Fell:
		k.UsageUSD, k.Fell = old.UsageUSD, true
	}
}

func (r roster) byHash() map[string]listedKey {
	keys := make(map[string]listedKey, len(r.Keys))
	for _, k := range r.Keys {
		keys[k.Hash] = k
	}
	return keys
}

// workspaceName is what people call a workspace.
func (r roster) workspaceName(id string) string {
	for _, w := range r.Workspaces {
		if w.ID == id {
			return w.Name
		}
	}
	return ""
}
