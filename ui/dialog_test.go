package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	tea "charm.land/bubbletea/v2"

	"ortop/ui/scenes"
)

// dialogOf is a model with the dialog of three accounts open, after keys. What
// they ask for is answered.
func dialogOf(f *fakeAccounts, w, h int, keys ...string) Model {
	m := crewOf(f, w, h, viewBreakdown, threeAccounts()...)
	return dialed(m, append([]string{"A"}, keys...)...)
}

// dialed is m after keys, and what they ask of the accounts.
func dialed(m Model, keys ...string) Model {
	for _, k := range keys {
		var cmd tea.Cmd
		m, cmd = step(m, press(k))
		for _, msg := range answersOf(cmd) {
			m, _ = step(m, msg)
		}
	}
	return m
}

// answersOf runs a command, batches too, and returns what it has to say of
// accounts. Commands that wait for something else are left alone.
func answersOf(cmd tea.Cmd) (answers []tea.Msg) {
	if cmd == nil {
		return nil
	}
	done := make(chan tea.Msg, 1)
	go func() { done <- cmd() }()
	switch msg := (<-done).(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			answers = append(answers, answersOf(c)...)
		}
	case fateMsg, removedMsg, adoptedMsg, fleetMsg, openedMsg:
		answers = append(answers, msg)
	}
	return answers
}

func letters(s string) (keys []string) {
	for _, r := range s {
		keys = append(keys, string(r))
	}
	return keys
}

func TestDialogFrames(t *testing.T) {
	for _, size := range sevenSizes {
		compare(t, "dialog", dialogOf(newFakeAccounts(), size[0], size[1], "down"))
		compare(t, "dialog-name", dialogOf(newFakeAccounts(), size[0], size[1], append([]string{"n"}, letters("work")...)...))
		m := dialogOf(newFakeAccounts(), size[0], size[1], append(append([]string{"n"}, letters("new")...), "enter")...)
		m, _ = step(m, tea.PasteMsg{Content: pastedKey})
		compare(t, "dialog-key", m)
		compare(t, "dialog-remove", dialogOf(newFakeAccounts(), size[0], size[1], "down", "d"))
	}
}

func TestDialogFits(t *testing.T) {
	if testing.Short() {
		t.Skip("much arithmetic, and nothing beside it: the race detector finds nothing here")
	}
	f, said := manyAccounts(20)
	f.list[4].Name = scenes.All["hostile"]().Account
	f.list[5].Feed = nil
	crew := crewOf(f, 80, 24, viewOverview, said[:5]...)
	var open []Model
	for _, keys := range [][]string{{}, {"d"}, append([]string{"n"}, letters(strings.Repeat("名", 50))...), append(append([]string{"n"}, letters("new")...), "enter")} {
		open = append(open, dialed(crew, append([]string{"A"}, keys...)...))
	}
	for _, size := range sizes(0) {
		fits(t, sized(crew, size[0], size[1], viewOverview))
	}
	for turn, m := range open {
		for _, size := range sizes(turn) {
			n := sized(m, size[0], size[1], viewOverview)
			fits(t, n)
			n.dialog.err = strings.Repeat("no such account ", 20)
			n.entry.err = n.dialog.err
			fits(t, n)
			n.dialog.err, n.entry.err, n.dialog.fate.Value = "", "", strings.Repeat("its key stays ", 40)
			n.entry.check.Loading, n.notice = true, strings.Repeat("removed ", 40)
			fits(t, n)
		}
	}
}

// A notice ends after seconds: in a bubble, at once.
func TestDialogShows(t *testing.T) { synctest.Test(t, testDialogShows) }

func testDialogShows(t *testing.T) {
	f := newFakeAccounts()
	m := dialogOf(f, 100, 30, "down", "enter")
	if m.dialog.open || m.feed != f.list[1].Feed || f.on != "work" || m.view != viewBreakdown {
		t.Errorf("after enter on the second row %q is shown, view %d", f.on, m.view)
	}
	for _, key := range []string{"esc", "A"} {
		if m := dialogOf(f, 100, 30, key); m.dialog.open {
			t.Errorf("%s does not close the dialog", key)
		}
	}
	if m := dialogOf(f, 100, 30, "r", "2", "t", "?", "x"); !m.dialog.open || m.view != viewBreakdown || m.help || m.themeID != 0 {
		t.Error("a key of the dashboard does something behind the dialog")
	}
	if m := modelOf(Options{}, scenes.Healthy(), 100, 30, 0); dialed(m, "A").dialog.open {
		t.Error("there is a dialog without accounts")
	}
}

