package ui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/account"
	"ortop/internal/credit"
)

// fakeAccounts is a crew that does what it is told, and notes it.
type fakeAccounts struct {
	list      []Account
	on        string
	fixed     string
	addErr    error
	removeErr error
	added     [3]string // name, like and key
}

// newFakeAccounts has three accounts with a feed each.
func newFakeAccounts() *fakeAccounts {
	f := &fakeAccounts{}
	for _, name := range []string{"personal", "work", "lab"} {
		f.list = append(f.list, Account{Name: name, Feed: newFakeFeed()})
	}
	return f
}

func (f *fakeAccounts) List() []Account  { return slices.Clone(f.list) }
func (f *fakeAccounts) Show(name string) { f.on = name }
func (f *fakeAccounts) Fixed() string    { return f.fixed }

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
	m := modelOf(Options{Feed: f.list[0].Feed, Accounts: f}, said[0], w, h, view)
	for i, s := range said[1:] {
		s.Account = f.list[i+1].Name
		m, _ = step(m, snapshotMsg{f.list[i+1].Feed, s})
	}
	return m
}

// threeAccounts say that one is live, one stale and one not known.
func threeAccounts() []account.Snapshot {
	stale := scenes["stale"]()
	stale.Balance = &credit.Balance{CreditsUSD: 5000, UsageUSD: 3765.5}
	stale.Burn.USDPerHour, stale.Burn.USDPerDay = usd(0.0042), usd(120)
	stale.Forecast.P50 /= 2
	return []account.Snapshot{healthy(), stale, scenes["unreachable"]()}
}

func TestAccountsAreSwitched(t *testing.T) {
	f := newFakeAccounts()
	f.list[2].Feed = nil
	m := crewOf(f, 100, 30, viewForecast, healthy(), scenes["stale"]())
	gens := [2]int{m.fan.gen, m.plan.gen}
	m, cmd := step(m, press("a"))
	if f.on != "work" || m.feed != f.list[1].Feed || m.snap.Account != "work" || m.view != viewForecast || cmd == nil {
		t.Errorf("after a: told of %q, account %q, view %d", f.on, m.snap.Account, m.view)
	}
	if m.fan.gen <= gens[0] || m.plan.gen <= gens[1] {
		t.Error("an answer of the account before would count")
	}
	m, cmd = step(m, snapshotMsg{f.list[0].Feed, healthy()})
	if m.snap.Account != "work" || cmd == nil {
		t.Error("the other account's snapshot is shown, or its next one is not waited for")
	}
	if m, _ = step(m, press("a")); m.feed != f.list[0].Feed || m.snap.Balance == nil {
		t.Error("a second a does not come back, past the one that has no key, to what is known")
	}
	if m, cmd = step(m, snapshotMsg{newFakeFeed(), scenes["stale"]()}); cmd != nil || m.snap.Fault != nil {
		t.Error("an account that is gone is heard")
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
