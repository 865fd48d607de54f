package ui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/text"
	"ortop/ui/draw"
	"ortop/ui/field"
	"ortop/ui/panel"
	"ortop/ui/settings"
)

// applied takes what was set; the view and the range are those to
// begin with, and the interval that of the next start.
func (m *Model) applied(v settings.Values) {
	m.set = v
	m.themeID = max(0, slices.Index(m.themes(), v.Theme))
	text.TwelveHours(v.Clock == settings.Clocks[1])
	m.zone = nil
	if loc, err := time.LoadLocation(v.Zone); err == nil && v.Zone != "" {
		m.zone = loc
	}
	m.now = m.clock()
	m.themed()
}

// clock is the time, in the zone that people read clocks in.
func (m *Model) clock() time.Time {
	if now := m.o.Now(); m.zone != nil {
		return now.In(m.zone)
	}
	return m.o.Now()
}

// ascii reports whether everything is drawn in ASCII.
func (m *Model) ascii() bool { return m.o.ASCII || m.set.Glyphs == "ascii" }

// style is what spend is drawn with, and second the other currency.
func (m *Model) style() draw.Style {
	return draw.Style(max(0, slices.Index(draw.Styles, m.set.Glyphs)))
}

func (m *Model) second() text.Currency {
	c, _ := text.ParseCurrency(m.set.Currency) // which was checked
	return c
}

func (m *Model) openSettings() {
	now := m.set
	now.Theme = m.themes()[m.themeID]
	c := settings.Choices{Themes: m.themes(), Views: viewNames(), LeastInterval: m.o.LeastInterval}
	for i := range panel.Spans {
		c.Ranges = append(c.Ranges, panel.Spans[(i+panel.DefaultSpan)%len(panel.Spans)].Name)
	}
	m.settings = settings.New(now, c)
}

// settingsKey takes a key while the settings are open.
func (m *Model) settingsKey(msg tea.KeyPressMsg) tea.Cmd {
	d := m.settings
	if d.Typing() {
		switch msg.String() {
		case "enter":
			d = d.Accept()
		case "esc":
			d = d.Cancel()
		default:
			d = d.Type(func(in field.Input) field.Input { return in.Update(msg) })
		}
		return m.changed(&d)
	}
	switch msg.String() {
	case "esc", ",", "q":
		return m.closeSettings()
	case "up", "k", "shift+tab":
		d = d.Move(-1)
	case "down", "j", "tab":
		d = d.Move(1)
	case "left", "h", "-":
		d = d.Step(-1)
	case "right", "l", "+", "enter", "space":
		d = d.Step(1)
	}
	return m.changed(&d)
}

// changed shows what was set at once.
func (m *Model) changed(d *settings.Dialog) tea.Cmd {
	m.settings = *d
	if d.Now != m.set {
		was := m.themeID
		if m.applied(d.Now); was != 0 && m.themeID == 0 {
			return tea.RequestBackgroundColor
		}
	}
	return nil
}

const saveTimeout = 10 * time.Second

// closeSettings closes the dialog and stores what was changed.
func (m *Model) closeSettings() tea.Cmd {
	changed := m.settings.Changed()
	m.settings = settings.Dialog{}
	switch {
	case len(changed) == 0:
		return nil
	case m.o.SaveSettings == nil:
		return m.notify("set until ortop ends: " + m.o.Unsaved)
	}
	save := m.o.SaveSettings
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), saveTimeout)
		defer cancel()
		note, err := save(ctx, changed)
		if err != nil {
			return noticeMsg("set until ortop ends: " + err.Error())
		}
		return noticeMsg(note)
	}
}

// stored says where what is set goes.
func (m *Model) stored() string {
	if m.o.SaveSettings == nil {
		return m.o.Unsaved
	}
	return "stored in the configuration, whose other lines stay as they are"
}
