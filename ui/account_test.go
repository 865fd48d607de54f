package ui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/render"
	"ortop/ui/load"
	"ortop/ui/scenes"
)

// fakeAccounts is a crew that does what it is told, and notes it.
type fakeAccounts struct {
	list      []Account
	on        string
	fixed     string
	addErr    error
	removeErr error
	added     [3]string // name, like and key
	said      []account.Snapshot
	rows      []FleetRow // in place of those of said
	unlisted  []Account  // that Open lists
	allErr    error
	read      int
}

// All has rows in the order of the list.
func (f *fakeAccounts) All(context.Context) (Fleet, error) {
	f.read++
	fleet := Fleet{Rows: f.rows, Total: account.TotalOf(f.said, scenes.Now)}
	if n := len(f.rows); n > 0 {
		fleet.Total = account.Total{Accounts: n, Known: n - 1, BalanceUSD: scenes.USD(684315), USDPerDay: scenes.USD(105105), Oldest: scenes.Now}
	}
	if f.rows == nil {
		var rows []render.FleetRow
		for i, a := range f.list {
			r := render.AccountRow{Name: a.Name}
			if i < len(f.said) {
				r.Snapshot, r.Fault = f.said[i], f.said[i].Fault
			}
			rows = append(rows, render.RowOf(&r, scenes.Now))
		}
		for _, l := range (render.FleetObject{Accounts: rows}).Lines(scenes.Now) {
			l.ID = l.Account
			fleet.Rows = append(fleet.Rows, FleetRow(l))
		}
	}
	return fleet, f.allErr
}

func (f *fakeAccounts) Open(_ context.Context, id string) (Feed, error) {
	for _, a := range f.unlisted {
		if a.Name == id {
			f.list = append(f.list, a)
			return a.Feed, nil
		}
	}
	return nil, errors.New("the shared history does not have it any more")
}

// newFakeAccounts has three accounts with a feed each.
func newFakeAccounts() *fakeAccounts {
	f := &fakeAccounts{}
	for _, name := range []string{"personal", "work", "lab"} {
		f.list = append(f.list, Account{Name: name, Feed: newFakeFeed()})
	}
	return f
}

func (f *fakeAccounts) List() []Account { return slices.Clone(f.list) }
func (f *fakeAccounts) Show(id string)  { f.on = id }
func (f *fakeAccounts) Fixed() string   { return f.fixed }

func (f *fakeAccounts) CheckName(name string) error {
	switch {
	case name == "":
		return errors.New("the account's name is empty")
	case slices.ContainsFunc(f.list, func(a Account) bool { return strings.EqualFold(a.Name, name) }):
		return errors.New("there is an account of that name")
	}
	return nil
}

func (f *fakeAccounts) Add(_ context.Context, name, like, key string) (string, error) {
	f.added = [3]string{name, like, key}
	if f.addErr != nil {
		return "", f.addErr
	}
	if i := slices.IndexFunc(f.list, func(a Account) bool { return a.Name == name }); i >= 0 {
		f.list[i].Feed = newFakeFeed()
	} else {
		f.list = append(f.list, Account{Name: name, Feed: newFakeFeed()})
	}
	return "account " + name + ": key kept in the system keyring", nil
}

func (f *fakeAccounts) Fate(_ context.Context, name string) (string, error) {
	return "It goes out of the configuration; its key is removed from the system keyring; its history stays.", nil
}

func (f *fakeAccounts) Remove(_ context.Context, name string) (string, error) {
	if f.removeErr != nil {
		return "", f.removeErr
	}
	f.list = slices.DeleteFunc(f.list, func(a Account) bool { return a.Name == name })
	return "account " + name + ": removed from the configuration; its history stays", nil
}

// crewOf is a model of accounts, of which the first is on the screen and which
// say what is given, in order.
func crewOf(f *fakeAccounts, w, h, view int, said ...account.Snapshot) Model {
	f.said = said
	m := modelOf(Options{Feed: f.list[0].Feed, Accounts: f}, said[0], w, h, view)
	for i, s := range said[1:] {
		s.Account = f.list[i+1].Name
		m, _ = step(m, snapshotMsg{f.list[i+1].Feed, s})
	}
	return m
}

// threeAccounts say that one is live, one stale and one not known.
func threeAccounts() []account.Snapshot {
	stale := scenes.All["stale"]()
	stale.Balance = &credit.Balance{CreditsUSD: 5000, UsageUSD: 3765.5}
	stale.Burn.USDPerHour, stale.Burn.USDPerDay = scenes.USD(0.0042), scenes.USD(120)
	stale.Forecast.P50 /= 2
	return []account.Snapshot{scenes.Healthy(), stale, scenes.All["unreachable"]()}
}

