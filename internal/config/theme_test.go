package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestReadThemes(t *testing.T) {
	folder := t.TempDir()
	for name, doc := range map[string]string{
		"mine.toml":  "# mine\nbase = 'light'\nok = '#00AA00'\nheat = ['#000001', '#000002', # hot\n '#000003', '#000004', '#000005']\n",
		"empty.toml": "", "notes.txt": "x", ".hidden.toml": "x",
	} {
		must(t, os.WriteFile(filepath.Join(folder, name), []byte(doc), 0o600))
	}
	got, problems := ReadThemes(folder)
	if len(problems) > 0 || len(got) != 2 || got[0].Name != "empty" || len(got[0].Colours) != 0 {
		t.Fatalf("ReadThemes = %+v, %v, want empty and mine", got, problems)
	}
	if m := got[1]; m.Name != "mine" || m.Base != "light" || m.Colours["ok"] != "#00aa00" || len(m.Colours) != 1 || !slices.Equal(m.Heat, []string{"#000001", "#000002", "#000003", "#000004", "#000005"}) {
		t.Errorf("mine is %+v", m)
	}
	if got, problems := ReadThemes(filepath.Join(folder, "none")); got != nil || problems != nil {
		t.Errorf("without a folder: %v, %v, want neither themes nor problems", got, problems)
	}
}

func TestReadThemesRefuses(t *testing.T) {
	for _, c := range []struct {
		file, text string
		line       int
		problem    string
	}{
		{"a.toml", "\nokay = '#ffffff'", 2, `unknown colour "okay" (did you mean "ok"?): there are accent, background, band, base,`},
		{"a.toml", "ok = 'green'", 1, `ok must be a colour, such as "#4ec98f"`},
		{"a.toml", "ok = '#fff'", 1, "ok must be a colour"},
		{"a.toml", "ok = 5", 1, "ok must be text in quotes"},
		{"a.toml", "heat = ['#ffffff']", 1, "heat must be 5 colours, from calm to hot"},
		{"a.toml", "heat = ['#ffffff', '#ffffff', '#ffffff', '#ffffff', 'red']", 1, "heat must be colours"},
		{"a.toml", "heat = '#ffffff'", 1, "heat must be a list"},
		{"a.toml", "ok = '#ffffff'\nok = '#ffffff'", 2, "ok"},
		{"a.toml", "ok = '#ffffff", 1, ""},
		{"a.toml", "\n[colours]\nok = '#ffffff'", 2, "a theme has no tables: remove [colours]"},
		{"a.toml", "ok = '#ffffff' # " + strings.Repeat("x", maxThemeBytes), 0, "it is too large"},
		{"a.toml", "label = \"\xff\"", 0, "is not UTF-8"},
		{"My Theme.toml", "", 0, "a theme is named in small letters, digits and hyphens"},
		{strings.Repeat("a", 33) + ".toml", "", 0, "at most 32"},
	} {
		folder := t.TempDir()
		must(t, os.WriteFile(filepath.Join(folder, c.file), []byte(c.text), 0o600))
		must(t, os.WriteFile(filepath.Join(folder, "good.toml"), nil, 0o600))
		themes, problems := ReadThemes(folder)
		var e *Error
		if len(themes) != 1 || len(problems) != 1 || !errors.As(problems[0], &e) {
			t.Errorf("%s with %.40q: %+v, %v, want one problem and the other theme", c.file, c.text, themes, problems)
			continue
		}
		if e.Line != c.line || !strings.Contains(e.Problem, c.problem) || filepath.Base(e.Path) != c.file {
			t.Errorf("%s with %.40q: %s at line %d, want …%s… at line %d", c.file, c.text, e.Problem, e.Line, c.problem, c.line)
		}
	}
}

func TestTooManyThemes(t *testing.T) {
	folder := t.TempDir()
	for i := range maxThemes + 1 {
		must(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("t%d.toml", i)), nil, 0o600))
	}
	if themes, problems := ReadThemes(folder); len(themes) != 0 || len(problems) != 1 || !strings.Contains(problems[0].Error(), "more than 100 themes") {
		t.Errorf("ReadThemes = %d themes, %v", len(themes), problems)
	}
}
