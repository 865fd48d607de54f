package ui

import (
	"fmt"

	"charm.land/bubbles/v2/key"

	"ortop/ui/draw"
)

// renderHelp lists the keys that do something, in as many columns as it
// takes, from the line top on where there are more than have room.
func renderHelp(p draw.Pen, k *keyMap, top int, under []string, w, h int) []string {
	bindings := k.full()
	keys := 6
	for _, b := range bindings {
		keys = max(keys, draw.Width(b.Help().Key))
	}
	entry := func(b *key.Binding) string { return helpEntry(p, b, keys) }
	zone, _ := p.Now.Zone()
	notes := []string{
		"Times are in " + zone + "; OpenRouter's days (today, caps) are in UTC.",
		"80 %: four in five within the range; 90 %: nine in ten not before it.",
	}
	if w < 20 || h < 5 {
		lines := []string{""}
		for _, b := range bindings { // as many in a line as it holds
			last := &lines[len(lines)-1]
			if both := draw.JoinAll("  ", *last, b.Help().Key+" "+b.Help().Desc); *last == "" || draw.Width(both) <= w {
				*last = both
			} else {
				lines = append(lines, b.Help().Key+" "+b.Help().Desc)
			}
		}
		return draw.Fill(lines, w, len(lines))
	}
	rows, in := len(bindings), min(w, 82)-4
	widest := func(b []*key.Binding) (cells int) {
		for i := range b {
			cells = max(cells, draw.Width(entry(b[i])))
		}
		return cells
	}
	half := (rows + 1) / 2
	if h-2-3 < rows && widest(bindings[:half])+1+widest(bindings[half:]) <= in {
		rows = half
	}
	var body []string
	for i := range rows {
		line := entry(bindings[i])
		if j := i + rows; j < len(bindings) {
			line = draw.Fit(line, max(widest(bindings[:half])+1, min(34, in/2))) + entry(bindings[j])
		}
		body = append(body, line)
	}
	if h-2 >= rows+1+len(notes) {
		body = append(body, "")
		for _, n := range notes {
			body = append(body, p.Dim(n))
		}
	}
	panelW := min(w, 82)
	panelH := min(h, len(body)+2)
	f := draw.Frame{Title: p.Title("keys"), Right: p.Dim(p.Key("back", "esc") + " back"), Lit: true}
	if seen := panelH - 2; len(body) > seen {
		top = min(top, len(body)-seen)
		f.FootLeft = p.Dim(fmt.Sprintf("%d to %d of %d", top+1, top+seen, len(body)))
		f.FootRight = p.Accent("↑ ↓") + p.Dim(" more")
		body = body[top : top+seen]
	}
	return draw.Over(p, under, f.Render(p, body, panelW, panelH), w, h)
}

// helpEntry is a key in so many cells, and what it does.
//
//go:noinline
func helpEntry(p draw.Pen, b *key.Binding, keys int) string {
	return p.Accent(draw.FlushRight(b.Help().Key, keys)) + "  " + b.Help().Desc
}

// scrollHelp moves the help by lines.
func (m *Model) scrollHelp(by int) {
	m.helpTop = min(max(0, m.helpTop+by), max(0, len(m.enabledKeys(m.layout()).full())-1))
}
