package cmd

import (
	"cmp"
	"fmt"
	"log/slog"
	"strings"

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
}

// tell starts delivery to the configured channels, or to the terminal alone
// where the account is simulated.
func tell(s settings, log *slog.Logger, terminal chan<- string) *telling {
	t := &telling{channels: alertChannels(s.config), terminal: terminal}
	if s.demo != nil {
		t.channels = alert.DefaultChannels()
	}
	t.courier = alert.NewCourier(alert.Options{Channels: t.channels, Environ: keys.Environ(), Log: log})
	return t
}

// deliver never waits: what cannot be taken now is dropped, and said.
func (t *telling) deliver(events []alert.Event) {
	t.courier.Send(events)
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

// undelivered names the channels that did not take their last alert, with why
// the first did not.
func (t *telling) undelivered() string {
	var names []string
	var why error
	for _, r := range t.courier.Results() {
		if r.Err != nil {
			names = append(names, r.Channel)
			why = cmp.Or(why, r.Err)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return oneLine(fmt.Sprintf("alerts do not reach %s: %v", strings.Join(names, ", "), why))
}
