package ui

import (
	"context"
	"maps"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/history"
	"ortop/internal/spenders"
	"ortop/ui/load"
	"ortop/ui/panel"
)

// question is what a breakdown is requested for.
type question struct {
	by   spenders.By
	span int // into spans
}

// breakdownOf is a question and when the history begins of which it is: a past that is
// filled in is another one.
type breakdownOf struct {
	question
	since int64
}

const (
	breakdownTimeout = 20 * time.Second
	breakdownEvery   = time.Minute      // while it is looked at
	breakdownRetry   = 15 * time.Second // after an error
	unseenEvery      = 5 * time.Minute  // what costs the most, while nobody looks
)

// cardQuestions are what the cards of the overview show.
var cardQuestions = []question{{spenders.ByModel, panel.DefaultSpan}, {spenders.ByKey, panel.DefaultSpan}}

// cards are those of the overview.
//
//go:noinline
func (m *Model) cards() panel.Cards {
	return panel.Cards{Models: m.breakdowns[cardQuestions[0]].Value, Keys: m.breakdowns[cardQuestions[1]].Value}
}

// loadBreakdowns requests those that are due, once there is a first reading.
func (m *Model) loadBreakdowns(questions ...question) tea.Cmd {
	var cmds []tea.Cmd
	for _, q := range questions {
		r := m.breakdowns[q]
		every := breakdownEvery
		switch {
		case r.Err != nil:
			every = breakdownRetry
		case m.unfocused:
			every = unseenEvery
		}
		feed, now, since := m.feed, m.now, m.snap.HistorySince
		of := breakdownOf{q, since.Unix()}
		if m.snap.Key == nil || !r.Due(of, now, every) {
			continue
		}
		end := m.snap.WindowEnd(now)
		cmds = append(cmds, r.Send(of, now, breakdownTimeout, func(ctx context.Context) (spenders.Breakdown, error) {
			from := end.Add(-panel.Spans[q.span].Back)
			if panel.Spans[q.span].Back == 0 {
				if from = since; !from.Before(now) {
					from = now.Add(-time.Minute)
				}
			}
			return feed.Breakdown(ctx, spenders.Query{By: q.by, From: from, To: now, Trend: panel.TrendParts})
		}, func(a load.Answer[breakdownOf, spenders.Breakdown]) tea.Msg { return breakdownMsg{source{feed}, a} }))
		m.setBreakdown(q, r)
	}
	return batch(cmds...)
}

// setBreakdown stores a request in a map of its own: other values of the model
// have theirs.
func (m *Model) setBreakdown(q question, r load.Request[breakdownOf, spenders.Breakdown]) {
	m.breakdowns = maps.Clone(m.breakdowns)
	if m.breakdowns == nil {
		m.breakdowns = map[question]load.Request[breakdownOf, spenders.Breakdown]{}
	}
	m.breakdowns[q] = r
	m.forgetBreakdowns()
}

// maxBreakdownRows bounds the rows of breakdowns that are kept though another range
// or another table is looked at: 5,000 keys are some 4 MB.
const maxBreakdownRows = 2000

// forgetBreakdowns drops the largest of those that nothing shows and nothing waits for,
// until what is left of them is small.
func (m *Model) forgetBreakdowns() {
	for {
		rows, largest, most := 0, question{}, 0
		for q, r := range m.breakdowns {
			if n := len(r.Value.Rows); !r.Loading && q != m.question() && !slices.Contains(cardQuestions, q) {
				rows += n
				if n > most {
					largest, most = q, n
				}
			}
		}
		if rows <= maxBreakdownRows {
			return
		}
		delete(m.breakdowns, largest)
	}
}

// cancelBreakdowns drops the requests for what is not looked at any more: what is made of
// thousands of keys would be in the way of the next key press.
func (m *Model) cancelBreakdowns() {
	for q, r := range m.breakdowns {
		if r.Loading && q != m.question() && !slices.Contains(cardQuestions, q) {
			r.Cancel()
			m.setBreakdown(q, r)
		}
	}
}

// breakdownReceived takes a breakdown. One with an error counts where it has
// rows.
func (m *Model) breakdownReceived(msg breakdownMsg) tea.Cmd {
	q := msg.answer.Of.question
	r := m.breakdowns[q]
	if !r.Receive(msg.answer) {
		return nil
	}
	if msg.answer.Value.Rows != nil {
		r.Value, r.Of, r.Loaded = msg.answer.Value, msg.answer.Of, true
	}
	m.setBreakdown(q, r)
	if q == m.question() {
		m.arrange()
	}
	if r.Again {
		return m.loadBreakdowns(q)
	}
	return nil
}

// rowOf is a row of a breakdown.
type rowOf struct {
	question
	id string
}

// loadRow requests the spend of the row whose details are shown, and anew every
// minute.
func (m *Model) loadRow(l layout) tea.Cmd {
	row, ok := m.who.row()
	if !ok || !m.who.open || l.body.h == 0 {
		return nil
	}
	of, r := rowOf{m.question(), row.ID}, &m.who.plot
	if panel.SpendColumns(l.body.w) < 2 || !r.Due(of, m.now, breakdownEvery) {
		return nil
	}
	if of != r.Sent {
		r.Cancel()
	}
	feed, now, first := m.feed, m.now, m.snap.HistorySince
	return r.Send(of, now, breakdownTimeout, func(ctx context.Context) (history.Plot, error) {
		from, to, n := panel.Spans[of.span].Period(now, first)
		return feed.BreakdownPlot(ctx, of.by, of.id, from, to, n)
	}, func(a load.Answer[rowOf, history.Plot]) tea.Msg { return rowPlottedMsg{source{feed}, a} })
}

// rowPlot is the spend of the chosen row, where that is what was requested.
func (m *Model) rowPlot() panel.SpendPlot {
	d, r := panel.SpendPlot{Span: m.span, Chosen: m.span, Row: true}, m.who.plot
	same := func(of rowOf) bool { return of.question == m.question() && of.id == m.who.id }
	switch {
	case r.Loaded && same(r.Of):
		d.Plot, d.Loaded = r.Value, true
	case same(r.Sent):
		d.Err = r.Err
	}
	return d
}
