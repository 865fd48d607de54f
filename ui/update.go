package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"ortop/internal/account"
	"ortop/ui/draw"
	"ortop/ui/field"
	"ortop/ui/panel"
	"ortop/ui/tty"
)

// Update takes one message. It never waits.
func (m Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.remembering(m.updated(msg))
	return m, cmd
}

func (m *Model) updated(msg tea.Msg) tea.Cmd {
	m.now = m.clock()
	if a, ok := msg.(answered); ok && a.from() != m.feed {
		m.still = true
		return nil
	}
	m.still = false
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = max(0, msg.Width), max(0, msg.Height)
		m.clockGen++
		return m.reload(m.clockCmd())
	case tea.BackgroundColorMsg:
		m.dark = msg.IsDark()
		m.themed()
		return nil
	case tea.ColorProfileMsg:
		m.depth = depthOf(msg.Profile)
		m.themed()
		return nil
	case tea.FocusMsg, tea.BlurMsg:
		_, m.unfocused = msg.(tea.BlurMsg)
		m.clockGen++
		cmd := m.spun(m.clockCmd())
		if m.unfocused {
			return cmd
		}
		return m.reload(cmd) // what was not loaded while nobody looked
	case tea.ResumeMsg:
		m.clockGen++
		return m.clockCmd()
	case clockMsg:
		switch age := m.now.Sub(m.snap.Now); {
		case msg.gen != m.clockGen:
			m.still = true
		case m.unfocused && age >= 0 && age < unseenAge:
			m.still = true
			return m.clockCmd()
		default:
			return batch(m.clockCmd(), m.refresh(m.layout()), m.loadFleet())
		}
	case spunMsg:
		m.turn++
		m.turning = false
		return m.spun(nil)
	case snapshotMsg:
		was := m.snap.Now
		switch {
		case !m.received(msg):
			m.still = true
			return nil
		case msg.feed != m.feed:
			m.still = m.unfocused
			return waitCmd(msg.feed)
		case m.unfocused && msg.snap.Now.Equal(was): // it is being asked, or waited for
			m.still = true
			return waitCmd(m.feed)
		}
		return m.reload(m.spun(waitCmd(m.feed)))
	case rawMsg:
		return batch(tea.Raw(string(msg)), rawCmd(m.o.Raw))
	case spendMsg:
		if m.spend.Receive(msg.answer) {
			return m.plotted(m.spend.Again)
		}
	case fanMsg:
		if m.fan.Receive(msg.answer) {
			return m.plotted(m.fan.Again)
		}
	case monthMsg:
		m.month.Receive(msg.answer)
	case weekMsg:
		if m.week.Receive(msg.answer) && m.week.Again {
			return m.loadWeek()
		}
	case rowPlottedMsg:
		m.who.plot.Receive(msg.answer)
	case dayMsg:
		m.dayReceived(msg)
		return nil
	case plannedMsg:
		return m.planReceived(msg)
	case breakdownMsg:
		return m.breakdownReceived(msg)
	case eventsMsg:
		return m.eventsReceived(msg)
	case acknowledgedMsg:
		return m.acknowledged(msg)
	case lookedMsg:
		over, again := m.lookLull.ended(msg.gen, rememberAfter, lookedOf)
		if over {
			return m.rememberCmd()
		}
		return again
	case tty.OrphanMsg:
		return m.notify(cannotSuspend)
	case noticeMsg:
		return m.notify(string(msg))
	case noticeOverMsg:
		over, again := m.noticeLull.ended(msg.gen, noticeFor, noticeOver)
		if over {
			m.notice = ""
		}
		return again
	case adoptedMsg:
		return m.adopted(msg)
	case fleetMsg:
		m.fleetReceived(msg)
		return nil
	case openedMsg:
		return m.opened(msg)
	case fateMsg:
		return m.fateReceived(msg)
	case removedMsg:
		return m.removed(msg)
	case tea.PasteMsg:
		return m.pasted(msg)
	case tea.MouseClickMsg:
		return m.clicked(msg)
	case tea.MouseWheelMsg:
		return m.wheeled(msg)
	case tea.MouseMotionMsg:
		return m.dragged(tea.Mouse(msg))
	case tea.MouseReleaseMsg:
		m.drag = drag{}
	case tea.KeyPressMsg:
		return m.pressed(msg)
	}
	return nil
}

// spun starts or goes on with the spinner while something is in flight and
// somebody looks.
func (m *Model) spun(also tea.Cmd) tea.Cmd {
	busy := m.snap.Phase == account.Asking || m.entry.check.Loading
	if m.turning || !busy || m.unfocused {
		return also
	}
	m.turning = true
	return batch(also, spinCmd())
}

// notify shows a line for a few seconds.
func (m *Model) notify(line string) tea.Cmd {
	m.notice = draw.Clean(line)
	return m.noticeLull.come(noticeFor, noticeOver)
}

// refresh requests what is on the screen and old.
func (m *Model) refresh(l layout) tea.Cmd {
	if m.feed == nil {
		return nil
	}
	return views[m.view].refresh(m, l)
}

