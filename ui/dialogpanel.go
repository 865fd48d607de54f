package ui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/x/ansi"

	"ortop/internal/text"
)

// dialogRest is what the dialog's rows leave of its height: border, sum, what
// is said and the keys. mostDialog is how wide it grows.
const (
	dialogRest = 5
	mostDialog = 104
)

// renderDialog draws the dialog of accounts in w by h cells.
func renderDialog(p pen, d dialog, e entry, rows accountRows, keys keyMap, notice string, w, h int) []string {
	if h < 4 || w < 24 {
		return []string{fit(d.row(p, e, rows, keys, w), w)}
	}
	title := "accounts"
	switch d.step {
	case stepName:
		title = "new account"
	case stepKey:
		title = "key of " + clean(d.of)
	case stepConfirm:
		title = "remove " + clean(d.of) + "?"
	}
	if h < 8 || w < 30 {
		return append([]string{p.th.title.Render(cut(title, w))}, fill(d.lines(p, e, rows, keys, notice, w, h-1), w, h-1)...)
	}
	outer := min(w, mostDialog)
	body := d.lines(p, e, rows, keys, notice, outer-4, h-2)
	shown := ""
	if rows.shown >= 0 {
		shown = p.th.dim.Render("on the screen: " + cut(clean(rows.peers[rows.shown].Name), outer/3))
	}
	return centred(renderPanel(p, p.th.title.Render(title), shown, body, outer, len(body)+2), w, h)
}

// centred puts a panel in the middle of w by h cells.
func centred(panel []string, w, h int) []string {
	left := blank((w - width(panel[0])) / 2)
	out := fill(nil, 0, (h-len(panel))/2)
	for _, line := range panel {
		out = append(out, left+line)
	}
	return out
}

// lines are the dialog's step, what there is to say of it and its keys: h lines
// at most.
func (d dialog) lines(p pen, e entry, rows accountRows, keys keyMap, notice string, w, h int) []string {
	said := d.said(p, notice, w)
	hints := cutWords(p.th.dim.Render(d.hints(keys, w)), w)
	var lines []string
	switch d.step {
	case stepName:
		lines = append(lines, "name  › "+renderTyped(p, d.name.text, w-8))
	case stepKey:
		lines = append(lines, "› "+e.input.render(p, w-2))
		said = e.outcome(p)
		if lines = append(lines, ""); h >= 6 {
			lines = append(lines, promises(p, clean(d.host), w)...)
		} else {
			lines[1] = promises(p, clean(d.host), w)[0]
		}
	case stepConfirm:
		fate := wrap(d.fate, w)
		lines = append(lines, fate[:min(len(fate), max(1, h-1-len(said)))]...)
	default:
		all, total := rows.lines(p, d.list.at, w)
		if n := len(said); n > 0 {
			said = said[:min(n, max(1, h-4))]
		}
		seen := h - 1 - len(said)
		if len(all) > 1 {
			seen--
		}
		l := d.list.within(len(all), seen)
		lines = append(lines, all[l.top:min(len(all), l.top+max(1, seen))]...)
		if len(all) > 1 {
			lines = append(lines, total)
		}
	}
	lines = append(lines, said...)
	if room := h - 1 - len(lines); room > 0 {
		lines = append(lines, "")
	}
	lines = append(lines[:min(len(lines), h-1)], hints)
	for i := range lines {
		lines[i] = cut(lines[i], w)
	}
	return lines
}

// said is what went wrong, or what was done.
func (d dialog) said(p pen, notice string, w int) []string {
	switch {
	case d.err != "":
		lines := wrap(d.err, w-2)
		for i := range lines {
			lines[i] = "  " + lines[i]
		}
		lines[0] = p.th.critical.Render("✗ ") + lines[0][2:]
		return lines
	case d.busy:
		return []string{p.th.dim.Render("…")}
	}
	return wrap(notice, w)
}

// hints are the keys of the step.
func (d dialog) hints(keys keyMap, w int) string {
	switch d.step {
	case stepName:
		return pick(w, "enter: then its key   esc: back", "enter, esc")
	case stepKey:
		return pick(w, "enter: check it live   esc: back", "enter, esc")
	}
	var words []string
	for _, b := range []key.Binding{keys.yes, keys.no, keys.show, keys.give, keys.add, keys.remove, keys.back} {
		if b.Enabled() {
			words = append(words, b.Help().Key+" "+b.Help().Desc)
		}
	}
	return join(w, "  ", words...)
}

// row is the whole dialog in one row.
func (d dialog) row(p pen, e entry, rows accountRows, keys keyMap, w int) string {
	switch {
	case d.err != "":
		return "✗ " + d.err
	case d.step == stepName:
		return "name › " + renderTyped(p, d.name.text, w-7)
	case d.step == stepKey && e.err != "":
		return "✗ " + e.err
	case d.step == stepKey && e.checking:
		return p.spin + " checking…"
	case d.step == stepKey:
		to := ""
		if d.host != "" {
			to = p.th.low.Render("@"+cut(clean(d.host), max(3, w/3))) + " "
		}
		return to + "› " + e.input.render(p, max(1, w-width(to)-2))
	case d.step == stepConfirm:
		return join(w, "   ", pick(w-6, "remove "+clean(d.of)+"?", clean(d.of)+"?", "remove?"), "y, n", p.th.dim.Render(d.fate))
	}
	at := min(d.list.at, len(rows.peers)-1)
	if at < 0 {
		return "no accounts"
	}
	a := rows.peers[at]
	left := text.Unknown
	if a.snap.Balance != nil {
		left = text.USD(a.snap.Balance.LeftUSD())
	}
	return join(w, "  ", "› "+pick(w-2-width(left)-2, clean(a.Name), cut(clean(a.Name), max(1, w-6-width(left))))+"  "+left, rows.state(p, at), p.th.dim.Render(d.hints(keys, w/2)))
}

// renderTyped draws the end of what was typed, in w cells.
func renderTyped(p pen, s string, w int) string {
	s = clean(s) + strings.Repeat(" ", len(s)-len(strings.TrimRight(s, " ")))
	if over := width(s) - max(0, w-1); over > 0 {
		s = ansi.TruncateLeft(s, over, "")
	}
	return s + p.th.marked.Render(" ")
}
