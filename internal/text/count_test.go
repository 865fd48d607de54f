package text

import (
	"math"
	"testing"
)

func TestMany(t *testing.T) {
	for n, want := range map[int]string{-1: "0 samples", 0: "0 samples", 1: "1 sample", 2: "2 samples", 1_204: "1,204 samples", 4_100_000: "4,100,000 samples"} {
		if got := Many(n, "sample"); got != want {
			t.Errorf("Many(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", -1: "0", 812: "812", 1204: "1,204", 99_999: "99,999", 100_000: "0.10M", 410_000: "0.41M", 1_200_000: "1.20M",
		9_994_999: "9.99M", 9_995_000: "10.0M", 99_950_000: "100M", 999_499_999: "999M", 999_500_000: "1.00G", 999_499_999_999: "999G", 999_500_000_000: "1.00T", 999_499_999_999_999: "999T", 999_500_000_000_000: "1,000T", math.MaxInt64: "9,223,372T",
	} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}
