package ui

import (
	"context"
	"errors"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/spenders"
	"ortop/ui/scenes"
)

func count(n int64) *int64 { return &n }

// breakdownsOf are breakdowns of a day of $12.30.
func breakdownsOf() map[spenders.By]spenders.Breakdown {
	whole := func(by spenders.By, rest float64, rows ...spenders.Row) spenders.Breakdown {
		for i := range rows {
			share := *rows[i].SpendUSD / 12.3
			rows[i].Share = &share
			if rows[i].ID != "deepseek/deepseek-v4" { // which is not known
				rows[i].Trend = trendFor(*rows[i].SpendUSD, i)
			}
		}
		return spenders.Breakdown{By: by, From: scenes.Now.Add(-24 * time.Hour), To: scenes.Now, Rows: rows,
			TotalUSD: scenes.USD(12.3), Trend: trendFor(12.3, 1), UnattributedUSD: &rest, BYOKUSD: scenes.USD(1.25), ReadAt: scenes.Now.Add(-40 * time.Second)}
	}
	row := func(name string, spend float64, requests, tokens int64) spenders.Row {
		per := spend / float64(tokens) * 1e6
		return spenders.Row{ID: name, Name: name, SpendUSD: scenes.USD(spend), Requests: count(requests), Tokens: count(tokens), USDPerMtok: &per, BYOKUSD: scenes.USD(0)}
	}
	ci, laptop, batch := row("ci-bot", 5.2, 812, 1_200_000), row("laptop", 4.88, 1204, 2_910_000), row("batch-nightly", 2.22, 96, 410_000)
	ci.ChangeRatio, ci.Cap, ci.ResetsAt = scenes.USD(0.61), credit.Cap{LimitUSD: scenes.USD(20), RemainingUSD: scenes.USD(14.8), Reset: credit.ResetMonthly}, credit.MonthStart(scenes.Now).AddDate(0, 1, 0)
	ci.SpendableUSD, ci.Binding, ci.Label, ci.Workspace = scenes.USD(14.8), credit.BoundByKey, "sk-or-v1-0e6…1c96", "Production"
	ci.CreatedAt, ci.LastUsed, ci.BYOKUSD = scenes.Now.AddDate(0, -5, 0), scenes.Now.Add(-2*time.Minute), scenes.USD(1.25)
	laptop.ChangeRatio = scenes.USD(-0.04)
	batch.New, batch.Disabled, batch.Cap = true, true, credit.Cap{LimitUSD: scenes.USD(5), RemainingUSD: scenes.USD(2.8), Reset: credit.ResetDaily}
	ci.Guardrails = []spenders.GuardrailBudget{{Name: "Nightly jobs", LimitUSD: 25, Reset: credit.ResetWeekly}, {Name: "Runaway stop", LimitUSD: 7.5, Reset: credit.ResetDaily, IncludesBYOK: true}}
	prod := row("Production", 7.42, 908, 1_610_000)
	prod.Cap, prod.Runway = credit.Cap{LimitUSD: scenes.USD(40), RemainingUSD: scenes.USD(3.1), Reset: credit.ResetWeekly}, &forecast.Forecast{State: forecast.OK, At: scenes.Now, P50: 20 * 3600}
	team := whole(spenders.ByMember, 0)
	team.Rows, team.UnattributedUSD = nil, nil
	team.Notes = []string{"what was spent by member is not known: 403 forbidden: this key may not see the members of its organization"}
	return map[spenders.By]spenders.Breakdown{
		spenders.ByKey: whole(spenders.ByKey, 0, ci, laptop, batch),
		spenders.ByModel: whole(spenders.ByModel, -0.07, row("anthropic/claude-sonnet-5", 7.1, 1001, 1_800_000), row("openai/gpt-5.6", 3.02, 611, 1_500_000),
			row("google/gemini-3-flash", 1.41, 400, 1_100_000), row("deepseek/deepseek-v4", 0.5, 60, 90_000), row("研究/モデル\x1b[31m", 0.3, 30, 20_000), row("x-ai/grok-5-mini", 0.04, 10, 10_000)),
		spenders.ByProvider:  whole(spenders.ByProvider, 12.3),
		spenders.ByWorkspace: whole(spenders.ByWorkspace, 4.88, prod),
		spenders.ByMember:    team,
	}
}

func (f *fakeFeed) Breakdown(_ context.Context, q spenders.Query) (spenders.Breakdown, error) {
	f.asked.Add(1)
	f.query.Store(&q)
	if f.whoErr != nil {
		return spenders.Breakdown{}, f.whoErr
	}
	return f.who[q.By], nil
}

func (f *fakeFeed) BreakdownPlot(ctx context.Context, by spenders.By, id string, from, to time.Time, n int) (history.Plot, error) {
	p, err := f.Plot(ctx, from, to, n)
	for i := range p.Buckets {
		p.Buckets[i].SpendUSD *= 0.42
	}
	p.TopUps = nil
	return p, err
}

