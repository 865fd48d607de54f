package courier

import (
	"strings"

	"ortop/internal/alert"
	"ortop/internal/text"
)

// maxNotification is more than any text of an event.
const maxNotification = 2 * alert.MaxText

// Terminal returns what to write to a terminal, in one piece, to notify the
// channels among these that are on it. It is empty where there are none.
func Terminal(channels []alert.Channel, events []alert.Event) string {
	var b strings.Builder
	for _, c := range channels {
		for _, e := range events {
			if c.Via.OnTerminal() && c.Takes(&e) {
				b.WriteString(sequence(c.Via, &e))
			}
		}
	}
	return b.String()
}

func sequence(via alert.Via, e *alert.Event) string {
	switch via {
	case alert.OSC9:
		// The text begins with a letter: a digit would be another command.
		return "\x1b]9;ortop " + word(e) + ": " + subject(e) + "\x1b\\"
	case alert.OSC777:
		return "\x1b]777;notify;" + notSplit(mark(e)+subject(e)) + ";" + notSplit(strings.Join(lines(e), " ")) + "\x1b\\"
	}
	return "\a"
}

// notSplit is text in which nothing ends a part of the sequence.
func notSplit(s string) string { return strings.ReplaceAll(text.Safe(s, maxNotification), ";", ",") }
