package monitor

import (
	"context"
	"sync"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
)

// delivered receives when attempts to deliver alerts have ended.
func (l *loop) delivered() <-chan struct{} {
	if l.courier == nil {
		return nil
	}
	return l.courier.Ready()
}

// endCourier makes the last attempts, and stores what came of them.
func (l *loop) endCourier() {
	if l.courier == nil {
		return
	}
	l.courier.Close()
	results := l.courier.Take()
	if len(results) == 0 || l.st == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), time.Second)
	defer cancel()
	err := l.st.load(ctx)
	if err == nil {
		_, err = l.st.step(ctx, &account.Input{Results: results}, nil, false)
	}
	if err != nil {
		l.m.log.Warn("storing what was delivered", "error", oneLine(err))
	}
}

// offer lets the courier send what is to be delivered, where this process
// collects: another's deliveries are its own.
func (l *loop) offer(collects bool) {
	switch {
	case l.courier == nil:
	case collects && (l.m.o.Team == nil || l.m.o.Team.MaySend()):
		l.courier.Offer(l.st.state.Outbox.Muted(l.st.state.Mutes))
	default:
		l.courier.Offer(alert.Outbox{})
	}
}

// present publishes the last snapshot, and hands on what another process notified
// people of since the last time. What it did before the first, or this one did,
// is not news.
func (l *loop) present(p account.Phase) {
	events, highest := l.st.state.NotifiedAfter(l.notified)
	if l.listens && !l.collecting() && len(events) > 0 && l.m.o.Notify != nil {
		l.m.o.Notify(events)
	}
	l.notified, l.listens = highest, true
	l.mark(p)
}

// mark publishes the last snapshot with what the pipeline is doing now.
func (l *loop) mark(p account.Phase) {
	l.phase = p
	l.last.Phase, l.last.Collecting, l.last.Due = p, l.collecting(), l.sch.due
	if l.paused {
		l.last.Due = time.Time{}
	}
	s := l.last
	if note := l.m.o.Sharing; note != nil && s.StorageNote == "" {
		s.StorageNote = note()
	}
	l.m.publish(s)
}

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
