package cmd

import (
	"slices"
	"strings"

	"ortop/ui"
)

// themeNames lists the themes for the help; the empty one follows the
// terminal.
func themeNames() string {
	return strings.Join(slices.DeleteFunc(slices.Clone(ui.Themes), func(s string) bool { return s == "" }), ", ")
}

func checkTheme(name string) error {
	if slices.Contains(ui.Themes, name) {
		return nil
	}
	return usageError("", "unknown theme %q: there are %s", name, themeNames())
}
