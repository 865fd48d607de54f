package render

import (
	"os"
	"reflect"
	"regexp"
	"testing"
)

// TestEveryFieldIsDocumented compares the document's table with the fields.
func TestEveryFieldIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/statusbars.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Fields]()) {
		known[f.Name] = true
		if !regexp.MustCompile(`(?m)^\|.*\{\{\.` + f.Name + `[.}].*\|$`).Match(doc) {
			t.Errorf("the table lacks {{.%s}}", f.Name)
		}
	}
	for _, m := range regexp.MustCompile("(?m)`([^`\n]*\\{\\{[^`\n]*)`").FindAllStringSubmatch(string(doc), -1) {
		if _, err := ParseFormat(m[1]); err != nil {
			t.Errorf("%s: %v", m[1], err)
		}
	}
	for _, m := range regexp.MustCompile(`\{\{\.(\w+)`).FindAllStringSubmatch(string(doc), -1) {
		if !known[m[1]] {
			t.Errorf("the document has {{.%s}}, which is not a field", m[1])
		}
	}
}
