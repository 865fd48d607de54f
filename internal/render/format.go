package render

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/text"
)

// Format is a parsed --format, in a part of the syntax of Go's text/template.
// That would evaluate it by calling methods by name, which makes the linker keep
// every method of every library: 2.9 MB.
type Format struct{ parts []part }

// ParseFormat reads a template; an empty one is nil. What is wrong in any of its
// branches is an error.
func ParseFormat(s string) (*Format, error) {
	if s == "" {
		return nil, nil
	}
	p := parser{s}
	parts, _, err := p.list(false)
	f := &Format{parts}
	if err == nil {
		err = f.check()
	}
	if err != nil { // it may quote the whole of what was given
		return nil, errors.New(text.Clean(err.Error(), 120))
	}
	return f, nil
}

// check tries the template where nothing is known, and all of its branches
// where everything is: what is wrong in one must not wait for its day.
func (f *Format) check() error {
	nothing := newFields(&account.Snapshot{}, time.Unix(0, 0))
	all := nothing
	fill(reflect.ValueOf(&all.JSON).Elem())
	fill(reflect.ValueOf(&all.DaysLeft).Elem())
	_, err := f.write(&nothing, false)
	if err == nil {
		_, err = f.write(&all, true)
	}
	return err
}

// fill makes every pointer below v one to something, and gives every list an
// element.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	}
}

// Apply writes s by the template.
func (f *Format) Apply(s *account.Snapshot, now time.Time) (string, error) {
	return f.write(new(newFields(s, now)), false)
}

// write writes v by the template, with all branches if branches is set.
func (f *Format) write(v *fields, branches bool) (string, error) {
	raw, err := jsonMap(v.JSON)
	if err != nil {
		return "", err
	}
	data := map[string]any{"JSON": raw}
	rv := reflect.ValueOf(*v)
	for i := range rv.NumField() {
		switch name := rv.Type().Field(i).Name; field := rv.Field(i).Interface().(type) {
		case string:
			data[name] = field
		case *float64:
			if data[name] = nil; field != nil {
				data[name] = *field
			}
		}
	}
	w := formatWriter{branches: branches}
	err = w.write(f.parts, data)
	return w.b.String(), err
}

// formatWriter writes the parts of a template.
type formatWriter struct {
	b        strings.Builder
	branches bool // all of them
}

func (w *formatWriter) write(parts []part, dot any) error {
	for _, p := range parts {
		if err := p(w, dot); err != nil {
			return err
		}
	}
	return nil
}

// choose writes the one list about yes, or the other about no.
func (w *formatWriter) choose(is bool, list, other []part, yes, no any) error {
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
func (w *formatWriter) each(v any, list, other []part, dot any) error {
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
			said := fmt.Sprintf("there is no field .%s", strings.Join(names, "."))
			if meant := text.Nearest(name, slices.Sorted(maps.Keys(m))); meant != "" {
				said += "; did you mean ." + meant + "?"
			}
			return nil, errors.New(said)
		}
		v = field
	}
	return v, nil
}
