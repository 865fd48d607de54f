package dashboard

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"slices"

	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/config"
	"ortop/ui"
	"ortop/ui/draw"
	screen "ortop/ui/settings"
)

// storedLooks are how the dashboard was looked at last, and what the
// configuration said then: what is changed there since counts more.
type storedLooks struct {
	Looks      ui.Looks `json:"looks"`
	Configured ui.Looks `json:"configured"`
}

const maxLooks = 64 << 10

// configuredLooks is how the configuration has the dashboard begin.
func configuredLooks(c *config.Config) ui.Looks {
	return ui.Looks{View: c.View, Range: c.Range, Theme: c.Theme}
}

// readLooks are those to begin with: as they were last, save what the
// configuration says anew. What cannot be read is as if it were not there.
func readLooks(c *config.Config, own []draw.Own) ui.Looks {
	now := configuredLooks(c)
	path, err := config.LooksPath()
	if err != nil {
		return now
	}
	data, _, err := config.ReadRegular(path, true, maxLooks)
	var was storedLooks
	if err != nil || json.Unmarshal(data, &was) != nil {
		return now
	}
	looks := was.Looks
	if was.Configured.View != now.View {
		looks.View = now.View
	}
	if was.Configured.Range != now.Range {
		looks.Range = now.Range
	}
	known := slices.Contains(ui.Themes, looks.Theme) || slices.Contains(session.ThemeNames(own), looks.Theme)
	if was.Configured.Theme != now.Theme || !known {
		looks.Theme = now.Theme
	}
	return looks
}

// rememberLooks returns what stores them; a failure is logged, for nothing
// depends on them.
func rememberLooks(c config.Config, log *slog.Logger) func(ui.Looks) {
	return func(looks ui.Looks) {
		path, err := config.LooksPath()
		if err == nil {
			var data []byte
			if data, err = json.Marshal(storedLooks{looks, configuredLooks(&c)}); err == nil {
				err = config.WritePrivate(path, data)
			}
		}
		if err != nil {
			log.Warn("how the dashboard is looked at is not stored", "error", err)
		}
	}
}

// screenSettings puts into o what the configuration and the last look at the
// screen say of it, and what stores both.
func screenSettings(a *cli.App, o *ui.Options, s session.Settings, log *slog.Logger) {
	o.LeastInterval = config.MinInterval(s.BaseURL)
	c := s.Config
	o.Settings = screen.Values{
		Clock: c.Clock, Zone: c.Zone, View: c.View, Range: c.Range, Glyphs: c.Glyphs, Currency: c.Currency.String(),
	}
	if c.Interval > 0 {
		o.Settings.Interval = c.Interval.String()
	}
	o.Keys = c.Keys
	if s.Demo != nil {
		o.Looks, o.Theme, o.Unsaved = configuredLooks(&c), s.Theme, "this is the demo: nothing is stored"
		return
	}
	o.Looks = readLooks(&c, o.Own)
	o.Theme = cmp.Or(a.Flags.Theme, o.Looks.Theme)
	o.Remember = rememberLooks(c, log)
	if s.ConfigPath == "" {
		o.Unsaved = "there is no folder for the configuration: " + config.NoHome()
		return
	}
	o.SaveSettings = func(_ context.Context, changed [][2]string) (string, error) {
		var list []config.Setting
		for _, c := range changed {
			list = append(list, config.Setting{Name: c[0], Value: c[1]})
		}
		if err := config.Set(s.ConfigPath, list...); err != nil {
			return "", err
		}
		return "stored in " + s.ConfigPath, nil
	}
}
