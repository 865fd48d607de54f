// Package field is a line of text that a person types: a name, an amount, a
// secret.
package field

import (
	"strings"
	"unicode"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"ortop/ui/draw"
)

// The most runes that each kind of input takes: more than any key, and than
// any name, amount, time or span.
const (
	maxSecret = 256
	MaxText   = 40
)

// Input is a line of text that is typed or pasted. Its copies are independent
// of each other; the zero input takes nothing.
type Input struct {
	model *textinput.Model // never changed, only replaced
}

// New returns an empty input.
func New() Input {
	f := textinput.New()
	f.Prompt, f.CharLimit, f.EchoCharacter = "", MaxText, '•'
	f.KeyMap.Paste.SetEnabled(false) // it runs a program; the terminal pastes by itself
	f.SetStyles(textinput.Styles{})  // whose cursor does not blink
	f.Focus()
	return Input{&f}
}

// NewSecret returns an empty input that never shows its text.
func NewSecret() Input {
	in := New()
	in.model.CharLimit, in.model.EchoMode = maxSecret, textinput.EchoPassword
	return in
}

// Text is what was typed.
//
//go:noinline
func (in Input) Text() string {
	if in.model == nil {
		return ""
	}
	return in.model.Value()
}

// Update takes a key press or a paste.
func (in Input) Update(msg tea.Msg) Input {
	if in.model == nil {
		return in
	}
	f := *in.model
	f.SetValue(f.Value()) // its own runes: the field edits them in place
	switch m := msg.(type) {
	case tea.KeyPressMsg:
		m.Text = in.clean(m.Text)
		msg = m
	case tea.PasteMsg:
		m.Content = in.clean(strings.TrimRight(m.Content[:min(len(m.Content), 4*f.CharLimit)], "\r\n"))
		msg = m
	}
	f, _ = f.Update(msg)
	return Input{&f}
}

// clean drops what has no cell, or an uncertain number of them, so that nothing
// is taken that is not seen. A secret has no spaces either.
func (in Input) clean(s string) string {
	secret := in.model.EchoMode == textinput.EchoPassword
	return strings.Map(func(r rune) rune {
		switch w := ansi.StringWidth(string(r)); {
		case unicode.IsSpace(r) && secret:
			return -1
		case unicode.IsSpace(r):
			return ' '
		case r == unicode.ReplacementChar, w == 0, w != ansi.StringWidthWc(string(r)):
			return -1
		}
		return r
	}, s)
}

// Render draws the input in w cells, or in as many as it takes where w is 0.
// Empty, it shows what stays if nothing is typed.
func (in Input) Render(p draw.Pen, empty string, w int) string {
	if in.model == nil {
		return draw.Blank(w)
	}
	f := *in.model
	f.Placeholder = empty
	styles := textinput.Styles{}
	styles.Focused.Placeholder = draw.Placeholder()
	f.SetStyles(styles)
	switch {
	case w == 1:
		return p.Marked(" ")
	case w > 1:
		pos := f.Position()
		f.SetWidth(w - 1) // the cursor takes one
		f.CursorEnd()
		f.CursorStart() // from where the field shows as much as it has room for
		f.SetCursor(pos)
		return draw.Fit(f.View(), w)
	}
	return f.View()
}
