package ui

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"ortop/internal/text"
)

// Actions are the names of what a key can be put on.
func Actions() []string {
	var names []string
	for _, b := range newKeyMap().table() {
		if b.action != "" && !slices.Contains(names, b.action) {
			names = append(names, b.action)
		}
	}
	return names
}

// named are keys that have a name, and how they are shown where that differs.
var namedKeys = map[string]string{
	"up": "↑", "down": "↓", "left": "←", "right": "→", "pgdown": "pgdn", "pgup": "pgup", "home": "home", "end": "end", "enter": "enter",
	"esc": "esc", "tab": "tab", "space": "space", "backspace": "backspace", "delete": "delete", "insert": "insert",
	"f1": "f1", "f2": "f2", "f3": "f3", "f4": "f4", "f5": "f5", "f6": "f6", "f7": "f7", "f8": "f8", "f9": "f9", "f10": "f10", "f11": "f11", "f12": "f12",
}

// checkKey returns why no terminal sends a key of that name.
func checkKey(name string) error {
	bare := name
	for {
		rest, ok := strings.CutPrefix(bare, "ctrl+")
		if !ok {
			rest, ok = strings.CutPrefix(bare, "alt+")
		}
		if !ok {
			rest, ok = strings.CutPrefix(bare, "shift+")
			if ok && namedKeys[rest] == "" {
				return fmt.Errorf("%q is not a key: write the letter as shift makes it, such as R", name)
			}
		}
		if !ok {
			break
		}
		bare = rest
	}
	r, n := utf8.DecodeRuneInString(bare)
	switch {
	case name == "ctrl+c":
		return fmt.Errorf("ctrl+c always ends ortop")
	case namedKeys[bare] != "":
		return nil
	case bare == "" || n != len(bare) || !unicode.IsPrint(r) || unicode.IsSpace(r):
		hint := ""
		if near := text.Nearest(bare, slices.Collect(maps.Keys(namedKeys))); near != "" {
			hint = " (did you mean " + near + "?)"
		}
		return fmt.Errorf("%q is not a key%s: write a letter, or a name such as ctrl+r, f5, enter or left", name, hint)
	}
	return nil
}

// shownKey is how a key is shown.
func shownKey(name string) string {
	mods, bare := "", name
	if i := strings.LastIndex(name[:max(0, len(name)-1)], "+"); i >= 0 {
		mods, bare = name[:i+1], name[i+1:]
	}
	if shown := namedKeys[bare]; shown != "" {
		bare = shown
	}
	return mods + bare
}

// remapped is the key map with keys in place of those of some actions, by their
// names. The error names what is not there, or is there twice.
func (k *keyMap) remapped(keys map[string][]string) (*keyMap, error) {
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		if !slices.Contains(Actions(), name) {
			hint := ""
			if near := text.Nearest(name, Actions()); near != "" {
				hint = fmt.Sprintf(" (did you mean %q?)", near)
			}
			return k, fmt.Errorf("there is no action %q%s: there are %s", name, hint, strings.Join(Actions(), ", "))
		}
	}
	used := map[string][]*bound{}
	last := ""
	for _, b := range k.table() {
		if b.action == "" {
			continue
		}
		given, ok := keys[b.action]
		if !ok {
			given = b.Keys()
		}
		for _, name := range given {
			if ok {
				if err := checkKey(name); err != nil {
					return k, fmt.Errorf("%s: %w", b.action, err)
				}
			}
			for _, other := range used[name] {
				if b.action != last && (other.view == "" || b.view == "" || other.view == b.view) {
					return k, fmt.Errorf("%s and %s both have the key %s", other.action, b.action, name)
				}
			}
			used[name] = append(used[name], b)
		}
		last = b.action
		if ok {
			shown := ""
			if len(given) > 0 {
				shown = shownKey(given[0])
			}
			b.SetHelp(shown, b.does)
		}
		// By its name the command list presses it, whatever its key.
		b.SetKeys(append(slices.Clone(given), actionKey+b.action)...)
	}
	return k, nil
}

// actionKey begins the name of a key that no keyboard has.
const actionKey = "action:"

// actOf is the press of a binding's action.
func actOf(b *key.Binding) tea.KeyPressMsg {
	keys := b.Keys()
	return tea.KeyPressMsg{Code: tea.KeyExtended, Text: keys[len(keys)-1]}
}

// CheckKeys returns what is wrong with keys that are to be put on actions.
func CheckKeys(keys map[string][]string) error {
	_, err := newKeyMap().remapped(keys)
	return err
}

// shownKeys are the keys of the actions that were changed, for words on the
// screen that name one.
func (k *keyMap) shownKeys(changed map[string][]string) map[string]string {
	if len(changed) == 0 {
		return nil
	}
	shown := map[string]string{}
	for _, b := range k.table() {
		if _, ok := changed[b.action]; ok {
			shown[b.action] = b.Help().Key
		}
	}
	return shown
}
