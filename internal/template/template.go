// Package template is a part of the syntax of Go's text/template, over values as JSON
// has them: nil, bool, float64, string, []any and map[string]any. nil is unknown.
//
// That package would call methods by name, which makes the linker keep every method
// of every library: 2.9 MB.
package template

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ortop/internal/text"
)

// Template is a parsed template.
type Template struct{ parts []part }

// Parse reads a template. The error is the first thing that is wrong in its syntax;
// it may quote all of s.
func Parse(s string) (Template, error) {
	p := parser{s}
	parts, _, err := p.list(false)
	return Template{parts}, err
}

// Write returns what the template makes of data, or why it cannot. With branches, it
// goes into all of them: what is wrong in one must not wait for its day.
func (t Template) Write(data any, branches bool) (string, error) {
	w := writer{branches: branches}
	err := w.write(t.parts, data)
	return w.b.String(), err
}

// writer writes the parts of a template.
type writer struct {
	b        strings.Builder
	branches bool // all of them
}

//go:noinline
func (w *writer) write(parts []part, dot any) error {
	for _, p := range parts {
		if err := p(w, dot); err != nil {
			return err
		}
	}
	return nil
}

// choose writes the one list about yes, or the other about no.
func (w *writer) choose(is bool, list, other []part, yes, no any) error {
	if is || w.branches {
		if err := w.write(list, yes); err != nil {
			return err
		}
	}
	if !is || w.branches {
		return w.write(other, no)
	}
	return nil
}

// each writes the list about every element of v, or the other where there are
// none.
func (w *writer) each(v any, list, other []part, dot any) error {
	elements, ok := v.([]any)
	if !ok && v != nil {
		return fmt.Errorf("range: %s is not a list", printed(v))
	}
	for _, element := range elements {
		if err := w.write(list, element); err != nil {
			return err
		}
	}
	if len(elements) == 0 || w.branches {
		return w.write(other, dot)
	}
	return nil
}

// fieldOf is a field of v, or of what is below it. All fields of what is unknown
// are unknown.
func fieldOf(v any, names []string) (any, error) {
	for _, name := range names {
		if v == nil {
			return nil, nil
		}
		m, _ := v.(map[string]any)
		field, ok := m[name]
		if !ok {
			message := fmt.Sprintf("there is no field .%s", strings.Join(names, "."))
			if meant := text.Nearest(name, slices.Sorted(maps.Keys(m))); meant != "" {
				message += "; did you mean ." + meant + "?"
			}
			return nil, errors.New(message)
		}
		v = field
	}
	return v, nil
}
