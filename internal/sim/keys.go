package sim

import (
	"net/http"
	"sort"
	"time"

	"ortop/internal/credit"
)

// keysPerPage is fixed by the service.
const keysPerPage = 100

// keyUsage are the fields that /key and /keys share.
type keyUsage struct {
	_ [0]func() // never compared, which would be some program for each type

	Label         string   `json:"label"`
	Limit         *float64 `json:"limit"`
	Remaining     *float64 `json:"limit_remaining"`
	Reset         *string  `json:"limit_reset"`
	IncludeBYOK   bool     `json:"include_byok_in_limit"`
	Usage         float64  `json:"usage"`
	Daily         float64  `json:"usage_daily"`
	Weekly        float64  `json:"usage_weekly"`
	Monthly       float64  `json:"usage_monthly"`
	BYOK          float64  `json:"byok_usage"`
	BYOKDaily     float64  `json:"byok_usage_daily"`
	BYOKWeekly    float64  `json:"byok_usage_weekly"`
	BYOKMonthly   float64  `json:"byok_usage_monthly"`
	CreatorUserID *string  `json:"creator_user_id"`
	ExpiresAt     *string  `json:"expires_at"`
}

type keyRow struct {
	_ [0]func() // never compared, which would be some program for each type

	keyUsage
	Hash        string  `json:"hash"`
	Name        string  `json:"name"`
	Disabled    bool    `json:"disabled"`
	CreatedAt   string  `json:"created_at"`
	UpdatedAt   *string `json:"updated_at"`
	WorkspaceID string  `json:"workspace_id"`
	LastUsedAt  *string `json:"last_used_at"`
	External    *string `json:"external_user"`
}

type ownKey struct {
	keyUsage
	FreeTier     bool      `json:"is_free_tier"`
	Management   bool      `json:"is_management_key"`
	Provisioning bool      `json:"is_provisioning_key"`
	RateLimit    rateLimit `json:"rate_limit"`
	Free         freeCount `json:"free_model_daily_requests"`
	Budget       any       `json:"effective_budget,omitempty"`
	Workspace    *string   `json:"workspace_id"`
	Organization *string   `json:"organization_id"`
	Regions      []string  `json:"allowed_data_regions"`
}

type freeCount struct {
	Used      int64 `json:"used"`
	Limit     int64 `json:"limit"`
	Remaining int64 `json:"remaining"`
}

type budget struct {
	Scope         string  `json:"scope"`
	Limit         float64 `json:"limit_usd"`
	Spend         float64 `json:"spend_usd"`
	Remaining     float64 `json:"remaining_usd"`
	ResetInterval string  `json:"reset_interval"`
	ResetsAt      string  `json:"resets_at"`
	IncludeBYOK   bool    `json:"include_byok"`
	GuardrailID   *string `json:"guardrail_id"`
	BudgetID      *string `json:"budget_id"`
}

// freeLimit is how many requests to free models an account has a day.
const freeLimit = 1000

// memberSpent is what the keys of OrdinaryKey's member spent in the week so far.
func (a *Account) memberSpent(at time.Time) (sum nano) {
	own := a.catalog.keys[ordinaryIndex(len(a.catalog.keys))]
	for i := range a.catalog.keys {
		if k := &a.catalog.keys[i]; k.member == own.member {
			sum += k.usage.since(unix(credit.WeekStart(at)), unix(at))
		}
	}
	return sum
}

type rateLimit struct {
	Requests int    `json:"requests"`
	Interval string `json:"interval"`
	Note     string `json:"note"`
}

// ownKey answers /key. A management key cannot run models: its usage is 0.
func (a *Account) ownKey(q query) answer {
	own := ownKey{
		keyUsage:   keyUsage{Label: mask(a.cfg.Key), CreatorUserID: &a.catalog.members[0].id},
		Management: true, Provisioning: true,
	}
	if q.caller == ordinary {
		k := &a.catalog.keys[ordinaryIndex(len(a.catalog.keys))]
		own = ownKey{keyUsage: a.keyUsage(k, q.at), Workspace: &a.catalog.workspaces[k.workspace].id}
		if limit := a.cfg.MemberBudgetUSD; limit != 0 {
			spent := a.memberSpent(q.at).usd()
			resets, _ := credit.ResetWeekly.Next(q.at)
			b := budget{Scope: "member", Limit: limit, Spend: spent, Remaining: limit - spent, ResetInterval: "weekly", ResetsAt: resets.Format(time.RFC3339)}
			if own.Budget = b; a.cfg.BudgetList {
				own.Budget = []budget{b}
			}
		}
	}
	if !a.catalog.personal {
		id := a.cfg.uuid("organization", 0)
		own.Organization = &id
	}
	own.Regions = []string{"global"}
	own.Free = freeCount{a.cfg.FreeUsed, freeLimit, freeLimit - a.cfg.FreeUsed}
	own.RateLimit = rateLimit{-1, "10s", "This field is deprecated and safe to ignore."}
	return ok(envelope[ownKey]{own})
}

