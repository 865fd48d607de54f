package ui

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/spenders"
	"ortop/ui/draw"
)

// zone is an hour from UTC, so that the two cannot be mixed up.
var zone = time.FixedZone("CET", 3600)

// testNow is a Saturday.
var testNow = time.Date(2026, 11, 21, 10, 42, 0, 0, zone)

// plainPen draws without colours.
var plainPen = draw.Pen{Theme: draw.NewTheme(true, "mono", true), Now: testNow}

// fakeFeed makes up plots and counts calls.
type fakeFeed struct {
	slot              chan account.Snapshot
	refreshed, plots  atomic.Int32
	plans             atomic.Int32
	paused            atomic.Bool
	first             time.Time
	err               error
	noCredits, noRise bool
	who               map[spenders.By]spenders.Breakdown
	whoErr            error
	asked             atomic.Int32 // breakdowns
	events            []account.Event
	acknowledged      atomic.Int64
}

func newFakeFeed() *fakeFeed {
	return &fakeFeed{slot: make(chan account.Snapshot, 1), first: testNow.AddDate(0, 0, -40)}
}

func (f *fakeFeed) Snapshots() <-chan account.Snapshot { return f.slot }
func (f *fakeFeed) Refresh()                           { f.refreshed.Add(1) }
func (f *fakeFeed) Latest() (account.Snapshot, bool)   { return account.Snapshot{}, false }
func (f *fakeFeed) Pause(on bool)                      { f.paused.Store(on) }
func (f *fakeFeed) Release()                           {}
func (f *fakeFeed) Resume()                            {}

// asleep is the gap in every fake plot; topUp the purchase.
var (
	asleep = credit.Gap{Span: credit.Span{From: testNow.Add(-9*time.Hour - 32*time.Minute), To: testNow.Add(-7*time.Hour - 2*time.Minute)}, Cause: "asleep"}
	topUp  = credit.TopUp{At: testNow.Add(-5*time.Hour - 30*time.Minute), AmountUSD: 25}
)

// usage is spend since first: a working day's hump over a base.
func (f *fakeFeed) usage(t time.Time) float64 {
	if t.Before(f.first) || f.noRise {
		return 0
	}
	h := t.Sub(f.first).Hours()
	return 0.12*h + 0.1*h + 1.1*(1-math.Cos(2*math.Pi*h/24)) + 0.05*math.Sin(h*2.2)
}

func (f *fakeFeed) Plot(ctx context.Context, from, to time.Time, n int) (history.Plot, error) {
	f.plots.Add(1)
	if f.err != nil {
		return history.Plot{}, f.err
	}
	if from.IsZero() {
		from = f.first
	}
	var p history.Plot
	for i := range n {
		at := func(i int) time.Time { return from.Add(time.Duration(float64(to.Sub(from)) * float64(i) / float64(n))) }
		b := history.Bucket{Span: credit.Span{From: at(i), To: at(i + 1)}}
		b.Known = b.To.After(f.first) && b.From.Before(testNow)
		b.Observed = 1
		if b.From.After(asleep.From) && b.To.Before(asleep.To) || !b.Known {
			b.Observed = 0
		}
		end := b.To
		if end.After(testNow) {
			end = testNow
		}
		b.SpendUSD = f.usage(end) - f.usage(b.From)
		b.UsageUSD = f.usage(end)
		b.CreditsUSD, b.CreditsKnown = f.usage(testNow)+38.52, !f.noCredits
		if !end.Before(topUp.At) {
			b.CreditsUSD += topUp.AmountUSD
		}
		p.Buckets = append(p.Buckets, b)
	}
	if asleep.To.After(from) {
		p.Gaps = []credit.Gap{asleep}
	}
	if topUp.At.After(from) {
		p.TopUps = []credit.TopUp{topUp}
	}
	return p, nil
}

