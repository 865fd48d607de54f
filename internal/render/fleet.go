package render

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/sorted"
	"ortop/internal/text"
)

// FleetRow is one of many accounts.
type FleetRow struct {
	StatusObject
	Collector *string `json:"collector"` // who reads it; null: nobody, or this machine alone
	BaseURL   string  `json:"base_url"`

	title    string        // where another has the name too
	interval time.Duration // between two readings
}

// FleetLine is a row in words, as every surface says them.
type FleetLine struct {
	ID, Account, State, Left, End, Between, Day, Collector, Read string

	Why string // what went wrong, or empty

	LeftUSD, DayUSD *float64
	ReadAt          time.Time // zero: never
}

// FleetObject is what status --all --json prints.
type FleetObject struct {
	Schema   int        `json:"schema"`
	Accounts []FleetRow `json:"accounts"`
}

// Aged is the row as it is at now: it may have been made a while ago, of readings an
// interval apart.
func (r FleetRow) Aged(now time.Time, interval time.Duration) FleetRow {
	if at, ok := when(r.At); ok {
		s := account.Snapshot{At: at, Interval: interval}
		r.AgeS, r.Stale = ageOf(&s, now), r.Stale || s.Old(now)
	}
	r.interval = interval
	return r
}

// Snapshot is what a row of another machine tells; what it does not is unknown.
func (r *FleetRow) Snapshot() account.Snapshot {
	s := account.Snapshot{
		Account: r.Account, Interval: r.interval, SpendableUSD: r.Spendable, Burn: account.Burn{USDPerHour: r.Burn.PerHour, USDPerDay: r.Burn.PerDay}, Waiting: -1,
		Key: &credit.Key{Kind: credit.KeyKind(r.KeyKind)},
	}
	s.At, _ = when(r.At)
	s.Now = s.At
	if r.Source != nil {
		s.Source = account.Source(*r.Source)
	}
	switch {
	case r.TotalCredits != nil && r.TotalUsage != nil:
		s.Balance = &credit.Balance{CreditsUSD: *r.TotalCredits, UsageUSD: *r.TotalUsage}
	case r.Balance != nil:
		s.Balance = &credit.Balance{CreditsUSD: *r.Balance}
	}
	if f := r.FreeRequests; f != nil {
		s.Key.FreeRequests = &credit.FreeRequests{Used: f.Used, Limit: f.Limit, Remaining: f.Remaining}
	}
	if b := r.Budget; b != nil && b.Scope != nil {
		g := credit.Budget{Scope: *b.Scope, Cap: credit.Cap{RemainingUSD: b.Remaining}}
		g.ResetsAt, _ = when(b.ResetsAt)
		s.Key.Budgets = []credit.Budget{g}
	}
	p10, ok10 := when(r.Forecast.P10)
	p50, ok50 := when(r.Forecast.P50)
	if p90, ok := when(r.Forecast.P90); ok && ok10 && ok50 {
		s.Forecast = forecast.Forecast{
			State: forecast.State(r.Forecast.State), At: s.At, P10: p10.Sub(s.At).Seconds(), P50: p50.Sub(s.At).Seconds(), P90: p90.Sub(s.At).Seconds(),
		}
	}
	if r.Alerts != nil {
		s.Alerts = []alert.Event{}
	}
	for _, a := range r.Alerts {
		s.Alerts = append(s.Alerts, alert.Event{Level: alert.Level(a.Level)})
	}
	if r.Error != nil {
		s.Fault = &account.Fault{Kind: r.Error.Kind, Message: r.Error.Message}
	}
	return s
}

//go:noinline
func when(s *string) (t time.Time, ok bool) {
	if s == nil {
		return t, false
	}
	t, err := time.Parse(time.RFC3339, *s)
	return t, err == nil
}

// rank is how soon an account needs somebody: 0 has run out.
func (r *FleetRow) rank() (class int, end time.Time) {
	switch end, ok := when(r.Forecast.P50); {
	case r.Forecast.State == string(forecast.Depleted):
		return 0, end
	case ok:
		return 1, end
	case r.Balance == nil:
		return 2, end
	}
	return 3, end
}

// Fleet is the list of accounts, who runs out first at the top.
func Fleet(rows []FleetRow) FleetObject {
	sorted.By(rows, func(a, b FleetRow) int {
		x, from := a.rank()
		y, to := b.rank()
		switch {
		case x != y:
			return x - y
		case !from.Equal(to):
			return from.Compare(to)
		}
		return strings.Compare(a.Account, b.Account)
	})
	titles := Titles(len(rows), func(i int) (name, baseURL string) { return rows[i].Account, rows[i].BaseURL })
	for i := range rows {
		rows[i].title = titles[i]
	}
	if rows == nil {
		rows = []FleetRow{}
	}
	return FleetObject{1, rows}
}

