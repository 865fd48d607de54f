package text

import (
	"fmt"
	"strconv"
)

// Count writes a number of things: "812", "1,204", and from 100,000 on in
// millions or more, "0.41M", "12.3M", "3.20G".
func Count(n int64) string {
	v, unit := float64(n), ""
	switch {
	case n < 100_000:
		return group(strconv.FormatInt(max(n, 0), 10))
	case n < 999_500_000:
		v, unit = v/1e6, "M"
	case n < 999_500_000_000:
		v, unit = v/1e9, "G"
	default:
		v, unit = v/1e12, "T"
	}
	switch {
	case v < 9.995:
		return fmt.Sprintf("%.2f%s", v, unit)
	case v < 99.95:
		return fmt.Sprintf("%.1f%s", v, unit)
	case v < 999.5:
		return fmt.Sprintf("%.0f%s", v, unit)
	}
	return group(strconv.FormatFloat(v, 'f', 0, 64)) + unit
}

// Many writes a number of things exactly, with what they are: "1 sample", "1,204 samples".
func Many[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return group(strconv.FormatInt(max(int64(n), 0), 10)) + " " + thing + "s"
}
