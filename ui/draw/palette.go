package draw

import (
	"image/color"
	"math"

	"charm.land/lipgloss/v2"
	"github.com/lucasb-eyer/go-colorful"
)

// palette is a colour for each meaning, as hexes. Two families are never mixed:
// ok, low and critical say whether one must act, and heat says how much. The
// accent is what can be pressed or is chosen. Text has the terminal's own colour.
type palette struct {
	back, label, chrome, accent, ok, low, critical string
	band, core                                     string // the range of a forecast: 80 % and 50 %
	heat                                           [5]string
}

// Contrast with back is 4.5 : 1 or more for words, 3 : 1 for shapes.
var (
	dark = palette{back: "#101014", label: "#9499a8", chrome: "#3c404d", accent: "#8aa9ff",
		ok: "#4ec98f", low: "#f0b84a", critical: "#ff5c6c", band: "#5a628c", core: "#727db0",
		heat: [5]string{"#4a80d8", "#7478e4", "#a972e0", "#e070b4", "#ffa56e"}}
	light = palette{back: "#fafafa", label: "#5c6270", chrome: "#c9ccd5", accent: "#3a56d4",
		ok: "#1a7f53", low: "#946000", critical: "#c4302b", band: "#858fc0", core: "#6b78b4",
		heat: [5]string{"#2f6cc0", "#5d60cf", "#8a4cc2", "#bb3f92", "#b5560f"}}
	amber = palette{back: "#101014", label: "#b09a78", chrome: "#4a4030", accent: "#ffb454",
		ok: "#d8b04c", low: "#ff8f3f", critical: "#ff5c4d", band: "#7d6538", core: "#9c7f48",
		heat: [5]string{"#9a7b34", "#b98c34", "#d99a35", "#f2a93c", "#ffd27a"}}
	ocean = palette{back: "#0d1218", label: "#8fa1b3", chrome: "#344250", accent: "#6cb6ff",
		ok: "#5fd7af", low: "#ffd75f", critical: "#ff5f5f", band: "#3f6d8c", core: "#5189ac",
		heat: [5]string{"#3f86c8", "#3fa3c8", "#44c0b4", "#8fd68a", "#ffe082"}}
)

// few are the inks of a terminal that has its own 16 colours alone.
func few(isDark bool) map[Ink]color.Color {
	m := map[Ink]color.Color{Label: lipgloss.BrightBlack, inkChrome: lipgloss.White, inkGrid: lipgloss.White, Accent: lipgloss.Blue, Share: lipgloss.Blue,
		Status(LevelOK): lipgloss.Green, Status(LevelLow): lipgloss.Magenta, Status(LevelCritical): lipgloss.Red,
		inkBand: lipgloss.Blue, inkCore: lipgloss.Blue}
	if isDark {
		m[Label], m[inkChrome], m[inkGrid], m[Accent], m[Share] = lipgloss.White, lipgloss.BrightBlack, lipgloss.BrightBlack, lipgloss.BrightBlue, lipgloss.BrightBlue
		m[Status(LevelLow)], m[Status(LevelCritical)] = lipgloss.Yellow, lipgloss.BrightRed
	}
	for l := range levels {
		m[edge(Level(l))] = m[inkChrome]
		for i := range areaSteps {
			m[area(Level(l), i)] = m[Status(Level(l))]
		}
	}
	m[edge(LevelCritical)] = m[Status(LevelCritical)]
	for i := range heatSteps {
		m[inkHeat+Ink(i)] = fewHeat[i*5/heatSteps]
	}
	m[inkUnder] = m[inkChrome]
	for k, v := range m {
		if v == nil {
			delete(m, k)
		}
	}
	return m
}

var fewHeat = [5]color.Color{lipgloss.Blue, lipgloss.Blue, lipgloss.Magenta, lipgloss.Magenta, lipgloss.Yellow}

// mix is one colour with so much of another.
func mix(a, b string, share float64) color.Color {
	from, _ := colorful.Hex(a)
	to, _ := colorful.Hex(b)
	return from.BlendRgb(to, share).Clamped()
}

// inks are the colours of a palette, by what they mean.
func (p palette) inks() map[Ink]color.Color {
	plain := func(hex string) color.Color { return lipgloss.Color(hex) }
	m := map[Ink]color.Color{Label: plain(p.label), inkChrome: plain(p.chrome), inkGrid: mix(p.chrome, p.back, 0.3), Accent: plain(p.accent),
		inkBand: plain(p.band), inkCore: plain(p.core), Share: mix(p.accent, p.back, 0.2), inkChosen: mix(p.accent, p.back, 0.76),
		inkUnder: mix(p.label, p.back, 0.62)}
	for l, hex := range map[Level]string{LevelOK: p.ok, LevelLow: p.low, LevelCritical: p.critical} {
		m[inkLevel+Ink(l)] = plain(hex)
		m[edge(l)] = mix(hex, p.back, 0.45)
		for i := range areaSteps {
			m[area(l, i)] = mix(hex, p.back, 0.55*(1-float64(i)/(areaSteps-1)))
		}
	}
	m[edge(LevelOK)], m[edge(LevelLow)], m[edge(LevelNone)] = m[inkChrome], m[inkChrome], m[inkChrome]
	for i := range int(heatSteps) {
		at := float64(i) / (heatSteps - 1) * 4
		stop := min(3, int(math.Floor(at)))
		m[inkHeat+Ink(i)] = mix(p.heat[stop], p.heat[stop+1], at-float64(stop))
	}
	return m
}
