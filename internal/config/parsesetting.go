package config

import (
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

func (w *walker) setting(e *unstable.Node, in table) *Error {
	name := keyOf(e)
	v := value{node: e.Value(), folder: w.folder}
	var err error
	place := name
	switch {
	case in.one != "":
		place = in.one + "." + name
	case in.list != nil:
		place = placeOf(in.list.name, in.index, name)
	}
	if err := w.once(e, place); err != nil {
		return err
	}
	if of, rest, dotted := strings.Cut(name, "."); dotted && single(of) && in == (table{}) {
		dots := of + ".*"
		if !w.seen[dots] {
			if _, err := w.one(e, of); err != nil {
				return err
			}
		}
		name, in.one, w.seen[dots] = rest, of, true
	} else if in.one == keysTable {
		if parts := e.Key(); parts.Next() && !parts.IsLast() {
			return w.here(e, "unknown action %q", clean(name))
		}
	}
	if in.one == keysTable {
		w.config.Keys[clean(name)], err = v.keys()
		if err != nil {
			return w.here(e, "%s %v", clean(name), err)
		}
		return nil
	}
	if in.one == shareTable {
		set, ok := shareSettings[name]
		if !ok {
			return w.unknown(e, name, in)
		}
		w.at.offset[place] = offsetOf(e)
		if err := set(&w.config.Share, v); err != nil {
			return w.here(e, "%s %v", name, err)
		}
		return nil
	}
	if in.list == nil {
		if l := findList(name); l != nil {
			return w.inlineTables(e, l)
		}
		if single(name) {
			if e.Value().Kind != unstable.InlineTable {
				return w.here(e, "%[1]s is a table: write [%[1]s] and its settings below", name)
			}
			w.seen[name] = false
			return w.inline(e.Value(), func() (table, *Error) { return w.one(e, name) })
		}
		set, ok := topSettings[name]
		if !ok {
			return w.unknown(e, name, in)
		}
		w.at.offset[name] = offsetOf(e)
		err = set(&w.config, v)
	} else {
		if !slices.Contains(in.list.settings, name) {
			return w.unknown(e, name, in)
		}
		w.at.offset[place] = offsetOf(e)
		err = in.list.set(&w.config, in.index, name, v)
	}
	if err != nil {
		return w.here(e, "%s %v", name, err)
	}
	return nil
}

// inlineTables reads accounts = [{name = "…"}, …].
func (w *walker) inlineTables(e *unstable.Node, l *list) *Error {
	if e.Value().Kind != unstable.Array {
		return w.here(e, "%[1]s is a list: write [[%[1]s]] and its settings below", l.name)
	}
	tables := e.Value().Children()
	for tables.Next() {
		if tables.Node().Kind == unstable.Comment {
			continue
		}
		if tables.Node().Kind != unstable.InlineTable {
			return w.here(e, "%s must hold tables only", l.name)
		}
		if err := w.inline(tables.Node(), func() (table, *Error) { return w.newTable(l, e) }); err != nil {
			return err
		}
	}
	return nil
}

// inline reads the settings of a table in braces.
func (w *walker) inline(braces *unstable.Node, start func() (table, *Error)) *Error {
	in, err := start()
	if err != nil {
		return err
	}
	for settings := braces.Children(); settings.Next(); {
		if err := w.setting(settings.Node(), in); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) unknown(e *unstable.Node, name string, in table) *Error {
	switch strings.ToLower(name) {
	case "key", "api_key", "apikey", "token", "secret":
		return w.here(e, "unknown key %q: a key must not stand in this file (use keyring, key_file or key_command in [[accounts]])", clean(name))
	}
	here := topSettings.names()
	if in.list != nil || in.one == shareTable {
		here = shareSettings.names()
		if in.list != nil {
			here = in.list.settings
		}
		if _, ok := topSettings[name]; ok {
			first := "[[" + w.first + "]]"
			if single(w.first) {
				first = "[" + w.first + "]"
			}
			return w.here(e, "%s belongs above the first %s line", name, first)
		}
	}
	for _, l := range lists {
		if slices.Contains(l.settings, name) {
			return w.here(e, "%s belongs below %s [[%s]] line", name, l.article, l.name)
		}
	}
	return w.here(e, "unknown key %q%s", clean(name), suggest(name, here))
}
