package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"ortop/internal/text"
)

// Theme is the content of a theme's file, themes/NAME.toml beside the
// configuration. Colours are "#rrggbb"; one that is not in the file is that of
// the theme that Base names.
type Theme struct {
	Name, Path string
	Base       string
	Colours    map[string]string // by the names in ThemeColours
	Heat       []string          // nil, or HeatColours of them
}

// ThemeColours are the names of a theme's colours besides heat.
var ThemeColours = []string{"background", "label", "chrome", "accent", "ok", "low", "critical", "band", "core"}

// HeatColours is how many colours heat has, from calm to hot.
const HeatColours = 5

// The bounds of a folder of themes.
const (
	maxThemes     = 100
	maxThemeBytes = 64 << 10
)

var (
	hexColour = text.Form(`^#[0-9a-fA-F]{6}$`)
	themeName = text.Form(`^[a-z0-9][a-z0-9-]{0,31}$`)
)

var themeSettings = func() settings[Theme] {
	s := settings[Theme]{
		"base": func(t *Theme, v value) error { return v.text(&t.Base) },
		"heat": func(t *Theme, v value) error { return v.colours(&t.Heat) },
	}
	for _, name := range ThemeColours {
		s[name] = func(t *Theme, v value) error {
			hex := ""
			if err := v.colour(&hex); err != nil {
				return err
			}
			t.Colours[name] = hex
			return nil
		}
	}
	return s
}()

// ThemesFolder is where the themes beside a configuration file are.
func ThemesFolder(configPath string) string {
	return filepath.Join(filepath.Dir(configPath), "themes")
}

// ReadThemes returns the themes in a folder, in the order of their names, and an
// *Error for each file that is none. A folder that does not exist has none.
func ReadThemes(folder string) (themes []Theme, problems []error) {
	files, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, []error{&Error{Path: folder, Problem: "cannot be read: " + Cause(err).Error(), Err: err}}
	}
	files = slices.DeleteFunc(files, func(f fs.DirEntry) bool {
		return filepath.Ext(f.Name()) != ".toml" || strings.HasPrefix(f.Name(), ".")
	})
	if len(files) > maxThemes {
		return nil, []error{&Error{Path: folder, Problem: fmt.Sprintf("has more than %d themes", maxThemes)}}
	}
	for _, f := range files {
		t, err := readTheme(filepath.Join(folder, f.Name()))
		if err != nil {
			problems = append(problems, err)
			continue
		}
		themes = append(themes, t)
	}
	return themes, problems
}

func readTheme(path string) (Theme, error) {
	t := Theme{Name: strings.TrimSuffix(filepath.Base(path), ".toml"), Path: path, Colours: map[string]string{}}
	if !themeName().MatchString(t.Name) {
		return t, &Error{Path: path, Problem: "a theme is named in small letters, digits and hyphens, at most 32 of them"}
	}
	doc, _, err := ReadRegular(path, true, maxThemeBytes)
	if err != nil {
		return t, &Error{Path: path, Problem: "cannot be read: " + Cause(err).Error(), Err: err}
	}
	if problem := t.parse(doc); problem != nil {
		problem.Path = path
		return t, problem
	}
	return t, nil
}

// parse reads a theme as the configuration is read.
func (t *Theme) parse(doc []byte) *Error {
	doc, problem := withoutMark(doc)
	if problem != nil {
		return problem
	}
	w := walker{at: places{doc: doc}}
	w.parser.Reset(doc)
	for w.parser.NextExpression() {
		e := w.parser.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			return w.here(e, "a theme has no tables: remove [%s]", clean(keyOf(e)))
		case unstable.KeyValue:
			name := keyOf(e)
			if err := w.once(e, name); err != nil {
				return err
			}
			set, ok := themeSettings[name]
			if !ok {
				return w.here(e, "unknown colour %q%s: there are %s", clean(name), suggest(name, themeSettings.names()), strings.Join(themeSettings.names(), ", "))
			}
			if err := set(t, value{node: e.Value()}); err != nil {
				return w.here(e, "%s %v", name, err)
			}
		}
	}
	return w.fault()
}

func (v value) colour(to *string) error {
	var s string
	if err := v.text(&s); err != nil {
		return err
	}
	if !hexColour().MatchString(s) {
		return errors.New(`must be a colour, such as "#4ec98f"`)
	}
	*to = strings.ToLower(s)
	return nil
}

func (v value) colours(to *[]string) error {
	var all []string
	if err := v.texts(&all); err != nil {
		return err
	}
	for i, s := range all {
		if !hexColour().MatchString(s) {
			return errors.New(`must be colours, such as "#4ec98f"`)
		}
		all[i] = strings.ToLower(s)
	}
	if len(all) != HeatColours {
		return fmt.Errorf("must be %d colours, from calm to hot", HeatColours)
	}
	*to = all
	return nil
}
