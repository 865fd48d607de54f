// Package longtest tells tests how much is asked of them.
package longtest

import "os"

// Of is how much a test does: short, or long where ORTOP_LONG is set, as .ci/run sets it.
// Both must find what the test is there for.
func Of[T any](short, long T) T {
	if os.Getenv("ORTOP_LONG") != "" {
		return long
	}
	return short
}
