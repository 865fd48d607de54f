package client

import "time"

// KeyUsage is what a key has spent and may still spend. Sums are in USD; a
// pointer is nil, and a string empty, where the answer had no such field or
// null.
type KeyUsage struct {
	// Label is the masked key, such as "sk-or-v1-0e6...1c96"; empty: unknown.
	Label string

	// LimitUSD is the key's spending cap; nil: none. LimitRemainingUSD is what
	// is left of it in the current window, and may be a little below 0. The
	// used part is their difference, and not UsageUSD, which is never reset.
	LimitUSD, LimitRemainingUSD *float64
	// LimitReset is how often the cap starts anew, in UTC: "daily", "weekly"
	// (from Monday), "monthly", empty for never, or a word yet to come.
	LimitReset string
	// IncludeBYOKInLimit reports whether BYOK spend counts against the cap.
	IncludeBYOKInLimit *bool

	// UsageUSD is what the key has spent in its life; the others are what it
	// has spent in the current UTC day, week from Monday, and month.
	UsageUSD                                       float64
	UsageDailyUSD, UsageWeeklyUSD, UsageMonthlyUSD *float64
	// BYOKUsageUSD and the others are the same for requests with own provider
	// keys, at list prices: paid to the provider, and not from credits.
	BYOKUsageUSD, BYOKDailyUSD, BYOKWeeklyUSD, BYOKMonthlyUSD *float64

	// CreatorUserID is the member who made the key.
	CreatorUserID string
	// ExpiresAt is in UTC; nil where the key does not expire, and where the
	// time cannot be read.
	ExpiresAt *time.Time
}

func (v *KeyUsage) read(d *fields) {
	v.Label = d.text("label")
	v.LimitUSD = d.total("limit")
	v.LimitRemainingUSD = d.usd("limit_remaining")
	v.LimitReset = d.text("limit_reset")
	v.IncludeBYOKInLimit = d.flag("include_byok_in_limit")
	v.UsageUSD = d.required("usage")
	v.UsageDailyUSD = d.usd("usage_daily")
	v.UsageWeeklyUSD = d.usd("usage_weekly")
	v.UsageMonthlyUSD = d.usd("usage_monthly")
	v.BYOKUsageUSD = d.usd("byok_usage")
	v.BYOKDailyUSD = d.usd("byok_usage_daily")
	v.BYOKWeeklyUSD = d.usd("byok_usage_weekly")
	v.BYOKMonthlyUSD = d.usd("byok_usage_monthly")
	v.CreatorUserID = d.text("creator_user_id")
	v.ExpiresAt = d.time("expires_at")
}
