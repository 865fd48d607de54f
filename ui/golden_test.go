package ui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"ortop/ui/scenes"
)

var update = flag.Bool("update", false, "write the golden files")

// The views, by their place.
const (
	viewOverview = iota
	viewForecast
	viewBreakdown
	viewEvents
)

// sevenSizes are the sizes at which every view and state is looked at, and
// goldenSizes some more at which the overview is.
var (
	sevenSizes  = [][2]int{{20, 1}, {40, 12}, {60, 20}, {80, 24}, {100, 30}, {140, 40}, {200, 60}}
	goldenSizes = append([][2]int{{72, 1}, {200, 1}, {20, 5}}, sevenSizes...)
)

// TestFrames compares the text of every notable state at every notable size.
func TestFrames(t *testing.T) {
	for _, name := range []string{"healthy", "critical", "stale", "unauthorised", "ordinary", "depleted", "cap-spent", "budget", "free", "stated", "payment", "held", "early", "cold", "idle", "not-seen", "noted", "auto-top-up", "top-up-missing"} {
		for _, size := range goldenSizes {
			compare(t, name, modelOf(Options{}, scenes.All[name](), size[0], size[1], viewOverview))
		}
	}
	for _, size := range goldenSizes {
		compare(t, "first-run", modelOf(Options{Onboarding: &fakeOnboarding{}}, scenes.Healthy(), size[0], size[1], viewOverview))
		console, _ := step(modelOf(Options{Console: true}, scenes.Healthy(), size[0], size[1], viewOverview), tea.ColorProfileMsg{Profile: colorprofile.ANSI})
		compare(t, "console", console)
		compare(t, "ascii", modelOf(Options{ASCII: true}, scenes.Healthy(), size[0], size[1], viewOverview))
	}
}

// TestForecastFrames compares the forecast view likewise.
func TestForecastFrames(t *testing.T) {
	for _, size := range goldenSizes {
		compare(t, "forecast", modelOf(Options{}, scenes.Healthy(), size[0], size[1], viewForecast))
	}
	for _, name := range []string{"early", "depleted", "capped", "critical", "ordinary", "idle", "cold", "auto-top-up", "top-up-missing"} {
		for _, size := range sevenSizes {
			compare(t, "forecast-"+name, modelOf(Options{}, scenes.All[name](), size[0], size[1], viewForecast))
		}
	}
	for _, size := range goldenSizes {
		help, _ := step(modelOf(Options{}, scenes.Healthy(), size[0], size[1], viewOverview), press("?"))
		compare(t, "help", help)
		compare(t, "top-up-due", modelOf(Options{}, scenes.All["top-up-due"](), size[0], size[1], viewOverview))
	}
	for _, size := range sevenSizes {
		m := modelOf(Options{}, scenes.Healthy(), size[0], size[1], viewOverview)
		m, _ = step(m, press(":"))
		m, _ = step(m, press("r"))
		m, _ = step(m, press("a"))
		compare(t, "palette", m)
		for i, name := range []string{"balance", "month"} {
			m := modelOf(Options{}, scenes.Healthy(), size[0], size[1], viewOverview)
			m.mode = i + 1
			compare(t, "plot-"+name, loaded(asked(m)))
		}
	}
	for _, size := range sevenSizes {
		m := modelOf(Options{}, scenes.Healthy(), size[0], size[1], viewForecast)
		m, _ = step(m, press("down"))
		m, _ = step(m, press("enter"))
		compare(t, "plan-edit", m)
		for _, k := range "sometime" {
			m, _ = step(m, press(string(k)))
		}
		m, _ = step(m, press("enter"))
		compare(t, "plan-wrong", m)
	}
}

func compare(t *testing.T, name string, m Model) {
	t.Helper()
	name = fmt.Sprintf("%s-%dx%d", name, m.w, m.h)
	t.Run(name, func(t *testing.T) {
		path := filepath.Join("testdata", name+".txt")
		lines := strings.Split(ansi.Strip(m.View().Content), "\n")
		for i := range lines {
			lines[i] = strings.TrimRight(lines[i], " ")
		}
		got := strings.Join(lines, "\n") + "\n"
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("frame differs from %s; got:\n%s\nwant:\n%s", path, got, want)
		}
	})
}
