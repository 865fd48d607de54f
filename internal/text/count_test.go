package text

import (
	"math"
	"testing"
)

func TestCount(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", -1: "0", 812: "812", 1204: "1,204", 99_999: "99,999", 100_000: "0.10M", 410_000: "0.41M", 1_200_000: "1.20M",
		9_994_999: "9.99M", 9_995_000: "10.0M", 99_950_000: "100M", 999_499_999: "999M", 999_500_000: "1.00G", math.MaxInt64: "9,223,372T",
	} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}
