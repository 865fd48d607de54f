package ui

import (
	"strings"
	"testing"

	"ortop/internal/alert"
	"ortop/ui/scenes"
)

// An alert that is longer than a row goes on in the next where there is room, and
// takes no row from another.
func TestLongAlertIsWrapped(t *testing.T) {
	s := scenes.Healthy()
	long := alert.Event{Level: alert.Warning, Text: "spend has risen for 5 weeks, from $0.37 to $6.46 a day; most of the rise is laptop on anthropic/claude-sonnet-5"}
	s.Alerts = []alert.Event{long}
	frame := stripped(modelOf(Options{}, s, 100, 30, viewOverview))
	if !strings.Contains(frame, "claude-sonnet-5") || strings.Contains(frame, "rise is laptop…") {
		t.Errorf("the end of the alert is missing:\n%s", frame)
	}
	if frame := stripped(modelOf(Options{}, s, 100, 15, viewOverview)); strings.Contains(frame, "claude-sonnet-5") {
		t.Errorf("an alert takes two rows of fifteen:\n%s", frame)
	}
	s.Alerts = []alert.Event{long, {Level: alert.Urgent, Text: "the balance is low"}}
	if frame := stripped(modelOf(Options{}, s, 100, 30, viewOverview)); !strings.Contains(frame, "the balance is low") || strings.Contains(frame, "claude-sonnet-5") {
		t.Errorf("the second alert lost its row to the first:\n%s", frame)
	}
}