func TestAccountsAreSwitched(t *testing.T) {
	f := newFakeAccounts()
	f.list[2].Feed = nil
	m := crewOf(f, 100, 30, viewForecast, scenes.Healthy(), scenes.All["stale"]())
	late := fanMsg{source{m.feed}, load.Answer[plotOf, history.Plot]{Gen: m.fan.Gen + 1, Value: history.Plot{Buckets: make([]history.Bucket, 3)}}}
	m, cmd := step(m, press("a"))
	if f.on != "work" || m.feed != f.list[1].Feed || m.snap.Account != "work" || m.view != viewForecast || cmd == nil {
		t.Errorf("after a: shown is %q, account %q, view %d", f.on, m.snap.Account, m.view)
	}
	if m, _ = step(m, late); m.fan.Loaded {
		t.Error("an answer about the account before is taken")
	}
	m, cmd = step(m, snapshotMsg{f.list[0].Feed, scenes.Healthy()})
	if m.snap.Account != "work" || cmd == nil {
		t.Error("the other account's snapshot is shown, or its next one is not waited for")
	}
	if m, _ = step(m, press("a")); m.feed != f.list[0].Feed || m.snap.Balance == nil {
		t.Error("a second a does not come back, past the one that has no key, to what is known")
	}
	if m, cmd = step(m, snapshotMsg{newFakeFeed(), scenes.All["stale"]()}); cmd != nil || m.snap.Fault != nil {
		t.Error("an account that is gone is heard")
	}
}

// How an account is looked at is its own: it is there again after another was
// shown, and the first look at that one is the same.
func TestSwitchingKeepsTheLook(t *testing.T) {
	f := newFakeAccounts()
	for i := range f.list {
		f.list[i].Feed = filledFeed()
	}
	look := func(m Model) [6]any {
		return [6]any{m.span, m.back(), m.log.span, m.who.by, m.who.sort, m.who.byok}
	}
	m := typed(crewOf(f, 120, 30, viewBreakdown, scenes.Healthy(), scenes.Healthy(), scenes.Healthy()), "g", "s", "b", "]", "4", "[", "2", "]", "3", "/", "o", "enter")
	first, filter := look(m), m.who.filter.Text()
	if first != [6]any{3, 4, 3, 1, 1, true} || filter != "o" {
		t.Fatalf("the first account is looked at by %v, filter %q", first, filter)
	}
	m = typed(m, "a")
	if look(m) != first || m.who.filter.Text() != "" {
		t.Errorf("the next account is looked at by %v, filter %q, want %v and none", look(m), m.who.filter.Text(), first)
	}
	m = typed(m, "g", "s", "b", "[", "/", "c", "enter")
	second := look(m)
	m = typed(m, "A", "down", "down", "enter")
	if m.snap.Account != "lab" || look(m) != second {
		t.Errorf("%s is looked at by %v, want %v", m.snap.Account, look(m), second)
	}
	m = typed(m, "a")
	if m.snap.Account != "personal" || look(m) != first || m.who.filter.Text() != filter || len(m.who.rows) != len(m.breakdowns[m.question()].Value.Rows)-2 {
		t.Errorf("%s is looked at by %v, filter %q, want %v, %q", m.snap.Account, look(m), m.who.filter.Text(), first, filter)
	}
	if m = typed(m, "a"); look(m) != second || m.who.filter.Text() != "c" {
		t.Errorf("%s is looked at by %v, filter %q, want %v, %q", m.snap.Account, look(m), m.who.filter.Text(), second, "c")
	}
}

func TestExport(t *testing.T) {
	var from, to time.Time
	o := Options{Feed: newFakeFeed(), Now: func() time.Time { return scenes.Now }}
	o.Export = func(_ context.Context, f, u time.Time) (string, error) { from, to = f, u; return "x.csv", nil }
	msg := exportCmd(o.Export, 24*time.Hour, scenes.Now)()
	if msg != noticeMsg("exported to x.csv") || !from.Equal(scenes.Now.Add(-24*time.Hour)) || !to.Equal(scenes.Now) {
		t.Errorf("export of %v to %v says %q", from, to, msg)
	}
	if exportCmd(o.Export, 0, scenes.Now)(); !from.IsZero() {
		t.Errorf("export of all begins at %v, want the first reading", from)
	}
	o.Export = func(context.Context, time.Time, time.Time) (string, error) { return "", errors.New("disk full") }
	if msg := exportCmd(o.Export, 0, scenes.Now)(); msg != noticeMsg("exporting: disk full") {
		t.Errorf("a failed export says %q", msg)
	}
	m := modelOf(Options{Feed: newFakeFeed(), Now: o.Now}, scenes.Healthy(), 100, 30, viewOverview)
	if next, _ := m.Update(tea.KeyPressMsg{Code: 'e', Text: "e"}); next.(Model).notice != "" {
		t.Error("e does something where nothing can be exported")
	}
}
