package render

import (
	"errors"
	"reflect"
	"time"

	"ortop/internal/account"
	"ortop/internal/template"
	"ortop/internal/text"
)

// Format is a parsed --format.
type Format struct{ template template.Template }

// ParseFormat reads a template; an empty one is nil. What is wrong in any of its
// branches is an error.
func ParseFormat(s string) (*Format, error) {
	if s == "" {
		return nil, nil
	}
	t, err := template.Parse(s)
	f := &Format{t}
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
	nothing := NewFields(&account.Snapshot{}, time.Unix(0, 0))
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
	return f.write(new(NewFields(s, now)), false)
}

// write writes v by the template, with all branches if branches is set.
func (f *Format) write(v *Fields, branches bool) (string, error) {
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
	return f.template.Write(data, branches)
}
