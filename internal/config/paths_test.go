//go:build linux

package config

import (
	"errors"
	"testing"

	"github.com/adrg/xdg"
)

func TestPaths(t *testing.T) {
	for _, tc := range []struct {
		name, home, configHome string
		config, data           string // empty: an error
	}{
		{"home", "/home/me", "", "/home/me/.config/ortop/config.toml", "/home/me/.local/share/ortop/history.db"},
		{"variable", "/home/me", "/cfg/", "/cfg/ortop/config.toml", "/home/me/.local/share/ortop/history.db"},
		{"relative variable is ignored", "/home/me", "cfg", "/home/me/.config/ortop/config.toml", "/home/me/.local/share/ortop/history.db"},
		{"no home", "", "", "", ""},
		{"no home, variable", "", "/cfg", "/cfg/ortop/config.toml", ""},
		{"no home, variable under it", "", "~/cfg", "", ""},
		{"home is the root", "/", "", "", ""},
		{"relative home", "me", "", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("HOME", tc.home)
			t.Setenv("XDG_CONFIG_HOME", tc.configHome)
			t.Setenv("XDG_DATA_HOME", "")
			t.Setenv("XDG_STATE_HOME", "/state")
			xdg.Reload()
			t.Cleanup(xdg.Reload)
			for _, p := range []struct {
				name string
				path func() (string, error)
				want string
			}{{"DefaultPath", DefaultPath, tc.config}, {"DataPath", DataPath, tc.data}, {"StatePath", StatePath, "/state/ortop/ortop.log"}} {
				got, err := p.path()
				if got != p.want || errors.Is(err, errNoHome) != (p.want == "") {
					t.Errorf("%s() = %q, %v, want %q", p.name, got, err, p.want)
				}
			}
		})
	}
}
