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
	until := m.Until.In(now.Location())
	words := what + " are muted until "
	if until.Sub(now) < 120*24*time.Hour {
		words += text.Moment(until, now) + " " + text.Zone(until)
	} else {
		words += until.Format("2 Jan 2006")
	}
	if !m.Urgent {
		words += ", but for urgent ones"
	}
	return words
}
