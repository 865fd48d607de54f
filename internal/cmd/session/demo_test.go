package session

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"ortop/internal/cmd/cli"
	"ortop/internal/config"
)

// The demo takes from a configuration how things look, and nothing that names an
// account, an alert, a channel or a team.
func TestTheDemoTakesLooksAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(`theme = "ocean"
clock = "12h"
zone = "UTC"
view = "forecast"
range = "7d"
glyphs = "braille"
account = "x"
base_url = "http://127.0.0.1:1/api/v1"
interval = "1h"
accounts = [{name="x", key_file="nowhere"}]
channels = [{name="ops", kind="command", command=["false"]}]
alerts = [{rule="balance", below=25, channels=["ops"]}]
packages = [{amount=10, price=10}]
currency = "EUR 0.9"
keys = {refresh="f5"}
share = {dsn_file="/nowhere"}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	a := &cli.App{Now: time.Now, Flags: cli.Flags{Config: path}}
	s, stop, err := Demo(t.Context(), a, "solo")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	want := config.Config{Theme: c.Theme, Clock: c.Clock, Zone: c.Zone, View: c.View, Range: c.Range, Glyphs: c.Glyphs, Currency: c.Currency, Keys: c.Keys}
	if !reflect.DeepEqual(s.Config, want) || s.Theme != "ocean" || want.Currency == (config.Config{}).Currency || len(want.Keys) == 0 {
		t.Errorf("the demo has %+v, theme %q, want %+v", s.Config, s.Theme, want)
	}
	if s.Account.Name == "x" || s.Interval == time.Hour || s.BaseURL == c.BaseURL {
		t.Errorf("the demo is of account %q at %s, every %s", s.Account.Name, s.BaseURL, s.Interval)
	}
}
