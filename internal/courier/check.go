package courier

import (
	"context"
	"sync"

	"ortop/internal/alert"
	"ortop/internal/routine"
)

// Test sends one event to each channel, to all at once and once only, and
// returns the results in their order. Those on the terminal succeed: Terminal
// returns what to write there.
func Test(ctx context.Context, o Options, e alert.Event) []alert.Result {
	o = o.filled()
	results := make([]alert.Result, len(o.Channels))
	var all sync.WaitGroup
	for i, channel := range o.Channels {
		all.Go(routine.Guard(func() {
			var err error
			if !channel.Via.OnTerminal() {
				send, _ := newSender(channel, o)
				err = attempt(ctx, func(ctx context.Context) error { return send(ctx, e) })
			}
			results[i] = alert.Result{ID: e.ID, Channel: channel.Name, Via: channel.Via, At: o.Now(), Err: err}
		}))
	}
	all.Wait()
	return results
}