// Plan makes up a plan that shows what it was asked.
func (f *fakeFeed) Plan(ctx context.Context, s account.Snapshot, ask forecast.Ask) (p forecast.Plan, ok bool, err error) {
	f.plans.Add(1)
	if f.err != nil || s.Balance == nil {
		return p, false, f.err
	}
	left := s.Balance.LeftUSD()
	days := ask.Until.Sub(s.At).Hours() / 24
	if left > 0 {
		p.AllowanceUSDPerDay = usd(left / days)
	}
	if p.WithTopUp = s.Forecast; s.Forecast.State != forecast.OK {
		if s.Forecast.State == forecast.Depleted && left+*ask.TopUpUSD > 0 {
			p.WithTopUp.State, p.WithTopUp.P10, p.WithTopUp.P50, p.WithTopUp.P90 = forecast.OK, 20*3600, 48*3600, 90*3600
			p.NeededUSD, p.Auto = usd(170.25), &forecast.AutoTopUp{ThresholdUSD: 21, AmountUSD: 100, Every: 200 * time.Hour, USDPerMonth: 330.4}
		}
		return p, true, nil
	}
	more := 1 + *ask.TopUpUSD/max(left, 1)
	p.WithTopUp.P10, p.WithTopUp.P50, p.WithTopUp.P90 = s.Forecast.P10*more, s.Forecast.P50*more, s.Forecast.P90*more
	p.NeededUSD = usd(max(0, math.Round((days*86400/s.Forecast.P10-1)*left*100)/100))
	p.Auto = &forecast.AutoTopUp{ThresholdUSD: 21, AmountUSD: 50 * math.Ceil(ask.Days/7), Every: 108 * time.Hour, USDPerMonth: 330.4}
	return p, true, nil
}

func usd(v float64) *float64 { return &v }

// healthy is an account in order.
func healthy() account.Snapshot {
	return account.Snapshot{
		Account: "personal", Now: testNow, At: testNow.Add(-4 * time.Second), Interval: time.Minute,
		Source: account.FromCredits, Phase: account.Waiting, Due: testNow.Add(56 * time.Second), Collecting: true,
		Key:          &credit.Key{Kind: credit.KeyManagement, Label: "sk-or-v1-0e6…1c96"},
		Balance:      &credit.Balance{CreditsUSD: 100, UsageUSD: 36.48},
		SpendableUSD: usd(63.52), Binding: credit.BoundByAccount,
		Spend: account.Spend{TodayUSD: usd(2.14), Last1hUSD: usd(0.51), Last24hUSD: usd(12.3), Last7dUSD: usd(76.3), Last30dUSD: usd(214.07)},
		Burn:  account.Burn{USDPerHour: usd(0.51), USDPerDay: usd(12.3), WeekUSDPerDay: usd(10.9), TrendRatio: usd(0.13), UsualUSDPerHour: usd(0.44)},
		Forecast: forecast.Forecast{
			State: forecast.OK, Subject: forecast.Account, At: testNow.Add(-4 * time.Second),
			P10: 70.5 * 3600, P50: 123.6 * 3600, P90: 203.3 * 3600,
			History: 17 * 24 * time.Hour, LastSpend: testNow.Add(-2 * time.Minute), RateUSDPerHour: 0.46,
		},
		HistorySince: testNow.AddDate(0, 0, -17), OwnSince: testNow.AddDate(0, 0, -17), Gaps: 2,
		Track: account.Track{Made: 40, Held: 33, Factor: 1.4},
	}
}

// refilled is an account that is topped up automatically.
func refilled() account.Snapshot {
	s := healthy()
	s.Balance = &credit.Balance{CreditsUSD: 100, UsageUSD: 76.48}
	s.SpendableUSD = usd(23.52)
	s.Forecast.P10, s.Forecast.P50, s.Forecast.P90 = 30*3600, 50*3600, 79*3600
	next := s.Forecast
	next.P10, next.P50, next.P90 = 17.2*3600, 29.3*3600, 44.1*3600
	s.AutoTopUp = &account.AutoTopUp{
		ThresholdUSD: 10, AmountUSD: 25, Seen: 7, Last: testNow.Add(-52 * time.Hour), Next: next, USDPerMonth: usd(330.4),
	}
	return s
}

