package text

import (
	"slices"
	"testing"
)

func TestAlign(t *testing.T) {
	got := Align([]string{USD(63.52), USD(-1234.5), Unknown, USD(0.0042), "7"})
	want := []string{"    $63.52  ", "-$1,234.50  ", "      —     ", "     $0.0042", "      7     "}
	if !slices.Equal(got, want) {
		t.Errorf("Align(…) = %q, want %q", got, want)
	}
	if got, want := Align([]string{".5", "1", "1.25"}), []string{" .5 ", "1   ", "1.25"}; !slices.Equal(got, want) {
		t.Errorf("Align(…) = %q, want %q", got, want)
	}
	if got := Align(nil); len(got) != 0 {
		t.Errorf("Align of nothing = %q", got)
	}
}
