package account

import (
	"reflect"
	"strings"
	"time"
	"unicode"

	"ortop/internal/text"
)

// maxStored bounds a text of a state that had to be cleaned.
const maxStored = 1000

// tidy cleans the texts of a state that was stored by whomever: what ortop stores is
// clean already, and so is looked at alone.
func tidy(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() && strings.ContainsFunc(v.String(), unicode.IsControl) {
			v.SetString(text.Clean(v.String(), maxStored))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			tidy(v.Elem())
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Uint8 {
			for i := range v.Len() {
				tidy(v.Index(i))
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			old := v.MapIndex(key)
			v.SetMapIndex(key, reflect.Value{})
			k, x := reflect.New(key.Type()).Elem(), reflect.New(old.Type()).Elem()
			k.Set(key)
			x.Set(old)
			tidy(k)
			tidy(x)
			v.SetMapIndex(k, x)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				tidy(f)
			}
		}
	}
}
