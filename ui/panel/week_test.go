package panel

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/account"
	"ortop/ui/draw"
)

// However high a day is, a gap stands between days, and none within one.
func TestAGapStandsBetweenDays(t *testing.T) {
	p := pencil()
	p.Theme = draw.NewTheme(draw.Look{Dark: true, Depth: draw.Rich})
	var k account.Week
	for day := range k.USD {
		for hour := range k.USD[day] {
			v := float64(1 + hour)
			k.USD[day][hour] = &v
		}
	}
	for high := 1; high <= 6; high++ {
		lines := Week(p, k, true, WeekWidth, 3+7*high)
		for i, line := range lines[2 : 2+7*high] {
			// ▇ leaves the top of its cell free.
			if gap, want := strings.Contains(ansi.Strip(line), "▇"), i%high == 0; gap != want {
				t.Errorf("%d lines a day, line %d: a gap %t, want %t:\n%s", high, i, gap, want, ansi.Strip(line))
			}
		}
	}
}
