package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"ortop/ui/draw"
)

// maxField is longer than any sum, moment or span.
const maxField = 40

// field is a one-line input of a few plain letters and digits.
type field struct{ value string }

// add appends what was typed or pasted. What no sum or date has shows as a
// question mark, so that nothing is read that is not seen.
func (f *field) add(text string) {
	text = text[:min(len(text), 4*maxField)]
	f.value += strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < ' ' || r > '~':
			return '?'
		}
		return r
	}, text)
	f.value = f.value[:min(len(f.value), maxField)]
}

// press takes a key press.
func (f *field) press(msg tea.KeyPressMsg) {
	switch msg.String() {
	case "backspace", "ctrl+h":
		f.value = f.value[:max(0, len(f.value)-1)]
	case "ctrl+w":
		words := strings.TrimRight(f.value, " ")
		f.value = words[:strings.LastIndexByte(words, ' ')+1]
	case "ctrl+u":
		f.value = ""
	default:
		f.add(msg.Text)
	}
}

// render draws the field in w cells. Empty, it shows the value that stays if
// nothing is typed.
func (f field) render(p draw.Pen, old string, w int) string {
	if f.value == "" {
		old = draw.Fit(old, w)
		return p.Marked(old[:1]) + p.Dim(old[1:])
	}
	end := f.value[max(0, len(f.value)-w+1):]
	return end + p.Marked(" ") + draw.Blank(w-1-len(end))
}
