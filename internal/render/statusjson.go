package render

import (
	"encoding/json"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// StatusObject is what status --json prints. Every key is always there; null is unknown.
type StatusObject struct {
	Schema       int            `json:"schema"`
	Account      string         `json:"account"`
	At           *string        `json:"at"`
	AgeS         *float64       `json:"age_s"`
	Stale        bool           `json:"stale"`
	Source       *string        `json:"source"`
	KeyKind      string         `json:"key_kind"`
	TotalCredits *float64       `json:"total_credits_usd"`
	TotalUsage   *float64       `json:"total_usage_usd"`
	Balance      *float64       `json:"balance_usd"`
	UsedRatio    *float64       `json:"used_ratio"`
	Spendable    *float64       `json:"spendable_usd"`
	Binding      *string        `json:"binding"`
	Budget       *BudgetJSON    `json:"budget"`
	FreeRequests *freeJSON      `json:"free_requests"`
	Key          keyJSON        `json:"key"`
	Spend        spendJSON      `json:"spend"`
	Burn         burnJSON       `json:"burn"`
	Forecast     ForecastJSON   `json:"forecast"`
	AutoTopUp    *autoTopUpJSON `json:"auto_top_up"`
	Alerts       []AlertJSON    `json:"alerts"`
	Error        *ErrorJSON     `json:"error"`
}

type keyJSON struct {
	Label     *string  `json:"label"`
	Limit     *float64 `json:"limit_usd"`
	Remaining *float64 `json:"remaining_usd"`
	ResetsAt  *string  `json:"resets_at"`
}

// BudgetJSON is the budget that binds.
type BudgetJSON struct {
	Scope         *string  `json:"scope"`
	Limit         *float64 `json:"limit_usd"`
	Spend         *float64 `json:"spend_usd"`
	Remaining     *float64 `json:"remaining_usd"`
	ResetInterval *string  `json:"reset_interval"`
	ResetsAt      *string  `json:"resets_at"`
}

type freeJSON struct {
	Used      *int64 `json:"used"`
	Limit     *int64 `json:"limit"`
	Remaining *int64 `json:"remaining"`
}

type spendJSON struct {
	Today   *float64 `json:"today_usd"`
	Last1h  *float64 `json:"last_1h_usd"`
	Last24h *float64 `json:"last_24h_usd"`
	Last7d  *float64 `json:"last_7d_usd"`
	// NotSeen is what was spent when nobody saw it, which is why one of these, or a
	// longer window, is null.
	NotSeen []holeJSON `json:"not_seen"`
}

type holeJSON struct {
	From  *string  `json:"from"`
	To    *string  `json:"to"`
	Spend *float64 `json:"spend_usd"` // in all of it; null: unknown
}

func holeObjects(holes []credit.Hole) []holeJSON {
	list := []holeJSON{}
	for _, h := range holes {
		o := holeJSON{From: Timestamp(h.From), To: Timestamp(h.To)}
		if h.Known {
			o.Spend = exact(&h.USD)
		}
		list = append(list, o)
	}
	return list
}

type burnJSON struct {
	PerHour *float64 `json:"usd_per_hour"`
	PerDay  *float64 `json:"usd_per_day"`
}

// ForecastJSON is when it runs out.
type ForecastJSON struct {
	State   string    `json:"state"`
	Subject *string   `json:"subject"`
	P10     *string   `json:"p10"`
	P50     *string   `json:"p50"`
	P90     *string   `json:"p90"`
	Hours   hoursJSON `json:"hours"`
}

type hoursJSON struct {
	P10 *float64 `json:"p10"`
	P50 *float64 `json:"p50"`
	P90 *float64 `json:"p90"`
}

// AlertJSON is an alert that fires.
type AlertJSON struct {
	ID        string   `json:"id"`
	Rule      string   `json:"rule"`
	Level     string   `json:"level"`
	Since     string   `json:"since"`
	Value     string   `json:"value"`
	Number    *float64 `json:"number"`
	Unit      *string  `json:"unit"`
	Threshold *float64 `json:"threshold"`
	Text      string   `json:"text"`
}

// ErrorJSON is why the account could not be read.
type ErrorJSON struct {
	Kind    credit.FaultKind `json:"kind"`
	Message string           `json:"message"`
}

// ErrorJSONOf is why values are missing; nil, which is null: none is.
//
//go:noinline
func ErrorJSONOf(f *account.Fault, damage string) *ErrorJSON {
	switch {
	case f != nil:
		return &ErrorJSON{f.Kind, f.Message}
	case damage != "":
		return &ErrorJSON{credit.FaultStorage, damage}
	}
	return nil
}

// AlertsJSONOf are the alerts that are firing; nil, which is null, where nobody
// judged.
func AlertsJSONOf(events []alert.Event) []AlertJSON {
	if events == nil {
		return nil
	}
	list := []AlertJSON{}
	for _, e := range events {
		list = append(list, AlertJSON{
			ID: e.ID, Rule: string(e.Rule), Level: string(e.Level), Since: *Timestamp(e.Since), Value: e.ValueText,
			Number: e.Number, Unit: Word(e.Unit), Threshold: e.Threshold, Text: e.Text,
		})
	}
	return list
}

// Status is s as scripts see it at now.
func Status(s *account.Snapshot, now time.Time) StatusObject {
	o := StatusObject{
		Schema: 1, Account: s.Account, Stale: s.Stale(now), Source: Word(s.Source),
		KeyKind: string(s.KeyKind()), Spendable: exact(s.SpendableUSD), Binding: Word(s.Binding),
		Spend:    spendJSON{exact(s.TodayUSD(now)), exact(s.Spend.Last1hUSD), exact(s.Spend.Last24hUSD), exact(s.Spend.Last7dUSD), holeObjects(s.Unseen)},
		Burn:     burnJSON{exact(s.Burn.USDPerHour), exact(s.Burn.USDPerDay)},
		Forecast: ForecastJSONOf(s.Forecast), AutoTopUp: autoTopUpObject(s),
		Alerts: AlertsJSONOf(s.Alerts), Error: ErrorJSONOf(s.Fault, s.Damage),
	}
	if o.AgeS = ageOf(s, now); o.AgeS != nil {
		o.At = Timestamp(s.At)
	}
	if b := s.Balance; b != nil {
		left := b.LeftUSD()
		o.Balance = exact(&left)
		if s.Source != account.FromPerson { // who does not know what was bought
			o.TotalCredits, o.TotalUsage = &b.CreditsUSD, &b.UsageUSD
		}
		if ratio, ok := b.UsedRatio(); ok && s.Source != account.FromPerson {
			o.UsedRatio = &ratio
		}
	}
	if s.Key != nil {
		o.Key = keyObject(*s.Key, now)
		o.Budget = BudgetJSONOf(s.Key.Budget(), now)
		if r := s.Key.FreeRequests.Today(s.Now, now); r != nil {
			o.FreeRequests = &freeJSON{r.Used, r.Limit, r.Remaining}
		}
	}
	return o
}

// ageOf is how old the values of a snapshot are, in seconds; nil: there are none.
func ageOf(s *account.Snapshot, now time.Time) *float64 {
	age, ok := s.Age(now)
	seconds := age.Round(time.Millisecond).Seconds()
	if !ok {
		return nil
	}
	return &seconds
}

// BudgetJSONOf is nil, which is null, without a budget.
func BudgetJSONOf(g *credit.Budget, now time.Time) *BudgetJSON {
	if g == nil {
		return nil
	}
	o := &BudgetJSON{Scope: Word(g.Scope), Limit: g.LimitUSD, Spend: g.SpendUSD, Remaining: g.RemainingUSD, ResetInterval: Word(string(g.Reset))}
	if at, ok := g.Next(now); ok {
		o.ResetsAt = Timestamp(at)
	}
	return o
}

func keyObject(k credit.Key, now time.Time) keyJSON {
	o := keyJSON{Label: Word(k.Label), Limit: k.Cap.LimitUSD, Remaining: k.Cap.RemainingUSD}
	if at, ok := k.Cap.Reset.Next(now); ok && k.Cap.LimitUSD != nil {
		o.ResetsAt = Timestamp(at)
	}
	return o
}

// ForecastJSONOf is f as JSON.
func ForecastJSONOf(f forecast.Forecast) ForecastJSON {
	o := ForecastJSON{State: string(f.State), Subject: Word(f.Subject)}
	if f.State == forecast.Unknown {
		o.Subject = nil
	}
	if f.State != forecast.OK {
		return o
	}
	o.P10, o.P50, o.P90 = Timestamp(f.Time(f.P10)), Timestamp(f.Time(f.P50)), Timestamp(f.Time(f.P90))
	o.Hours = hoursJSON{hours(f.P10), hours(f.P50), hours(f.P90)}
	return o
}

// jsonMap is o by the names that scripts know.
func jsonMap(o StatusObject) (map[string]any, error) {
	b, err := text.JSON(o)
	if err != nil {
		return nil, err
	}
	var m map[string]any
	err = json.Unmarshal(b, &m)
	return m, err
}
