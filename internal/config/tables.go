package config

import (
	"maps"
	"slices"
	"strings"
)

// tableAt is what is known of the places of one table's settings.
type tableAt struct {
	places
	list  string
	index int
}

func (p places) table(list string, i int) tableAt { return tableAt{p, list, i} }

// set reports whether the table has the setting.
//
//go:noinline
func (t tableAt) set(name string) bool {
	_, ok := t.offset[placeOf(t.list, t.index, name)]
	return ok
}

// has returns the settings that the table has.
func (t tableAt) has() []string {
	return slices.DeleteFunc(slices.Clone(findList(t.list).settings), func(name string) bool { return !t.set(name) })
}

// problem is at one of the table's settings, or for "" at its head.
func (t tableAt) problem(name, format string, args ...any) *Error {
	return t.places.problem(placeOf(t.list, t.index, name), format, args...)
}

// checkSettings refuses settings that what, the kind of table, does not have,
// and misses those that it must have, unless it is off.
func (t tableAt) checkSettings(what string, every, own []string, off bool) *Error {
	for _, name := range t.has() {
		if !slices.Contains(every, name) && !slices.Contains(own, name) && !slices.Contains(own, name+"!") {
			return t.problem(name, "%s has no setting %q", what, name)
		}
	}
	for _, name := range own {
		if name, must := strings.CutSuffix(name, "!"); must && !off && !t.set(name) {
			return t.problem("", "%s needs the setting %q", what, name)
		}
	}
	return nil
}

// checkURL wants one of the settings that give a URL, where own has them.
func (t tableAt) checkURL(what string, own []string) *Error {
	if !slices.Contains(own, "url") {
		return nil
	}
	given := slices.DeleteFunc(slices.Clone(urlSettings), func(name string) bool { return !t.set(name) })
	switch len(given) {
	case 0:
		return t.problem("", "%s needs one of %s", what, strings.Join(urlSettings, ", "))
	case 1:
		return nil
	}
	return t.problem(given[1], "this channel has both %s and %s: remove one", given[0], given[1])
}

func settingsOf(of map[string][]string) []string { return slices.Sorted(maps.Keys(of)) }
