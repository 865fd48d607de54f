package dashboard

import (
	"strings"
	"testing"
	"time"

	"ortop/internal/cmd/session"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/share"
)

// The table of the dashboard says of each account what status --all says, to the cent
// and the minute, and in the same order.
func TestTheTableIsThatOfStatus(t *testing.T) {
	a, _ := twoAccounts(t)
	c := fleetOf(t, a)
	for _, m := range c.all() {
		if m.mon == nil {
			continue
		}
		for s := range m.mon.Snapshots() {
			if s.Balance != nil && !s.At.IsZero() {
				break
			}
		}
	}
	now := time.Now()
	still := *a
	still.Now = func() time.Time { return now }
	c.run.App = &still
	f, err := c.All(t.Context())
	if err != nil || len(f.Rows) != 3 || f.Total.Accounts != 3 || f.Total.Known != 2 {
		t.Fatalf("%d rows, of %d, %v", len(f.Rows), f.Total.Accounts, err)
	}
	var rows []render.FleetRow
	for _, m := range c.all() {
		r := m.latest()
		rows = append(rows, render.RowOf(&r, now))
	}
	lines := strings.Split(render.Fleet(rows).Text(now, 0), "\n")[3:]
	for i, r := range f.Rows {
		for _, cell := range []string{r.Account, r.State, strings.TrimSpace(r.Left), r.End, r.Between, strings.TrimSpace(r.Day), r.Read} {
			if !strings.Contains(lines[i], cell) {
				t.Errorf("row %d of the table has %q, and status --all says %q", i, cell, lines[i])
			}
		}
		bare := r.Account == "bare"
		if known := strings.Contains(r.Left, "$") && r.State != "not read" && r.Why == ""; known == bare {
			t.Errorf("of %s is known: %+v", r.Account, r)
		}
		if feed, err := c.Open(t.Context(), r.ID); (err != nil || feed == nil) != bare {
			t.Errorf("opening %s: %v", r.Account, err)
		}
	}
	if _, err := c.Open(t.Context(), "nobody"); err == nil {
		t.Error("an account that is not there is opened")
	}
}

// Of a member without a key the table says so.
func TestTheTableOfAnAccountWithoutAKey(t *testing.T) {
	m := member{}
	r := m.latest()
	if l := render.Fleet([]render.FleetRow{render.RowOf(&r, time.Now())}).Lines(time.Now())[0]; l.State != "not read" || l.Left != "—" || l.Read != "never" {
		t.Errorf("without a key: %+v", l)
	}
}

// Accounts of one name are told apart as soon as the second is shared, however long the
// first was followed.
func TestTitlesFollowTheTeam(t *testing.T) {
	of := func(url string) share.Seen { return share.Seen{Name: "prod", BaseURL: url} }
	here, eu := of("https://openrouter.ai/api/v1"), of("https://eu.example.com/api/v1")
	team := &session.Team{}
	m := member{}
	m.Settings.View(team, here)
	c := &fleet{run: &session.Runner{}, members: []member{m}}
	for _, now := range []struct {
		list []share.Seen
		want string
	}{
		{nil, "prod"},
		{[]share.Seen{here}, "prod"},
		{[]share.Seen{eu, here}, "prod at openrouter.ai"},
		{[]share.Seen{here}, "prod"},
	} {
		if now.list != nil {
			team.Last.Store(&now.list)
		}
		if got := c.List()[0].Name; got != now.want {
			t.Errorf("beside %d others it is %q, want %q", len(now.list), got, now.want)
		}
	}
}

// So many accounts of a team are followed at once: another takes the place of one that is
// not on the screen.
func TestFollowedAccountsAreBounded(t *testing.T) {
	c := &fleet{run: &session.Runner{}}
	for i := range session.MaxFollowed {
		m := member{mon: &monitor.Monitor{}}
		m.Settings.Account.Name = strings.Repeat("a", i+1)
		if _, ok := c.follow(m); ok {
			t.Fatalf("member %d ends another", i)
		}
	}
	last := c.members[session.MaxFollowed-1]
	c.run.Shown.Store(&session.Shown{Name: last.name(), Mon: last.mon})
	gone, ok := c.follow(member{mon: &monitor.Monitor{}})
	if !ok || gone.name() != strings.Repeat("a", session.MaxFollowed-1) || len(c.members) != session.MaxFollowed {
		t.Errorf("ended %t %q, %d are followed", ok, gone.name(), len(c.members))
	}
	if c.find(last.name()) < 0 {
		t.Error("the account on the screen is not followed any more")
	}
}
