package session

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"ortop/internal/cmd/cli"
	"ortop/internal/config"
	"ortop/ui"
	"ortop/ui/draw"
)

// ThemesFolder is the folder of themes beside a configuration; empty where there
// is no folder for either.
func ThemesFolder(configPath string) string {
	if configPath == "" {
		return ""
	}
	return config.ThemesFolder(configPath)
}

// OwnThemes are those in a folder, and what is wrong with the others there.
func OwnThemes(folder string) (own []draw.Own, problems []error) {
	if folder == "" {
		return nil, nil
	}
	files, problems := config.ReadThemes(folder)
	for _, t := range files {
		o, err := draw.NewOwn(t.Name, t.Base, t.Colours, t.Heat)
		if err != nil {
			problems = append(problems, &config.Error{Path: t.Path, Problem: err.Error(), Err: err})
			continue
		}
		own = append(own, o)
	}
	return own, problems
}

// ThemeNames lists the themes for a person; the empty one follows the terminal.
func ThemeNames(own []draw.Own) []string {
	names := slices.DeleteFunc(slices.Clone(ui.Themes), func(s string) bool { return s == "" })
	for _, o := range own {
		names = append(names, o.Name)
	}
	return names
}

// checkTheme returns why there is no theme of that name. The folder of themes is
// read only for a name that the program does not know itself.
func checkTheme(folder, name string) error {
	if slices.Contains(ui.Themes, name) {
		return nil
	}
	own, problems := OwnThemes(folder)
	names := ThemeNames(own)
	if slices.Contains(names, name) {
		return nil
	}
	for _, err := range problems {
		if e, ok := err.(*config.Error); ok && strings.TrimSuffix(filepath.Base(e.Path), ".toml") == name {
			return cli.UsageError("", "theme %q: %w", name, err)
		}
	}
	return cli.UsageError(cli.DidYouMean(name, names), "unknown theme %q: there are %s", name, strings.Join(names, ", "))
}

// ThemeNotice is what a person must know of the themes when the screen begins.
func ThemeNotice(theme string, own []draw.Own, problems []error) string {
	if i := slices.IndexFunc(own, func(o draw.Own) bool { return o.Name == theme }); i >= 0 && own[i].Faint() != "" {
		return fmt.Sprintf("theme %s: %s", theme, own[i].Faint())
	}
	if len(problems) == 0 {
		return ""
	}
	return cli.OneLine(problems[0].Error())
}
