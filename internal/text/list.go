package text

import "strings"

// List is words as a sentence has them: "a, b and c"; empty without any.
func List(words []string) string {
	n := len(words)
	if n < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
}
