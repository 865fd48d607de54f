package ui

import (
	"strings"
	"unicode"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"ortop/ui/draw"
)

// list is a place in rows of which only some are seen.
type list struct {
	at  int // the row chosen
	top int // the first one seen
}

// within is the list over n rows of which so many are seen: the chosen row is
// one of them.
func (l list) within(n, seen int) list {
	seen = max(1, seen)
	l.at = max(0, min(l.at, n-1))
	l.top = min(max(l.top, l.at-seen+1), l.at)
	l.top = max(0, min(l.top, n-seen))
	return l
}

// moved is the list after a key, ok is false where the key does not move it.
func (l list) moved(msg tea.KeyPressMsg, k keyMap, n, seen int) (moved list, ok bool) {
	switch {
	case key.Matches(msg, k.rowUp):
		l.at--
	case key.Matches(msg, k.rowDown):
		l.at++
	case key.Matches(msg, k.pageUp):
		l.at -= seen
	case key.Matches(msg, k.pageDown):
		l.at += seen
	default:
		return l, false
	}
	return l.within(n, seen), true
}

// filter is what rows are searched for.
type filter struct {
	text   string
	typing bool
}

// maxFilter is longer than any name that is looked for.
const maxFilter = 40

// add appends what was typed or pasted, less what cannot be seen.
func (f *filter) add(s string) {
	s = s[:min(len(s), 4*maxFilter)] // a megabyte is not looked at
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
	r := []rune(f.text + s)
	f.text = string(r[:min(len(r), maxFilter)])
}

// press takes a key press.
func (f *filter) press(msg tea.KeyPressMsg) {
	switch msg.String() {
	case "backspace", "ctrl+h":
		if r := []rune(f.text); len(r) > 0 {
			f.text = string(r[:len(r)-1])
		}
	case "ctrl+u", "ctrl+w":
		f.text = ""
	default:
		f.add(msg.Text)
	}
}

// words are what a row has to contain, in lower case.
func (f filter) words() []string { return strings.Fields(strings.ToLower(f.text)) }

// matches reports whether every word is in one of the texts.
func matches(words []string, texts ...string) bool {
	for _, word := range words {
		found := false
		for _, s := range texts {
			found = found || strings.Contains(strings.ToLower(s), word)
		}
		if !found {
			return false
		}
	}
	return true
}

// render draws the filter, where there is one.
func (f filter) render(p draw.Pen) string {
	switch {
	case f.typing:
		return p.Accent("/ ") + draw.Clean(f.text) + p.Marked(" ")
	case f.text != "":
		return p.Accent("/ " + draw.Clean(f.text))
	}
	return ""
}
