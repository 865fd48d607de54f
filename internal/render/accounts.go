package render

import (
	"fmt"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/text"
)

// AccountRow is one account of a list.
type AccountRow struct {
	Name, BaseURL string
	Host          string // where that is not OpenRouter's
	Demo          bool
	KeySource     string // where its key comes from; empty: it has none
	Snapshot      account.Snapshot
	Fault         *account.Fault // why its values are missing or old; nil: they are neither
}

// TotalOf is the sum over the accounts, as every surface has it.
func TotalOf(rows []AccountRow, now time.Time) account.Total {
	accounts := make([]account.Snapshot, len(rows))
	for i := range rows {
		accounts[i] = rows[i].Snapshot
	}
	return account.TotalOf(accounts, now)
}

// AccountsText is the list for a person, of as many columns as a width has room for (0
// is any), with its sum where there are several
// accounts.
func AccountsText(rows []AccountRow, now time.Time, width int) string {
	var lines [][]string
	line := func(cells ...string) { lines = append(lines, cells) }
	t := TotalOf(rows, now)
	var left, perHour, perDay []string
	add := func(balance string, hour, day *float64) {
		left, perHour, perDay = append(left, balance), append(perHour, text.MaybeUSD(hour)), append(perDay, text.MaybeUSD(day))
	}
	for i := range rows {
		burn := rows[i].Snapshot.Burn
		add(NewFields(&rows[i].Snapshot, now).Balance, burn.USDPerHour, burn.USDPerDay)
	}
	if len(rows) > 1 {
		add(text.MaybeUSD(t.BalanceUSD), t.USDPerHour, t.USDPerDay)
	}
	left, perHour, perDay = text.Align(left), text.Align(perHour), text.Align(perDay)
	line("account", "key", "host", "state", "left", "an hour", "a day", "runs out", "read")
	titles := Titles(len(rows), func(i int) (name, baseURL string) { return rows[i].Name, rows[i].BaseURL })
	for i := range rows {
		r := &rows[i]
		f := NewFields(&r.Snapshot, now)
		key, state, read := r.states(&f)
		end := f.RunsOut
		if f.Charge != text.Unknown {
			end = "charge " + f.Charge
		}
		line(Clean(titles[i]), key, r.hostName(), state, left[i], perHour[i], perDay[i], end, read)
	}
	if n := len(rows); n > 1 {
		first, read := "", text.Unknown
		if t.First >= 0 {
			first = "first: " + Clean(titles[t.First])
		}
		if t.Known > 0 {
			read = "at most " + text.Ago(now.Sub(t.Oldest))
		}
		line(fmt.Sprintf("all %d accounts", n), "", "", fmt.Sprintf("%d of %d known", t.Known, n), left[n], perHour[n], perDay[n], first, read)
	}
	// What is left and when it runs out stay. Host, key and rates may go; age and state
	// go below their account.
	hidden := Room(lines, make([]bool, len(lines[0])), []int{2, 1, 6, 5, columnRead, columnState}, width)
	var b strings.Builder
	b.WriteString(accountsHeadline(t, rows, now) + "\n\n")
	b.WriteString(columns(lines, hidden))
	if hidden[columnRead] {
		return withStates(b.String(), lines, hidden[columnState])
	}
	return strings.TrimRight(b.String(), "\n")
}

// columns writes rows without the columns that are hidden.
func columns(rows [][]string, hidden []bool) string {
	seen := make([][]string, len(rows))
	for n, cells := range rows {
		for i, cell := range cells {
			if !hidden[i] {
				seen[n] = append(seen[n], cell)
			}
		}
	}
	return text.Columns(seen)
}

// The columns that go below their account where there is no room.
const (
	columnState = 3
	columnRead  = 8
)

// withStates puts under each row of a list when its account was read, and its state
// where that has no column.
func withStates(list string, rows [][]string, state bool) string {
	head, table, _ := strings.Cut(list, "\n\n")
	out := []string{head, ""}
	for i, line := range strings.Split(strings.TrimRight(table, "\n"), "\n") {
		out = append(out, line)
		if i == 0 {
			continue
		}
		below := rows[i][columnRead]
		if state {
			below = rows[i][columnState] + ", " + below
		}
		out = append(out, "  "+below)
	}
	return strings.Join(out, "\n")
}

// accountsHeadline is what is left in all that are known, and what ends first.
func accountsHeadline(t account.Total, rows []AccountRow, now time.Time) string {
	in := fmt.Sprintf("%d accounts", len(rows))
	switch {
	case len(rows) == 1:
		in = "account " + Clean(rows[0].Name)
	case t.Known < len(rows):
		in = fmt.Sprintf("%d of %d accounts", t.Known, len(rows))
	}
	line := text.MaybeUSD(t.BalanceUSD) + " left in " + in
	if t.First >= 0 && len(rows) > 1 {
		line += ", first to end: " + Clean(rows[t.First].Name)
	}
	if t.Known > 0 {
		line += ", read " + text.Ago(now.Sub(t.Oldest)) + map[bool]string{true: " at most"}[len(rows) > 1]
	}
	return line
}

// states are where the key comes from, the state of the account, and when it
// was read.
func (r *AccountRow) states(f *Fields) (key, state, read string) {
	key, state, read = r.KeySource, f.State, f.Age
	if key == "" {
		key, state = "none", "no key"
	}
	if r.Fault == nil {
		return key, state, read
	}
	never := r.Snapshot.At.IsZero()
	if never {
		read = "never"
	}
	if r.KeySource != "" {
		read += ": " + faultWords(*r.Fault)
		if never {
			state = "not read"
		}
	}
	return key, state, read
}

func (r *AccountRow) hostName() string {
	switch {
	case r.Demo:
		return "this machine"
	case r.Host == "":
		return "openrouter.ai"
	}
	return r.Host
}

// AccountsObject is what accounts --json prints. Every key is always there; null is unknown.
type AccountsObject struct {
	Schema   int           `json:"schema"`
	Accounts []accountJSON `json:"accounts"`
	Total    totalJSON     `json:"total"`
}

type accountJSON struct {
	_ [0]func() // never compared, which would be some program for each type

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
	Forecast  ForecastJSON `json:"forecast"`
	Error     *ErrorJSON   `json:"error"`
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
			Account: r.Name, KeySource: Word(r.KeySource), BaseURL: r.BaseURL, KeyKind: s.KeyKind,
			At: s.At, AgeS: s.AgeS, Stale: s.Stale, Balance: s.Balance, Spendable: s.Spendable,
			PerHour: s.Burn.PerHour, PerDay: s.Burn.PerDay, Forecast: s.Forecast, Error: ErrorJSONOf(r.Fault, r.Snapshot.Damage),
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
