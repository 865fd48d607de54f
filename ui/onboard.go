package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"ortop/ui/draw"
)

// The ways to begin, in the order of the menu.
const (
	beginManagement = iota
	beginOrdinary
	beginDemo
)

var beginnings = []struct{ does, brief, note string }{
	{"paste a management key", "management key", "openrouter.ai/settings/management-keys"},
	{"paste an ordinary key", "ordinary key", "its own cap; you may type the balance"},
	{"look at the demo", "the demo", "no key, nothing leaves here"},
}

// onboarding is the first run: a choice, then a key.
type onboarding struct {
	at     int // into beginnings
	typing bool
}

// onboardKey takes a key press of the first run.
func (m *Model) onboardKey(msg tea.KeyPressMsg) tea.Cmd {
	o := &m.onboard
	switch name := msg.String(); {
	case o.typing || m.entry.check.Loading:
		value, left := m.entry.press(msg)
		o.typing = o.typing && !left
		if value != "" {
			return m.adopt("", value, func(ctx context.Context) (adopted, error) {
				feed, note, err := m.o.Onboarding.Adopt(ctx, value)
				return adopted{feed, note}, err
			})
		}
	case name == "up" || name == "k" || name == "shift+tab":
		o.at = (o.at + len(beginnings) - 1) % len(beginnings)
	case name == "down" || name == "j" || name == "tab":
		o.at = (o.at + 1) % len(beginnings)
	case name == "q" || name == "esc":
		return tea.Quit
	case name == "enter" && o.at == beginDemo:
		return m.adopt("", "", func(ctx context.Context) (adopted, error) {
			feed, err := m.o.Onboarding.Demo(ctx)
			return adopted{feed: feed}, err
		})
	case name == "enter":
		o.typing, m.entry = true, m.entry.begun()
	}
	return nil
}

// lines are the first run's screen. The key goes to host, or to OpenRouter
// where that is empty.
func (o onboarding) lines(p draw.Pen, e entry, host string, w, h int) []string {
	in := w - 4
	if h < 3 || in < 14 {
		return []string{draw.Cut(o.row(p, e, host, w), w)}
	}
	keys := draw.Pick(in, "up, down: choose   enter: select   q: quit", "enter: select   q: quit", "enter, q")
	if o.typing {
		keys = draw.Pick(in, "enter: verify the key   esc: back", "enter, esc")
	}
	body, promise := o.menu(p, e, host, in), promises(p, host, in)
	var lines []string
	if h >= len(body)+8 {
		lines = append(lines, "")
	}
	if h >= len(body)+3 && in >= 32 {
		what, and := "ortop shows what is left of your OpenRouter credits", "and when they run out. It needs a key that can read them."
		if draw.Width(and) > in {
			what, and = "what is left of your OpenRouter", "credits, and when they run out"
		}
		lines = append(lines, p.Bright(what), and, "")
	}
	lines = append(lines, body...)
	switch room := h - 1 - len(lines); {
	case room > len(promise):
		lines = append(append(lines, ""), promise...)
	case room >= 1 && host != "":
		lines = append(lines, promise[0])
	}
	if h > len(lines) {
		lines = append(lines, p.Dim(keys))
	}
	if name, ok := draw.Digits(p, "ortop", in); ok && h >= len(lines)+roomForName {
		return welcomed(p, name, lines, w, h)
	}
	for i := range lines {
		if lines[i] != "" {
			lines[i] = "  " + draw.Fit(draw.CutWords(lines[i], in), in)
		}
	}
	return lines
}

// roomForName is the height beside the lines from which the name stands above them.
const roomForName = 8

// welcomed are the lines in the middle of a large screen, with the name above them.
func welcomed(p draw.Pen, name [3]string, lines []string, w, h int) []string {
	wide := 0
	for _, line := range lines {
		wide = max(wide, min(draw.Width(line), w-4))
	}
	left := draw.Blank((w - wide) / 2)
	out := draw.Fill(nil, w, (h-len(lines)-len(name)-1)/3)
	for _, row := range name {
		out = append(out, draw.Fit(left+p.Accent(row), w))
	}
	for _, line := range append([]string{""}, lines...) {
		out = append(out, draw.Fit(left+draw.CutWords(line, wide), w))
	}
	return out
}

// promises are where the key is sent and where it is stored.
func promises(p draw.Pen, host string, w int) []string {
	dim := p.Dim
	if host != "" {
		return []string{
			p.Low(draw.Pick(w, "▲ The key is sent to "+host+", not to openrouter.ai.", "▲ sent to "+host, "▲ "+host)),
			dim(draw.Pick(w, "It is kept in the system keyring or a private file.", "kept in the system keyring or a file", "kept here")),
		}
	}
	kept, sent := "Kept in the system keyring or a private file;", "sent to openrouter.ai only."
	switch {
	case draw.Width(kept)+1+draw.Width(sent) <= w:
		return []string{dim(kept + " " + sent)}
	case w < 32:
		return []string{dim(draw.Pick(w, sent, "to openrouter.ai"))}
	}
	return []string{dim(draw.Pick(w, kept, "Kept in the keyring or a file;")), dim(sent)}
}

// menu is the choice, or the field for the key.
func (o onboarding) menu(p draw.Pen, e entry, host string, w int) []string {
	var lines []string
	switch {
	case o.typing:
		name := beginnings[o.at].brief + "  "
		if w < 40 {
			name = ""
		}
		lines = []string{p.Title(name) + "› " + e.input.Render(p, "", w-draw.Width(name)-2)}
		note := o.note(host)
		if o.at == beginManagement && note != "" {
			note = draw.Pick(w, "make one at https://"+note, note)
		}
		if note != "" && draw.Width(note) <= w {
			lines = append(lines, p.Dim(note))
		}
	default:
		for i, b := range beginnings {
			name := draw.Fit(b.does, 26)
			if w < 28 {
				name = b.brief
			}
			mark, note := "  ", onboarding{at: i}.note(host)
			if i == o.at {
				mark, name = p.Chosen("› "), p.Chosen(name)
			}
			lines = append(lines, mark+draw.Pick(w-2, name+"  "+p.Dim(note), name))
		}
	}
	return append(lines, e.outcome(p)...)
}

// outcome is what became of the key that was given.
func (e entry) outcome(p draw.Pen) []string {
	switch {
	case e.check.Loading:
		return []string{p.Accent(p.Spin) + " checking…  " + p.Dim("esc: stop")}
	case e.err != "":
		return []string{p.Critical("✗ ") + e.err}
	}
	return nil
}

// note is what there is to know of a choice. OpenRouter's keys are of no use
// to another host.
func (o onboarding) note(host string) string {
	if o.at == beginManagement && host != "" {
		return ""
	}
	return beginnings[o.at].note
}

// row is the whole first run in one row.
func (o onboarding) row(p draw.Pen, e entry, host string, w int) string {
	to := ""
	if host != "" {
		to = p.Low("@"+draw.Cut(host, max(3, w/3))) + " "
	}
	switch {
	case e.check.Loading:
		return to + p.Spin + " checking…"
	case e.err != "":
		return to + "✗ " + e.err
	case o.typing:
		if w >= 48 {
			to += beginnings[o.at].brief + " "
		}
		return to + "› " + e.input.Render(p, "", max(1, w-draw.Width(to)-2))
	}
	b := beginnings[o.at]
	line := to + draw.Pick(w-draw.Width(to), "ortop needs a key: › "+b.does, "› "+b.does, "› "+b.brief)
	return draw.Join(w, "   ", line, p.Dim("enter: select   q: quit"), promises(p, host, w-3-draw.Width(line))[0])
}
