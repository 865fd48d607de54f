package ui

// lines are the first run's screen.
func (o onboarding) lines(p pen, w, h int) []string {
	in := w - 4
	dim := p.th.dim.Render
	if h < 3 || w < 24 {
		return []string{cut(pick(w, "ortop needs a key: "+o.choice(p, w), o.choice(p, w)), w)}
	}
	intro := []string{
		pick(in, "ortop shows what is left of your OpenRouter credits", "what is left of your OpenRouter"),
		pick(in, "and when they run out. It needs a key that may read them.", "credits, and when they run out"),
	}
	intro[0] = p.th.bright.Render(intro[0])
	body := o.menu(p, in)
	kept := pick(in, "Kept in the system keyring or a private file; sent to OpenRouter only.", "Kept in the system keyring;", "Kept here")
	keys := pick(in, "up, down: choose   enter: take it   q: quit", "enter: take it   q: quit", "enter, q")
	if o.typing {
		keys = pick(in, "enter: check it live   esc: back", "enter, esc")
	}
	var lines []string
	if h >= len(body)+8 {
		lines = append(lines, "")
	}
	if h >= len(body)+len(intro)+1 {
		lines = append(append(lines, intro...), "")
	}
	lines = append(lines, body...)
	if h-len(lines) >= 3 {
		lines = append(lines, "", dim(kept))
	}
	if h-len(lines) >= 1 {
		lines = append(lines, dim(keys))
	}
	for i := range lines {
		if lines[i] != "" {
			lines[i] = "  " + fit(lines[i], in)
		}
	}
	return lines
}

// menu is the choice, or the field for the key.
func (o onboarding) menu(p pen, w int) []string {
	var lines []string
	switch {
	case o.typing:
		name := "management key"
		if o.at == beginOrdinary {
			name = "ordinary key"
		}
		lines = []string{p.th.title.Render(name) + "  › " + o.input.render(p, w-width(name)-4)}
		if o.at == beginManagement {
			lines = append(lines, p.th.dim.Render(pick(w, "make one at https://"+beginnings[beginManagement].note, beginnings[beginManagement].note)))
		} else {
			lines = append(lines, p.th.dim.Render(beginnings[beginOrdinary].note))
		}
	default:
		for i, b := range beginnings {
			mark, name := "  ", fit(b.does, min(w, 26))
			if i == o.at {
				mark, name = p.th.chosen.Render("› "), p.th.chosen.Render(name)
			}
			lines = append(lines, mark+pick(w-2, name+"  "+p.th.dim.Render(b.note), name))
		}
	}
	switch {
	case o.checking:
		lines = append(lines, p.th.accent.Render(p.spin)+" checking…  "+p.th.dim.Render("esc: stop"))
	case o.err != "":
		lines = append(lines, p.th.critical.Render("✗ ")+o.err)
	}
	return lines
}

// choice is the whole menu in a few cells.
func (o onboarding) choice(p pen, w int) string {
	switch {
	case o.checking:
		return p.spin + " checking…"
	case o.err != "":
		return "✗ " + o.err
	case o.typing:
		return "› " + o.input.render(p, w-2)
	}
	return "› " + beginnings[o.at].does
}
