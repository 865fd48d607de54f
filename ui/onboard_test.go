package ui

import (
	"context"
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/charmbracelet/x/ansi"

	"ortop/ui/scenes"
)

type fakeOnboarding struct {
	feed Feed
	err  error
	key  string
}

func (f *fakeOnboarding) Adopt(_ context.Context, key string) (Feed, string, error) {
	f.key = key
	return f.feed, "kept in the system keyring", f.err
}

func (f *fakeOnboarding) Demo(context.Context) (Feed, error) { return f.feed, f.err }

func stripped(m Model) string { return ansi.Strip(m.View().Content) }

// adoptedBy runs what a command asks for, batches too, until the first answer
// of a first run.
func adoptedBy(t *testing.T, cmd tea.Cmd) adoptedMsg {
	t.Helper()
	queue := []tea.Cmd{cmd}
	for len(queue) > 0 {
		c := queue[0]
		queue = queue[1:]
		if c == nil {
			continue
		}
		switch msg := c().(type) {
		case adoptedMsg:
			return msg
		case tea.BatchMsg:
			queue = append(queue, msg...)
		}
	}
	t.Fatal("no answer")
	return adoptedMsg{}
}

const pastedKey = "sk-or-v1-0123456789abcdef"

func TestFirstRunTakesAKey(t *testing.T) {
	o := &fakeOnboarding{feed: newFakeFeed()}
	m := modelOf(Options{Onboarding: o}, scenes.Healthy(), 80, 24, 0)
	m, _ = step(m, tea.PasteMsg{Content: pastedKey})
	if m.entry.input.Text() != "" {
		t.Error("a paste on the menu is taken")
	}
	m, _ = step(m, press("enter"))
	m, _ = step(m, tea.PasteMsg{Content: " " + pastedKey + "\n"})
	if frame := stripped(m); strings.Contains(frame, "0123") || !strings.Contains(frame, strings.Repeat("•", len(pastedKey))) {
		t.Errorf("the key is not masked:\n%s", frame)
	}
	m, cmd := step(m, press("enter"))
	if !m.entry.check.Loading || !strings.Contains(stripped(m), "checking") {
		t.Error("the check is not shown")
	}
	m, cmd = step(m, adoptedBy(t, cmd))
	if o.key != pastedKey {
		t.Errorf("Adopt got %q", o.key)
	}
	if m.feed == nil || cmd == nil || m.notice != "kept in the system keyring" || m.entry.input.Text() != "" {
		t.Errorf("after adoption: feed %v, notice %q", m.feed, m.notice)
	}
}

func TestFirstRunRefusal(t *testing.T) {
	o := &fakeOnboarding{err: errors.New("401 for " + pastedKey)}
	m := modelOf(Options{Onboarding: o}, scenes.Healthy(), 80, 24, 0)
	m, _ = step(m, press("enter"))
	m, _ = step(m, tea.PasteMsg{Content: pastedKey})
	m, cmd := step(m, press("enter"))
	m, _ = step(m, adoptedBy(t, cmd))
	frame := stripped(m)
	if !strings.Contains(frame, "401 for …") || strings.Contains(frame, pastedKey) {
		t.Errorf("refusal is shown as:\n%s", frame)
	}
	if m.feed != nil || m.entry.check.Loading {
		t.Error("a refused key starts something")
	}
}

// K10: the first run names the host that the key goes to, at every size.
func TestFirstRunSaysWhereTheKeyGoes(t *testing.T) {
	for _, size := range goldenSizes {
		if size[0] < 72 && size[1] < 3 {
			continue // the start of its name has to do
		}
		m := modelOf(Options{Onboarding: &fakeOnboarding{}, Host: "10.0.0.9:8443"}, scenes.Healthy(), size[0], size[1], 0)
		typing, _ := step(m, press("enter"))
		for _, m := range []Model{m, typing} {
			if frame := stripped(m); !strings.Contains(frame, "10.0.0.9:8443") || strings.Contains(frame, "openrouter.ai only") {
				t.Errorf("first run at %v, typing %t:\n%s", size, m.onboard.typing, frame)
			}
		}
	}
}

func TestFirstRunDemoAndBack(t *testing.T) {
	o := &fakeOnboarding{feed: newFakeFeed()}
	m := modelOf(Options{Onboarding: o}, scenes.Healthy(), 80, 24, 0)
	m, _ = step(m, press("down"))
	m, _ = step(m, press("enter"))
	for _, k := range []string{"q", "?", "backspace", "r", "left", "x", "delete"} {
		m, _ = step(m, press(k))
	}
	if m.entry.input.Text() != "qx" {
		t.Errorf("the field holds %q, want %q", m.entry.input.Text(), "qx")
	}
	m, _ = step(m, press("esc"))
	if m.onboard.typing || m.entry.input.Text() != "" {
		t.Error("esc keeps the field")
	}
	m, _ = step(m, press("down"))
	m, cmd := step(m, press("enter"))
	stopped, _ := step(m, press("esc"))
	late := adoptedBy(t, cmd)
	if stopped, _ = step(stopped, late); stopped.feed != nil {
		t.Error("a start that was stopped goes on")
	}
	if m, _ = step(m, late); m.feed == nil {
		t.Error("the demo does not start")
	}
}