// scenes are the notable states, by name.
var scenes = map[string]func() account.Snapshot{
	"healthy": healthy,
	"critical": func() account.Snapshot {
		s := healthy()
		s.Balance = &credit.Balance{CreditsUSD: 100, UsageUSD: 97.9}
		s.Forecast.P10, s.Forecast.P50, s.Forecast.P90 = 2.1*3600, 4.4*3600, 9.7*3600
		return s
	},
	"stale": func() account.Snapshot {
		s := healthy()
		s.At = testNow.Add(-12 * time.Minute)
		s.Forecast.At = s.At
		s.Due = testNow.Add(time.Minute)
		s.Fault = &account.Fault{Kind: credit.FaultNetwork, Message: "reading credits: cannot resolve openrouter.ai"}
		return s
	},
	"unauthorised": func() account.Snapshot {
		s := healthy()
		s.At = testNow.Add(-3 * time.Hour)
		s.Phase = account.Refused
		s.Due = testNow.Add(30 * time.Minute)
		s.Fault = &account.Fault{Kind: credit.FaultUnauthorized, Message: "reading key: 401 unauthorized: User not found."}
		return s
	},
	"ordinary": func() account.Snapshot {
		s := healthy()
		s.Account = "laptop"
		s.Source, s.Balance, s.SpendableUSD, s.Binding = account.FromKey, nil, nil, ""
		s.BalanceNote = "account balance not visible to this key"
		s.Key = &credit.Key{Kind: credit.KeyOrdinary, Cap: credit.Cap{LimitUSD: usd(20), RemainingUSD: usd(14.87), Reset: credit.ResetMonthly},
			Usage: credit.Usage{DailyUSD: usd(0.4), MonthlyUSD: usd(5.13)}}
		s.Forecast.Subject = forecast.Key
		s.Forecast.ResetsAt = credit.MonthStart(testNow).AddDate(0, 1, 0)
		return s
	},
	"capped": func() account.Snapshot {
		s := healthy()
		s.Key = &credit.Key{Kind: credit.KeyOrdinary, Cap: credit.Cap{LimitUSD: usd(20), RemainingUSD: usd(4.87), Reset: credit.ResetMonthly}}
		s.SpendableUSD, s.Binding = usd(4.87), credit.BoundByKey
		s.Forecast.Subject = forecast.Key
		return s
	},
	"cap-spent": func() account.Snapshot {
		s := healthy()
		s.Key = &credit.Key{Kind: credit.KeyOrdinary, Cap: credit.Cap{LimitUSD: usd(20), RemainingUSD: usd(-0.12), Reset: credit.ResetMonthly}}
		s.SpendableUSD, s.Binding = usd(-0.12), credit.BoundByKey
		s.Forecast = forecast.Forecast{State: forecast.Depleted, Subject: forecast.Key, At: testNow, ResetsAt: credit.MonthStart(testNow).AddDate(0, 1, 0)}
		return s
	},
	"depleted": func() account.Snapshot {
		s := healthy()
		s.Balance = &credit.Balance{CreditsUSD: 100, UsageUSD: 100.34}
		s.SpendableUSD = usd(-0.34)
		s.Forecast = forecast.Forecast{State: forecast.Depleted, Subject: forecast.Account, At: testNow}
		s.RanOutAt = testNow.Add(-11 * time.Minute)
		return s
	},
	"early": func() account.Snapshot {
		s := healthy()
		s.Forecast.P10, s.Forecast.P50, s.Forecast.P90 = 29*3600, 123.6*3600, 290*3600
		s.Forecast.History = 30 * 24 * time.Hour
		s.HistorySince, s.OwnSince, s.Gaps = testNow.AddDate(0, 0, -30), testNow.Add(-5*time.Minute), 0
		s.Track = account.Track{}
		return s
	},
	"cold": func() account.Snapshot {
		s := healthy()
		s.Spend, s.Burn = account.Spend{}, account.Burn{}
		s.Forecast = forecast.Forecast{State: forecast.Cold, Subject: forecast.Account, At: testNow, History: 2 * time.Minute}
		s.HistorySince, s.OwnSince, s.Gaps, s.Track = testNow.Add(-2*time.Minute), testNow.Add(-2*time.Minute), 0, account.Track{}
		return s
	},
	"idle": func() account.Snapshot {
		s := healthy()
		s.Burn = account.Burn{USDPerHour: usd(0), USDPerDay: usd(0), WeekUSDPerDay: usd(0)}
		s.Spend = account.Spend{TodayUSD: usd(0), Last1hUSD: usd(0), Last24hUSD: usd(0), Last7dUSD: usd(0)}
		s.Forecast = forecast.Forecast{State: forecast.Idle, Subject: forecast.Account, At: testNow, History: 9 * 24 * time.Hour, LastSpend: testNow.Add(-3 * time.Hour)}
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
		s.AutoTopUp.MissingSince = testNow.Add(-41 * time.Minute)
		return s
	},
	"starting": func() account.Snapshot {
		return account.Snapshot{Account: "personal", Now: testNow, Interval: time.Minute, Phase: account.Asking, Forecast: forecast.Forecast{State: forecast.Unknown}}
	},
	"unreachable": func() account.Snapshot {
		return account.Snapshot{Account: "personal", Now: testNow, Interval: time.Minute, Phase: account.Waiting, Due: testNow.Add(30 * time.Second),
			Fault: &account.Fault{Kind: credit.FaultNetwork, Message: "reading credits: connection refused"}, Forecast: forecast.Forecast{State: forecast.Unknown}}
	},
	"payment": func() account.Snapshot {
		return account.Snapshot{Account: "personal", Now: testNow, Interval: time.Minute, Phase: account.Waiting, Due: testNow.Add(2 * time.Minute), BalanceNote: "payment required",
			Fault: &account.Fault{Kind: credit.FaultPayment, Message: "reading credits: 402 payment required"}, Forecast: forecast.Forecast{State: forecast.Unknown}}
	},
	"held": func() account.Snapshot {
		s := healthy()
		s.Host = "gateway.example:8443"
		s.Phase, s.Due = account.Held, testNow.Add(80*time.Second)
		s.Fault = &account.Fault{Kind: credit.FaultRateLimited, Message: "reading credits: 429 rate limited: Too Many Requests"}
		return s
	},
	"paused": func() account.Snapshot {
		s := healthy()
		s.Phase, s.Due = account.Paused, time.Time{}
		return s
	},
	"noted": func() account.Snapshot {
		s := healthy()
		s.Demo, s.Host, s.Collecting = "steady", "127.0.0.1:8080", false
		s.StorageNote = "the disk is full: kept in memory since 10:31"
		s.Notes = []string{"another account's numbers behind the same name: a new series begins"}
		return s
	},
	"hostile": func() account.Snapshot {
		s := healthy()
		s.Account = "研究チーム\x1b[31m 👩‍👩‍👧 ❤️ e\u0301 \u202eabc"
		s.Balance = &credit.Balance{CreditsUSD: 1e9, UsageUSD: -12345.678}
		s.Burn.TrendRatio = usd(math.Inf(1))
		s.Forecast.P50, s.Forecast.P90 = 1e12, math.Inf(1)
		return s
	},
}

