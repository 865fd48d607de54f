package spenders

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/credit"
)

// KeysEvery is the time between two listings of the account's keys.
const KeysEvery = 5 * time.Minute

// listedPrefix begins the subjects of the keys that the account lists. The
// asking key's own series has another, for it is known by its fingerprint.
const listedPrefix = "key#"

// KeyList is the account's workspaces and keys, as they were last listed.
type KeyList struct {
	At time.Time `json:"-"`
	// WorkspacesAt and BudgetsAt are when they were last requested.
	WorkspacesAt time.Time   `json:"workspaces_at,omitzero"`
	BudgetsAt    time.Time   `json:"budgets_at,omitzero"`
	Workspaces   []Workspace `json:"workspaces,omitempty"`
	Guardrails   Guardrails  `json:"guardrails,omitzero"`
	Keys         []Key       `json:"keys,omitempty"`
	// Truncated reports that there may be more keys, MoreWorkspaces the same of
	// workspaces, and DefaultOnly that the keys are those of the default
	// workspace, for workspaces cannot be listed.
	Truncated      bool `json:"truncated,omitempty"`
	MoreWorkspaces bool `json:"more_workspaces,omitempty"`
	DefaultOnly    bool `json:"default_only,omitempty"`
	// Unread names the rows that could not be read; empty: there are none.
	Unread string `json:"unread,omitempty"`
}

// Workspace is a part of the account that has keys and budgets of its own.
type Workspace struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	Budgets   []Budget  `json:"budgets,omitempty"`
	// Guardrail is the ID of its default guardrail.
	Guardrail string `json:"guardrail,omitempty"`
}

// Budget is a cap of a workspace. The API does not return what was spent of it.
type Budget struct {
	LimitUSD     float64      `json:"limit_usd"`
	Reset        credit.Reset `json:"reset,omitempty"`
	IncludesBYOK bool         `json:"includes_byok,omitempty"`
}

// Key is one of the account's keys.
type Key struct {
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
	// LastUsed is when the key was last used, as the API tells it, or else when
	// usage was last seen to have risen.
	LastUsed time.Time `json:"last_used,omitzero"`
	// ExternalUser is whom a reseller gave the key.
	ExternalUser string `json:"external_user,omitempty"`
	// Fell reports that the last listing had less usage than the one before,
	// which was not believed.
	Fell bool `json:"fell,omitempty"`
}

// newKey is a key as it was listed at a time; it was made before.
func newKey(k client.APIKey, at time.Time) Key {
	l := Key{
		Hash: k.Hash, Name: clean(k.Name), Label: clean(k.Label), Workspace: k.WorkspaceID, Disabled: is(k.Disabled),
		Cap: credit.Cap{
			LimitUSD: k.LimitUSD, RemainingUSD: k.LimitRemainingUSD,
			Reset: credit.Reset(clean(k.LimitReset)), IncludesBYOK: is(k.IncludeBYOKInLimit),
		},
		UsageUSD: k.UsageUSD, DailyUSD: k.UsageDailyUSD, ExternalUser: clean(k.ExternalUser),
	}
	if k.LastUsedAt != nil && !k.LastUsedAt.After(at) {
		l.LastUsed = k.LastUsedAt.Truncate(time.Second)
	}
	if k.CreatedAt != nil && !k.CreatedAt.After(at) {
		l.CreatedAt = *k.CreatedAt
	}
	if k.ExpiresAt != nil {
		l.ExpiresAt = *k.ExpiresAt
	}
	return l
}

// ReadKeys returns the list that was last stored; zero if none was.
//
//go:noinline
func ReadKeys(ctx context.Context, db *history.DB, account history.Series) (KeyList, error) {
	list, err := readKeys(ctx, db, account, new(storedKeys))
	return list.KeyList, err
}

// storedKeys is a list as it is stored for an account, and the sum of its text, which is
// without when it was listed.
type storedKeys struct {
	db      *history.DB
	account history.Series
	sum     [sha256.Size]byte
	KeyList
}

// readKeys returns the list that is stored, which is known where that is it. It is zero,
// and not nil, where there is none.
func readKeys(ctx context.Context, db *history.DB, account history.Series, known *storedKeys) (*storedKeys, error) {
	for {
		at, err := db.State(ctx, account, history.KeysAtState)
		var listed time.Time
		if err != nil || json.Unmarshal(at, &listed) != nil || listed.IsZero() {
			return new(storedKeys), err
		}
		if known.db == db && known.account == account && known.At.Equal(listed) {
			return known, nil
		}
		text, err := db.State(ctx, account, history.KeysState)
		if err != nil {
			return new(storedKeys), err
		}
		known = &storedKeys{db: db, account: account, sum: sha256.Sum256(text)}
		if known.KeyList, err = decodeKeys(text); err != nil {
			return new(storedKeys), nil // by another version: it is fetched again
		}
		known.At = listed // and read anew where another process stores one meanwhile
	}
}

// readKeys returns the list that is stored. It is not to be changed: of thousands of keys
// a read takes as long as all else that a breakdown does, so the last stays here.
func (s *Service) readKeys(ctx context.Context, sub *Subject) (*storedKeys, error) {
	known, err := readKeys(ctx, sub.DB, sub.Account, s.keep(nil))
	if err == nil {
		s.keep(known)
	}
	return known, err
}

