package draw

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// Depth is how many colours there are.
type Depth int

const (
	Rich    Depth = iota // any: shades are mixed
	Indexed              // the 240 of a table, the nearest to those
	Few                  // the terminal's own 16
	Mono                 // none
)

// Look is what a theme is made from.
type Look struct {
	Name  string // one of Themes, where it is none of a person's own
	Own   *Own
	Dark  bool // the background is
	Depth Depth
}

// Theme paints each part of a frame by what it means; the colours follow from
// that. Every meaning has a second sign beside its colour: a word, a symbol, a
// place.
type Theme struct {
	styles struct {
		bright, title, accent, chosen brush
		faint, marked, tab            brush
		levels, strong                [LevelCritical + 1]brush
	}
	ink  colours
	rich bool   // shades can be told apart
	back string // the background, where others are mixed with it; empty: none are
}

// Bright paints a number that one looks for, Dim what is beside it.
//
//go:noinline
func (t *Theme) Bright(s string) string { return t.styles.bright(s) }

//go:noinline
func (t *Theme) Dim(s string) string { return t.styles.faint(s) }

// Title paints the name of a panel, Accent what can be pressed, and Chosen one of
// several that are offered.
//
//go:noinline
func (t *Theme) Title(s string) string { return t.styles.title(s) }

//go:noinline
func (t *Theme) Accent(s string) string { return t.styles.accent(s) }

//go:noinline
func (t *Theme) Chosen(s string) string { return t.styles.chosen(s) }

// Marked paints a cursor, or what must not be overlooked, and Tab the view that
// is shown.
func (t *Theme) Marked(s string) string { return t.styles.marked(s) }
func (t *Theme) Tab(s string) string    { return t.styles.tab(s) }

// Low and Critical paint by those levels.
//
//go:noinline
func (t *Theme) Low(s string) string { return t.At(LevelLow, s) }

//go:noinline
func (t *Theme) Critical(s string) string { return t.At(LevelCritical, s) }

// Placeholder is how what stands in an empty field is styled.
func Placeholder() lipgloss.Style { return lipgloss.NewStyle().Faint(true) }

// Paint puts s into an ink.
//
//go:noinline
func (t *Theme) Paint(k Ink, s string) string {
	if s == "" || t.ink.front[k] == "" {
		return s
	}
	return t.ink.front[k] + s + reset
}

// reset ends what an ink began.
const reset, faint = "\x1b[m", "\x1b[2m"

// Row paints the row that is chosen, from end to end.
func (t *Theme) Row(s string) string {
	back := t.ink.back[inkChosen]
	if back == "" {
		return s
	}
	return back + strings.ReplaceAll(s, reset, reset+back) + reset
}

// NewTheme builds a theme.
func NewTheme(l Look) *Theme {
	named := l.Name != "terminal"
	p, ok := paletteOf(l.Name)
	switch {
	case l.Own != nil:
		p = l.Own.palette
	case !ok && l.Dark:
		p, _ = paletteOf("dark")
	case !ok:
		p, _ = paletteOf("light")
	}
	if l.Name == "mono" {
		l.Depth = Mono
	}
	t := &Theme{rich: l.Depth <= Indexed && named}
	var inks map[Ink]color.Color
	switch {
	case t.rich:
		inks = p.inks()
		if t.back = p.back; l.Depth == Indexed {
			index(inks, p.back)
			t.back = ""
		}
	case l.Depth != Mono:
		inks = few(l.Dark)
	}
	for k, v := range inks {
		t.ink.set(k, v)
	}
	if inks == nil { // there brightness alone tells data from the rest
		for _, k := range []Ink{Label, inkChrome, inkGrid, inkBand, inkUnder} {
			t.ink.front[k] = faint
		}
		for l := range levels {
			t.ink.front[edge(Level(l))] = faint
		}
	}
	plain := ansi.Style{}
	paint := func(k Ink) ansi.Style {
		if v := inks[k]; v != nil {
			return plain.ForegroundColor(v)
		}
		return plain
	}
	bold := func(k Ink) brush { // before the colour, as terminals are told it
		if v := inks[k]; v != nil {
			return brushOf(plain.Bold().ForegroundColor(v))
		}
		return brushOf(plain.Bold())
	}
	st := &t.styles
	st.bright, st.title = brushOf(plain.Bold()), brushOf(plain)
	st.marked, st.tab = brushOf(plain.Reverse(true)), brushOf(plain.Reverse(true))
	st.accent, st.chosen = brushOf(paint(Accent)), bold(Accent)
	if st.faint = brushOf(paint(Label)); inks == nil {
		st.faint = brushOf(plain.Faint())
	}
	if t.rich {
		st.tab = brushOf(plain.Bold().BackgroundColor(inks[inkChosen]))
	}
	for l := LevelNone; l <= LevelCritical; l++ {
		st.levels[l], st.strong[l] = brushOf(paint(Status(l))), bold(Status(l))
	}
	st.levels[LevelLow], st.levels[LevelCritical] = st.strong[LevelLow], st.strong[LevelCritical]
	return t
}

// brush paints a line. What it writes before and after is made once: a style that is
// rendered is looked up and measures the line each time.
type brush func(s string) string

func brushOf(style ansi.Style) brush {
	if len(style) == 0 {
		return func(s string) string { return s }
	}
	on := style.String()
	return func(s string) string {
		if s == "" {
			return s
		}
		return on + s + reset
	}
}

// Level is how near the end is.
type Level int

const (
	LevelNone Level = iota // not known
	LevelOK
	LevelLow
	LevelCritical
)

// At paints by a level, and Strong boldly.
//
//go:noinline
func (t *Theme) At(l Level, s string) string { return t.styles.levels[l](s) }

//go:noinline
func (t *Theme) Strong(l Level, s string) string { return t.styles.strong[l](s) }