// modelOf is a model that shows a scene at a size, with its plots loaded.
func modelOf(o Options, s account.Snapshot, w, h, view int) Model {
	feed := newFakeFeed()
	switch s.Forecast.State {
	case forecast.Idle:
		feed.noRise = true
	case forecast.Cold, forecast.Unknown:
		feed.first = testNow
	}
	if o.Feed == nil && o.Onboarding == nil {
		o.Feed = feed
	}
	o.Now = func() time.Time { return testNow }
	m := newModel(o)
	m.view = view
	m, _ = step(m, tea.WindowSizeMsg{Width: w, Height: h})
	if m.feed == nil {
		return m
	}
	m, _ = step(m, snapshotMsg{m.feed, s})
	return loaded(m)
}

// loaded is m with what it has requested.
func loaded(m Model) Model {
	for m.busy() {
		m.watched.cancel() // what reload sends anew
		next, cmd := m.reload(nil)
		m = next.(Model)
		for _, msg := range run(cmd) {
			m, _ = step(m, msg)
		}
	}
	return m
}

func (w watched) busy() bool {
	busy := w.spend.loading || w.fan.loading || w.plan.result.loading || w.who.plot.loading || w.log.request.loading
	for _, r := range w.breakdowns {
		busy = busy || r.loading
	}
	return busy
}

// run is what a command and those in its batches return.
func run(cmd tea.Cmd) (msgs []tea.Msg) {
	if cmd == nil {
		return nil
	}
	msg := cmd()
	if batch, ok := msg.(tea.BatchMsg); ok {
		for _, cmd := range batch {
			msgs = append(msgs, run(cmd)...)
		}
		return msgs
	}
	return append(msgs, msg)
}

func step(m Model, msg tea.Msg) (Model, tea.Cmd) {
	next, cmd := m.Update(msg)
	return next.(Model), cmd
}
