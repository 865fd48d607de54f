package ui

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// Themes are the names that Options.Theme may have, in the order in which the
// dashboard steps through them. The first, empty, follows the terminal.
var Themes = []string{"", "dark", "light", "amber", "ocean", "mono"}

// theme is what each part of a frame means; the colours follow from it. Every
// meaning has a second sign beside its colour: a word, a symbol, a place.
type theme struct {
	bright, dim, border, title, accent lipgloss.Style
	ok, low, critical, marked, chosen  lipgloss.Style
}

type palette struct{ ok, low, critical, accent, title color.Color }

// newTheme builds a theme. The terminal's own 16 colours are used where they
// can be relied on: on a light background its green, yellow and cyan are
// often too pale to read, so fixed colours of the 256 stand in.
func newTheme(isDark bool, name string, noColor bool) theme {
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
	return theme{
		bright:   plain.Bold(true),
		dim:      plain.Faint(true),
		border:   plain.Faint(true),
		title:    paint(p.title),
		accent:   paint(p.accent),
		ok:       paint(p.ok),
		low:      paint(p.low).Bold(true),
		critical: paint(p.critical).Bold(true),
		marked:   plain.Reverse(true),
		chosen:   paint(p.accent).Bold(true),
	}
}

// level is how near the end is.
type level int

const (
	levelNone level = iota // not known
	levelOK
	levelLow
	levelCritical
)

func (t theme) of(l level) lipgloss.Style {
	switch l {
	case levelOK:
		return t.ok
	case levelLow:
		return t.low
	case levelCritical:
		return t.critical
	}
	return lipgloss.NewStyle()
}
