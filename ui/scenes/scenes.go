// Package scenes has the notable states of an account, for tests.
package scenes

import (
	"math"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// Zone is an hour from UTC, so that the two cannot be mixed up.
var Zone = time.FixedZone("CET", 3600)

// Now is a Saturday.
var Now = time.Date(2026, 11, 21, 10, 42, 0, 0, Zone)

// USD is a known amount.
func USD(v float64) *float64 { return &v }

// Healthy is an account in order.
func Healthy() account.Snapshot {
	return account.Snapshot{
		Account: "personal", Now: Now, At: Now.Add(-4 * time.Second), Interval: time.Minute,
		Source: account.FromCredits, Phase: account.Waiting, Due: Now.Add(56 * time.Second), Collecting: true,
		Key:          &credit.Key{Kind: credit.KeyManagement, Label: "sk-or-v1-0e6…1c96"},
		Balance:      &credit.Balance{CreditsUSD: 100, UsageUSD: 36.48},
		SpendableUSD: USD(63.52), Binding: credit.BoundByAccount,
		Spend: account.Spend{TodayUSD: USD(2.14), Last1hUSD: USD(0.51), Last24hUSD: USD(12.3), Last7dUSD: USD(76.3), Last30dUSD: USD(214.07)},
		Burn:  account.Burn{USDPerHour: USD(0.51), USDPerDay: USD(12.3), WeekUSDPerDay: USD(10.9), TrendRatio: USD(0.13), UsualUSDPerHour: USD(0.44)},
		Forecast: forecast.Forecast{
			State: forecast.OK, Subject: forecast.Account, At: Now.Add(-4 * time.Second),
			P10: 70.5 * 3600, P50: 123.6 * 3600, P90: 203.3 * 3600,
			History: 17 * 24 * time.Hour, LastSpend: Now.Add(-2 * time.Minute), RateUSDPerHour: 0.46,
		},
		HistorySince: Now.AddDate(0, 0, -17), OwnSince: Now.AddDate(0, 0, -17), Gaps: 2,
		LowUSD: []float64{20, 5}, // of the default rules
		Track:  account.Track{Made: 40, Held: 33, Factor: 1.4},

		Standing: account.Standing{Since: Now.Add(-3 * time.Hour), Before: Now.Add(147 * time.Hour)},
	}
}

// refilled is an account that is topped up automatically.
func refilled() account.Snapshot {
	s := Healthy()
	s.Balance = &credit.Balance{CreditsUSD: 100, UsageUSD: 76.48}
	s.SpendableUSD = USD(23.52)
	s.Forecast.P10, s.Forecast.P50, s.Forecast.P90 = 30*3600, 50*3600, 79*3600
	s.LowUSD = []float64{5}
	next := s.Forecast
	next.P10, next.P50, next.P90 = 17.2*3600, 29.3*3600, 44.1*3600
	s.AutoTopUp = &account.AutoTopUp{
		ThresholdUSD: 10, AmountUSD: 25, Seen: 7, Last: Now.Add(-52 * time.Hour), Next: next, USDPerMonth: USD(330.4),
	}
	return s
}

// All are the notable states, by name.
var All = map[string]func() account.Snapshot{
	"healthy": Healthy,
	"critical": func() account.Snapshot {
		s := Healthy()
		s.Balance = &credit.Balance{CreditsUSD: 100, UsageUSD: 97.9}
		s.Forecast.P10, s.Forecast.P50, s.Forecast.P90 = 2.1*3600, 4.4*3600, 9.7*3600
		return s
	},
	"stale": func() account.Snapshot {
		s := Healthy()
		s.At = Now.Add(-12 * time.Minute)
		s.Forecast.At = s.At
		s.Due = Now.Add(time.Minute)
		s.Fault = &account.Fault{Kind: credit.FaultNetwork, Message: "reading credits: cannot resolve openrouter.ai"}
		return s
	},
	"unauthorised": func() account.Snapshot {
		s := Healthy()
		s.At = Now.Add(-3 * time.Hour)
		s.Phase = account.Refused
		s.Due = Now.Add(30 * time.Minute)
		s.Fault = &account.Fault{Kind: credit.FaultUnauthorized, Message: "reading key: 401 unauthorized: User not found."}
		return s
	},
	"ordinary": func() account.Snapshot {
		s := Healthy()
		s.Account = "laptop"
		s.Source, s.Balance, s.SpendableUSD, s.Binding = account.FromKey, nil, nil, ""
		s.BalanceNote = "account balance not visible to this key"
		s.Key = &credit.Key{Kind: credit.KeyOrdinary, Cap: credit.Cap{LimitUSD: USD(20), RemainingUSD: USD(14.87), Reset: credit.ResetMonthly},
			Usage: credit.Usage{DailyUSD: USD(0.4), MonthlyUSD: USD(5.13)}}
		s.Forecast.Subject = forecast.Key
		s.Forecast.ResetsAt = credit.MonthStart(Now).AddDate(0, 1, 0)
		return s
	},
	"capped": func() account.Snapshot {
		s := Healthy()
		s.Key = &credit.Key{Kind: credit.KeyOrdinary, Cap: credit.Cap{LimitUSD: USD(20), RemainingUSD: USD(4.87), Reset: credit.ResetMonthly}}
		s.SpendableUSD, s.Binding = USD(4.87), credit.BoundByKey
		s.Forecast.Subject = forecast.Key
		return s
	},
	"stated": func() account.Snapshot {
		s := Healthy()
		s.Account, s.Source = "laptop", account.FromPerson
		s.Key = &credit.Key{Kind: credit.KeyOrdinary, Usage: credit.Usage{DailyUSD: USD(0.4), MonthlyUSD: USD(5.13)}}
		s.Balance = &credit.Balance{CreditsUSD: 63.52, UsageUSD: 2.32}
		s.SpendableUSD = USD(61.2)
		s.BalanceNote = "by your own figure of 20 Nov ($63.52); other keys of the account are not seen"
		return s
	},
	"budget": func() account.Snapshot {
		s := Healthy()
		s.Key = &credit.Key{Kind: credit.KeyOrdinary, Budgets: []credit.Budget{{Scope: "member", SpendUSD: USD(45.13),
			Cap: credit.Cap{LimitUSD: USD(50), RemainingUSD: USD(4.87), Reset: credit.ResetWeekly}}}}
		s.SpendableUSD, s.Binding = USD(4.87), credit.BoundByBudget
		s.Forecast.Subject = forecast.Budget
		s.Forecast.P10, s.Forecast.P50, s.Forecast.P90 = 5*3600, 10.6*3600, 19*3600
		return s
	},
	"free": func() account.Snapshot {
		s := Healthy()
		used, limit, left := int64(46), int64(50), int64(4)
		s.Key = &credit.Key{Kind: credit.KeyOrdinary, FreeTier: true, FreeRequests: &credit.FreeRequests{Used: &used, Limit: &limit, Remaining: &left}}
		return s
	},
	"cap-spent": func() account.Snapshot {
		s := Healthy()
		s.Key = &credit.Key{Kind: credit.KeyOrdinary, Cap: credit.Cap{LimitUSD: USD(20), RemainingUSD: USD(-0.12), Reset: credit.ResetMonthly}}
		s.SpendableUSD, s.Binding = USD(-0.12), credit.BoundByKey
		s.Forecast = forecast.Forecast{State: forecast.Depleted, Subject: forecast.Key, At: Now, ResetsAt: credit.MonthStart(Now).AddDate(0, 1, 0)}
		return s
	},
	"depleted": func() account.Snapshot {
		s := Healthy()
		s.Balance = &credit.Balance{CreditsUSD: 100, UsageUSD: 100.34}
		s.SpendableUSD = USD(-0.34)
		s.Forecast = forecast.Forecast{State: forecast.Depleted, Subject: forecast.Account, At: Now}
		s.RanOutAt = Now.Add(-11 * time.Minute)
		return s
	},
	"early": func() account.Snapshot {
		s := Healthy()
		s.Forecast.P10, s.Forecast.P50, s.Forecast.P90 = 29*3600, 123.6*3600, 290*3600
		s.Forecast.History = 30 * 24 * time.Hour
		s.HistorySince, s.OwnSince, s.Gaps = Now.AddDate(0, 0, -30), Now.Add(-5*time.Minute), 0
		s.Track = account.Track{}
		return s
	},
	"cold": func() account.Snapshot {
		s := Healthy()
		s.Spend, s.Burn = account.Spend{}, account.Burn{}
		s.Forecast = forecast.Forecast{State: forecast.Cold, Subject: forecast.Account, At: Now, History: 2 * time.Minute}
		s.HistorySince, s.OwnSince, s.Gaps, s.Track = Now.Add(-2*time.Minute), Now.Add(-2*time.Minute), 0, account.Track{}
		return s
	},
	"idle": func() account.Snapshot {
		s := Healthy()
		s.Burn = account.Burn{USDPerHour: USD(0), USDPerDay: USD(0), WeekUSDPerDay: USD(0)}
		s.Spend = account.Spend{TodayUSD: USD(0), Last1hUSD: USD(0), Last24hUSD: USD(0), Last7dUSD: USD(0)}
		s.Forecast = forecast.Forecast{State: forecast.Idle, Subject: forecast.Account, At: Now, History: 9 * 24 * time.Hour, LastSpend: Now.Add(-3 * time.Hour)}
		return s
	},
	"not-seen": func() account.Snapshot {
		s := Healthy()
		s.Burn.USDPerDay, s.Burn.TrendRatio = nil, nil
		s.Spend.TodayUSD, s.Spend.Last24hUSD = nil, nil
		s.Unseen = []credit.Hole{{Gap: credit.Gap{Span: credit.Span{From: Now.Add(-37 * time.Hour), To: Now.Add(-2 * time.Hour)}, Cause: "not running"}, USD: 18, Known: true}}
		return s
	},
	"auto-top-up": refilled,
	"top-up-due": func() account.Snapshot {
		s := refilled()
		s.Balance.UsageUSD = 90.2
		s.AutoTopUp.Next = forecast.Forecast{State: forecast.Depleted, Subject: forecast.Account, At: s.At}
		return s
	},
	"top-up-missing": func() account.Snapshot {
		s := refilled()
		s.Balance.UsageUSD = 90.61
		s.Forecast.P10, s.Forecast.P50, s.Forecast.P90 = 9.5*3600, 20.3*3600, 33*3600
		s.AutoTopUp.MissingSince = Now.Add(-41 * time.Minute)
		return s
	},
	"starting": func() account.Snapshot {
		return account.Snapshot{Account: "personal", Now: Now, Interval: time.Minute, Phase: account.Asking, Forecast: forecast.Forecast{State: forecast.Unknown}}
	},
	"unreachable": func() account.Snapshot {
		return account.Snapshot{Account: "personal", Now: Now, Interval: time.Minute, Phase: account.Waiting, Due: Now.Add(30 * time.Second),
			Fault: &account.Fault{Kind: credit.FaultNetwork, Message: "reading credits: connection refused"}, Forecast: forecast.Forecast{State: forecast.Unknown}}
	},
	string(credit.FaultPayment): func() account.Snapshot {
		return account.Snapshot{Account: "personal", Now: Now, Interval: time.Minute, Phase: account.Waiting, Due: Now.Add(2 * time.Minute), BalanceNote: "payment required",
			Fault: &account.Fault{Kind: credit.FaultPayment, Message: "reading credits: 402 payment required"}, Forecast: forecast.Forecast{State: forecast.Unknown}}
	},
	"held": func() account.Snapshot {
		s := Healthy()
		s.Host = "gateway.example:8443"
		s.Phase, s.Due = account.Held, Now.Add(80*time.Second)
		s.Fault = &account.Fault{Kind: credit.FaultRateLimited, Message: "reading credits: 429 rate limited: Too Many Requests"}
		return s
	},
	"paused": func() account.Snapshot {
		s := Healthy()
		s.Phase, s.Due = account.Paused, time.Time{}
		return s
	},
	"noted": func() account.Snapshot {
		s := Healthy()
		s.Demo, s.Host, s.Collecting = "steady", "127.0.0.1:8080", false
		s.StorageNote = "the disk is full: kept in memory since 10:31"
		s.Notes = []string{"another account's numbers behind the same name: a new series begins"}
		return s
	},
	"hostile": func() account.Snapshot {
		s := Healthy()
		s.Account = "研究チーム\x1b[31m 👩‍👩‍👧 ❤️ e\u0301 \u202eabc"
		s.Balance = &credit.Balance{CreditsUSD: 1e9, UsageUSD: -12345.678}
		s.Burn.TrendRatio = USD(math.Inf(1))
		s.Forecast.P50, s.Forecast.P90 = 1e12, math.Inf(1)
		return s
	},
}
