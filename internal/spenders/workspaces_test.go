package spenders

import (
	"fmt"
	"math"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/sim"
)

func TestBudgetsOfWorkspaces(t *testing.T) {
	for _, c := range []struct {
		name, budgets string
		limit         float64
		from          func(now time.Time) time.Time
		state         forecast.State
		lasts         bool
	}{
		{"a month's", `{"id":"x","limit_usd":2000,"reset_interval":"monthly"}`, 2000, credit.MonthStart, forecast.Unknown, true},
		{"the nearest of two", `{"id":"x","limit_usd":2000,"reset_interval":"monthly"},{"id":"y","limit_usd":30,"reset_interval":"daily"}`, 30, credit.DayStart, forecast.Unknown, true},
		{"one that is spent before it resets", `{"id":"x","limit_usd":5,"reset_interval":"daily"}`, 5, credit.DayStart, forecast.OK, false},
		{"a word that is not known", `{"id":"x","limit_usd":5,"reset_interval":"fortnightly"}`, 5, nil, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				b := newBench(t, sim.Config{Profile: "steady", Workspaces: 2, Keys: 8, Now: time.Now})
				b.account.TopUp(1000)
				time.Sleep(3 * time.Hour)
				d := b.look(ByWorkspace, time.Hour)
				path := "/workspaces/" + d.Rows[0].ID + "/budgets"
				f := sim.Answer(`{"data":[` + c.budgets + `]}`)
				f.Path = path
				b.account.Fail(f)
				time.Sleep(rarely + time.Minute) // budgets are asked for rarely
				d = b.broken(ByWorkspace, time.Hour)
				var row Row
				for _, r := range d.Rows {
					if "/workspaces/"+r.ID+"/budgets" == path {
						row = r
					}
				}
				if deref(row.Cap.LimitUSD) != c.limit {
					t.Fatalf("limit %v, want %v", deref(row.Cap.LimitUSD), c.limit)
				}
				if c.from == nil {
					if row.Cap.RemainingUSD != nil || !row.ResetsAt.IsZero() {
						t.Errorf("remaining %v, resets %v, want unknown", deref(row.Cap.RemainingUSD), row.ResetsAt)
					}
					return
				}
				used := b.broken(ByWorkspace, time.Since(c.from(time.Now())))
				for _, r := range used.Rows {
					if r.ID == row.ID && math.Abs(*row.Cap.RemainingUSD-(c.limit-*r.SpendUSD)) > cent {
						t.Errorf("remaining %v, want %v less %v", *row.Cap.RemainingUSD, c.limit, *r.SpendUSD)
					}
				}
				if row.Runway.State != c.state || row.Runway.CapLasts != c.lasts {
					t.Errorf("Runway = %+v, want state %s, lasts %v", row.Runway, c.state, c.lasts)
				}
			})
		})
	}
}

// Of many budgets it is forecast when those end that are nearest to it,
// wherever they stand in the list.
func TestNearestBudgetsAreForecast(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const workspaces = maxRunways + 3
		b := newBench(t, sim.Config{Profile: "steady", Workspaces: workspaces, Keys: 2 * workspaces, Now: time.Now})
		b.account.TopUp(1000)
		time.Sleep(3 * time.Hour)
		last := fmt.Sprintf("Workspace %d", workspaces)
		var faults []sim.Fault
		for _, r := range b.look(ByWorkspace, time.Hour).Rows {
			limit := 2000.0
			if r.Name == last {
				limit = 0.0005
			}
			f := sim.Answer(fmt.Sprintf(`{"data":[{"id":"x","limit_usd":%g,"reset_interval":"monthly"}]}`, limit))
			f.Path = "/workspaces/" + r.ID + "/budgets"
			faults = append(faults, f)
		}
		b.account.Fail(faults...)
		time.Sleep(rarely + time.Minute)
		forecasts, found := 0, false
		least, most := math.Inf(1), math.Inf(-1) // used of those with a forecast, of those without
		for _, r := range b.broken(ByWorkspace, time.Hour).Rows {
			used, ok := r.Cap.UsedRatio()
			switch {
			case !ok:
				t.Errorf("%s: what is left of its budget is not known", r.Name)
			case r.Runway == nil:
				most = max(most, used)
			default:
				forecasts, least = forecasts+1, min(least, used)
			}
			if r.Name == last {
				found = true
				if f := r.Runway; used < 1 || f == nil || f.State != forecast.Depleted {
					t.Errorf("the last of the list has used %v, and Runway = %+v, want that it is spent", used, f)
				}
			}
		}
		if forecasts != maxRunways || least < most || !found {
			t.Errorf("%d forecasts of budgets used from %v on, others up to %v, the last found %v", forecasts, least, most, found)
		}
	})
}

func TestPlotOfARow(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := oldAccount("steady")
		c.Members = 3
		b := newBench(t, c)
		b.account.TopUp(500)
		time.Sleep(50 * time.Hour)
		for _, by := range Bys {
			d := b.look(by, 24*time.Hour)
			row := d.Rows[0]
			for _, n := range []int{1, 7, 24, 100} {
				p, err := b.Plot(t.Context(), by, row.ID, d.From, d.To, n)
				if err != nil || len(p.Buckets) != n {
					t.Fatalf("by %s: Plot = %d buckets, %v, want %d", by, len(p.Buckets), err, n)
				}
				sum := 0.0
				for _, x := range p.Buckets {
					sum += x.SpendUSD
					if !x.Known || x.SpendUSD < 0 {
						t.Errorf("by %s: %+v", by, x)
					}
				}
				// Hours are whole, and the span begins within one.
				if math.Abs(sum-*row.SpendUSD) > *row.SpendUSD/12 {
					t.Errorf("by %s in %d buckets: %v, want about %v", by, n, sum, *row.SpendUSD)
				}
			}
		}
		if p, err := b.Plot(t.Context(), ByModel, "nobody/knows", time.Now().Add(-time.Hour), time.Now(), 5); err != nil || p.Buckets[0].Known {
			t.Errorf("Plot of an unknown model = %+v, %v, want nothing known", p.Buckets, err)
		}
	})
}
