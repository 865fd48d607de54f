package draw

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// Themes are the names that NewTheme knows, in the order in which a person steps
// through them. The first, empty, follows the terminal.
var Themes = []string{"", "dark", "light", "amber", "ocean", "mono"}

// Theme paints each part of a frame by what it means; the colours follow from
// that. Every meaning has a second sign beside its colour: a word, a symbol, a
// place.
type Theme struct {
	styles struct {
		bright, title, accent, chosen lipgloss.Style
		faint, marked                 lipgloss.Style
		levels                        [LevelCritical + 1]lipgloss.Style
	}
}

// Bright paints a number that one looks for, Dim what is beside it.
func (t *Theme) Bright(s string) string { return t.styles.bright.Render(s) }
func (t *Theme) Dim(s string) string    { return t.styles.faint.Render(s) }
func (t *Theme) border(s string) string { return t.styles.faint.Render(s) }

// Title paints the name of a panel, Accent a curve or a sign, and Chosen one of
// several that are offered.
func (t *Theme) Title(s string) string  { return t.styles.title.Render(s) }
func (t *Theme) Accent(s string) string { return t.styles.accent.Render(s) }
func (t *Theme) Chosen(s string) string { return t.styles.chosen.Render(s) }

// Marked paints a cursor, or what must not be overlooked.
func (t *Theme) Marked(s string) string { return t.styles.marked.Render(s) }

// Low and critical paint by those levels, and Of gives the style of any.
func (t *Theme) Low(s string) string       { return t.Of(LevelLow).Render(s) }
func (t *Theme) Critical(s string) string  { return t.Of(LevelCritical).Render(s) }
func (t *Theme) Of(l Level) lipgloss.Style { return t.styles.levels[l] }

type palette struct{ ok, low, critical, accent, title color.Color }

// NewTheme builds a theme. The terminal's own 16 colours are used where they
// can be relied on: on a light background its green, yellow and cyan are
// often too pale to read, so fixed colours of the 256 stand in.
func NewTheme(isDark bool, name string, noColor bool) *Theme {
	light := palette{lipgloss.ANSIColor(28), lipgloss.ANSIColor(130), lipgloss.ANSIColor(160), lipgloss.ANSIColor(25), lipgloss.ANSIColor(25)}
	p := palette{lipgloss.Green, lipgloss.Yellow, lipgloss.BrightRed, lipgloss.Cyan, lipgloss.Cyan}
	switch {
	case name == "light" || name == "" && !isDark:
		p = light
	case name == "amber":
		p = palette{lipgloss.ANSIColor(214), lipgloss.ANSIColor(208), lipgloss.ANSIColor(196), lipgloss.ANSIColor(172), lipgloss.ANSIColor(214)}
	case name == "ocean":
		p = palette{lipgloss.ANSIColor(79), lipgloss.ANSIColor(221), lipgloss.ANSIColor(203), lipgloss.ANSIColor(75), lipgloss.ANSIColor(117)}
	}
	plain := lipgloss.NewStyle()
	paint := func(c color.Color) lipgloss.Style {
		if noColor || name == "mono" {
			return plain
		}
		return plain.Foreground(c)
	}
	t := &Theme{}
	st := &t.styles
	st.bright, st.faint, st.marked = plain.Bold(true), plain.Faint(true), plain.Reverse(true)
	st.title, st.accent, st.chosen = paint(p.title), paint(p.accent), paint(p.accent).Bold(true)
	st.levels[LevelOK] = paint(p.ok)
	st.levels[LevelLow] = paint(p.low).Bold(true)
	st.levels[LevelCritical] = paint(p.critical).Bold(true)
	return t
}

// Level is how near the end is.
type Level int

const (
	LevelNone Level = iota // not known
	LevelOK
	LevelLow
	LevelCritical
)
