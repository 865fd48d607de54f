package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// maxTables bounds each list.
const maxTables = 1000

// places maps a setting, such as "interval" or "accounts.0.name", to its offset
// in the text.
type places struct {
	doc    []byte // doc has no byte order mark.
	offset map[string]int
}

//go:noinline
func (p places) problem(name, format string, args ...any) *Error {
	return p.problemAt(p.offset[name], format, args...)
}

func (p places) problemAt(offset int, format string, args ...any) *Error {
	before := p.doc[:offset]
	return &Error{
		Line:    1 + bytes.Count(before, []byte("\n")),
		Column:  offset - bytes.LastIndexByte(before, '\n'),
		Problem: fmt.Sprintf(format, args...),
	}
}

//go:noinline
func accountPlace(i int, name string) string { return placeOf("accounts", i, name) }

//go:noinline
func placeOf(list string, i int, name string) string { return fmt.Sprintf("%s.%d.%s", list, i, name) }

// parse checks doc in two steps: each setting by itself, then the settings against
// each other. Relative paths start at folder.
func parse(doc []byte, folder string) (Config, places, *Error) {
	doc, problem := withoutMark(doc)
	if problem != nil {
		return Config{}, places{}, problem
	}
	w := walker{folder: folder, at: places{doc: doc, offset: map[string]int{}}}
	if err := w.walk(doc); err != nil {
		return Config{}, places{}, err
	}
	if err := w.config.check(w.at); err != nil {
		return Config{}, places{}, err
	}
	return w.config, w.at, nil
}

// walker reads the settings one by one with the library's parser. Its decoder would
// name Go types in its errors, forget the places that check needs, and take 0.3 MB.
type walker struct {
	folder string
	parser unstable.Parser
	config Config
	at     places
	first  string // the list of the first table
	seen   map[string]bool
}

// table is where a setting stands: in the last table of a list, or with a nil
// list at the top of the file.
type table struct {
	list  *list
	index int
	one   string // keysTable or shareTable; empty: neither
}

// keysTable has the keys of actions.
const keysTable = "keys"

// single reports whether there is one table of a name, and no list.
func single(name string) bool { return name == keysTable || name == shareTable }

// walk ends at the first fault of the grammar or of a setting.
func (w *walker) walk(doc []byte) *Error {
	w.parser.Reset(doc)
	var in table
	for w.parser.NextExpression() {
		e := w.parser.Expression()
		var err *Error
		switch e.Kind {
		case unstable.ArrayTable:
			if in, err = w.header(e); err == nil && w.seen[in.list.name] {
				err = w.here(e, "%s has its value already", in.list.name)
			}
		case unstable.Table:
			if name := keyOf(e); single(name) {
				w.first = cmp.Or(w.first, name)
				in, err = w.one(e, name)
				break
			}
			in, err = w.header(e)
			if err == nil {
				err = w.here(e, "%[1]s is a list: write [[%[1]s]], not [%[1]s]", in.list.name)
			}
		case unstable.KeyValue:
			err = w.setting(e, in)
		}
		if err != nil {
			return err
		}
	}
	return w.fault()
}

// fault is what the grammar ended at; nil: nothing. The parser's own words are those
// of the grammar, and say nothing to a person.
func (w *walker) fault() *Error {
	err := w.parser.Error()
	if err == nil {
		return nil
	}
	end := len(w.at.doc)
	if e := (*unstable.ParserError)(nil); errors.As(err, &e) && len(e.Highlight) > 0 {
		end = int(w.parser.Range(e.Highlight).Offset)
	}
	return w.at.problemAt(end, `cannot be read: a line is name = "text", name = 5 or [[table]], and a backslash in quotes is doubled`)
}

// once is an error where what stands at a place was there before.
func (w *walker) once(e *unstable.Node, place string) *Error {
	if w.seen[place] {
		return w.here(e, "key %s is already defined", clean(keyOf(e)))
	}
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	w.seen[place] = true
	return nil
}

// one starts a table of which there is one.
func (w *walker) one(e *unstable.Node, name string) (table, *Error) {
	if name == keysTable {
		w.config.Keys = map[string][]string{}
	} else {
		w.config.Share.On = true
	}
	w.at.offset[name+"."] = offsetOf(e)
	return table{one: name}, w.once(e, name)
}

// header starts a table of a list.
func (w *walker) header(e *unstable.Node) (table, *Error) {
	name := keyOf(e)
	if single(name) {
		return table{}, w.here(e, "%[1]s is no list: write [%[1]s], not [[%[1]s]]", name)
	}
	l := findList(name)
	if l == nil {
		return table{}, w.here(e, "unknown table %q%s", clean(name), suggest(name, append(listNames(), keysTable, shareTable)))
	}
	return w.newTable(l, e)
}

func (w *walker) newTable(l *list, at *unstable.Node) (table, *Error) {
	i := l.length(&w.config)
	if i == maxTables {
		return table{}, w.here(at, "there are more than %d %s", maxTables, l.name)
	}
	l.grow(&w.config)
	w.at.offset[placeOf(l.name, i, "")] = offsetOf(at)
	w.first = cmp.Or(w.first, l.name)
	return table{list: l, index: i}, nil
}

func (w *walker) here(e *unstable.Node, format string, args ...any) *Error {
	return w.at.problemAt(offsetOf(e), format, args...)
}

// offsetOf is that of the first part of e's key.
func offsetOf(e *unstable.Node) int {
	key := e.Key()
	key.Next()
	return int(key.Node().Raw.Offset)
}

func keyOf(e *unstable.Node) string {
	var parts []string
	for key := e.Key(); key.Next(); {
		parts = append(parts, string(key.Node().Data))
	}
	return strings.Join(parts, ".")
}

func suggest(name string, names []string) string {
	if near := nearest(name, names); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}

// settings maps the name of a setting to what puts its value into a T.
type settings[T any] map[string]func(*T, value) error

func (s settings[T]) names() []string { return slices.Sorted(maps.Keys(s)) }

var topSettings = settings[Config]{
	"account":  func(c *Config, v value) error { return v.text(&c.Account) },
	"base_url": func(c *Config, v value) error { return v.url(&c.BaseURL) },
	"interval": func(c *Config, v value) error { return v.duration(&c.Interval) },
	"history":  func(c *Config, v value) error { return v.path(&c.History) },
	"theme":    func(c *Config, v value) error { return v.text(&c.Theme) },
	"clock":    func(c *Config, v value) error { return v.oneOf(&c.Clock, Clocks) },
	"zone":     func(c *Config, v value) error { return v.zone(&c.Zone) },
	"view":     func(c *Config, v value) error { return v.oneOf(&c.View, Views) },
	"range":    func(c *Config, v value) error { return v.oneOf(&c.Range, Ranges) },
	"glyphs":   func(c *Config, v value) error { return v.oneOf(&c.Glyphs, GlyphSets) },
	"currency": func(c *Config, v value) error { return v.currency(&c.Currency) },
	"quiet":    func(c *Config, v value) error { return v.hours(&c.Quiet) },
}

var accountSettings = settings[Account]{
	"name":        func(a *Account, v value) error { return v.text(&a.Name) },
	"base_url":    func(a *Account, v value) error { return v.url(&a.BaseURL) },
	"key_command": func(a *Account, v value) error { return v.command(&a.KeyCommand) },
	"key_file":    func(a *Account, v value) error { return v.path(&a.KeyFile) },
	"keyring":     func(a *Account, v value) error { return v.boolean(&a.Keyring) },
	"interval":    func(a *Account, v value) error { return v.duration(&a.Interval) },
}
