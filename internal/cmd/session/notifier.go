package session

import (
	"log/slog"

	"ortop/internal/alert"
	"ortop/internal/courier"
	"ortop/internal/keys"
)

// Notifier is how the alerts of a monitor reach people.
type Notifier struct {
	channels []alert.Channel
	log      *slog.Logger
	// terminal takes what the screen itself is to do: the bell, and the
	// notices of terminals that have them. It may be nil.
	terminal chan<- string
}

// newNotifier sends to the configured channels, or to the terminal alone where
// the account is simulated.
func newNotifier(s *Settings, log *slog.Logger, terminal chan<- string) *Notifier {
	n := &Notifier{channels: AlertChannels(&s.Config), log: log, terminal: terminal}
	if s.Demo != nil {
		n.channels = alert.DefaultChannels()
	}
	return n
}

// options are what a monitor sends alerts with.
func (n *Notifier) options() *courier.Options {
	return &courier.Options{Channels: n.channels, Environ: keys.Environ(), Log: n.log}
}

// ring lets the screen notify people. It never waits.
func (n *Notifier) ring(events []alert.Event) {
	if text := courier.Terminal(n.channels, events); text != "" && n.terminal != nil {
		select {
		case n.terminal <- text:
		default:
		}
	}
}
