package draw

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
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

// palettes are the themes that have colours of their own: a name, and the colours in the
// order of a palette. Contrast with back is 4.5 : 1 or more for words, 3 : 1 for shapes.
// Those that are safe tell ok from critical by blue and orange, which every eye can. As
// text they are 5 kB less of program than as values.
const palettes = `
dark           #101014 #9499a8 #3c404d #8aa9ff #4ec98f #f0b84a #ff5c6c #5a628c #727db0 #4a80d8 #7478e4 #a972e0 #e070b4 #ffa56e
light          #fafafa #5c6270 #c9ccd5 #3a56d4 #1a7f53 #946000 #c4302b #858fc0 #6b78b4 #2f6cc0 #5d60cf #8a4cc2 #bb3f92 #b5560f
amber          #101014 #b09a78 #4a4030 #ffb454 #d8b04c #ff8f3f #ff5c4d #7d6538 #9c7f48 #9a7b34 #b98c34 #d99a35 #f2a93c #ffd27a
ocean          #0d1218 #8fa1b3 #344250 #6cb6ff #5fd7af #ffd75f #ff5f5f #3f6d8c #5189ac #3f86c8 #3fa3c8 #44c0b4 #8fd68a #ffe082
forest         #0e1410 #93a596 #37453a #9ad08a #6fd08c #e8c25a #ff6f61 #4c7052 #628f69 #3f8f6a #62a85a #9cb84a #d6b845 #f0905a
rose           #151015 #ab98a8 #483b47 #f2a0c8 #7fcfa0 #f2bd5c #ff6478 #7a5a78 #98709a #8a6ad0 #b060c8 #d662b0 #f07a94 #ffae80
dusk           #14121f #a09bbd #403c58 #b8a1ff #69d2a8 #f5c469 #ff6b81 #655e98 #7a72b4 #5f78e0 #8670e8 #b368dc #e36db4 #ffab7a
slate          #15191e #9aa5b1 #3d4751 #9fc1e0 #7cc49a #e3bb6a #f2727a #58697d #6f839a #5f8fc0 #7f92cc #a58cc8 #cf86aa #eca584
mint           #0c1515 #8fa9a6 #30494a #63e0c8 #5ce0a0 #f2cf62 #ff6e6e #33706c #438d88 #2f8fa8 #34aea0 #5cc88a #b4d468 #ffd166
ember          #151110 #ad9c94 #483d38 #ff9e6b #9ec76a #ffc14d #ff5a4f #7f5a48 #a07259 #a86a4a #c9743f #e5853a #f7a23e #ffd166
paper          #fbf7ef #6a6152 #d6cdb9 #8a4b1f #3b7a3f #8f5a00 #b3261e #a58a63 #8b7048 #7a6a3a #8a6326 #9c5420 #ad3f22 #b02a35
mist           #f3f6f8 #55636f #c3ccd4 #1f6f8b #1f7a5a #8a5d00 #b8322f #7a90a6 #667e96 #2a6f97 #4166a8 #6b57ae #96479a #b04a3a
contrast       #000000 #c8ccd4 #6a6f7a #a8c7ff #5dffa5 #ffd54a #ff8080 #7d86c0 #a3acdf #6aa6ff #9c9cff #d19aff #ff9ad2 #ffc79a
contrast-light #ffffff #3a3f4a #9aa0ad #0a2fb0 #005f36 #6b4300 #9b0f0f #6d78b0 #4c5898 #0f4fa0 #3b3fb0 #6a2aa5 #9a1f75 #8f3a00
safe           #101014 #9499a8 #3c404d #9ab8ff #56b4e9 #f0e442 #ff8c3a #5a628c #727db0 #3f7fd0 #56a0d8 #9aa7b8 #d8b060 #f0e442
safe-light     #fafafa #5c6270 #c9ccd5 #3a56d4 #0a6aa8 #7a6400 #b04a00 #858fc0 #6b78b4 #1f5fa8 #3f74a0 #6a7078 #8a6a2a #8f5f00`

// paletteOf is that of a theme; ok is false where it has no colours of its own.
func paletteOf(name string) (p palette, ok bool) {
	for line := range strings.Lines(palettes) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] != name {
			continue
		}
		for i, to := range [...]*string{&p.back, &p.label, &p.chrome, &p.accent, &p.ok, &p.low, &p.critical, &p.band, &p.core} {
			*to = f[1+i]
		}
		copy(p.heat[:], f[10:])
		return p, true
	}
	return p, false
}

// Themes are the names that a Look may have, in the order in which a person steps
// through them. The first, empty, goes by the terminal's background.
var Themes = []string{"", "dark", "light", "amber", "ocean", "forest", "rose", "dusk", "slate", "mint", "ember", "paper", "mist",
	"contrast", "contrast-light", "safe", "safe-light", "terminal", "mono"}

