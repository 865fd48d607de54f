package cmd

import (
	"strings"
	"testing"

	"ortop/internal/cmd/cli"
)

// What is meant by another word is a command that is there, and its flags are.
func TestWordsOfOthersNameCommands(t *testing.T) {
	root := newRoot(&cli.App{})
	for word, meant := range calledOtherwise {
		if word == "watch" {
			continue
		}
		c, rest, err := root.Find(strings.Fields(meant))
		if err != nil || c == root {
			t.Errorf("%s: there is no command %q", word, meant)
			continue
		}
		if err := c.ParseFlags(rest); err != nil {
			t.Errorf("%s: %s: %v", word, meant, err)
		}
		if other, _, err := root.Find([]string{word}); err == nil && other != root {
			t.Errorf("%s is a command itself", word)
		}
	}
}