// keyList answers /keys: one workspace's, newest first.
func (a *Account) keyList(q query) answer {
	offset, valid := q.offset()
	disabled := q.values.Get("include_disabled")
	if !valid || disabled != "" && disabled != "true" && disabled != "false" {
		return fail(http.StatusBadRequest)
	}
	in := 0
	if id := q.values.Get("workspace_id"); id != "" {
		if in = a.workspaceIndex(id); in < 0 {
			return fail(http.StatusBadRequest)
		}
	}
	rows, passed := []keyRow{}, 0
	for i := len(a.catalog.keys) - 1; i >= 0 && len(rows) < keysPerPage; i-- {
		k := &a.catalog.keys[i]
		if k.workspace != in || k.disabled(q.at) && disabled != "true" {
			continue
		}
		if passed++; passed > offset {
			rows = append(rows, a.keyRow(k, q.at))
		}
	}
	return ok(envelope[[]keyRow]{rows})
}

func (a *Account) oneKey(q *query, hash string) answer {
	i := a.keyIndex(hash)
	if i < 0 {
		return fail(http.StatusNotFound)
	}
	return ok(envelope[keyRow]{a.keyRow(&a.catalog.keys[i], q.at)})
}

// keyIndex returns a key's place by its hash, or -1.
func (a *Account) keyIndex(hash string) int {
	for i := range a.catalog.keys {
		if a.catalog.keys[i].hash == hash {
			return i
		}
	}
	return -1
}

func (k *key) disabled(at time.Time) bool {
	return !k.disabledAt.IsZero() && !at.Before(k.disabledAt)
}

func (a *Account) keyRow(k *key, at time.Time) keyRow {
	row := keyRow{
		keyUsage: a.keyUsage(k, at), Hash: k.hash, Name: k.name, Disabled: k.disabled(at),
		CreatedAt:   k.created.UTC().Format("2006-01-02T15:04:05.000000-07:00"),
		WorkspaceID: a.catalog.workspaces[k.workspace].id,
	}
	if last := k.lastUsed(at); !last.IsZero() {
		s := last.Format(time.RFC3339)
		row.LastUsedAt = &s
	}
	if k.external != "" {
		row.External = &k.external
	}
	if row.Disabled {
		s := k.disabledAt.UTC().Format("2006-01-02T15:04:05.000000-07:00")
		row.UpdatedAt = &s
	}
	return row
}

// lastUsed is when the key was last used until a time; zero: never.
func (k *key) lastUsed(at time.Time) (last time.Time) {
	for _, l := range []ledger{k.usage, k.byokUsage} {
		if i := sort.Search(len(l), func(i int) bool { return l[i].at > unix(at) }); i > 0 {
			if t := fromUnix(l[i-1].at); t.After(last) {
				last = t
			}
		}
	}
	return last
}

func (a *Account) keyUsage(k *key, at time.Time) keyUsage {
	to := unix(at)
	day, week, month := unix(credit.DayStart(at)), unix(credit.WeekStart(at)), unix(credit.MonthStart(at))
	u := keyUsage{
		Label: k.label, IncludeBYOK: k.capCountsBYOK, CreatorUserID: &a.catalog.members[k.member].id,
		Usage: k.usage.at(to).usd(), BYOK: k.byokUsage.at(to).usd(),
		Daily: k.usage.since(day, to).usd(), BYOKDaily: k.byokUsage.since(day, to).usd(),
		Weekly: k.usage.since(week, to).usd(), BYOKWeekly: k.byokUsage.since(week, to).usd(),
		Monthly: k.usage.since(month, to).usd(), BYOKMonthly: k.byokUsage.since(month, to).usd(),
	}
	if !k.expires.IsZero() {
		s := k.expires.UTC().Format(time.RFC3339)
		u.ExpiresAt = &s
	}
	if k.limitUSD > 0 {
		limit, remaining := k.limitUSD, (toNano(k.limitUSD) - k.usedOfCap(at)).usd()
		u.Limit, u.Remaining = &limit, &remaining
		if k.reset != credit.ResetNever {
			s := string(k.reset)
			u.Reset = &s
		}
	}
	return u
}

// usedOfCap returns what counts against the key's cap in its window around at.
func (k *key) usedOfCap(at time.Time) nano {
	from, _ := window(k.reset, at)
	used := k.usage.since(from, unix(at))
	if k.capCountsBYOK {
		used += k.byokUsage.since(from, unix(at))
	}
	return used
}
