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
	"ortop/ui/scenes"
)

// plainPen draws without colours.
var plainPen = draw.Pen{Kit: &draw.Kit{Theme: draw.NewTheme(draw.Look{Dark: true, Depth: draw.Mono}), Now: scenes.Now}}

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
	asked             atomic.Int32                   // breakdowns
	query             atomic.Pointer[spenders.Query] // the last of them
	events            []account.Event
	acknowledged      atomic.Int64
	stated            atomic.Pointer[float64]
}

func newFakeFeed() *fakeFeed {
	return &fakeFeed{slot: make(chan account.Snapshot, 1), first: scenes.Now.AddDate(0, 0, -40)}
}

func (f *fakeFeed) Snapshots() <-chan account.Snapshot { return f.slot }
func (f *fakeFeed) StateBalance(usd *float64)          { f.stated.Store(usd) }
func (f *fakeFeed) Refresh()                           { f.refreshed.Add(1) }
func (f *fakeFeed) Latest() (account.Snapshot, bool)   { return account.Snapshot{}, false }
func (f *fakeFeed) Pause(on bool)                      { f.paused.Store(on) }
func (f *fakeFeed) Release()                           {}
func (f *fakeFeed) Resume()                            {}

// asleep is the gap in every fake plot; topUp the purchase.
var (
	asleep = credit.Gap{Span: credit.Span{From: scenes.Now.Add(-9*time.Hour - 32*time.Minute), To: scenes.Now.Add(-7*time.Hour - 2*time.Minute)}, Cause: "asleep"}
	topUp  = credit.TopUp{At: scenes.Now.Add(-5*time.Hour - 30*time.Minute), AmountUSD: 25}
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
		b.Known = b.To.After(f.first) && b.From.Before(scenes.Now)
		b.Observed = 1
		if b.From.After(asleep.From) && b.To.Before(asleep.To) || !b.Known {
			b.Observed = 0
		}
		end := b.To
		if end.After(scenes.Now) {
			end = scenes.Now
		}
		b.SpendUSD = f.usage(end) - f.usage(b.From)
		b.UsageUSD = f.usage(end)
		b.CreditsUSD, b.CreditsKnown = f.usage(scenes.Now)+38.52, !f.noCredits
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
		p.AllowanceUSDPerDay = scenes.USD(left / days)
	}
	if p.WithTopUp = s.Forecast; s.Forecast.State != forecast.OK {
		if s.Forecast.State == forecast.Depleted && left+*ask.TopUpUSD > 0 {
			p.WithTopUp.State, p.WithTopUp.P10, p.WithTopUp.P50, p.WithTopUp.P90 = forecast.OK, 20*3600, 48*3600, 90*3600
			p.NeededUSD, p.Auto = scenes.USD(170.25), &forecast.AutoTopUp{ThresholdUSD: 21, AmountUSD: 100, Every: 200 * time.Hour, USDPerMonth: 330.4}
		}
		return p, true, nil
	}
	more := 1 + *ask.TopUpUSD/max(left, 1)
	p.WithTopUp.P10, p.WithTopUp.P50, p.WithTopUp.P90 = s.Forecast.P10*more, s.Forecast.P50*more, s.Forecast.P90*more
	p.NeededUSD = scenes.USD(max(0, math.Round((days*86400/s.Forecast.P10-1)*left*100)/100))
	p.Auto = &forecast.AutoTopUp{ThresholdUSD: 21, AmountUSD: 50 * math.Ceil(ask.Days/7), Every: 108 * time.Hour, USDPerMonth: 330.4}
	return p, true, nil
}

// modelOf is a model that shows a scene at a size, with its plots loaded.
func modelOf(o Options, s account.Snapshot, w, h, view int) Model {
	feed := newFakeFeed()
	switch s.Forecast.State {
	case forecast.Idle:
		feed.noRise = true
	case forecast.Cold, forecast.Unknown:
		feed.first = scenes.Now
	}
	if o.Feed == nil && o.Onboarding == nil {
		o.Feed = feed
	}
	o.Now = func() time.Time { return scenes.Now }
	m := newModel(o)
	m.view = view
	m, _ = step(m, tea.WindowSizeMsg{Width: w, Height: h})
	if m.feed == nil {
		return m
	}
	m, _ = step(m, snapshotMsg{m.feed, s})
	return loaded(m)
}

// sized is m with its terminal at a size, and another view chosen.
func sized(m Model, w, h, view int) Model {
	m.view = view
	m, _ = step(m, tea.WindowSizeMsg{Width: w, Height: h})
	if m.feed == nil {
		return m
	}
	return loaded(m)
}

// asked is m that waits for what it shows.
func asked(m Model) Model {
	m.spend.Loading = true
	return m
}

// loaded is m with what it has requested.
func loaded(m Model) Model {
	for m.busy() {
		m.watched.cancel() // what reload sends anew
		for _, msg := range run(m.reload(nil)) {
			m, _ = step(m, msg)
		}
	}
	if m.spend.Loaded || m.fan.Loaded {
		if m.week.Loading {
			m.week.Cancel()
		}
		for _, msg := range run(m.loadWeek()) {
			m, _ = step(m, msg)
		}
	}
	return m
}

func (w watched) busy() bool {
	busy := w.spend.Loading || w.fan.Loading || w.month.Loading || w.plan.result.Loading || w.who.plot.Loading || w.log.request.Loading
	for _, r := range w.breakdowns {
		busy = busy || r.Loading
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
