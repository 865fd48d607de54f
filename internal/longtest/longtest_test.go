package longtest

import "testing"

func TestOf(t *testing.T) {
	for value, want := range map[string]int{"": 1, "1": 2} {
		t.Setenv("ORTOP_LONG", value)
		if got := Of(1, 2); got != want {
			t.Errorf("ORTOP_LONG=%s: Of(1, 2) = %d, want %d", value, got, want)
		}
	}
}
