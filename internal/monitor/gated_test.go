package monitor

import (
	"strings"
	"testing"
	"time"

	"ortop/internal/longtest"

	"ortop/client"
	"ortop/internal/sim"
	"ortop/internal/spenders"
)

// TestWhatIsRefusedIsAskedRarely has somebody look at every breakdown and plot
// for hours, which the polls do not matter to.
func TestWhatIsRefusedIsAskedRarely(t *testing.T) {
	t.Parallel()
	hours := longtest.Of(1, 2)
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
		if testing.Short() && c.path != "/keys" {
			continue
		}
		bubble(t, func(t *testing.T) {
			b := newBench(t, sim.Config{Profile: "steady"})
			c.fault.Path = c.path
			b.account.Fail(c.fault)
			b.o.Interval = 20 * time.Minute
			m := b.run()
			after(t, m, time.Minute)
			for range hours * 6 {
				for _, by := range spenders.Bys {
					now := b.now()
					d, err := m.Breakdown(t.Context(), spenders.Query{By: by, From: now.Add(-24 * time.Hour), To: now})
					if err != nil && (by != spenders.ByKey || c.path != "/keys") {
						t.Fatalf("%s %d: Breakdown by %s = %v", c.path, c.fault.Status, by, err)
					}
					if by != spenders.ByKey && len(d.Rows) > 0 {
						m.BreakdownPlot(t.Context(), by, d.Rows[0].ID, now.Add(-time.Hour), now, 10)
					}
				}
				time.Sleep(10 * time.Minute)
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
	t.Parallel()
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
