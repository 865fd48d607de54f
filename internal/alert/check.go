package alert

import (
	"context"
	"sync"
	"time"

	"ortop/internal/routine"
)

// TestEvent returns an event that says of itself that it is none. It is urgent,
// so that every channel takes it.
func TestEvent(account string, now time.Time) Event {
	r := Reading{Account: account, Now: now, At: now}
	e := Rule{Kind: "test", Level: Urgent}.event(&r, finding{value: "none", text: "this is a test of this channel"}, now, false)
	e.ID = alertID(key("test", ""), now)
	return e
}

// Test sends one event to each channel, to all at once and once only, and
// returns the results in their order. Those on the terminal succeed: Terminal
// returns what to write there.
func Test(ctx context.Context, o Options, e Event) []Result {
	o = o.filled()
	results := make([]Result, len(o.Channels))
	var all sync.WaitGroup
	for i, channel := range o.Channels {
		all.Go(routine.Guard(func() {
			var err error
			if !channel.onTerminal() {
				send, _ := newSender(channel, o)
				err = attempt(ctx, func(ctx context.Context) error { return send(ctx, e) })
			}
			results[i] = Result{ID: e.ID, Channel: channel.Name, Via: channel.Via, At: o.Now(), Err: err}
		}))
	}
	all.Wait()
	return results
}