func (m *Model) pressed(msg tea.KeyPressMsg) tea.Cmd {
	v, k := views[m.view], m.enabledKeys(m.layout())
	switch {
	case hit(msg, &k.interrupt):
		return tea.Interrupt
	case hit(msg, &k.suspend):
		return m.suspend
	case m.feed == nil:
		return m.onboardKey(msg)
	case m.dialog.open:
		return m.dialogKey(msg, k)
	case m.settings.Open:
		return m.settingsKey(msg)
	case m.palette.open:
		return m.paletteKey(msg, k)
	case m.stating.open:
		return m.statingKey(msg, k)
	case !k.quit.Enabled():
		return m.viewed(msg, k)
	case hit(msg, &k.quit):
		return m.quit()
	case hit(msg, &k.help):
		m.help, m.helpTop = !m.help, 0
		return nil
	case m.help && msg.Code == tea.KeyUp:
		m.scrollHelp(-1)
		return nil
	case m.help && msg.Code == tea.KeyDown:
		m.scrollHelp(1)
		return nil
	case m.help && msg.Code == tea.KeyPgUp:
		m.scrollHelp(-m.h / 2)
		return nil
	case m.help && msg.Code == tea.KeyPgDown:
		m.scrollHelp(m.h / 2)
		return nil
	case m.help:
		m.help = !hit(msg, &k.back)
		return nil
	case hit(msg, &k.command):
		m.palette = newPalette()
		return nil
	case hit(msg, &k.back) && !m.cursor.IsZero():
		m.cursor = time.Time{}
		return nil
	case hit(msg, &k.back) && !m.until.IsZero():
		return m.through(time.Time{})
	}
	for i := range k.views {
		if hit(msg, &k.views[i]) {
			return m.show(i)
		}
	}
	if cmd, ok := v.update(m, msg, k); ok {
		return cmd
	}
	switch {
	case hit(msg, &k.next):
		return m.show((m.view + 1) % len(views))
	case hit(msg, &k.last):
		return m.show((m.view + len(views) - 1) % len(views))
	case hit(msg, &k.back) && m.view == 0 && m.table.from:
		return m.openDialog()
	case hit(msg, &k.back):
		return m.show(0)
	case hit(msg, &k.state):
		m.stating = newStating()
	case hit(msg, &k.mode):
		m.mode = (m.mode + 1) % plotModes
		return m.reload(nil)
	case hit(msg, &k.zoomIn):
		return m.zoom(-1)
	case hit(msg, &k.zoomOut):
		return m.zoom(1)
	case hit(msg, &k.first):
		return m.earlier()
	case hit(msg, &k.latest):
		m.cursor = time.Time{}
		return m.through(time.Time{})
	case hit(msg, &k.shorter):
		return m.choose(v.span(m) - 1)
	case hit(msg, &k.longer):
		return m.choose(v.span(m) + 1)
	case hit(msg, &k.left):
		m.move(-1)
		return nil
	case hit(msg, &k.right):
		m.move(1)
		return nil
	case hit(msg, &k.refresh):
		m.feed.Refresh()
	case hit(msg, &k.pause):
		m.feed.Pause(m.snap.Phase != account.Paused)
	case hit(msg, &k.settings):
		m.openSettings()
		return nil
	case hit(msg, &k.theme):
		return m.nextTheme()
	case hit(msg, &k.copy):
		return batch(m.notify("copied: "+panel.Summary(&m.snap, m.pen())), tea.SetClipboard(panel.Copied(&m.snap, m.pen())))
	case hit(msg, &k.account):
		return m.showAccount(m.after(m.shown() + 1))
	case hit(msg, &k.accounts):
		return m.openDialog()
	case hit(msg, &k.export):
		return batch(m.notify("exporting…"), exportCmd(m.o.Export, panel.Spans[v.span(m)].Back, m.now))
	case hit(msg, &k.page):
		return m.notify("buy credits at " + panel.CreditsPage)
	}
	return nil
}

// depthOf is how many colours a terminal has.
func depthOf(p colorprofile.Profile) draw.Depth {
	switch {
	case p == colorprofile.TrueColor:
		return draw.Rich
	case p == colorprofile.ANSI256:
		return draw.Indexed
	case p == colorprofile.ANSI:
		return draw.Few
	}
	return draw.Mono
}

func (m *Model) nextTheme() tea.Cmd {
	return m.chooseTheme((m.themeID + 1) % len(m.themes()))
}

func (m *Model) chooseTheme(i int) tea.Cmd {
	m.themeID = i
	m.themed()
	note := "theme: " + themeName(m.themes()[i])
	if own := m.own(i); own != nil {
		note = draw.JoinAll(": ", note, own.Faint())
	}
	cmd := m.notify(note)
	if i == 0 { // what the terminal was never asked where it began with another
		cmd = batch(cmd, tea.RequestBackgroundColor)
	}
	return cmd
}

// themeName is what a theme is called; the first has no name.
func themeName(name string) string {
	if name == "" {
		return "by the terminal's background"
	}
	return name
}

// pasted puts a paste into what is typed in, and nowhere else.
func (m *Model) pasted(msg tea.PasteMsg) tea.Cmd {
	switch {
	case m.feed == nil && !m.onboard.typing:
	case m.feed == nil, m.dialog.step == stepKey:
		m.entry = m.entry.update(msg)
	case m.tabled() && m.table.filter.typing:
		m.table.filter, _ = m.table.filter.update(msg, m.keys)
		m.findFleet()
	case m.dialog.open:
		m.dialog = m.dialog.pasted(msg)
	case m.help:
	case m.settings.Typing():
		m.settings = m.settings.Type(func(in field.Input) field.Input { return in.Update(msg) })
	case m.settings.Open:
	case m.palette.open:
		m.palette.input = m.palette.input.Update(msg)
	case m.stating.open:
		m.stating.input = m.stating.input.Update(msg)
	default:
		return m.viewed(msg, m.enabledKeys(m.layout()))
	}
	return nil
}
