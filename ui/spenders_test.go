package ui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/spenders"
	"ortop/ui/load"
	"ortop/ui/panel"
	"ortop/ui/scenes"
)

// What is looked at, waited for, or on a card stays; of the rest only what is small.
func TestLargeBreakdownsOfOtherRangesAreForgotten(t *testing.T) {
	var m Model
	m.span = panel.DefaultSpan + 1
	of := func(n int) (r load.Request[breakdownOf, spenders.Breakdown]) {
		r.Value.Rows, r.Loaded = make([]spenders.Row, n), true
		return r
	}
	waited := of(maxBreakdownRows + 1)
	waited.Loading = true
	small, large, asked := question{spenders.ByModel, 0}, question{spenders.ByKey, 0}, question{spenders.ByMember, 0}
	for q, r := range map[question]load.Request[breakdownOf, spenders.Breakdown]{
		small: of(maxBreakdownRows), large: of(maxBreakdownRows + 1), asked: waited,
		cardQuestions[0]: of(maxBreakdownRows + 1), cardQuestions[1]: of(maxBreakdownRows + 1), m.question(): of(maxBreakdownRows + 1),
	} {
		m.setBreakdown(q, r)
	}
	for _, q := range []question{small, asked, cardQuestions[0], cardQuestions[1], m.question()} {
		if _, kept := m.breakdowns[q]; !kept {
			t.Errorf("the breakdown of %v is forgotten, want it kept", q)
		}
	}
	if _, kept := m.breakdowns[large]; kept {
		t.Errorf("the breakdown of %v, with %d rows that nothing shows, is kept", large, maxBreakdownRows+1)
	}
}

// A past that is filled in while a breakdown or a week is loading, or was loaded just now, is
// requested at once, and once.
func TestFilledInPastIsRequested(t *testing.T) {
	for _, answered := range []bool{true, false} {
		feed := newFakeFeed()
		feed.who = breakdownsOf()
		s := scenes.Healthy()
		past := s.HistorySince
		s.HistorySince = s.At
		m := modelOf(Options{Feed: feed}, s, 140, 40, 2)
		if m.breakdowns[m.question()].Loading || m.week.Loading {
			t.Fatal("the first second is not over")
		}
		var late []tea.Cmd
		m.now = scenes.Now.Add(2 * time.Hour)
		m.o.Now = func() time.Time { return scenes.Now.Add(2 * time.Hour) }
		late = append(late, m.loadBreakdowns(m.question()), m.loadWeek())
		var answers []tea.Msg
		for _, cmd := range late {
			answers = append(answers, run(cmd)...)
		}
		if answered {
			for _, msg := range answers {
				m, _ = step(m, msg)
			}
		}
		asked, plots := feed.asked.Load(), feed.plots.Load()
		s.HistorySince = past
		m.snap = s
		cmd := batch(m.loadBreakdowns(m.question()), m.loadWeek())
		if !answered {
			if cmd != nil {
				t.Fatal("two requests are under way at a time")
			}
			for _, msg := range answers {
				var again tea.Cmd
				m, again = step(m, msg)
				cmd = batch(cmd, again)
			}
		}
		for _, msg := range run(cmd) {
			m, cmd = step(m, msg)
			if len(run(cmd)) > 0 {
				t.Errorf("answered %t: %T leads to one more request", answered, msg)
			}
		}
		if got, weeks := feed.asked.Load()-asked, feed.plots.Load()-plots; got != 1 || weeks != 1 {
			t.Errorf("answered %t: %d breakdowns and %d weeks of the past, want one each", answered, got, weeks)
		}
	}
}
