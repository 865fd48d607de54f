// Package longtest tells tests how much is asked of them, and what they cost.
package longtest

import (
	"os"
	"runtime/debug"
)

// Packages whose tests import this allocate much that nothing holds for long: to collect
// it early takes a tenth to a third of their time.
func init() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// On reports whether all of it is, in place of what finds the same in seconds: where
// ORTOP_LONG is set, as .ci/run sets it.
func On() bool { return os.Getenv("ORTOP_LONG") != "" }

// Of is how much a test does: short, or long where that is asked. Both must find what the
// test is there for.
func Of[T any](short, long T) T {
	if On() {
		return long
	}
	return short
}
