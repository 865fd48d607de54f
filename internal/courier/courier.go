package courier

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"ortop/internal/alert"
	"ortop/internal/routine"
)

const (
	// sendLimit bounds one attempt.
	sendLimit = 10 * time.Second
	// closeLimit is how long Close lets attempts go on: a service has three
	// seconds to end in all.
	closeLimit = 1500 * time.Millisecond
)

// Options are what a Courier sends with.
type Options struct {
	Channels []alert.Channel
	// Environ is the environment of commands; nil is an empty one. It must not
	// hold a key.
	Environ []string
	// Now is the wall clock. If nil, it is time.Now.
	Now func() time.Time
	// Log takes failures. If nil, they are not logged.
	Log *slog.Logger
}

// Courier sends what is due in an Outbox, one delivery of a channel at a time.
// It holds no state of its own: what it is offered is what it sends, and what
// came of it is for the caller to apply. Its methods may be called from any
// goroutine, and none but Close waits.
type Courier struct {
	o      Options
	wakes  []chan struct{}
	ready  chan struct{}
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	offered alert.Outbox
	// busy are the deliveries that are under way, or whose result has not been
	// applied to an outbox that was offered since.
	busy    map[deliveryKey]bool
	results []alert.Result // not taken yet
	taken   []deliveryKey
}

type deliveryKey struct{ id, channel string }

// sender makes one attempt. An error that another attempt is not likely to
// mend is wrapped by backoff.Permanent.
type sender func(context.Context, alert.Event) error

// New starts a Courier. Close ends it.
func New(o Options) *Courier { return startCourier(o, newSender) }

func startCourier(o Options, open func(alert.Channel, Options) (sender, func(context.Context) error)) *Courier {
	ctx, cancel := context.WithCancel(context.Background())
	c := &Courier{o: o.filled(), cancel: cancel, ready: make(chan struct{}, 1), busy: map[deliveryKey]bool{}}
	for _, channel := range c.o.Channels {
		if channel.Via.OnTerminal() {
			continue
		}
		wake := make(chan struct{}, 1)
		c.wakes = append(c.wakes, wake)
		send, prepare := open(channel, c.o)
		c.done.Go(routine.Guard(func() { c.serve(ctx, &channel, wake, send, prepare) }))
	}
	return c
}

func (o Options) filled() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Offer replaces the outbox that is sent from. The results taken before it
// must have been applied to it.
func (c *Courier) Offer(o alert.Outbox) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offered = o
	for _, k := range c.taken {
		delete(c.busy, k)
	}
	c.taken = nil
	for _, wake := range c.wakes {
		signal(wake)
	}
}

// Ready receives when there are results to take. It is closed once Close has
// ended all attempts.
func (c *Courier) Ready() <-chan struct{} { return c.ready }

// Take returns the results that were not taken yet, the oldest first. Apply
// each to the outbox, also where that cannot be stored then, and Offer it:
// until then no other attempt is made at the same delivery.
func (c *Courier) Take() []alert.Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	results := c.results
	c.results = nil
	for _, r := range results {
		c.taken = append(c.taken, deliveryKey{r.ID, r.Channel})
	}
	return results
}

// Close makes one attempt at each delivery that is due, for a second and a
// half at most, and ends. What was not delivered is in the outbox still. Take
// returns the last results after it.
func (c *Courier) Close() {
	c.mu.Lock()
	first := !c.closed
	c.closed = true
	c.mu.Unlock()
	for _, wake := range c.wakes {
		signal(wake)
	}
	timer := time.AfterFunc(closeLimit, routine.Guard(c.cancel))
	defer timer.Stop()
	c.done.Wait()
	c.cancel()
	if first {
		close(c.ready)
	}
}

// serve sends the deliveries of one channel.
func (c *Courier) serve(ctx context.Context, channel *alert.Channel, wake <-chan struct{}, send sender, prepare func(context.Context) error) {
	c.report(ctx, channel, "", attempt(ctx, prepare))
	for ctx.Err() == nil {
		d, wait, more := c.next(channel)
		switch {
		case d != nil:
			c.report(ctx, channel, d.ID, attempt(ctx, func(ctx context.Context) error { return send(ctx, d.Event) }))
		case !more:
			return
		default:
			sleep(ctx, wake, wait)
		}
	}
}

// sleep returns when it is woken, or when wait is over if it is not 0.
func sleep(ctx context.Context, wake <-chan struct{}, wait time.Duration) {
	var over <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-ctx.Done():
	case <-wake:
	case <-over:
	}
}

// next returns the channel's next delivery and marks it busy. Where there is
// none it returns the time until one is due, 0 if none waits; more is false
// once nothing is to be awaited.
func (c *Courier) next(channel *alert.Channel) (d *alert.Delivery, wait time.Duration, more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	busy := func(id string) bool { return c.busy[deliveryKey{id, channel.Name}] }
	if d, wait = c.offered.Next(channel.Name, busy, c.o.Now()); d != nil {
		c.busy[deliveryKey{d.ID, d.Channel}] = true
	}
	return d, wait, d != nil || !c.closed
}

// report notes the outcome of an attempt, but for one that Close has cut off:
// whether it was delivered is not known.
func (c *Courier) report(ctx context.Context, channel *alert.Channel, id string, err error) {
	if err != nil && ctx.Err() != nil {
		return
	}
	r := alert.Result{ID: id, Channel: channel.Name, Via: channel.Via, At: c.o.Now(), Err: err}
	if wait := (*waitError)(nil); errors.As(err, &wait) {
		r.RetryAfter = wait.after
	}
	if err != nil {
		c.o.Log.Warn("delivering an alert", "channel", channel.Name, "error", err)
	}
	c.mu.Lock()
	c.results = append(c.results, r)
	c.mu.Unlock()
	signal(c.ready)
}

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
