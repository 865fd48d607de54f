package cli

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Work that waits says what it is at and for how long, until its end.
func TestProgressOfWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := NewProgress(&out, time.Now, func() int { return 60 })
		said := func() string {
			p.mu.Lock()
			defer p.mu.Unlock()
			return out.String()[strings.LastIndexByte(out.String(), '\r')+1:]
		}
		p.Doing("checking step %d", 1)
		time.Sleep(firstAfter / 2)
		if got := said(); got != "" {
			t.Errorf("short work says %q", got)
		}
		time.Sleep(3 * time.Second)
		if got := said(); got != "ortop: checking step 1, 3 s" {
			t.Errorf("after 3 s it says %q", got)
		}
		p.Doing("checking step %d", 2)
		time.Sleep(time.Second)
		if got := said(); got != "ortop: checking step 2, 4 s" {
			t.Errorf("the next step says %q", got)
		}
		p.End()
		if got := said(); got != "" {
			t.Errorf("the end leaves %q", got)
		}
		n := out.Len()
		time.Sleep(time.Minute)
		if p.Doing("late"); out.Len() != n {
			t.Error("a line after the end")
		}
	})
	var none *Progress
	none.Doing("nothing")
}