// Lines are the rows in words. Amounts have their decimal points in line.
func (o FleetObject) Lines(now time.Time) []FleetLine {
	var left, day []string
	for i := range o.Accounts {
		left, day = append(left, text.MaybeUSD(o.Accounts[i].Balance)), append(day, text.MaybeUSD(o.Accounts[i].Burn.PerDay))
	}
	left, day = text.Align(left), text.Align(day)
	lines := make([]FleetLine, len(o.Accounts))
	for i := range o.Accounts {
		r := &o.Accounts[i]
		l := FleetLine{
			ID: AccountID(r.Account, r.BaseURL), Account: Clean(cmp.Or(r.title, r.Account)), State: r.state(), Left: left[i], End: text.Unknown, Day: day[i],
			Collector: text.Unknown, Read: "never", LeftUSD: r.Balance, DayUSD: r.Burn.PerDay,
		}
		if r.Error != nil {
			l.Why = Clean(r.Error.Message)
		}
		if at, ok := when(r.Forecast.P50); ok {
			l.End = strings.Replace("in "+text.Span(max(at.Sub(now), 0)), "> 1", "over a", 1)
		}
		from, ok := when(r.Forecast.P10)
		to, also := when(r.Forecast.P90)
		if ok && also {
			first, last := text.Span(max(from.Sub(now), 0)), text.Span(max(to.Sub(now), 0))
			if l.Between = first; first != last {
				l.Between += " and " + last
			}
		}
		if at, ok := when(r.At); ok {
			l.Read, l.ReadAt = text.Ago(now.Sub(at)), at
		}
		if r.Collector != nil {
			l.Collector = Clean(*r.Collector)
		}
		lines[i] = l
	}
	return lines
}

// Text is the table for a person, of as many columns as a width has room for (0 is any).
func (o FleetObject) Text(now time.Time, width int) string {
	lines := [][]string{{"account", "state", "left", "runs out", "between", "a day", "collector", "read"}}
	for _, l := range o.Lines(now) {
		lines = append(lines, []string{l.Account, l.State, l.Left, l.End, l.Between, l.Day, l.Collector, l.Read})
	}
	leave := []int{4, 6, 5, 7}
	hidden := Room(lines, unknown(lines, leave), leave, width)
	var b strings.Builder
	if n := len(o.Accounts); n == 1 {
		b.WriteString("1 account\n\n")
	} else {
		fmt.Fprintf(&b, "%s accounts, who runs out first at the top\n\n", text.Count(int64(n)))
	}
	b.WriteString(columns(lines, hidden))
	rows := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " ")
	}
	return strings.Join(rows, "\n")
}

// state is an account's in a word.
func (r *FleetRow) state() string {
	switch {
	case r.At == nil:
		return "not read"
	case r.Error != nil:
		return strings.ReplaceAll(string(r.Error.Kind), "_", " ")
	case r.Stale:
		return "stale"
	case r.Forecast.State == string(forecast.Depleted):
		return "run out"
	case len(r.Alerts) > 0:
		return r.Alerts[0].Level
	case r.Forecast.State == string(forecast.Idle):
		return "idle"
	}
	return "ok"
}

// RowOf is the row of an account that is read here.
func RowOf(r *AccountRow, now time.Time) FleetRow {
	row := FleetRow{StatusObject: Status(&r.Snapshot, now)}
	row.Account, row.BaseURL, row.Error = r.Name, r.BaseURL, ErrorJSONOf(r.Fault, r.Snapshot.Damage)
	return row
}

// Unread are the accounts that could not be read, and why.
func (o FleetObject) Unread() (failed []string) {
	for _, r := range o.Accounts {
		name := cmp.Or(r.title, r.Account)
		if r.Error != nil {
			failed = append(failed, name+": "+r.Error.Message)
		} else if r.Stale {
			failed = append(failed, name+": nothing was read for a while")
		}
	}
	return failed
}

// Nothing is the row of an account of which nothing is known, and why.
func Nothing(kind credit.FaultKind, why string) FleetRow {
	return FleetRow{StatusObject: StatusObject{Schema: 1, Stale: true, KeyKind: string(credit.KeyUnknown), Spend: spendJSON{NotSeen: []holeJSON{}},
		Forecast: ForecastJSON{State: string(forecast.Unknown)}, Error: &ErrorJSON{kind, why}}}
}
