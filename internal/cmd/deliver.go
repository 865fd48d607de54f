package cmd

import (
	"log/slog"
	"sync"
	"time"

	"ortop/internal/alert"
	"ortop/internal/keys"
)

// telling is how the alerts of a monitor reach people.
type telling struct {
	channels []alert.Channel
	courier  *alert.Courier
	// terminal takes what the screen itself is to say: the bell, and the
	// notices of terminals that have them. It may be nil.
	terminal chan<- string

	mu     sync.Mutex
	outbox alert.Outbox
}

// tell starts delivery to the configured channels, or to the terminal alone
// where the account is simulated.
func tell(s settings, log *slog.Logger, terminal chan<- string) *telling {
	t := &telling{channels: alertChannels(s.config), terminal: terminal}
	if s.demo != nil {
		t.channels = alert.DefaultChannels()
	}
	t.start(alert.Options{Channels: t.channels, Environ: keys.Environ(), Log: log})
	return t
}

func (t *telling) start(o alert.Options) {
	t.courier = alert.NewCourier(o)
	go func() {
		for range t.courier.Ready() {
			t.apply()
		}
	}()
}

// deliver never waits.
func (t *telling) deliver(events []alert.Event) {
	t.apply()
	t.mu.Lock()
	t.outbox = t.outbox.Add(events, t.channels, time.Now())
	t.courier.Offer(t.outbox)
	t.mu.Unlock()
	t.ring(events)
}

// ring tells what the screen itself is to say.
func (t *telling) ring(events []alert.Event) {
	if text := alert.Terminal(t.channels, events); text != "" && t.terminal != nil {
		select {
		case t.terminal <- text:
		default:
		}
	}
}

// apply takes in what came of the attempts, and lets those that failed be made
// again.
func (t *telling) apply() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range t.courier.Take() {
		t.outbox = t.outbox.Apply(r)
	}
	t.courier.Offer(t.outbox)
}

// undelivered says which channels do not take their alerts, and why.
func (t *telling) undelivered() string {
	t.apply()
	t.mu.Lock()
	defer t.mu.Unlock()
	return oneLine(t.outbox.Undelivered(time.Now()))
}
