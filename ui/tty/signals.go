package tty

import (
	"os"
	"os/signal"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/routine"
)

// listen takes the signals that end or stop the process. One that the parent
// has made it ignore, as nohup does, stays ignored.
func (s *session) listen() {
	for _, sig := range append(endSignals, jobSignals...) {
		if !signal.Ignored(sig) {
			signal.Notify(s.signals, sig)
		}
	}
}

func (s *session) unlisten() { signal.Stop(s.signals) }

// take acts on a signal; it returns an error if it ends the session.
func (s *session) take(sig os.Signal) error {
	switch sig {
	case os.Interrupt:
		return ErrInterrupted
	case stopSignal:
		if s.stopping.CompareAndSwap(false, true) {
			routine.Go(func() { s.send(tea.SuspendMsg{}) })
		}
	case continueSignal:
		if !s.suspended.Load() {
			routine.Go(s.reclaim)
			return nil
		}
		select {
		case s.continued <- struct{}{}:
		default:
		}
	default:
		return SignalError{sig}
	}
	return nil
}
