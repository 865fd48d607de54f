package ui

import (
	"strings"
	"testing"

	"ortop/ui/scenes"
	"ortop/ui/tty"
)

func TestOrphanIsNoticed(t *testing.T) {
	m, _ := step(modelOf(Options{}, scenes.Healthy(), 80, 24, 0), tty.OrphanMsg{})
	if !strings.Contains(stripped(m), "cannot suspend") {
		t.Errorf("screen: %q, want why the process was not stopped", stripped(m))
	}
}

// A nil feed in an interface would be called.
func TestResourceIsTheFeed(t *testing.T) {
	m := newModel(Options{Onboarding: &fakeOnboarding{}})
	if got := m.Resource(); got != nil {
		t.Errorf("Resource() = %v before there is a feed, want nil", got)
	}
	m.feed = newFakeFeed()
	if got := m.Resource(); got != m.feed {
		t.Errorf("Resource() = %v, want the feed", got)
	}
}
