package monitor

import (
	"strings"
	"testing"
	"time"

	"ortop/client"
	"ortop/internal/sim"
)

// TestWhatIsRefusedIsAskedRarely has somebody look at every breakdown and plot
// for hours.
func TestWhatIsRefusedIsAskedRarely(t *testing.T) {
	const hours = 3
	pause := sim.RateLimited("3600")
	for _, c := range []struct {
		path  string
		fault sim.Fault
	}{
		{"/keys", sim.Error(403)}, {"/keys", pause},
		{"/workspaces", sim.Error(403)}, {"/workspaces", pause},
		{"/analytics", sim.Error(403)}, {"/analytics", pause},
		{"/organization/members", sim.Error(403)}, {"/organization/members", sim.Error(404)}, {"/organization/members", pause},
	} {
		bubble(t, func(t *testing.T) {
			b := newBench(t, oldAccount("steady"))
			c.fault.Path = c.path
			b.account.Fail(c.fault)
			m := b.run()
			after(t, m, time.Minute)
			for range hours * 60 {
				for _, by := range Bys {
					now := b.now()
					d, err := m.Breakdown(t.Context(), BreakdownQuery{by, now.Add(-24 * time.Hour), now})
					if err != nil && (by != ByKey || c.path != "/keys") {
						t.Fatalf("%s %d: Breakdown by %s = %v", c.path, c.fault.Status, by, err)
					}
					if by != ByKey && len(d.Rows) > 0 {
						m.BreakdownPlot(t.Context(), by, d.Rows[0].ID, now.Add(-time.Hour), now, 10)
					}
				}
				time.Sleep(time.Minute)
			}
			n := 0
			for _, r := range b.account.Requests() {
				if strings.Contains(r.Path, c.path) && !strings.HasSuffix(r.Path, "/budgets") {
					n++
				}
			}
			if n < hours || n > 2*(hours+1) { // analytics and activity are two
				t.Errorf("%s: %d hours of %d made %d requests, want one or two an hour", c.path, hours, c.fault.Status, n)
			}
		})
	}
}

func TestTheWaitThatIsLeft(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		pause := sim.RateLimited("100")
		pause.Path = "/keys"
		b.account.Fail(pause)
		api, _, err := New(b.o).o.Connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []time.Duration{100 * time.Second, 60 * time.Second, 20 * time.Second, 100 * time.Second} {
			_, err := api.Keys(t.Context(), "")
			if said, ok := err.(*client.APIError); !ok || said.RetryAfter.Round(time.Second) != want {
				t.Errorf("Keys = %v, want one that says to wait %v", err, want)
			}
			time.Sleep(40 * time.Second)
		}
		if n := b.asked("/keys"); n != 2 {
			t.Errorf("%d requests, want 2", n)
		}
	})
}

// TestBudgetsInTrouble lists an account of 30 workspaces.
func TestBudgetsInTrouble(t *testing.T) {
	for _, status := range []int{403, 429, 500} {
		bubble(t, func(t *testing.T) {
			b := newBench(t, sim.Config{Profile: "steady", Workspaces: 30, Keys: 30})
			api, _, err := New(b.o).o.Connect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			spaces, err := api.Workspaces(t.Context())
			if err != nil || len(spaces.Rows) != 30 {
				t.Fatalf("%d workspaces, %v", len(spaces.Rows), err)
			}
			var faults []sim.Fault
			for _, w := range spaces.Rows {
				f := sim.Error(status)
				f.Path = "/workspaces/" + w.ID + "/budgets"
				faults = append(faults, f)
			}
			b.account.Fail(faults...)
			r, err := listKeys(t.Context(), api, roster{}, b.now())
			if n := b.asked("/budgets"); err != nil || len(r.Keys) != 30 || n > 2 {
				t.Errorf("%d: %d keys, %v, in %d requests for budgets, want 30 in at most 2", status, len(r.Keys), err, n)
			}
		})
	}
}

func TestWorkspacesAreKnownWithoutTheirKeys(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady", Workspaces: 3, Keys: 9})
		refused := sim.Error(403)
		refused.Path = "/keys"
		b.account.Fail(refused)
		d := b.look(New(b.o), ByWorkspace, time.Hour)
		if len(d.Rows) != 3 || len(d.Notes) != 0 {
			t.Errorf("%d rows, Notes = %q, want 3 workspaces, none", len(d.Rows), d.Notes)
		}
		for _, r := range d.Rows {
			if r.ID == r.Name {
				t.Errorf("%q has no ID", r.Name)
			}
		}
	})
}
