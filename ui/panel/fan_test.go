package panel

import (
	"testing"

	"ortop/ui/scenes"
)

func TestFanOfACapHasNoFuture(t *testing.T) {
	s := scenes.All["capped"]()
	f, _ := Next(&s)
	if got := ahead(f, 0); got != 0 {
		t.Errorf("ahead of a forecast of the key's cap = %v, want 0: it is not the balance's", got)
	}
}
