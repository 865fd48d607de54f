package ui

import (
	"testing"

	"ortop/internal/spenders"
	"ortop/ui/load"
	"ortop/ui/panel"
)

// What is looked at, waited for, or on a card stays; of the rest only what is small.
func TestLargeBreakdownsOfOtherRangesAreForgotten(t *testing.T) {
	var m Model
	m.span = panel.DefaultSpan + 1
	of := func(n int) (r load.Request[question, spenders.Breakdown]) {
		r.Value.Rows, r.Loaded = make([]spenders.Row, n), true
		return r
	}
	waited := of(maxBreakdownRows + 1)
	waited.Loading = true
	small, large, asked := question{spenders.ByModel, 0}, question{spenders.ByKey, 0}, question{spenders.ByMember, 0}
	for q, r := range map[question]load.Request[question, spenders.Breakdown]{
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
