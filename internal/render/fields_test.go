package render

import (
	"reflect"
	"strings"
	"testing"
)

func TestFieldNamesHasEveryField(t *testing.T) {
	lines := strings.Split(FieldNames(), "\n")
	for i, f := range reflect.VisibleFields(reflect.TypeFor[Fields]()) {
		if f.Name == "JSON" {
			continue
		}
		if words := strings.Fields(lines[i]); words[0] != f.Name || len(words) < 2 {
			t.Errorf("line %d is %q, want what %s is", i, lines[i], f.Name)
		}
	}
}
