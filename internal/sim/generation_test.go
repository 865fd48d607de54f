package sim

import (
	"math"
	"net/http"
	"testing"
	"time"
)

func TestGenerationsAreTheSpend(t *testing.T) {
	a := mustNew(t, Config{Profile: "steady", Now: at(noon)})
	from := noon.Add(-6 * time.Hour)
	ids := map[string]bool{}
	sum := 0.0
	for _, g := range a.Generations(from, noon.Add(time.Nanosecond)) {
		ids[g.ID] = true
		sum += g.CostUSD
		if g.At.Before(from) || g.At.After(noon) {
			t.Errorf("a generation of %v is among those of %v to %v", g.At, from, noon)
		}
	}
	want := a.Usage(noon) - a.Usage(from.Add(-time.Nanosecond))
	if len(ids) < 10 || len(ids) != len(a.Generations(from, noon.Add(time.Nanosecond))) || math.Abs(sum-want) > 1e-9 {
		t.Errorf("Generations = %d ids that cost %v, want each its own id and %v in all", len(ids), sum, want)
	}
}

func TestGeneration(t *testing.T) {
	now := noon
	a := mustNew(t, Config{Profile: "idle", OrdinaryKey: ordinaryKey, Now: func() time.Time { return now }})
	a.Spend(0.25)
	made := a.Generations(now, now.Add(time.Second))
	if len(made) != 1 || made[0].CostUSD != 0.25 {
		t.Fatalf("Generations after a request = %+v, want one of $0.25", made)
	}
	path := "/generation?id=" + made[0].ID
	if status, _ := ask(t, a, http.MethodGet, path, ""); status != http.StatusNotFound {
		t.Errorf("at once, %s answers %d, want 404", path, status)
	}
	now = now.Add(time.Second)
	g := get[generation](t, a, path)
	if g.ID != made[0].ID || g.Usage != 0.25 || g.Model != made[0].Model || g.Prompt == 0 {
		t.Errorf("%s = %+v, want what was made: %+v", path, g, made[0])
	}
	r := newRequest(t, http.MethodGet, path, "")
	r.Header.Set("Authorization", "Bearer "+ordinaryKey)
	if status, _ := send(t, a, r); status != http.StatusOK {
		t.Errorf("an ordinary key gets %d, want 200", status)
	}
	for path, want := range map[string]int{"/generation": 400, "/generation?id=gen-x": 404, "/generation?id=gen-1-0": 404} {
		if status, _ := ask(t, a, http.MethodGet, path, ""); status != want {
			t.Errorf("%s answers %d, want %d", path, status, want)
		}
	}
}
