package alert

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// queueLength bounds the events that wait for one channel.
	queueLength = 32
	// sendLimit bounds one attempt, maxTries the attempts at one event.
	sendLimit = 10 * time.Second
	maxTries  = 6
	// firstWait and longestWait bound the time between two attempts.
	firstWait   = 5 * time.Second
	longestWait = time.Minute
	// closeLimit bounds Close: a service has three seconds to end in all.
	closeLimit = 1500 * time.Millisecond
)

// Why an event was not delivered, beside the channel's own reasons.
var (
	errQueueFull = errors.New("too many alerts wait for it, this one was dropped")
	errGivenUp   = errors.New("not delivered when the program ended")
)

// Options are what a Courier delivers with.
type Options struct {
	Channels []Channel
	// Environ is the environment of commands; nil is an empty one. It must not
	// hold a key.
	Environ []string
	// Now is the wall clock. If nil, it is time.Now.
	Now func() time.Time
	// Log takes failures. If nil, nothing is kept.
	Log *slog.Logger
}

// Result is how a channel fared with the last that it had to do.
type Result struct {
	Channel string
	Via     Via
	At      time.Time
	// Err is nil where it was delivered. Its text is clean and holds no secret.
	Err error
}

// Courier delivers events. Its methods may be called from any goroutine.
type Courier struct {
	o       Options
	workers []*worker
	cancel  context.CancelFunc
	done    sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	results map[string]Result
}

// worker delivers to one channel, so that one that hangs delays no other.
type worker struct {
	channel Channel
	send    sender
	queue   chan Event
}

// sender makes one attempt. An error that another attempt cannot mend is
// wrapped by backoff.Permanent.
type sender func(context.Context, Event) error

// NewCourier starts a Courier. Close ends it.
func NewCourier(o Options) *Courier {
	c := newCourier(o)
	c.start(newSender)
	return c
}

func newCourier(o Options) *Courier {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Courier{o: o, results: map[string]Result{}}
}

func (c *Courier) start(open func(Channel, []string) (sender, func(context.Context) error)) {
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	for _, channel := range c.o.Channels {
		if channel.onTerminal() {
			continue
		}
		send, prepare := open(channel, c.o.Environ)
		w := &worker{channel, send, make(chan Event, queueLength)}
		c.workers = append(c.workers, w)
		c.done.Go(func() {
			if err := attempt(ctx, prepare); err != nil && ctx.Err() == nil {
				c.note(channel, err)
			}
			for e := range w.queue {
				c.note(channel, w.deliver(ctx, e))
			}
		})
	}
}

// Send hands the events to their channels and returns at once. What a channel
// has no room for is dropped, and its Result says so.
func (c *Courier) Send(events []Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	for _, e := range events {
		for _, w := range c.workers {
			if !w.channel.takes(e) {
				continue
			}
			select {
			case w.queue <- e:
			default:
				c.noteLocked(w.channel, errQueueFull)
			}
		}
	}
}

// Results returns how each channel fared last, in the order of the channels,
// without those that had nothing to do.
func (c *Courier) Results() []Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []Result
	for _, channel := range c.o.Channels {
		if r, ok := c.results[channel.Name]; ok {
			all = append(all, r)
		}
	}
	return all
}

// Close delivers what waits, for a second and a half at most, and gives up the
// rest.
// Nothing runs on but a desktop notification that hangs.
func (c *Courier) Close() {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		for _, w := range c.workers {
			close(w.queue)
		}
	}
	c.mu.Unlock()
	timer := time.AfterFunc(closeLimit, c.cancel)
	defer timer.Stop()
	c.done.Wait()
	c.cancel()
}

// deliver tries until it succeeds, cannot, or has tried often enough.
func (w *worker) deliver(ctx context.Context, e Event) error {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.Multiplier, waits.MaxInterval = firstWait, 2, longestWait
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		return struct{}{}, attempt(ctx, func(ctx context.Context) error { return w.send(ctx, e) })
	}, backoff.WithBackOff(waits), backoff.WithMaxTries(maxTries))
	if err != nil && ctx.Err() != nil {
		return errGivenUp
	}
	return err
}

func (c *Courier) note(channel Channel, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noteLocked(channel, err)
}

func (c *Courier) noteLocked(channel Channel, err error) {
	if err != nil {
		c.o.Log.Warn("delivering an alert", "channel", channel.Name, "error", err)
	}
	c.results[channel.Name] = Result{channel.Name, channel.Via, c.o.Now(), err}
}

// TestEvent returns an event that says of itself that it is none. It is urgent,
// so that every channel takes it.
func TestEvent(account string, now time.Time) Event {
	r := Reading{Account: account, Now: now, At: now}
	return Rule{Kind: "test", Level: Urgent}.event(r, finding{value: "none", text: "this is a test of this channel"}, now, false)
}

// Test sends one event to each channel, to all at once and once only, and
// reports how each fared, in their order. Those on the terminal succeed:
// Terminal says what is to be written.
func Test(ctx context.Context, o Options, e Event) []Result {
	o = newCourier(o).o
	results := make([]Result, len(o.Channels))
	var all sync.WaitGroup
	for i, channel := range o.Channels {
		all.Go(func() {
			var err error
			if !channel.onTerminal() {
				send, _ := newSender(channel, o.Environ)
				err = attempt(ctx, func(ctx context.Context) error { return send(ctx, e) })
			}
			results[i] = Result{channel.Name, channel.Via, o.Now(), err}
		})
	}
	all.Wait()
	return results
}
