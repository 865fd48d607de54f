package load

import (
	"context"
	"errors"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/ui/scenes"
)

// A request goes through steps, each a letter: s sends, a answers the newest and
// o the one before, f fails, c cancels.
func TestRequest(t *testing.T) {
	failed := errors.New("no answer")
	for _, c := range []struct {
		name, steps string
		value       int // the number of the request that it answers; 0: none
		loading     bool
		again       bool
		err         error
	}{
		{"nothing sent", "", 0, false, false, nil},
		{"in flight", "s", 0, true, false, nil},
		{"answered", "sa", 1, false, false, nil},
		{"answered twice", "saa", 1, false, false, nil},
		{"one at a time", "sss", 0, true, true, nil},
		{"the second follows the first", "ssas", 1, true, false, nil},
		{"an older answer is stale", "scso", 0, true, false, nil},
		{"the newest counts", "scsoa", 2, false, false, nil},
		{"after a failure the value stays", "sasf", 1, false, false, failed},
		{"a failure without a value", "sf", 0, false, false, failed},
		{"an answer ends a failure", "sfsa", 2, false, false, nil},
		{"cancelled", "sca", 0, false, false, nil},
		{"cancelled while another waits", "ssca", 0, false, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r Request[string, int]
			var sent []tea.Cmd
			for _, step := range c.steps {
				answered := func(i int) Answer[string, int] { return sent[len(sent)-i]().(Answer[string, int]) }
				switch step {
				case 's':
					n := len(sent) + 1
					cmd := r.Send("k", scenes.Now, time.Minute, func(ctx context.Context) (int, error) { return n, ctx.Err() }, func(a Answer[string, int]) tea.Msg { return a })
					if cmd != nil {
						sent = append(sent, cmd)
					}
				case 'a':
					r.Receive(answered(1))
				case 'o':
					r.Receive(answered(2))
				case 'f':
					a := answered(1)
					a.Value, a.Err = 0, failed
					r.Receive(a)
				case 'c':
					r.Cancel()
				}
			}
			if r.Value != c.value || r.Loaded != (c.value > 0) || r.Loading != c.loading || r.Again != c.again || !errors.Is(r.Err, c.err) {
				t.Errorf("after %q: %d, loaded %t, loading %t, again %t, error %v", c.steps, r.Value, r.Loaded, r.Loading, r.Again, r.Err)
			}
			if c.err == nil && r.Err != nil {
				t.Errorf("after %q the error is %v", c.steps, r.Err)
			}
		})
	}
}

func TestRequestIsDue(t *testing.T) {
	var r Request[string, int]
	send := func(k string, at time.Time) {
		r.Send(k, at, time.Minute, func(context.Context) (int, error) { return 1, nil }, func(a Answer[string, int]) tea.Msg { return a })
	}
	due := func(name, k string, at time.Time, want bool) {
		t.Helper()
		if got := r.Due(k, at, time.Minute); got != want {
			t.Errorf("%s: due = %t, want %t", name, got, want)
		}
	}
	due("never sent", "", scenes.Now, true)
	send("k", scenes.Now)
	due("in flight", "k", scenes.Now.Add(time.Hour), false)
	due("another key", "other", scenes.Now, true)
	r.Receive(Answer[string, int]{Gen: r.Gen, Of: "k"})
	due("just answered", "k", scenes.Now.Add(59*time.Second), false)
	due("old", "k", scenes.Now.Add(time.Minute), true)
	due("the clock went back", "k", scenes.Now.Add(-time.Second), true)
	send("k", scenes.Now)
	r.Cancel()
	due("cancelled", "k", scenes.Now, true)
}

// What is cancelled is told so.
func TestRequestStops(t *testing.T) {
	var r Request[string, int]
	message := func(a Answer[string, int]) tea.Msg { return a }
	cmd := r.Send("k", scenes.Now, time.Hour, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() }, message)
	r.Cancel()
	if a := cmd().(Answer[string, int]); !errors.Is(a.Err, context.Canceled) {
		t.Errorf("a cancelled load ends with %v", a.Err)
	}
}