func (f *fakeFeed) Events(_ context.Context, from, to time.Time, limit int) ([]account.Event, error) {
	var events []account.Event
	for _, e := range f.events {
		if !e.At.Before(from) && e.At.Before(to) && len(events) < limit {
			e.Acknowledged = e.Acknowledged || e.ID > 0 && e.ID == f.acknowledged.Load()
			events = append(events, e)
		}
	}
	return events, f.err
}

func (f *fakeFeed) Acknowledge(_ context.Context, event int64) error {
	if event <= 0 {
		return errors.New("no such event")
	}
	f.acknowledged.Store(event)
	return nil
}

// leaks are the events of spend that has risen for weeks, and a top-up.
func leaks() []account.Event {
	at := scenes.Now.Add(-35 * time.Hour)
	leak := alert.Event{Rule: alert.Leak, Level: alert.Warning, Account: "personal", Since: at, At: at, ValueText: "$11.40",
		Text: "spend has risen for 5 weeks, from $2.10 to $11.40 a day; most of the rise is laptop with anthropic/claude-sonnet-5 ($41.00)"}
	return []account.Event{
		{ID: 4, At: at, Kind: account.EventLeak, Level: alert.Warning, Text: leak.Text, Alert: &leak,
			Spend: &account.UnusualSpend{USD: 11.4, UsualUSD: 2.1, WeeksUSDPerDay: []float64{2.1, 3.05, 4.7, 8.2, 11.4}}},
		{At: scenes.Now.AddDate(0, 0, -2), Kind: account.EventTopUp, ChangeUSD: 25, Text: "credits bought: $25.00"},
	}
}

// happenings are events of every kind, the newest first.
func happenings() []account.Event {
	reported := func(id int64, ago time.Duration, level alert.Level, rule alert.Kind, value, words string, cleared bool) account.Event {
		at := scenes.Now.Add(-ago)
		a := alert.Event{Rule: rule, Level: level, Account: "personal", Since: at, At: at, ValueText: value, Text: words, Cleared: cleared}
		e := account.Event{ID: id, At: at, Kind: account.EventAlert, Level: level, Text: a.Summary(), Alert: &a}
		if cleared {
			e.Kind = account.EventCleared
		}
		return e
	}
	events := []account.Event{
		reported(9, 11*time.Minute, alert.Urgent, alert.Balance, "$4.90", "personal: balance $4.90, below $5.00 (Sat 21 Nov, 10:31 CET)", false),
		reported(8, 3*time.Hour, alert.Warning, alert.Spike, "$3.10", "spent $3.10 in an hour; at this time of day it is $0.74 at most; most of the rise is ci-bot with anthropic/claude-sonnet-5 ($2.80)", false),
		{At: topUp.At, Kind: account.EventTopUp, ChangeUSD: 25, Text: "credits bought: $25.00"},
		reported(7, 6*time.Hour, alert.Warning, alert.Balance, "$63.52", "personal: balance $63.52, no longer below $20.00 (Sat 21 Nov, 04:42 CET)", true),
		{At: asleep.From, Kind: account.EventGap, Text: "nothing was read for 2 h 30 min: asleep"},
		reported(6, 30*time.Hour, alert.Warning, alert.Balance, "$18.20", "personal: balance $18.20, below $20.00 (Fri 20 Nov, 04:42 CET)", false),
		{ID: 5, At: scenes.Now.AddDate(0, 0, -3), Kind: account.EventForecast, Level: alert.Info,
			Text: "the balance runs out sooner, about Thu 26 Nov and not Tue 8 Dec: spent $8.20 in the last hour, 4 times the usual $2.05 at this hour; 80 % sure: Tue 24 to Sun 29"},
		{At: scenes.Now.AddDate(0, 0, -4), Kind: account.EventFault, Level: "warning", Text: "nothing was read for 12 min: reading credits: 503 server error"},
		{At: scenes.Now.AddDate(0, 0, -9), Kind: account.EventRefund, ChangeUSD: -5, Text: "credits taken back: $5.00, by a refund, an expiry or a transfer"},
		{At: scenes.Now.AddDate(0, 0, -12), Kind: account.EventSegment, Text: "a new series began: another account"},
	}
	events[1].Kind, events[5].Acknowledged = account.EventSpike, true
	return events
}

// trendFor is a day of a sum with a peak at one of its hours, and a night.
func trendFor(usd float64, peak int) []float64 {
	trend := make([]float64, 24)
	for i := range trend {
		if i > 5 {
			trend[i] = usd / 36
		}
		if i == 9+4*peak {
			trend[i] = usd / 2
		}
	}
	return trend
}
