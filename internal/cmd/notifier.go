package cmd

import (
	"log/slog"

	"ortop/internal/alert"
	"ortop/internal/courier"
	"ortop/internal/keys"
)

// notifier is how the alerts of a monitor reach people.
type notifier struct {
	channels []alert.Channel
	log      *slog.Logger
	// terminal takes what the screen itself is to do: the bell, and the
	// notices of terminals that have them. It may be nil.
	terminal chan<- string
}

// newNotifier sends to the configured channels, or to the terminal alone where
// the account is simulated.
func newNotifier(s *settings, log *slog.Logger, terminal chan<- string) *notifier {
	n := &notifier{channels: alertChannels(&s.config), log: log, terminal: terminal}
	if s.demo != nil {
		n.channels = alert.DefaultChannels()
	}
	return n
}

// options are what a monitor sends alerts with.
func (n *notifier) options() *courier.Options {
	return &courier.Options{Channels: n.channels, Environ: keys.Environ(), Log: n.log}
}

// ring lets the screen notify people. It never waits.
func (n *notifier) ring(events []alert.Event) {
	if text := courier.Terminal(n.channels, events); text != "" && n.terminal != nil {
		select {
		case n.terminal <- text:
		default:
		}
	}
}
