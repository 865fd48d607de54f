package cmd

import (
	"time"

	"ortop/internal/monitor"
)

// The object of report --json. Every key is always there; null is unknown.
type reportJSON struct {
	Schema       int               `json:"schema"`
	Account      string            `json:"account"`
	At           *string           `json:"at"`
	Stale        bool              `json:"stale"`
	Period       string            `json:"period"`
	From         *string           `json:"from"`
	To           *string           `json:"to"`
	Spend        *float64          `json:"spend_usd"`
	PreviousFrom *string           `json:"previous_from"`
	Previous     *float64          `json:"previous_usd"`
	SameTime     *float64          `json:"previous_by_this_time_usd"`
	Change       *float64          `json:"change_ratio"` // 0.61: 61 % above the previous by this time
	Days         []reportDayJSON   `json:"days"`
	Balance      *float64          `json:"balance_usd"`
	Models       []spenderJSON     `json:"models"` // null: nobody could tell
	Keys         []spenderJSON     `json:"keys"`
	TopUps       []topUpJSON       `json:"top_ups"` // null: none was seen, and not all of the period was
	Alerts       []alertJSON       `json:"alerts"`  // that stand now
	Events       []reportEventJSON `json:"events"`
	Forecast     forecastJSON      `json:"forecast"`
	Track        trackJSON         `json:"track"`
	Notes        []string          `json:"notes"`
	Error        *errorJSON        `json:"error"`
}

type reportDayJSON struct {
	From         *string  `json:"from"` // null: the period has no such day, or not yet
	Spend        *float64 `json:"spend_usd"`
	PreviousFrom *string  `json:"previous_from"`
	Previous     *float64 `json:"previous_usd"`
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

func reportObject(r usageReport, now time.Time) reportJSON {
	o := reportJSON{
		Schema: 1, Account: r.Account, At: momentOrNull(r.At), Stale: r.Stale(now), Period: r.period.name,
		From: moment(r.from), To: moment(r.to), Spend: r.spentUSD,
		PreviousFrom: moment(r.before), Previous: r.beforeUSD, SameTime: r.sameTimeUSD, Change: r.change(),
		Days: []reportDayJSON{}, Models: spenderRows(r.models), Keys: spenderRows(r.keys),
		Alerts: alertObjects(r.Alerts), Events: []reportEventJSON{}, Forecast: forecastObject(r.Forecast),
		Track: trackJSON{Made: r.Track.Made, Held: r.Track.Held}, Notes: append([]string{}, r.notes...),
	}
	for _, d := range r.days {
		o.Days = append(o.Days, reportDayJSON{momentOrNull(d.at), d.spentUSD, momentOrNull(d.before), d.beforeUSD})
	}
	if r.Balance != nil {
		left := r.Balance.LeftUSD()
		o.Balance = &left
	}
	if r.boughtKnown {
		o.TopUps = []topUpJSON{}
	}
	for _, u := range r.topUps {
		o.TopUps = append(o.TopUps, topUpJSON{moment(u.At), u.AmountUSD})
	}
	for _, e := range r.events {
		o.Events = append(o.Events, reportEventJSON{moment(e.At), oneLine(e.Kind), oneLine(e.Level), oneLine(e.Text)})
	}
	if r.Track.Made > 0 {
		o.Track.Factor = &r.Track.Factor
	}
	if r.Fault != nil {
		o.Error = &errorJSON{r.Fault.Kind, r.Fault.Message}
	}
	return o
}

// momentOrNull is moment, and null for a zero time.
func momentOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return moment(t)
}

// spenderRows are those who spent most; null where nobody could tell.
func spenderRows(b monitor.Breakdown) []spenderJSON {
	top, _ := topSpenders(b)
	if top == nil {
		return nil
	}
	list := []spenderJSON{}
	for _, r := range top {
		list = append(list, spenderJSON{r.Name, r.SpendUSD, r.Share, r.Requests, r.Tokens})
	}
	return list
}
