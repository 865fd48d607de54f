package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"ortop/ui/draw"
	"ortop/ui/field"
	"ortop/ui/panel"
)

// filter is what the rows of a list are searched for.
type filter struct {
	field.Input
	typing bool
}

// update takes a message while the filter is typed, or the key that begins it;
// ok is false where it is about something else.
func (f filter) update(msg tea.Msg, k *keyMap) (next filter, ok bool) {
	press, pressed := msg.(tea.KeyPressMsg)
	switch {
	case f.typing && pressed && hit(press, &k.keepFilter):
		f.typing = false
	case f.typing && pressed && hit(press, &k.dropFilter):
		return filter{}, true
	case f.typing && !pressed:
		if _, ok := msg.(tea.PasteMsg); !ok {
			return f, false
		}
		f.Input = f.Input.Update(msg)
	case f.typing:
		f.Input = f.Input.Update(msg)
	case pressed && hit(press, &k.find):
		if f.typing = true; f.Input == (field.Input{}) {
			f.Input = field.New()
		}
	case pressed && hit(press, &k.back) && f.Text() != "":
		return filter{}, true
	default:
		return f, false
	}
	return f, true
}

// keys are those that work while the filter is typed: every other is a letter.
//
//go:noinline
func (f filter) keys(k *keyMap) *keyMap {
	return &keyMap{interrupt: k.interrupt, suspend: k.suspend, keepFilter: on(k.keepFilter), dropFilter: on(k.dropFilter)}
}

// words are what a row has to contain, in lower case.
func (f filter) words() []string { return strings.Fields(strings.ToLower(f.Text())) }

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

// find is the filter as it is drawn.
func (f filter) find(p draw.Pen) panel.Find {
	text := f.Text()
	switch {
	case f.typing:
		return panel.Find{Text: text, Shown: p.Accent("/ ") + f.Render(p, "", 0)}
	case text != "":
		return panel.Find{Text: text, Shown: p.Accent("/ " + draw.Clean(text))}
	}
	return panel.Find{}
}

// moved is a list of n rows after a key; ok is false where the key does not
// move it.
func moved(l draw.List, msg tea.KeyPressMsg, k *keyMap, n, seen int) (next draw.List, ok bool) {
	switch {
	case hit(msg, &k.rowUp):
		l.At--
	case hit(msg, &k.rowDown):
		l.At++
	case k.ends() && hit(msg, &k.first):
		l.At = 0
	case k.ends() && hit(msg, &k.latest):
		l.At = n
	case hit(msg, &k.pageUp):
		l.At -= seen
	case hit(msg, &k.pageDown):
		l.At += seen
	default:
		return l, false
	}
	return l.Within(n, seen), true
}

// wheelRows is how far one notch of the wheel scrolls.
const wheelRows = 3

// scrolled is a list of n rows after a notch of the wheel.
func scrolled(l draw.List, at tea.Mouse, n, seen int) draw.List {
	switch at.Button {
	case tea.MouseWheelUp:
		l.At -= wheelRows
	case tea.MouseWheelDown:
		l.At += wheelRows
	}
	return l.Within(n, seen)
}
