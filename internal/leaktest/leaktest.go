// Package leaktest finds goroutines that outlive the test that started them.
package leaktest

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// grace is how long goroutines may take to end.
const grace = 10 * time.Second

// Check makes t fail if a goroutine that starts from now on still runs after
// the test and its cleanups. The test must not be parallel to others.
func Check(t testing.TB) {
	before := running()
	t.Cleanup(func() {
		if leaked := leaks(before, grace); leaked != "" {
			t.Errorf("goroutines that did not end:\n%s", leaked)
		}
	})
}

// Main is a TestMain that fails if a goroutine outlives all tests.
func Main(m *testing.M) {
	before := running()
	code := m.Run()
	if code == 0 {
		if leaked := leaks(before, grace); leaked != "" {
			fmt.Fprintf(os.Stderr, "goroutines that did not end:\n%s\n", leaked)
			code = 1
		}
	}
	os.Exit(code)
}

// leaks waits until only those of before run, and returns the stacks of the
// others once the time is up.
func leaks(before map[string]string, within time.Duration) string {
	for end := time.Now().Add(within); ; time.Sleep(5 * time.Millisecond) {
		var stacks []string
		for id, stack := range running() {
			if _, ok := before[id]; !ok {
				stacks = append(stacks, stack)
			}
		}
		if len(stacks) == 0 || time.Now().After(end) {
			return strings.Join(stacks, "\n\n")
		}
	}
}

// running returns the stacks of all goroutines by their number, but for those
// of package testing and the one that receives signals.
func running() map[string]string {
	buf := make([]byte, 1<<16)
	n := runtime.Stack(buf, true)
	for n == len(buf) { // there may be more
		buf = make([]byte, 2*len(buf))
		n = runtime.Stack(buf, true)
	}
	stacks := map[string]string{}
	for stack := range strings.SplitSeq(string(buf[:n]), "\n\n") {
		if !strings.Contains(stack, "testing.tRunner(") && !strings.Contains(stack, "testing.(*M).") && !strings.Contains(stack, "os/signal.") {
			id, _, _ := strings.Cut(stack, " [")
			stacks[id] = stack
		}
	}
	return stacks
}
