package ui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

func TestLullHasOneTimer(t *testing.T) {
	over := func(n int) tea.Msg { return n }
	var l lull
	first := l.come(time.Nanosecond, over)
	if first == nil {
		t.Fatal("nothing waits from the first")
	}
	for range 1_000 {
		if l.come(time.Hour, over) != nil {
			t.Fatal("a second timer while one is under way")
		}
	}
	done, again := l.ended(first().(int), time.Nanosecond, over)
	if done || again == nil || !l.waiting {
		t.Fatal("what came meanwhile is not waited from")
	}
	if done, again = l.ended(again().(int), time.Nanosecond, over); !done || again != nil || l.waiting {
		t.Fatal("it does not end after a while in which nothing came")
	}
	if l.come(time.Nanosecond, over) == nil {
		t.Error("nothing waits from what comes later")
	}
}
