package monitor

import "sync"

// mailbox holds the calls that wait for the loop. Putting one in never waits,
// and none is lost: a screen may wait for its effect.
type mailbox struct {
	mu    sync.Mutex
	calls []func(*loop)
	ready chan struct{} // has a value while calls wait
}

func newMailbox() *mailbox { return &mailbox{ready: make(chan struct{}, 1)} }

func (b *mailbox) put(f func(*loop)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = append(b.calls, f)
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// take returns the calls that wait, in order.
func (b *mailbox) take() []func(*loop) {
	b.mu.Lock()
	defer b.mu.Unlock()
	calls := b.calls
	b.calls = nil
	return calls
}
