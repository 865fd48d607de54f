package leaktest

import (
	"strings"
	"testing"
	"time"
)

func TestLeaks(t *testing.T) {
	before := running()
	end := make(chan struct{})
	forgotten := func() { <-end }
	go forgotten()
	if got := leaks(before, 20*time.Millisecond); !strings.Contains(got, "TestLeaks") {
		t.Errorf("leaks = %q, want the stack of the goroutine", got)
	}
	close(end)
	if got := leaks(before, grace); got != "" {
		t.Errorf("leaks = %q after its end, want none", got)
	}
}
