package account

import (
	"time"

	"ortop/internal/alert"
	"ortop/internal/text"
)

// muted notes what is muted, and until when.
func (s *Snapshot) muted(ms alert.Mutes) {
	s.Mutes = ms.At(s.Now)
	for _, m := range s.Mutes {
		s.note(MuteWords(m, s.Now))
	}
}

// MuteWords says what is muted, and until when in the zone of now.
func MuteWords(m alert.Mute, now time.Time) string {
	what := "alerts"
	if m.Rule != "" {
		what = string(m.Rule) + " alerts"
	}
	words := what + " are muted until " + text.Moment(m.Until.In(now.Location()), now) + " " + text.Zone(m.Until.In(now.Location()))
	if !m.Urgent {
		words += ", but for urgent ones"
	}
	return words
}
