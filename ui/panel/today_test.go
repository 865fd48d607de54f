package panel

import (
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/ui/scenes"
)

// Yesterday's sum, and last month's, are not those of the day and the month that began since
// the newest reading.
func TestWhatIsOverIsNotOfToday(t *testing.T) {
	s := scenes.Healthy()
	s.Spend.MonthUSD = scenes.USD(41.5)
	midnight := credit.MonthStart(s.At.AddDate(0, 1, 0))
	s.At = midnight.Add(-20 * time.Second)
	for _, c := range []struct {
		now   time.Time
		known bool
	}{{midnight.Add(-time.Second), true}, {midnight.Add(30 * time.Second), false}} {
		p := pencil()
		p.Kit.Now = c.now
		for name, lines := range map[string][]string{
			"credits": Credits(p, &s, 60, 12), "spent": Spent(p, &s, 100, 3), "day": (&Cards{}).RenderDay(p, &s, 100, 3),
		} {
			if got := strings.Join(lines, "\n"); strings.Contains(got, "$2.14") != c.known || !strings.Contains(got, "$76.30") {
				t.Errorf("%s at %v: today's sum stands there %t, want %t\n%s", name, c.now, !c.known, c.known, got)
			}
		}
		if got := strings.Join(Month(p, &s, history.Plot{}, true, 60, 12), "\n"); strings.Contains(got, "$41.50") != c.known {
			t.Errorf("month at %v: its sum stands there %t, want %t\n%s", c.now, !c.known, c.known, got)
		}
	}
}