// keep takes in the newest list, if there is one, and returns the one that was before.
func (s *Service) keep(list *storedKeys) *storedKeys {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := cmp.Or(s.stored, new(storedKeys))
	s.stored = cmp.Or(list, was)
	return was
}

// text is the list without when it was listed. Of thousands of keys it is megabytes:
// json.Marshal would take several times as much, and keep that.
func (l *KeyList) text() ([]byte, error) {
	rest := *l
	rest.Keys = nil
	b, err := json.Marshal(rest)
	if err != nil || len(l.Keys) == 0 {
		return b, err
	}
	if b = b[:len(b)-1]; len(b) > 1 {
		b = append(b, ',')
	}
	b = append(b, `"keys":[`...)
	for i := range l.Keys {
		key, err := json.Marshal(&l.Keys[i])
		if err != nil {
			return nil, err
		}
		if i == 0 {
			b = slices.Grow(b, len(l.Keys)*(len(key)+keySpare))
		} else {
			b = append(b, ',')
		}
		b = append(b, key...)
	}
	return append(b, "]}"...), nil
}

// keySpare is by how much a key's text may be longer than that of the first, on the
// average, bytes.
const keySpare = 32

// decodeKeys reads a list that was stored, by whomever.
func decodeKeys(text []byte) (list KeyList, err error) {
	err = json.Unmarshal(text, &list)
	for i := range list.Keys {
		k := &list.Keys[i]
		for _, s := range []*string{&k.Name, &k.Label, &k.ExternalUser, (*string)(&k.Cap.Reset)} {
			*s = clean(*s)
		}
	}
	for i := range list.Workspaces {
		list.Workspaces[i].Name = clean(list.Workspaces[i].Name)
	}
	for i := range list.Guardrails.Budgets {
		g := &list.Guardrails.Budgets[i]
		g.Name, g.Reset = clean(g.Name), credit.Reset(clean(string(g.Reset)))
	}
	return list, err
}

// storeKeys stores a listing, each key's usage in its series, and returns it as
// it was stored: the newer one, where another process was quicker.
func (s *Service) storeKeys(ctx context.Context, sub *Subject, list *KeyList) (KeyList, error) {
	old, err := s.readKeys(ctx, sub)
	if err != nil {
		return *list, err
	}
	if !list.At.After(old.At) {
		return old.KeyList, nil
	}
	readings := make([]history.Reading, 0, len(list.Keys))
	before := old.byHash()
	for i := range list.Keys {
		k := &list.Keys[i]
		series, err := sub.DB.Series(ctx, s.o.Account, s.o.BaseURL, listedPrefix+k.Hash)
		if err != nil {
			return *list, err
		}
		was, known := before[k.Hash]
		if known {
			k.follow(was, list.At)
		} else if !old.At.IsZero() && k.CreatedAt.After(old.At) && k.CreatedAt.Before(list.At) {
			readings = append(readings, history.Reading{Series: series, At: k.CreatedAt}) // where it began
		}
		readings = append(readings, history.Reading{Series: series, At: list.At, UsageUSD: k.UsageUSD})
	}
	if err := sub.DB.Record(ctx, history.PollUpdate{Interval: KeysEvery}, readings...); err != nil {
		return *list, err
	}
	text, err := list.text()
	if err != nil {
		return *list, err
	}
	now := &storedKeys{sub.DB, sub.Account, sha256.Sum256(text), *list}
	if now.sum != old.sum {
		if err := sub.DB.SetState(ctx, sub.Account, history.KeysState, text); err != nil {
			return *list, err
		}
	}
	at, err := json.Marshal(list.At)
	if err != nil {
		return *list, err
	}
	if err = sub.DB.SetState(ctx, sub.Account, history.KeysAtState, at); err == nil {
		s.keep(now)
	}
	return *list, err
}

// follow carries over what only the listing before knows. Lower usage is believed
// when it is listed twice: one server may lag behind another.
func (k *Key) follow(old *Key, at time.Time) {
	if k.LastUsed.Before(old.LastUsed) {
		k.LastUsed = old.LastUsed
	}
	switch {
	case k.UsageUSD > old.UsageUSD+slack:
		if !k.LastUsed.After(old.LastUsed) { // the API does not tell
			k.LastUsed = at.Truncate(time.Second)
		}
	case k.UsageUSD < old.UsageUSD-slack && !old.Fell:
		k.UsageUSD, k.Fell = old.UsageUSD, true
	}
}

// unusedAfter is how long a key rests before it is worth a look.
const unusedAfter = 90 * 24 * time.Hour

// unusedFor is how long a key that works has not been used at a time, where that is
// long; else 0. One that was never used counts from when it was made.
func (k Key) unusedFor(at time.Time) time.Duration {
	since := k.LastUsed
	if since.IsZero() && k.UsageUSD <= slack {
		since = k.CreatedAt
	}
	ended := k.Disabled || !k.ExpiresAt.IsZero() && !k.ExpiresAt.After(at)
	if rest := at.Sub(since); !since.IsZero() && !ended && rest >= unusedAfter {
		return rest
	}
	return 0
}

func (l *KeyList) byHash() map[string]*Key {
	keys := make(map[string]*Key, len(l.Keys))
	for i := range l.Keys {
		keys[l.Keys[i].Hash] = &l.Keys[i]
	}
	return keys
}

// workspaceName is what people call a workspace.
//
//go:noinline
func (l *KeyList) workspaceName(id string) string {
	for _, w := range l.Workspaces {
		if w.ID == id {
			return w.Name
		}
	}
	return ""
}
