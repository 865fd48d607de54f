package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

func TestAccountsAreSwitched(t *testing.T) {
	first, second := newFakeFeed(), newFakeFeed()
	o := Options{Feed: first, Now: func() time.Time { return testNow }, Accounts: []string{"personal", "work"}}
	asked := ""
	o.Switch = func(name string) (Feed, error) {
		asked = name
		if name == "personal" {
			return first, nil
		}
		return second, nil
	}
	m := modelOf(o, healthy(), 100, 30, viewForecast)
	next, cmd := m.Update(tea.KeyPressMsg{Code: 'a', Text: "a"})
	m = next.(Model)
	if asked != "work" || m.feed != Feed(second) || m.snap.Account != "work" || m.snap.Balance != nil || m.view != viewForecast || cmd == nil {
		t.Errorf("after a: asked for %q, account %q, balance %v, view %d", asked, m.snap.Account, m.snap.Balance, m.view)
	}
	if next, _ := m.Update(snapshotMsg{first, healthy()}); next.(Model).snap.Account != "work" {
		t.Error("the other account's snapshot is shown")
	}
	next, _ = m.Update(tea.KeyPressMsg{Code: 'a', Text: "a"})
	if next.(Model).feed != Feed(first) {
		t.Error("a second a does not come back")
	}
	o.Switch = func(string) (Feed, error) { return nil, errors.New("no key\x1b[2J") }
	m = modelOf(o, healthy(), 100, 30, viewOverview)
	next, _ = m.Update(tea.KeyPressMsg{Code: 'a', Text: "a"})
	if m = next.(Model); m.feed != Feed(first) || !strings.Contains(m.notice, "work: no key") || strings.Contains(m.notice, "\x1b") {
		t.Errorf("an account that cannot be shown: notice %q", m.notice)
	}
}

func TestExport(t *testing.T) {
	var from, to time.Time
	o := Options{Feed: newFakeFeed(), Now: func() time.Time { return testNow }}
	o.Export = func(_ context.Context, f, u time.Time) (string, error) { from, to = f, u; return "x.csv", nil }
	msg := exportCmd(o.Export, 24*time.Hour, testNow)()
	if msg != noticeMsg("exported to x.csv") || !from.Equal(testNow.Add(-24*time.Hour)) || !to.Equal(testNow) {
		t.Errorf("export of %v to %v says %q", from, to, msg)
	}
	if exportCmd(o.Export, 0, testNow)(); !from.IsZero() {
		t.Errorf("export of all begins at %v, want the first reading", from)
	}
	o.Export = func(context.Context, time.Time, time.Time) (string, error) { return "", errors.New("disk full") }
	if msg := exportCmd(o.Export, 0, testNow)(); msg != noticeMsg("exporting: disk full") {
		t.Errorf("a failed export says %q", msg)
	}
	m := modelOf(Options{Feed: newFakeFeed(), Now: o.Now}, healthy(), 100, 30, viewOverview)
	if next, _ := m.Update(tea.KeyPressMsg{Code: 'e', Text: "e"}); next.(Model).notice != "" {
		t.Error("e does something where nothing can be exported")
	}
}
