//go:build unix

package e2e

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestMentionedCommands looks at every command that a document mentions between backquotes, and in blocks that
// are only shown: it is there, and so are its flags.
func TestMentionedCommands(t *testing.T) {
	t.Parallel()
	helps := map[string]string{}
	help := func(path string) (string, bool) {
		if _, ok := helps[path]; !ok {
			out, err := exec.Command(ortop, append(strings.Fields(path), "--help")...).Output()
			if err != nil || !strings.Contains(string(out), "\n  ortop "+strings.TrimSpace(path)) {
				out = nil
			}
			helps[path] = string(out)
		}
		return helps[path], helps[path] != ""
	}
	n := 0
	for _, doc := range documents(t) {
		for _, m := range regexp.MustCompile("(?m)`ortop ([^`]+)`|^    ortop (.+)$").FindAllStringSubmatch(readText(t, doc), -1) {
			mention := m[1] + m[2]
			words := strings.Fields(mention)
			if regexp.MustCompile(`^[A-Z…]`).MatchString(words[0]) {
				continue
			}
			n++
			path := ""
			for len(words) > 0 && !strings.HasPrefix(words[0], "-") {
				if _, ok := help(strings.TrimSpace(path + " " + words[0])); !ok {
					break
				}
				path, words = strings.TrimSpace(path+" "+words[0]), words[1:]
			}
			text, ok := help(path)
			if !ok || path == "" && !strings.HasPrefix(mention, "-") {
				t.Errorf("%s: there is no ortop %s", doc, mention)
				continue
			}
			for _, word := range words {
				if word == "--" || word == "|" {
					break
				}
				flag, _, _ := strings.Cut(word, "=")
				if strings.HasPrefix(flag, "-") && !regexp.MustCompile(`(^|[\s,])`+regexp.QuoteMeta(flag)+`([\s,=]|$)`).MatchString(text) {
					t.Errorf("%s: ortop %s has no flag %s", doc, mention, flag)
				}
			}
		}
	}
	if n < 40 {
		t.Errorf("the documents mention %d commands, want all", n)
	}
}

// TestLinks follows every link of a document to a file of this repository and to a heading in it.
func TestLinks(t *testing.T) {
	t.Parallel()
	// What is in a block is no link.
	prose := func(path string) string {
		return regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(readText(t, path), "")
	}
	marks := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	anchors := func(path string) (all []string) {
		for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(prose(path), -1) {
			all = append(all, strings.ReplaceAll(marks.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
		}
		return all
	}
	pages := map[string]bool{}
	for _, doc := range documents(t) {
		for _, m := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(prose(doc), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(m[1], "#")
			path := doc
			if file != "" {
				path = filepath.Join(filepath.Dir(doc), file)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s links to %s: %v", doc, m[1], err)
				continue
			}
			if anchor != "" && !slices.Contains(anchors(path), anchor) {
				t.Errorf("%s links to %s, which is none of %v", doc, m[1], anchors(path))
			}
			if doc == "../../README.md" {
				pages[filepath.Base(path)] = true
			}
		}
	}
	for _, doc := range documents(t) {
		if base := filepath.Base(doc); base != "README.md" && !pages[base] {
			t.Errorf("the README has no link to %s; it has %v", base, slices.Sorted(maps.Keys(pages)))
		}
	}
}
