package ui

import (
	tea "charm.land/bubbletea/v2"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/text"
	"ortop/ui/draw"
	"ortop/ui/field"
)

// stating is a balance that is typed, of an account whose key cannot read it.
type stating struct {
	open  bool
	input field.Input
	err   string
}

func newStating() stating { return stating{open: true, input: field.New()} }

func (m *Model) statingKey(msg tea.KeyPressMsg, k *keyMap) tea.Cmd {
	d := &m.stating
	switch {
	case hit(msg, &k.drop):
		m.stating = stating{}
	case !hit(msg, &k.take):
		d.input, d.err = d.input.Update(msg), ""
	case d.input.Text() == "":
		m.stating = stating{}
		m.feed.StateBalance(nil)
		return m.notify("no balance is stated")
	default:
		usd, err := text.ParseBalance(d.input.Text())
		if err != nil {
			d.err = err.Error()
			return nil
		}
		m.stating = stating{}
		m.feed.StateBalance(&usd)
		return m.notify(text.USD(usd) + " left by your own figure")
	}
	return nil
}

// render draws the question over what lies under it.
func (d stating) render(p draw.Pen, under []string, w, h int) []string {
	outer := min(w, 62)
	in := outer - 4
	lines := []string{"$ › " + d.input.Render(p, "", max(1, in-4)), ""}
	help := "It falls by what this key spends; other keys are not seen. An empty line takes it back."
	if d.err != "" {
		for _, line := range draw.Wrap(d.err, in) {
			lines = append(lines, p.Low(line))
		}
	} else {
		for _, line := range draw.Wrap(help, in) {
			lines = append(lines, p.Dim(line))
		}
	}
	if h < 4 || w < 20 {
		return draw.Fill(lines, w, h)
	}
	f := draw.Frame{Title: p.Bright("what the web page says is left"), Lit: true, FootLeft: p.Accent("enter") + p.Dim(" state it  ") + p.Accent("esc") + p.Dim(" cancel")}
	return draw.Over(p, under, f.Render(p, lines, outer, min(h, len(lines)+2)), w, h)
}

// openBalance asks for the balance once, where a key that was just given cannot read it.
func (m *Model) openBalance() {
	s := m.snap
	if !m.wantsBalance || s.At.IsZero() || s.Fault != nil || s.Key == nil {
		return
	}
	m.wantsBalance = false
	if s.KeyKind() == credit.KeyOrdinary && s.Source == account.FromKey && s.Balance == nil && s.Demo == "" && !m.dialog.open && !m.palette.open {
		m.stating = newStating()
	}
}
