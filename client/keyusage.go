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
	// LimitReset is how often the cap resets, in UTC: "daily", "weekly",
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
	// ExpiresAt is when the key expires; nil is never, or with ExpiryUnread at
	// a time that cannot be read.
	ExpiresAt    *time.Time
	ExpiryUnread bool
}

func (v *KeyUsage) read(d *fields) {
	v.Label = d.text("label")
	v.LimitUSD = d.total("limit")
	v.LimitRemainingUSD = d.usd("limit_remaining")
	v.LimitReset = d.text("limit_reset")
	v.IncludeBYOKInLimit = d.flag("include_byok_in_limit")
	v.UsageUSD = d.required("usage")
	for name, usd := range map[string]**float64{
		"usage_daily": &v.UsageDailyUSD, "usage_weekly": &v.UsageWeeklyUSD, "usage_monthly": &v.UsageMonthlyUSD, "byok_usage": &v.BYOKUsageUSD,
		"byok_usage_daily": &v.BYOKDailyUSD, "byok_usage_weekly": &v.BYOKWeeklyUSD, "byok_usage_monthly": &v.BYOKMonthlyUSD,
	} {
		*usd = d.aside(name, (*fields).usd)
	}
	v.CreatorUserID = d.text("creator_user_id")
	v.ExpiresAt = d.time("expires_at")
	_, expires := d.get("expires_at")
	v.ExpiryUnread = expires && v.ExpiresAt == nil
}
