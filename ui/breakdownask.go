package ui

import (
	"context"
	"maps"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/credit"
	"ortop/internal/monitor"
)

// question is what a breakdown is asked for.
type question struct {
	by   monitor.By
	span int // into spans
}

// told is what was heard of a question. After an error the last answer stays.
type told struct {
	b      monitor.Breakdown
	known  bool  // b was told
	err    error // of the last time
	asked  time.Time
	gen    int
	asking bool
}

// brokenDownMsg answers a question.
type brokenDownMsg struct {
	feed Feed
	q    question
	gen  int
	b    monitor.Breakdown
	err  error
}

const (
	breakdownTimeout = 20 * time.Second
	breakdownEvery   = time.Minute      // while it is looked at
	breakdownRetry   = 15 * time.Second // after an error
)

// cardQuestions are what the cards of the overview show.
var cardQuestions = []question{{monitor.ByModel, defaultSpan}, {monitor.ByKey, defaultSpan}}

// questions are those whose answers are on the screen, or would be.
func (m Model) questions() []question {
	switch {
	case m.feed == nil || m.snap.Key == nil: // nothing was read yet
		return nil
	case m.view == viewBreakdown && m.layout().tier >= tierCompact:
		return []question{m.who.question(m.span)}
	case m.view == viewOverview && m.snap.KeyKind() != credit.KeyOrdinary && m.placed(true).cardRoom():
		return cardQuestions
	}
	return nil
}

// askWho asks what is on the screen and due, each question once at a time.
func (m *Model) askWho() tea.Cmd {
	var cmds []tea.Cmd
	for _, q := range m.questions() {
		t := m.told[q]
		every := breakdownEvery
		if t.err != nil {
			every = breakdownRetry
		}
		if since := m.now.Sub(t.asked); t.asking || !t.asked.IsZero() && since < every && since >= 0 {
			continue
		}
		t.asked, t.asking = m.now, true
		t.gen++
		m.tell(q, t)
		cmds = append(cmds, breakdownCmd(m.feed, q, t.gen, m.now, m.snap.HistorySince))
	}
	return tea.Batch(cmds...)
}

// tell keeps what is known of a question, in a map of its own: other values of
// the model keep theirs.
func (m *Model) tell(q question, t told) {
	m.told = maps.Clone(m.told)
	if m.told == nil {
		m.told = map[question]told{}
	}
	m.told[q] = t
}

// breakdownCmd asks the feed who spent what. All is from since on.
func breakdownCmd(feed Feed, q question, gen int, now, since time.Time) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), breakdownTimeout)
		defer cancel()
		from := now.Add(-spans[q.span].back)
		if spans[q.span].back == 0 {
			if from = since; !from.Before(now) {
				from = now.Add(-time.Minute)
			}
		}
		b, err := feed.Breakdown(ctx, monitor.BreakdownQuery{By: q.by, From: from, To: now})
		return brokenDownMsg{feed, q, gen, b, err}
	}
}

// brokenDown takes an answer. One with an error counts where it has rows.
func (m Model) brokenDown(msg brokenDownMsg) (tea.Model, tea.Cmd) {
	t := m.told[msg.q]
	if msg.feed != m.feed || msg.gen != t.gen {
		return m, nil
	}
	t.asking, t.err = false, msg.err
	if msg.err == nil || msg.b.Rows != nil {
		t.b, t.known = msg.b, true
	}
	m.tell(msg.q, t)
	if msg.q == m.who.question(m.span) {
		m = m.arranged()
	}
	return m, nil
}
