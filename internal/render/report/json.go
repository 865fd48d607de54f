package report

import (
	"time"

	"ortop/internal/render"
)

// ReportObject is what report --json prints. Every key is always there; null is unknown.
type ReportObject struct {
	Schema       int                 `json:"schema"`
	Account      string              `json:"account"`
	At           *string             `json:"at"`
	Stale        bool                `json:"stale"`
	Period       string              `json:"period"`
	From         *string             `json:"from"`
	To           *string             `json:"to"`
	Spend        *float64            `json:"spend_usd"`
	PreviousFrom *string             `json:"previous_from"`
	Previous     *float64            `json:"previous_usd"`
	SameTime     *float64            `json:"previous_by_this_time_usd"`
	Change       *float64            `json:"change_ratio"` // 0.61: 61 % above the previous by this time
	Days         []reportDayJSON     `json:"days"`
	Balance      *float64            `json:"balance_usd"`
	Spendable    *float64            `json:"spendable_usd"`
	Binding      *string             `json:"binding"`
	Budget       *render.BudgetJSON  `json:"budget"`
	Models       []spenderJSON       `json:"models"`      // null: unknown
	ModelsRest   *restJSON           `json:"models_rest"` // with models the whole; null: unknown
	Keys         []spenderJSON       `json:"keys"`
	KeysRest     *restJSON           `json:"keys_rest"`
	TopUps       []topUpJSON         `json:"top_ups"` // null: none was seen, and the period was seen only in part
	Alerts       []render.AlertJSON  `json:"alerts"`  // firing now
	Events       []reportEventJSON   `json:"events"`
	Forecast     render.ForecastJSON `json:"forecast"`
	Track        render.TrackJSON    `json:"track"`
	Notes        []string            `json:"notes"`
	Error        *render.ErrorJSON   `json:"error"`
}

type reportDayJSON struct {
	From         *string  `json:"from"` // null: the period has no such day, or not yet
	Spend        *float64 `json:"spend_usd"`
	PreviousFrom *string  `json:"previous_from"`
	Previous     *float64 `json:"previous_usd"`
	Partial      bool     `json:"partial"` // the day is not over
	// NotSeen and PreviousNotSeen say why a sum is null, where nobody saw when it was spent.
	NotSeen         *string `json:"not_seen"`
	PreviousNotSeen *string `json:"previous_not_seen"`
}

// restJSON is what those who are named did not spend.
type restJSON struct {
	Spend  *float64 `json:"spend_usd"` // in all
	Share  *float64 `json:"share"`
	Others *float64 `json:"others_usd"` // of those who are not named
	Count  *int     `json:"others"`
	// Unattributed is in nobody's row: deleted keys, the web chat, what is still on
	// its way.
	Unattributed *float64 `json:"unattributed_usd"`
}

type spenderJSON struct {
	Name     string   `json:"name"`
	Spend    *float64 `json:"spend_usd"`
	Share    *float64 `json:"share"`
	Requests *int64   `json:"requests"`
	Tokens   *int64   `json:"tokens"`
}

type topUpJSON struct {
	At     *string `json:"at"`
	Amount float64 `json:"amount_usd"`
}

type reportEventJSON struct {
	At    *string `json:"at"`
	Kind  string  `json:"kind"`
	Level string  `json:"level"`
	Text  string  `json:"text"`
}

// Object is r as scripts see it at now.
func Object(r *Usage, now time.Time) ReportObject {
	o := ReportObject{
		Schema: 1, Account: r.Account, At: render.TimestampOrNull(r.At), Stale: r.Stale(now), Period: r.Period,
		From: render.Timestamp(r.From), To: render.Timestamp(r.To), Spend: r.SpentUSD,
		PreviousFrom: render.Timestamp(r.Before), Previous: r.BeforeUSD, SameTime: r.SameTimeUSD, Change: r.change(),
		Days:   []reportDayJSON{},
		Alerts: render.AlertsJSONOf(r.Alerts), Events: []reportEventJSON{}, Forecast: render.ForecastJSONOf(r.Forecast),
		Spendable: r.SpendableUSD, Binding: render.Word(r.Binding), Budget: render.BudgetJSONOf(r.Key.Budget(), now),
		Track: render.TrackJSONOf(r.Track), Notes: append([]string{}, r.Notes...), Error: render.ErrorJSONOf(r.Fault, r.Damage),
	}
	o.Models, o.ModelsRest = topOf(&r.Models).objects()
	o.Keys, o.KeysRest = topOf(&r.Keys).objects()
	for _, w := range [][2]string{{"this " + r.Period, r.SpentWhy}, {r.PeriodBefore, r.BeforeWhy}} {
		if w[1] != "" {
			o.Notes = append(o.Notes, w[0]+" is not known in full: "+w[1])
		}
	}
	for _, d := range r.Days {
		o.Days = append(o.Days, reportDayJSON{render.TimestampOrNull(d.At), d.SpentUSD, render.TimestampOrNull(d.Before), d.BeforeUSD, r.partial(d), render.Word(d.SpentWhy), render.Word(d.BeforeWhy)})
	}
	if r.Balance != nil {
		left := r.Balance.LeftUSD()
		o.Balance = &left
	}
	if r.TopUpsKnown {
		o.TopUps = []topUpJSON{}
	}
	for _, u := range r.TopUps {
		o.TopUps = append(o.TopUps, topUpJSON{render.Timestamp(u.At), u.AmountUSD})
	}
	for _, e := range r.Events {
		o.Events = append(o.Events, reportEventJSON{render.Timestamp(e.At), render.Clean(e.Kind), render.Clean(e.Level), render.Clean(e.Text)})
	}
	return o
}

// objects are those who spent most, and the rest; nil where that is unknown.
func (t top) objects() ([]spenderJSON, *restJSON) {
	if t.rows == nil {
		return nil, nil
	}
	list := []spenderJSON{}
	for _, r := range t.rows {
		list = append(list, spenderJSON{r.Name, r.SpendUSD, r.Share, r.Requests, r.Tokens})
	}
	rest := &restJSON{Spend: t.restUSD, Share: t.share(t.restUSD), Others: t.othersUSD, Unattributed: t.unattributedUSD}
	if t.othersUSD != nil {
		rest.Count = &t.others
	}
	return list, rest
}
