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

// action is what a key can be put on: its name, where it counts ("" is
// everywhere), and its bindings.
type action struct {
	name, view string
	of         func(*keyMap) []*key.Binding
}

//go:noinline
func one(of func(*keyMap) *key.Binding) func(*keyMap) []*key.Binding {
	return func(k *keyMap) []*key.Binding { return []*key.Binding{of(k)} }
}

// actions are all of them, in the order in which the help has them.
var actions = func() []action {
	list := []action{
		{"next-view", "", one(func(k *keyMap) *key.Binding { return &k.next })},
		{"previous-view", "", one(func(k *keyMap) *key.Binding { return &k.last })},
		{"back", "", one(func(k *keyMap) *key.Binding { return &k.back })},
		{"command", "", one(func(k *keyMap) *key.Binding { return &k.command })},
		{"refresh", "", one(func(k *keyMap) *key.Binding { return &k.refresh })},
		{"pause", "", one(func(k *keyMap) *key.Binding { return &k.pause })},
		{"quit", "", one(func(k *keyMap) *key.Binding { return &k.quit })},
		{"help", "", one(func(k *keyMap) *key.Binding { return &k.help })},
		{"settings", "", one(func(k *keyMap) *key.Binding { return &k.settings })},
		{"theme", "", one(func(k *keyMap) *key.Binding { return &k.theme })},
		{"shorter-range", "", one(func(k *keyMap) *key.Binding { return &k.shorter })},
		{"longer-range", "", one(func(k *keyMap) *key.Binding { return &k.longer })},
		{"cursor-left", "", one(func(k *keyMap) *key.Binding { return &k.left })},
		{"cursor-right", "", one(func(k *keyMap) *key.Binding { return &k.right })},
		{"zoom-in", "", one(func(k *keyMap) *key.Binding { return &k.zoomIn })},
		{"zoom-out", "", one(func(k *keyMap) *key.Binding { return &k.zoomOut })},
		{"earlier", "", one(func(k *keyMap) *key.Binding { return &k.first })},
		{"now", "", one(func(k *keyMap) *key.Binding { return &k.latest })},
		{"plot", "overview", one(func(k *keyMap) *key.Binding { return &k.mode })},
		{"state-balance", "overview", one(func(k *keyMap) *key.Binding { return &k.state })},
		{"account", "", one(func(k *keyMap) *key.Binding { return &k.account })},
		{"accounts", "", one(func(k *keyMap) *key.Binding { return &k.accounts })},
		{"copy", "", one(func(k *keyMap) *key.Binding { return &k.copy })},
		{"export", "", one(func(k *keyMap) *key.Binding { return &k.export })},
		{"credits-page", "", one(func(k *keyMap) *key.Binding { return &k.page })},
		{"up", "", func(k *keyMap) []*key.Binding { return []*key.Binding{&k.up, &k.rowUp} }},
		{"down", "", func(k *keyMap) []*key.Binding { return []*key.Binding{&k.down, &k.rowDown} }},
		{"page-up", "", one(func(k *keyMap) *key.Binding { return &k.pageUp })},
		{"page-down", "", one(func(k *keyMap) *key.Binding { return &k.pageDown })},
		{"open", "", func(k *keyMap) []*key.Binding { return []*key.Binding{&k.open, &k.edit} }},
		{"filter", "", one(func(k *keyMap) *key.Binding { return &k.find })},
		{"group", "breakdown", one(func(k *keyMap) *key.Binding { return &k.group })},
		{"sort", "breakdown", one(func(k *keyMap) *key.Binding { return &k.sort })},
		{"byok", "breakdown", one(func(k *keyMap) *key.Binding { return &k.byok })},
		{"acknowledge", "events", one(func(k *keyMap) *key.Binding { return &k.acknowledge })},
		{"suspend", "", one(func(k *keyMap) *key.Binding { return &k.suspend })},
	}
	for i, name := range []string{"overview", "forecast", "breakdown", "events"} {
		list = append(list, action{name, "", one(func(k *keyMap) *key.Binding { return &k.views[i] })})
	}
	return list
}()

// Actions are the names of what a key can be put on.
func Actions() []string {
	names := make([]string, len(actions))
	for i, a := range actions {
		names[i] = a.name
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
func (k keyMap) remapped(keys map[string][]string) (keyMap, error) {
	k.views = slices.Clone(k.views)
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		if !slices.Contains(Actions(), name) {
			hint := ""
			if near := text.Nearest(name, Actions()); near != "" {
				hint = fmt.Sprintf(" (did you mean %q?)", near)
			}
			return k, fmt.Errorf("there is no action %q%s: there are %s", name, hint, strings.Join(Actions(), ", "))
		}
	}
	type use struct{ action, view string }
	used := map[string][]use{}
	for _, a := range actions {
		given, ok := keys[a.name]
		for _, b := range a.of(&k) {
			if !ok {
				given = b.Keys()
				continue
			}
			for _, name := range given {
				if err := checkKey(name); err != nil {
					return k, fmt.Errorf("%s: %w", a.name, err)
				}
			}
			shown := ""
			if len(given) > 0 {
				shown = shownKey(given[0])
			}
			b.SetHelp(shown, b.Help().Desc)
			b.SetKeys(slices.Clone(given)...)
		}
		for _, name := range given {
			for _, other := range used[name] {
				if other.view == "" || a.view == "" || other.view == a.view {
					return k, fmt.Errorf("%s and %s both have the key %s", other.action, a.name, name)
				}
			}
			used[name] = append(used[name], use{a.name, a.view})
		}
	}
	for _, a := range actions { // which the command list presses, whatever its key
		for _, b := range a.of(&k) {
			b.SetKeys(append(slices.Clone(b.Keys()), actionKey+a.name)...)
		}
	}
	return k, nil
}

// actionKey begins the name of a key that no keyboard has.
const actionKey = "action:"

// actOf is the press of a binding's action.
func actOf(b key.Binding) tea.KeyPressMsg {
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
func (k keyMap) shownKeys(changed map[string][]string) map[string]string {
	shown := map[string]string{}
	for _, a := range actions {
		if _, ok := changed[a.name]; ok {
			shown[a.name] = a.of(&k)[0].Help().Key
		}
	}
	return shown
}
