package ui

import (
	"charm.land/bubbles/v2/key"

	"ortop/internal/text"
	"ortop/ui/draw"
	"ortop/ui/panel"
)

// mostDialog is how wide the dialog grows.
const mostDialog = 104

// renderDialog draws the dialog of accounts in w by h cells.
func renderDialog(p draw.Pen, d *dialog, e entry, rows panel.Accounts, keys *keyMap, notice string, under []string, w, h int) []string {
	if h < 4 || w < 24 {
		return []string{draw.Fit(d.row(p, e, rows, keys, w), w)}
	}
	title := "accounts"
	switch d.step {
	case stepName:
		title = "new account"
	case stepKey:
		title = "key for " + draw.Clean(d.account)
	case stepConfirm:
		title = "remove " + draw.Clean(d.account) + "?"
	}
	if h < 8 || w < 30 {
		return append([]string{p.Title(draw.Cut(title, w))}, draw.Fill(d.lines(p, e, rows, keys, notice, w, h-1), w, h-1)...)
	}
	outer := min(w, mostDialog)
	body := d.lines(p, e, rows, keys, notice, outer-4, h-2)
	shown := ""
	if rows.Shown >= 0 {
		shown = p.Dim("showing: " + draw.CutName(draw.Clean(rows.All[rows.Shown].Name), outer/3))
	}
	f := draw.Frame{Title: p.Title(title), Right: shown, Lit: true}
	return draw.Over(p, under, f.Render(p, body, outer, len(body)+2), w, h)
}

// lines are the dialog's step, its outcome and its keys: h lines
// at most.
func (d *dialog) lines(p draw.Pen, e entry, rows panel.Accounts, keys *keyMap, notice string, w, h int) []string {
	outcome := d.outcome(p, notice, w)
	hints := draw.CutWords(p.Dim(d.hints(keys, w)), w)
	var lines []string
	switch d.step {
	case stepName:
		lines = append(lines, "name  › "+d.name.Render(p, "", w-8))
	case stepKey:
		lines = append(lines, "› "+e.input.Render(p, "", w-2))
		outcome = e.outcome(p)
		if lines = append(lines, ""); h >= 6 {
			lines = append(lines, promises(p, draw.Clean(d.host), w)...)
		} else {
			lines[1] = promises(p, draw.Clean(d.host), w)[0]
		}
	case stepConfirm:
		fate := draw.Wrap(draw.Clean(d.fate.Value), w)
		lines = append(lines, fate[:min(len(fate), max(1, h-1-len(outcome)))]...)
	default:
		lines, _ = rows.Lines(p, 0, w) // of more there is a table
		if n := len(outcome); n > 0 {
			outcome = outcome[:min(n, max(1, h-4))]
		}
	}
	lines = append(lines, outcome...)
	if room := h - 1 - len(lines); room > 0 {
		lines = append(lines, "")
	}
	lines = append(lines[:min(len(lines), h-1)], hints)
	for i := range lines {
		lines[i] = draw.Cut(lines[i], w)
	}
	return lines
}

// outcome is what went wrong, or what was done.
func (d *dialog) outcome(p draw.Pen, notice string, w int) []string {
	switch {
	case d.err != "":
		return signed(p.Critical("✗ "), d.err, w)
	case d.busy():
		return []string{p.Dim("…")}
	}
	return draw.Wrap(notice, w)
}

// signed is words in lines of w cells, the first with a sign of two before it.
func signed(sign, words string, w int) []string {
	lines := draw.Wrap(words, w-2)
	for i := range lines {
		lines[i] = sign + lines[i]
		sign = "  "
	}
	return lines
}

// hints are the keys of the step.
func (d *dialog) hints(keys *keyMap, w int) string {
	switch d.step {
	case stepName:
		return draw.Pick(w, "enter: next, its key   esc: back", "enter, esc")
	case stepKey:
		return draw.Pick(w, "enter: verify the key   esc: back", "enter, esc")
	}
	var words []string
	for _, b := range []*key.Binding{&keys.yes, &keys.no, &keys.show, &keys.give, &keys.add, &keys.remove, &keys.back} {
		if b.Enabled() {
			words = append(words, b.Help().Key+" "+b.Help().Desc)
		}
	}
	return draw.Join(w, "  ", words...)
}

// row is the whole dialog in one row.
func (d *dialog) row(p draw.Pen, e entry, rows panel.Accounts, keys *keyMap, w int) string {
	switch {
	case d.err != "":
		return "✗ " + d.err
	case d.step == stepName:
		return "name › " + d.name.Render(p, "", w-7)
	case d.step == stepKey && e.err != "":
		return "✗ " + e.err
	case d.step == stepKey && e.check.Loading:
		return p.Spin + " checking…"
	case d.step == stepKey:
		to := ""
		if d.host != "" {
			to = p.Low("@"+draw.Cut(draw.Clean(d.host), max(3, w/3))) + " "
		}
		return to + "› " + e.input.Render(p, "", max(1, w-draw.Width(to)-2))
	case d.step == stepConfirm:
		return draw.Join(w, "   ", draw.Pick(w-6, "remove "+draw.Clean(d.account)+"?", draw.Clean(d.account)+"?", "remove?"), "y, n", p.Dim(draw.Clean(d.fate.Value)))
	}
	at := min(d.list.At, len(rows.All)-1)
	if at < 0 {
		return "no accounts"
	}
	a := rows.All[at]
	left := text.Unknown
	if a.Snap.Balance != nil {
		left = text.USD(a.Snap.Balance.LeftUSD())
	}
	return draw.Join(w, "  ", "› "+draw.CutName(draw.Clean(a.Name), max(1, w-4-draw.Width(left)))+"  "+left, rows.State(p, at), p.Dim(d.hints(keys, w/2)))
}
