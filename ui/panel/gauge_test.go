package panel

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/credit"
	"ortop/ui/draw"
	"ortop/ui/scenes"
)

// A tick stands in the cell of the gauge that its balance fills, and moves nothing; its sum
// stands where no word is in the way.
func TestGaugeTicks(t *testing.T) {
	for _, c := range []struct {
		usd  float64
		low  []float64
		w    int
		want string
	}{
		{100, nil, 40, "0              50 % left            $100"},
		{100, []float64{20, 5}, 40, "0 ╵5    ╵20    50 % left            $100"},
		{100, []float64{5, 8}, 40, "0 ╵╵8          50 % left            $100"},
		{100, []float64{2.5, 10, 40, 75}, 40, "0╵  ╵10        50 % left      ╵75   $100"},
		{100, []float64{30, 35, 92}, 40, "0           ╵  50 % left            $100"},
		{100, []float64{0.5, 100, 500}, 40, "0              50 % left            $100"},
		{100, []float64{20}, 20, "0    50 % left  $100"},
		{12.34, []float64{5, 20}, 12, "0   ╵5   $12"},
	} {
		s := scenes.Healthy()
		s.Balance, s.LowUSD = &credit.Balance{CreditsUSD: c.usd, UsageUSD: c.usd / 2}, c.low
		got := ansi.Strip(gaugeEnds(plainPen, &s, c.w))
		if got != c.want || draw.Width(got) != c.w {
			t.Errorf("alerts below %v of %v in %d cells:\n%q, want\n%q", c.low, c.usd, c.w, got, c.want)
		}
	}
	s := scenes.All["ordinary"]()
	if got := gaugeEnds(plainPen, &s, 30); strings.Contains(got, "╵") {
		t.Errorf("the cap of a key has the ticks of the account's balance: %q", got)
	}
}
