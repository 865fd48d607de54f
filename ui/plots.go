package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/ui/draw"
	"ortop/ui/load"
	"ortop/ui/panel"
)

// autoSpan is a range that goes by the forecast.
const autoSpan = -1

// back is the range of the balance plot: the chosen one, else the shortest that
// leaves a fan of the forecast's length its place, and that is no longer than
// the history.
func (m *Model) back() int {
	if m.fanSpan != autoSpan {
		return m.fanSpan
	}
	const week, year = 3, 5
	f, _ := panel.Next(&m.snap)
	if f.State != forecast.OK {
		return week
	}
	for i := 1; i < year; i++ {
		if panel.Spans[i].Back.Seconds() >= f.P90 || panel.Spans[i+1].Back > f.History {
			return i
		}
	}
	return year
}

// reload requests what is on the screen, once anything is known of the account.
func (m *Model) reload(also tea.Cmd) tea.Cmd {
	if m.feed == nil || m.w <= 0 || m.h <= 0 || m.snap.Now.IsZero() {
		return also
	}
	l := m.layout()
	cmds := []tea.Cmd{also}
	cmds = append(cmds, views[m.view].load(m, l))
	if l.spend.h > 0 || l.tier == tierLine {
		cmds = append(cmds, m.loadSpend())
	}
	plotted := m.view == 0 && l.spend.h > 0
	switch {
	case l.fan.h > 0:
		cmds = append(cmds, m.loadFan(l.fan.w))
	case plotted && m.mode == plotBalance:
		cmds = append(cmds, m.loadFan(l.spend.w))
	}
	if plotted && m.mode == plotMonth {
		cmds = append(cmds, m.loadMonth())
	}
	return batch(cmds...)
}

const plotTimeout = 10 * time.Second

// loadSpend requests the plot of spend, unless it is the one that is there.
func (m *Model) loadSpend() tea.Cmd {
	feed, end, first, of := m.feed, m.plotEnd(), m.snap.HistorySince, m.plotOf(m.spendSpan())
	if of.end = m.until.Unix(); !due(&m.spend, of, m.now) {
		return nil
	}
	return m.spend.Send(of, m.now, plotTimeout, func(ctx context.Context) (history.Plot, error) {
		from, to, n := panel.Spans[of.span].Period(end, first)
		return feed.Plot(ctx, from, to, n)
	}, func(a load.Answer[plotOf, history.Plot]) tea.Msg { return spendMsg{source{feed}, a} })
}

// plotOf is a range as of the newest snapshot.
//
//go:noinline
func (m *Model) plotOf(span int) plotOf {
	return plotOf{span: span, since: m.snap.HistorySince.Unix(), at: m.snap.Now.UnixMilli()}
}

// plotEvery is how old a plot may be that is shown once more.
const plotEvery = time.Minute

// due reports whether a plot is to be requested: of something else, or after an error.
func due(r *load.Request[plotOf, history.Plot], of plotOf, now time.Time) bool {
	return r.Err != nil || r.Due(of, now, plotEvery)
}

// failure is why there is no plot of the range.
//
//go:noinline
func failure(r *load.Request[plotOf, history.Plot]) error {
	if r.Loaded && r.Of.span == r.Sent.span { // which is older
		return nil
	}
	return r.Err
}

// spendSpan is the range of the plot of spend: that of the events below these, else
// that of the overview.
func (m *Model) spendSpan() int {
	if m.view == viewOf("events") {
		return m.log.span
	}
	return m.span
}

// loadFan requests the plot of the balance, unless it is the one that is there.
func (m *Model) loadFan(w int) tea.Cmd {
	feed, now, of := m.feed, m.now, m.plotOf(m.back())
	if of.cols = max(2, w-4-draw.AxisWidth); !due(&m.fan, of, now) {
		return nil
	}
	return m.fan.Send(of, now, plotTimeout, func(ctx context.Context) (history.Plot, error) {
		from := now.Add(-panel.Spans[of.span].Back)
		if panel.Spans[of.span].Back == 0 {
			from = time.Time{}
		}
		return feed.Plot(ctx, from, now, of.cols)
	}, func(a load.Answer[plotOf, history.Plot]) tea.Msg { return fanMsg{source{feed}, a} })
}

// plotted goes on after a plot was received: with the next one where something
// changed meanwhile, and with the plan.
func (m *Model) plotted(again bool) tea.Cmd {
	if again {
		return m.reload(nil)
	}
	return batch(m.loadPlan(), m.loadWeek())
}

// weekEvery is how old the reading may be that when money is spent is as of: hundreds of
// hours are read for it, of which one is still running.
const weekEvery = 5 * time.Minute

// reading is the one that a plot of much of the past is to be as of, Unix: while nobody
// looks, it may be a while ago. slack is how long ago it may be in any case.
func (m *Model) reading(loaded bool, of plotOf, slack time.Duration) int64 {
	at := m.snap.At.Unix()
	if m.unfocused {
		slack = max(slack, unseenEvery)
	}
	if loaded && at >= of.at && at < of.at+int64(slack/time.Second) {
		return of.at
	}
	return at
}

