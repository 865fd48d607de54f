package settings

import (
	"ortop/ui/draw"
)

// nameWidth is the widest name of a setting.
const nameWidth = 9

// shown is a value as it is read.
func (r row) shown(v string) string {
	switch {
	case v != "":
		return v
	case r.empty != "":
		return r.empty
	case len(r.choices) > 0:
		return r.choices[0]
	}
	return ""
}

// line is a setting in w cells.
func (d Dialog) line(p draw.Pen, i, w int) string {
	r := d.rows[i]
	head := draw.Mark(p, i == d.at) + draw.Fit(r.name, nameWidth) + " "
	room := max(1, w-draw.Width(head))
	if i == d.at && d.typing {
		return head + d.input.Render(p, r.shown(*r.value(&d.Now)), room)
	}
	value := draw.Clean(r.shown(*r.value(&d.Now)))
	if i == d.at && r.choices != nil {
		value = p.Accent("‹ ") + draw.CutWords(value, room-4) + p.Accent(" ›")
	}
	line := draw.Fit(draw.Spread(head+value, p.Dim(draw.Pick(w-draw.Width(head)-draw.Width(value)-2, r.hint, "")), w), w)
	if i == d.at {
		return p.Row(line)
	}
	return line
}

// Height is how many rows the dialog takes with its border.
func (d *Dialog) Height() int { return len(d.rows) + 4 }

// Render draws the dialog over what lies under it, and says where what is set is
// stored.
func (d *Dialog) Render(p draw.Pen, stored string, under []string, w, h int) []string {
	outer := min(w, 72)
	in := outer - 4
	if w < 24 || h < 5 {
		return draw.Fill([]string{d.line(p, d.at, w)}, w, h)
	}
	rows := max(1, min(len(d.rows), h-4))
	top := draw.List{At: d.at}.Within(len(d.rows), rows).Top
	var lines []string
	for i := top; i < min(len(d.rows), top+rows); i++ {
		lines = append(lines, d.line(p, i, in))
	}
	words := p.Dim(draw.CutWords(stored, in))
	if d.err != "" {
		words = p.Low(draw.CutWords("✗ "+draw.Clean(d.err), in))
	}
	lines = append(lines, "", words)
	f := draw.Frame{Title: p.Bright("settings"), Lit: true, FootLeft: p.Accent("↑ ↓") + p.Dim(" setting  ") + p.Accent("← →") + p.Dim(" change  ") + p.Accent("esc") + p.Dim(draw.Pick(in-30, " store and close", " close"))}
	if d.typing {
		f.FootLeft = p.Accent("enter") + p.Dim(" accept  ") + p.Accent("esc") + p.Dim(" cancel")
	}
	return draw.Over(p, under, f.Render(p, draw.Fill(lines, in, rows+2), outer, rows+4), w, h)
}

// Under is the setting at a place of the screen of w by h cells; -1: none.
func (d *Dialog) Under(x, y, w, h int) int {
	outer, rows := min(w, 72), max(1, min(len(d.rows), h-4))
	left, first := (w-outer)/2, (h-rows-4)/2
	top := draw.List{At: d.at}.Within(len(d.rows), rows).Top
	if i := y - first - 1; i >= 0 && i < rows && x > left && x < left+outer-1 {
		return top + i
	}
	return -1
}

// Choose goes to a setting, or takes its next choice where it is chosen.
func (d Dialog) Choose(i int) Dialog {
	switch {
	case d.typing || i < 0 || i >= len(d.rows):
	case i == d.at:
		return d.Step(1)
	default:
		d.at, d.err = i, ""
	}
	return d
}
