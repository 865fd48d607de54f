package ui

import (
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"ortop/ui/draw"
)

// maxSecret is longer than any key.
const maxSecret = 256

// secret is a one-line field that never shows what is in it.
type secret struct{ value string }

// add appends what was typed or pasted, less spaces and control characters.
func (s *secret) add(text string) {
	text = text[:min(len(text), 4*maxSecret)] // a megabyte is not looked at
	s.value += strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, text)
	s.value = s.value[:min(len(s.value), maxSecret)]
}

// press takes a key press.
func (s *secret) press(msg tea.KeyPressMsg) {
	switch msg.String() {
	case "backspace", "ctrl+h":
		if r := []rune(s.value); len(r) > 0 {
			s.value = string(r[:len(r)-1])
		}
	case "ctrl+u", "ctrl+w":
		s.value = ""
	default:
		s.add(msg.Text)
	}
}

// render draws the field in w cells.
func (s secret) render(p draw.Pen, w int) string {
	n := min(len([]rune(s.value)), max(0, w-1))
	return strings.Repeat("•", n) + p.Marked(" ")
}