// plotOf is what a plot is of: a range in so many columns, when it ends, where that is not
// now; when its history begins, and the reading or the snapshot that it is as of.
type plotOf struct {
	span, cols     int
	end, since, at int64
}

// loadWeek requests when money is spent, each hour and each weekEvery, after what is
// looked at first.
func (m *Model) loadWeek() tea.Cmd {
	feed, now := m.feed, m.now
	hour := now.Truncate(time.Hour)
	of := plotOf{end: hour.Unix(), since: m.snap.HistorySince.Unix(), at: m.reading(m.week.Loaded, m.week.Of, weekEvery)}
	if !m.week.Due(of, now, time.Hour) {
		return nil
	}
	return m.week.Send(of, now, plotTimeout, func(ctx context.Context) (account.Week, error) {
		from, to := hour.Add(-account.WeekBack), hour.Add(time.Hour)
		p, err := feed.Plot(ctx, from, to, int(to.Sub(from)/time.Hour))
		return account.WeekOf(p.Buckets, now, now.Location()), err
	}, func(a load.Answer[plotOf, account.Week]) tea.Msg { return weekMsg{source{feed}, a} })
}

// loadMonth requests the days of this month and the last, once a reading.
func (m *Model) loadMonth() tea.Cmd {
	feed, now := m.feed, m.now
	of := plotOf{end: now.Truncate(time.Hour).Unix(), since: m.snap.HistorySince.Unix(), at: m.reading(m.month.Loaded, m.month.Of, 0)}
	if !m.month.Due(of, now, time.Hour) {
		return nil
	}
	from, to := panel.MonthPeriod(now)
	return m.month.Send(of, now, plotTimeout, func(ctx context.Context) (history.Plot, error) {
		return feed.Plot(ctx, from, to, int(to.Sub(from)/(24*time.Hour)))
	}, func(a load.Answer[plotOf, history.Plot]) tea.Msg { return monthMsg{source{feed}, a} })
}

// spend draws the plot of spend, and the week beside it.
func (d screen) spend(l layout, plot *panel.SpendPlot) []string {
	var lines []string
	switch {
	case d.m.view != 0 || d.m.mode == plotSpend:
		lines = plot.Render(d.Pen, l.spend.w, l.spend.h)
	case d.m.mode == plotBalance:
		lines = d.m.fanPlot().Render(d.Pen, &d.m.snap, l.spend.w, l.spend.h)
	default:
		lines = panel.Month(d.Pen, &d.m.snap, d.m.month.Value, d.m.month.Loaded, l.spend.w, l.spend.h)
	}
	if l.week.h == 0 {
		return lines
	}
	return draw.Beside(lines, panel.Week(d.Pen, d.m.week.Value, d.m.week.Loaded, l.week.w, l.week.h))
}

// spendPlot and fanPlot are the plots as they are drawn.
func (m *Model) spendPlot() panel.SpendPlot {
	r := &m.spend
	d := panel.SpendPlot{Plot: r.Value, Loaded: r.Loaded, Err: failure(r), Span: r.Of.span, Chosen: m.spendSpan(), Cursor: m.cursor, Usual: m.week.Value.Usual, Until: m.until}
	if d.Err != nil {
		d.Span = r.Sent.span
	}
	return d
}

// rangePlot is the plot of spend as the view draws it: of the chosen row of the
// breakdown where that is known, else of all.
func (m *Model) rangePlot() panel.SpendPlot {
	if views[m.view].name() == "breakdown" && m.until.IsZero() { // which the table does not follow
		if plot, ok := m.breakdown().RowPlot(m.pen()); ok {
			plot.Cursor = m.cursor
			return plot
		}
	}
	plot := m.spendPlot()
	plot.All = m.view != 0
	return plot
}

func (m *Model) fanPlot() panel.FanPlot {
	r := &m.fan
	d := panel.FanPlot{Plot: r.Value, Loaded: r.Loaded, Err: failure(r), Chosen: m.fanSpan != autoSpan, Span: max(0, m.fanSpan)}
	if p := &m.plan; p.drawn && p.result.Value.ok { // of the sum that was planned last, until the next is
		d.Planned, d.TopUpUSD = &p.result.Value.plan.WithTopUp, p.result.Of.topUpUSD
	}
	return d
}

// move sets the cursor on a bucket of the spend plot that is so many further.
func (m *Model) move(by int) {
	plot := m.rangePlot()
	b := plot.Plot.Buckets
	if len(b) == 0 {
		return
	}
	x := plot.CursorBucket()
	if x < 0 {
		x = len(b)
		by = min(by, -1)
	}
	x = min(len(b)-1, max(0, x+by))
	m.cursor = b[x].From
}

// exportTimeout bounds an export; years of history take seconds.
const exportTimeout = 30 * time.Second

// exportCmd writes the last of the readings, or all where back is 0, to a file.
func exportCmd(export func(context.Context, time.Time, time.Time) (string, error), back time.Duration, now time.Time) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), exportTimeout)
		defer cancel()
		var from time.Time
		if back > 0 {
			from = now.Add(-back)
		}
		path, err := export(ctx, from, now)
		if err != nil {
			return noticeMsg("exporting: " + draw.Clean(err.Error()))
		}
		return noticeMsg("exported to " + draw.Clean(path))
	}
}
