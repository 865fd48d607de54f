package ui

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"ortop/ui/draw"
	"ortop/ui/field"
	"ortop/ui/panel"
)

// palette is every command by its name.
type palette struct {
	open  bool
	input field.Input
	list  draw.List
}

// command is one of them: what it is about, what it does, its key, and whether
// it is what is shown already.
type command struct {
	about, does, key string
	shown            bool
	run              func(*Model) tea.Cmd
	preview          func(*Model) // makes it look so; nil: as now
}

func newPalette() palette { return palette{open: true, input: field.New()} }

func (palette) keys(k *keyMap) *keyMap {
	return &keyMap{interrupt: k.interrupt, suspend: k.suspend, rowUp: on(k.rowUp), rowDown: on(k.rowDown), pageUp: on(k.pageUp), pageDown: on(k.pageDown), run: on(k.run), back: on(k.back)}
}

// commands are all that can be done now.
func (m *Model) commands() []command {
	k := m.keysBelow(m.layout())
	var all []command
	for i, b := range k.views {
		all = append(all, command{about: "view", does: b.Help().Desc, key: b.Help().Key, shown: i == m.view, run: func(m *Model) tea.Cmd { return m.show(i) }})
	}
	for i := range panel.Spans {
		all = append(all, command{about: "range", does: panel.SpanName(i), key: "[ ]", shown: i == views[m.view].span(m), run: func(m *Model) tea.Cmd { return m.choose(i) }})
	}
	if k.mode.Enabled() {
		for i, name := range plotNames {
			all = append(all, command{about: "plot", does: name, key: k.mode.Help().Key, shown: i == m.mode, run: func(m *Model) tea.Cmd {
				m.mode = i
				return m.reload(nil)
			}})
		}
	}
	if !k.ends() {
		all = presses(all, "plot", &k.zoomIn, &k.zoomOut, &k.first, &k.latest)
	}
	all = presses(all, "plan", &k.edit, &k.more, &k.less)
	all = presses(all, "list", &k.open, &k.find, &k.group, &k.sort, &k.byok, &k.kinds, &k.acknowledge)
	for i, p := range m.peers {
		if p.Feed != nil && len(m.peers) > 1 {
			all = append(all, command{about: "account", does: draw.Clean(p.Name), key: k.account.Help().Key, shown: i == m.shown(), run: func(m *Model) tea.Cmd { return m.showAccount(i) }})
		}
	}
	all = presses(all, "account", &k.accounts, &k.state)
	for i, name := range m.themes() {
		all = append(all, command{about: "theme", does: themeName(name), key: k.theme.Help().Key, shown: i == m.themeID,
			run:     func(m *Model) tea.Cmd { return m.chooseTheme(i) },
			preview: func(m *Model) { m.themeID = i; m.themed() }})
	}
	all = presses(all, "ortop", &k.refresh, &k.pause, &k.settings, &k.copy, &k.export, &k.page, &k.help, &k.quit)
	return all
}

// presses adds the presses of those keys that do something now.
//
//go:noinline
func presses(all []command, about string, bindings ...*key.Binding) []command {
	for _, b := range bindings {
		if b.Enabled() {
			all = append(all, command{about: about, does: b.Help().Desc, key: b.Help().Key, run: func(m *Model) tea.Cmd { return m.pressed(actOf(b)) }})
		}
	}
	return all
}

// pressOf is the press of a key that a binding names.
func pressOf(name string) tea.KeyPressMsg {
	named := map[string]rune{"enter": tea.KeyEnter, "home": tea.KeyHome, "end": tea.KeyEnd, "esc": tea.KeyEscape}
	if code, ok := named[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// found are the commands that contain what was typed.
func (m *Model) found() []command {
	words := filter{Input: m.palette.input}.words()
	var found []command
	for _, c := range m.commands() {
		if matches(words, c.about+" "+c.does, c.key) {
			found = append(found, c)
		}
	}
	return found
}

// previewed shows what the command that is marked would.
func (m *Model) previewed() {
	if !m.palette.open {
		return
	}
	if found, at := m.found(), m.palette.list.At; at < len(found) && found[at].preview != nil {
		found[at].preview(m)
	}
}

// paletteWidth is how wide the palette is at most.
const paletteWidth = 64

// mostPalette is the height of the palette, its border included, and
// paletteRest what its rows leave of that.
const mostPalette, paletteRest = 20, 4

// rows is how many commands are seen of a screen h cells high.
func (palette) rows(h int) int { return max(1, min(h-2, mostPalette)-paletteRest) }

func (m *Model) paletteKey(msg tea.KeyPressMsg, k *keyMap) tea.Cmd {
	pl, found := &m.palette, m.found()
	l, moves := moved(pl.list, msg, k, len(found), pl.rows(m.h))
	switch {
	case hit(msg, &k.back):
		m.palette = palette{}
	case hit(msg, &k.run):
		if i := pl.list.At; i < len(found) {
			m.palette = palette{}
			return found[i].run(m)
		}
	case moves && msg.Text == "":
		pl.list = l
	default:
		pl.input, pl.list = pl.input.Update(msg), draw.List{}
	}
	return nil
}

// clickedPalette runs the command under the mouse, and closes the list where the
// mouse is beside it.
func (m *Model) clickedPalette(at tea.Mouse) tea.Cmd {
	found := m.found()
	rows, outer := m.palette.rows(m.h), min(m.w, paletteWidth)
	left, top := (m.w-outer)/2, (m.h-rows-paletteRest)/2
	if at.X < left || at.X >= left+outer || at.Y < top || at.Y >= top+rows+paletteRest {
		m.palette = palette{}
		return nil
	}
	if i := m.palette.list.Within(len(found), rows).Top + at.Y - top - 3; at.Y-top >= 3 && i < len(found) && at.Y-top-3 < rows {
		m.palette = palette{}
		return found[i].run(m)
	}
	return nil
}

// render draws the palette over what lies under it.
func (pl palette) render(p draw.Pen, found []command, under []string, w, h int) []string {
	outer := min(w, paletteWidth)
	if w < 24 || h < 6 {
		return draw.Fill([]string{": " + pl.input.Render(p, "", max(1, w-2))}, w, h)
	}
	in := outer - 4
	rows := pl.rows(h)
	l := pl.list.Within(len(found), rows)
	lines := []string{p.Accent(": ") + pl.input.Render(p, "", in-2), ""}
	for i := l.Top; i < min(len(found), l.Top+rows); i++ {
		c := found[i]
		state := ""
		if c.shown {
			state = "shown"
		}
		line := draw.Fit(draw.Mark(p, i == l.At)+p.Dim(c.about), 11)
		right := draw.JoinAll("  ", p.Dim(state), draw.FlushRight(p.Accent(c.key), 4))
		line += draw.Fit(draw.Spread(draw.Cut(c.does, in-11-draw.Width(right)-1), right, in-11), in-11)
		if i == l.At {
			line = p.Row(line)
		}
		lines = append(lines, line)
	}
	if len(found) == 0 {
		lines = append(lines, p.Dim("no command contains that"))
	}
	f := draw.Frame{Title: p.Bright("command"), Right: p.Dim(fmt.Sprintf("%d of %d", min(l.At+1, len(found)), len(found))), Lit: true,
		FootLeft: p.Accent("↑ ↓") + p.Dim(" choose  ") + p.Accent("enter") + p.Dim(" run  ") + p.Accent("esc") + p.Dim(" close")}
	return draw.Over(p, under, f.Render(p, draw.Fill(lines, in, rows+2), outer, rows+paletteRest), w, h)
}
