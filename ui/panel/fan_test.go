package panel

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/ui/scenes"
)

// Why there is no balance is only said of the key where that is known.
func TestFanWithoutABalance(t *testing.T) {
	for _, c := range []struct {
		key  *credit.Key
		want string
	}{{nil, "nothing to plot yet"}, {&credit.Key{Kind: credit.KeyOrdinary}, "this key cannot see the balance"}} {
		got := ansi.Strip(strings.Join(FanPlot{Loaded: true}.Render(plainPen, &account.Snapshot{Key: c.key}, 60, 10), "\n"))
		if !strings.Contains(got, c.want) {
			t.Errorf("with the key %+v it does not say %q:\n%s", c.key, c.want, got)
		}
	}
}

func TestFanOfACapHasNoFuture(t *testing.T) {
	s := scenes.All["capped"]()
	f, _ := Next(&s)
	if got := ahead(f, 0); got != 0 {
		t.Errorf("ahead of a forecast of the key's cap = %v, want 0: it is not the balance's", got)
	}
}
