package client

import "time"

// KeyUsage is what a key has spent and may still spend, in USD.
type KeyUsage struct {
	// Label is the masked key, such as "sk-or-v1-0e6...1c96".
	Label string

	// LimitUSD is the key's spending cap; nil is no cap. LimitRemainingUSD is
	// what is left of it in the current window, observed a little below 0; nil
	// is no cap. The used part is their difference, and not UsageUSD, which is
	// never reset.
	LimitUSD, LimitRemainingUSD *float64
	// LimitReset is how often the cap starts again, in UTC: "daily", "weekly",
	// "monthly", empty for never, or a word yet to come.
	LimitReset string
	// IncludeBYOKInLimit reports whether BYOK spend counts against the cap.
	IncludeBYOKInLimit *bool

	// UsageUSD is what the key has ever spent from credits; the others are what
	// it has spent in the current UTC day, week and month.
	UsageUSD                                       float64
	UsageDailyUSD, UsageWeeklyUSD, UsageMonthlyUSD *float64
	// BYOKUsageUSD and the others are the same for requests that used a
	// provider's key of one's own, at list prices: paid to the provider, and
	// not from credits.
	BYOKUsageUSD, BYOKDailyUSD, BYOKWeeklyUSD, BYOKMonthlyUSD *float64

	// CreatorUserID is the member who made the key.
	CreatorUserID string
	// ExpiresAt is when the key expires; nil is never, or a time that cannot
	// be read.
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
