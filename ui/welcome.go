package ui

// lines are the first run's screen. The key goes to host, or to OpenRouter
// where that is empty.
func (o onboarding) lines(p pen, e entry, host string, w, h int) []string {
	in := w - 4
	if h < 3 || in < 14 {
		return []string{cut(o.row(p, e, host, w), w)}
	}
	keys := pick(in, "up, down: choose   enter: take it   q: quit", "enter: take it   q: quit", "enter, q")
	if o.typing {
		keys = pick(in, "enter: check it live   esc: back", "enter, esc")
	}
	body, promise := o.menu(p, e, host, in), promises(p, host, in)
	var lines []string
	if h >= len(body)+8 {
		lines = append(lines, "")
	}
	if h >= len(body)+3 && in >= 32 {
		what, and := "ortop shows what is left of your OpenRouter credits", "and when they run out. It needs a key that may read them."
		if width(and) > in {
			what, and = "what is left of your OpenRouter", "credits, and when they run out"
		}
		lines = append(lines, p.th.bright.Render(what), and, "")
	}
	lines = append(lines, body...)
	switch room := h - 1 - len(lines); {
	case room > len(promise):
		lines = append(append(lines, ""), promise...)
	case room >= 1 && host != "":
		lines = append(lines, promise[0])
	}
	if h > len(lines) {
		lines = append(lines, p.th.dim.Render(keys))
	}
	for i := range lines {
		if lines[i] != "" {
			lines[i] = "  " + fit(cutWords(lines[i], in), in)
		}
	}
	return lines
}

// promises say where the key goes and where it stays.
func promises(p pen, host string, w int) []string {
	dim := p.th.dim.Render
	if host != "" {
		return []string{
			p.th.low.Render(pick(w, "▲ The key goes to "+host+", not to openrouter.ai.", "▲ sent to "+host, "▲ "+host)),
			dim(pick(w, "It is kept in the system keyring or a private file.", "kept in the system keyring or a file", "kept here")),
		}
	}
	kept, sent := "Kept in the system keyring or a private file;", "sent to openrouter.ai only."
	switch {
	case width(kept)+1+width(sent) <= w:
		return []string{dim(kept + " " + sent)}
	case w < 32:
		return []string{dim(pick(w, sent, "to openrouter.ai"))}
	}
	return []string{dim(pick(w, kept, "Kept in the keyring or a file;")), dim(sent)}
}

// menu is the choice, or the field for the key.
func (o onboarding) menu(p pen, e entry, host string, w int) []string {
	var lines []string
	switch {
	case o.typing:
		name := beginnings[o.at].brief + "  "
		if w < 40 {
			name = ""
		}
		lines = []string{p.th.title.Render(name) + "› " + e.input.render(p, w-width(name)-2)}
		note := o.note(host)
		if o.at == beginManagement && note != "" {
			note = pick(w, "make one at https://"+note, note)
		}
		if note != "" && width(note) <= w {
			lines = append(lines, p.th.dim.Render(note))
		}
	default:
		for i, b := range beginnings {
			name := fit(b.does, 26)
			if w < 28 {
				name = b.brief
			}
			mark, note := "  ", onboarding{at: i}.note(host)
			if i == o.at {
				mark, name = p.th.chosen.Render("› "), p.th.chosen.Render(name)
			}
			lines = append(lines, mark+pick(w-2, name+"  "+p.th.dim.Render(note), name))
		}
	}
	return append(lines, e.outcome(p)...)
}

// outcome is what became of the key that was given.
func (e entry) outcome(p pen) []string {
	switch {
	case e.checking:
		return []string{p.th.accent.Render(p.spin) + " checking…  " + p.th.dim.Render("esc: stop")}
	case e.err != "":
		return []string{p.th.critical.Render("✗ ") + e.err}
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
func (o onboarding) row(p pen, e entry, host string, w int) string {
	to := ""
	if host != "" {
		to = p.th.low.Render("@"+cut(host, max(3, w/3))) + " "
	}
	switch {
	case e.checking:
		return to + p.spin + " checking…"
	case e.err != "":
		return to + "✗ " + e.err
	case o.typing:
		if w >= 48 {
			to += beginnings[o.at].brief + " "
		}
		return to + "› " + e.input.render(p, max(1, w-width(to)-2))
	}
	b := beginnings[o.at]
	line := to + pick(w-width(to), "ortop needs a key: › "+b.does, "› "+b.does, "› "+b.brief)
	return join(w, "   ", line, p.th.dim.Render("enter: take it   q: quit"), promises(p, host, w-3-width(line))[0])
}
