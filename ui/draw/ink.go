package draw

import (
	"image/color"

	"github.com/charmbracelet/x/ansi"
)

// Ink is what the colour of a cell means; the zero value is the terminal's own
// text.
type Ink uint8

// The inks of a plot. A status has one ink for each level, steps of it for an
// area that fades to its foot, and one for a border.
const (
	Text Ink = iota
	Label
	inkChrome
	inkGrid
	Accent
	Share // of a whole
	inkChosen
	inkBand
	inkCore
	inkUnder                                     // all that lies under a panel
	inkLevel                                     // and those of the levels
	inkEdge  = inkLevel + Ink(LevelCritical) + 1 // likewise
	inkArea  = inkEdge + Ink(LevelCritical) + 1  // areaSteps of each level
	inkHeat  = inkArea + areaSteps*levels        // heatSteps
	inkCount = int(inkHeat) + heatSteps
)

const (
	areaSteps = 12
	heatSteps = 25
	levels    = Ink(LevelCritical) + 1
)

// Status is the ink of a level, and edge that of a border around it.
func Status(l Level) Ink { return inkLevel + Ink(l) }
func edge(l Level) Ink   { return inkEdge + Ink(l) }

// area is the ink of a level at a step from the foot of an area.
func area(l Level, step int) Ink { return inkArea + Ink(l)*areaSteps + Ink(step) }

// Heat is the ink of how much there is, 0 to 1.
//
//go:noinline
func Heat(much float64) Ink {
	return inkHeat + Ink(min(heatSteps-1, max(0, much*heatSteps)))
}

// colours are how a theme writes each ink as the colour of a sign and of what is
// behind it; empty where it has none.
type colours struct{ front, back [inkCount]string }

func (c *colours) set(k Ink, v color.Color) {
	c.front[k] = ansi.NewStyle().ForegroundColor(v).String()
	c.back[k] = ansi.NewStyle().BackgroundColor(v).String()
}

// Spend is the ink of a line of spend that is too low for heat.
const Spend = inkCore