// Own is a theme that a person made.
type Own struct {
	Name    string
	palette palette
}

// NewOwn makes a theme of colours by what they mean, as "#rrggbb": background,
// label, chrome, accent, ok, low, critical, band and core, and of five of heat or
// none. What is not named is as in the theme base, or in the dark one.
func NewOwn(name, base string, colours map[string]string, heat []string) (Own, error) {
	if slices.Contains(Themes, name) {
		return Own{}, fmt.Errorf("%q is the name of a theme that is there already", name)
	}
	p, ok := paletteOf(cmp.Or(base, "dark"))
	if !ok {
		return Own{}, fmt.Errorf("base %q is no theme with colours: there are %s", base, strings.Join(Bases(), ", "))
	}
	for meaning, to := range p.named() {
		if hex, ok := colours[meaning]; ok {
			*to = hex
		}
	}
	copy(p.heat[:], heat)
	return Own{name, p}, nil
}

// Bases are the themes that another can be made from.
func Bases() []string {
	return slices.DeleteFunc(slices.Clone(Themes), func(name string) bool { _, ok := paletteOf(name); return !ok })
}

// named are a palette's colours by their names, save heat.
//
//go:noinline
func (p *palette) named() map[string]*string {
	return map[string]*string{"background": &p.back, "label": &p.label, "chrome": &p.chrome, "accent": &p.accent,
		"ok": &p.ok, "low": &p.low, "critical": &p.critical, "band": &p.band, "core": &p.core}
}

// The least contrast of words and of shapes with the background.
const leastContrast, leastShape = 4.5, 2.95

// Faint says which words cannot be read well on the theme's background, or
// nothing.
func (o Own) Faint() string {
	var faint []string
	p := o.palette
	for _, word := range []string{"label", "accent", "ok", "low", "critical"} {
		if c := contrast(*p.named()[word], p.back); c < leastContrast {
			faint = append(faint, fmt.Sprintf("%s %.1f:1", word, math.Floor(c*10)/10))
		}
	}
	if faint == nil {
		return ""
	}
	return fmt.Sprintf("hard to read on %s, under %.1f:1: %s", p.back, leastContrast, strings.Join(faint, ", "))
}

// contrast is that of WCAG 2.
func contrast(a, b string) float64 {
	light := func(hex string) float64 {
		c, _ := colorful.Hex(hex)
		r, g, b := c.LinearRgb()
		return 0.2126*r + 0.7152*g + 0.0722*b
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

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

// index puts in place of each ink the nearest of the colours that terminals number from 16
// to 255. What the renderer would choose by itself goes by hue, which a grey has none of:
// dark greys became green. An area does not fade, where its steps would be of many hues.
func index(inks map[Ink]color.Color, back string) {
	hex := func(c color.Color) string {
		of, _ := colorful.MakeColor(c)
		return of.Hex()
	}
	away := "#ffffff"
	if contrast(away, back) < contrast("#000000", back) {
		away = "#000000"
	}
	for l := range levels {
		for i := range areaSteps {
			if flat := inks[area(Level(l), areaSteps/2)]; flat != nil {
				inks[area(Level(l), i)] = flat
			}
		}
	}
	words := []Ink{Label, Accent, Status(LevelOK), Status(LevelLow), Status(LevelCritical)}
	for k, v := range inks {
		i := indexed(v)
		for share := 0.05; slices.Contains(words, k) && contrast(hex(i), back) < leastContrast && share < 1; share += 0.05 {
			i = indexed(mix(hex(v), away, share))
		}
		inks[k] = i
	}
}

// cube are the steps of red, green and blue of the colours 16 to 231; the rest are greys.
var cube = [6]int{0, 0x5f, 0x87, 0xaf, 0xd7, 0xff}

// indexed is the nearest of them.
func indexed(c color.Color) ansi.IndexedColor {
	to, _ := colorful.MakeColor(c)
	best, least := 0, math.Inf(1)
	try := func(i, r, g, b int) {
		of := colorful.Color{R: float64(r) / 255, G: float64(g) / 255, B: float64(b) / 255}
		if d := to.DistanceLab(of); d < least {
			best, least = i, d
		}
	}
	below := func(v float64) int { // the step that is not above
		i := len(cube) - 2
		for i > 0 && float64(cube[i]) > v*255 {
			i--
		}
		return i
	}
	r, g, b := below(to.R), below(to.G), below(to.B)
	for i := range 8 {
		x, y, z := r+i/4, g+i/2%2, b+i%2
		try(16+36*x+6*y+z, cube[x], cube[y], cube[z])
	}
	grey := min(22, max(0, int((to.R+to.G+to.B)/3*255-8)/10))
	for i := grey; i <= grey+1; i++ {
		try(232+i, 8+10*i, 8+10*i, 8+10*i)
	}
	return ansi.IndexedColor(best)
}

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
		inkUnder: mix(p.label, p.back, underShare)}
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
