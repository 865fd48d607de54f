package config

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// What the manual explains, the pages in docs explain too.
func TestPagesExplainEverySetting(t *testing.T) {
	var pages string
	for _, name := range []string{"configuration.md", "alerts.md"} {
		b, err := os.ReadFile("../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		pages += string(b)
	}
	terms := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z_0-9, ]+?)(?:  +\S.*)?$`).FindAllStringSubmatch(Manual+"\n"+AlertManual, -1) {
		for term := range strings.SplitSeq(m[1], ", ") {
			terms[strings.TrimSuffix(strings.TrimSpace(term), ",")] = true
		}
	}
	_, actions, _ := strings.Cut(Manual, "The actions:\n\n")
	actions, _, _ = strings.Cut(actions, "\n\n")
	for _, action := range strings.FieldsFunc(actions, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
		if action[0] >= 'a' { // and no name of a group
			terms[action] = true
		}
	}
	if len(terms) < 70 {
		t.Fatalf("the manual explains %d words, want all", len(terms))
	}
	for term := range terms {
		if !strings.Contains(pages, "`"+term+"`") && !strings.Contains(pages, "`"+term+" = ") {
			t.Errorf("neither docs/configuration.md nor docs/alerts.md has %q", term)
		}
	}
}