func TestDialogAdds(t *testing.T) {
	f := newFakeAccounts()
	f.list[0].Host = "gateway.example:8443"
	m := dialogOf(f, 100, 30, "n", "enter")
	if !strings.Contains(stripped(m), "✗ the account's name is empty") {
		t.Errorf("an empty name:\n%s", stripped(m))
	}
	m = dialed(m, append(letters("Work"), "enter")...)
	if !strings.Contains(stripped(m), "✗ there is an account of that name") || m.dialog.step != stepName {
		t.Errorf("a name that is taken:\n%s", stripped(m))
	}
	if m, _ = step(m, tea.PasteMsg{Content: "sh\x1b\u202eop\n"}); m.dialog.name.Text() != "Workshop" || m.dialog.err != "" {
		t.Errorf("a pasted name with control characters is %q, error %q", m.dialog.name.Text(), m.dialog.err)
	}
	m = dialed(m, "enter")
	if frame := stripped(m); m.dialog.step != stepKey || !strings.Contains(frame, "The key is sent to gateway.example:8443") || !strings.Contains(frame, "key for Workshop") {
		t.Fatalf("where the key goes:\n%s", frame)
	}

	f.addErr = errors.New("401 for " + pastedKey)
	m, _ = step(m, tea.PasteMsg{Content: pastedKey})
	if frame := stripped(m); strings.Contains(frame, "0123") || !strings.Contains(frame, strings.Repeat("•", len(pastedKey))) {
		t.Errorf("the key is not masked:\n%s", frame)
	}
	m, cmd := step(m, press("enter"))
	if !m.entry.check.Loading || strings.Contains(fmt.Sprintf("%+v", m), pastedKey) {
		t.Error("the key stays in the model after it was handed over, or is not checked")
	}
	for _, msg := range answersOf(cmd) {
		m, _ = step(m, msg)
	}
	if frame := stripped(m); !strings.Contains(frame, "401 for …") || strings.Contains(frame, pastedKey) || len(m.peers) != 3 {
		t.Errorf("a key that is refused:\n%s", frame)
	}

	f.addErr = nil
	m, _ = step(m, tea.PasteMsg{Content: pastedKey})
	m = dialed(m, "enter")
	if f.added != [3]string{"Workshop", "personal", pastedKey} {
		t.Errorf("Add got %q", f.added)
	}
	if m.dialog.open || m.snap.Account != "Workshop" || m.feed != f.list[3].Feed || !strings.Contains(m.notice, "kept in the system keyring") {
		t.Errorf("after Add %q is shown, with the notice %q", m.snap.Account, m.notice)
	}
	if strings.Contains(fmt.Sprintf("%+v", m), pastedKey) {
		t.Error("the key is in the model")
	}
}

func TestDialogGivesUp(t *testing.T) {
	f := newFakeAccounts()
	m := dialogOf(f, 80, 24, append(append([]string{"n"}, letters("new")...), "enter")...)
	m, _ = step(m, tea.PasteMsg{Content: pastedKey})
	if left := dialed(m, "esc"); left.dialog.step != stepRows || left.entry.input.Text() != "" {
		t.Error("esc keeps the key")
	}
	m, cmd := step(m, press("enter"))
	m, _ = step(m, press("esc"))
	late := answersOf(cmd)
	if len(late) != 1 {
		t.Fatalf("%d answers", len(late))
	}
	if m, _ = step(m, late[0]); m.snap.Account != "personal" || len(m.peers) != 4 {
		t.Errorf("an account that came in all the same: %q is shown, of %d", m.snap.Account, len(m.peers))
	}
}

func TestDialogGivesAKey(t *testing.T) {
	f := newFakeAccounts()
	f.list[2].Feed, f.list[2].Host = nil, "other.example"
	m := dialogOf(f, 80, 24, "down", "down", "enter")
	if frame := stripped(m); m.dialog.step != stepKey || !strings.Contains(frame, "key for lab") || !strings.Contains(frame, "other.example") {
		t.Fatalf("enter on an account without a key:\n%s", frame)
	}
	m, _ = step(m, tea.PasteMsg{Content: pastedKey})
	m = dialed(m, "enter")
	if f.added != [3]string{"lab", "lab", pastedKey} || m.feed != f.list[2].Feed {
		t.Errorf("Add got %q, %q is shown", f.added, m.snap.Account)
	}
}

func TestDialogRemoves(t *testing.T) {
	f := newFakeAccounts()
	m := dialogOf(f, 80, 24, "d")
	if frame := stripped(m); !strings.Contains(frame, "remove personal?") || !strings.Contains(frame, "its history stays") || len(f.list) != 3 {
		t.Fatalf("the question is\n%s", frame)
	}
	if kept := dialed(m, "n"); kept.dialog.step != stepRows || len(f.list) != 3 {
		t.Error("n does not keep it")
	}
	if kept := dialed(m, "enter", "d"); len(f.list) != 3 || kept.dialog.step != stepConfirm {
		t.Error("a key other than y removes it")
	}
	m = dialed(m, "y")
	if len(m.peers) != 2 || m.snap.Account != "work" || f.on != "work" || !m.dialog.open || !strings.Contains(stripped(m), "removed from the configuration") {
		t.Errorf("after y %q is shown, of %d:\n%s", m.snap.Account, len(m.peers), stripped(m))
	}
	m = dialed(m, "down", "d", "y")
	if len(m.peers) != 1 || m.snap.Account != "work" {
		t.Errorf("after another y %q is shown, of %d", m.snap.Account, len(m.peers))
	}

	f = newFakeAccounts()
	f.removeErr = errors.New("the disk is full\x1b[2J")
	m = dialogOf(f, 80, 24, "d", "y")
	if frame := stripped(m); !strings.Contains(frame, "✗ the disk is full") || len(m.peers) != 3 || m.snap.Account != "personal" {
		t.Errorf("a removal that fails:\n%s", frame)
	}
}

func TestDialogThatIsFixed(t *testing.T) {
	f := newFakeAccounts()
	f.fixed = "this is the demo"
	if frame := stripped(dialogOf(f, 100, 30)); strings.Contains(frame, "n new") || strings.Contains(frame, "d remove") || !strings.Contains(frame, "s sort") {
		t.Errorf("it has keys that do nothing:\n%s", frame)
	}
	alone := dialogOf(f, 100, 30)
	alone.peers = alone.peers[:1]
	if frame := stripped(alone); strings.Contains(frame, "n new") || strings.Contains(frame, "d remove") || !strings.Contains(frame, "esc back") {
		t.Errorf("that of one account has keys that do nothing:\n%s", frame)
	}
	for _, key := range []string{"n", "d"} {
		if m := dialogOf(f, 40, 12, key); m.dialog.step != stepRows || !strings.Contains(stripped(m), "✗ this is the demo") {
			t.Errorf("%s:\n%s", key, stripped(m))
		}
	}
}
