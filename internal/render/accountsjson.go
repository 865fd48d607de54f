package render

import "time"

// AccountsObject is what accounts --json prints. Every key is always there; null is unknown.
type AccountsObject struct {
	Schema   int           `json:"schema"`
	Accounts []accountJSON `json:"accounts"`
	Total    totalJSON     `json:"total"`
}

type accountJSON struct {
	Account   string       `json:"account"`
	KeySource *string      `json:"key_source"` // null: it has no key
	BaseURL   string       `json:"base_url"`
	KeyKind   string       `json:"key_kind"`
	At        *string      `json:"at"`
	AgeS      *float64     `json:"age_s"`
	Stale     bool         `json:"stale"`
	Balance   *float64     `json:"balance_usd"`
	Spendable *float64     `json:"spendable_usd"`
	PerHour   *float64     `json:"burn_usd_per_hour"`
	PerDay    *float64     `json:"burn_usd_per_day"`
	Forecast  forecastJSON `json:"forecast"`
	Error     *errorJSON   `json:"error"`
}

// totalJSON is the sum over those accounts whose balance is known.
type totalJSON struct {
	Accounts int      `json:"accounts"`
	Known    int      `json:"known"`
	Repeated int      `json:"repeated"` // of those, in the sum by another name
	Balance  *float64 `json:"balance_usd"`
	PerHour  *float64 `json:"burn_usd_per_hour"`
	PerDay   *float64 `json:"burn_usd_per_day"`
	First    *string  `json:"first_to_run_out"`
	AgeS     *float64 `json:"age_s"` // of the oldest
	Stale    bool     `json:"stale"` // one of them is
}

// Accounts is the list as scripts see it at now.
func Accounts(rows []AccountRow, now time.Time) AccountsObject {
	o := AccountsObject{Schema: 1, Accounts: []accountJSON{}}
	for i := range rows {
		r := &rows[i]
		s := Status(&r.Snapshot, now)
		row := accountJSON{
			Account: r.Name, KeySource: word(r.KeySource), BaseURL: r.BaseURL, KeyKind: s.KeyKind,
			At: s.At, AgeS: s.AgeS, Stale: s.Stale, Balance: s.Balance, Spendable: s.Spendable,
			PerHour: s.Burn.PerHour, PerDay: s.Burn.PerDay, Forecast: s.Forecast, Error: errorObject(r.Fault, r.Snapshot.Damage),
		}
		o.Accounts = append(o.Accounts, row)
	}
	t := TotalOf(rows, now)
	o.Total = totalJSON{Accounts: t.Accounts, Known: t.Known, Repeated: t.Repeated, Balance: t.BalanceUSD, PerHour: t.USDPerHour, PerDay: t.USDPerDay, Stale: t.Stale}
	if t.First >= 0 {
		o.Total.First = &o.Accounts[t.First].Account
	}
	if t.Known > 0 {
		age := now.Sub(t.Oldest).Round(time.Millisecond).Seconds()
		o.Total.AgeS = &age
	}
	return o
}
