package spenders

import (
	"testing"
	"time"

	"ortop/internal/sim"
)

// TestBudgetsInTrouble lists an account of 30 workspaces.
func TestBudgetsInTrouble(t *testing.T) {
	for _, status := range []int{403, 429, 500} {
		bubble(t, func(t *testing.T) {
			b := newBench(t, sim.Config{Profile: "steady", Workspaces: 30, Keys: 30})
			spaces, err := b.api.Workspaces(t.Context())
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
			r, err := listKeys(t.Context(), b.api, &KeyList{}, time.Now())
			if n := b.requests("/budgets"); err != nil || len(r.Keys) != 30 || n > 2 {
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
		d := b.look(ByWorkspace, time.Hour)
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
