package ui

import (
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"ortop/internal/account"
	"ortop/ui/draw"
	"ortop/ui/tty"
)

// Update takes one message. It never waits.
func (m Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.now = m.o.Now()
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = max(0, msg.Width), max(0, msg.Height)
		m.clockGen++
		return m.reload(m.clockCmd())
	case tea.BackgroundColorMsg:
		m.dark = msg.IsDark()
		m.th = draw.NewTheme(m.dark, Themes[m.themeID], m.o.NoColor)
	case tea.FocusMsg, tea.BlurMsg:
		_, m.unfocused = msg.(tea.BlurMsg)
		m.clockGen++
		return m.spun(m.clockCmd())
	case tea.ResumeMsg:
		m.clockGen++
		return m, m.clockCmd()
	case clockMsg:
		if msg.gen == m.clockGen {
			who := m.askWho()
			return m, tea.Batch(m.clockCmd(), who, m.askRow())
		}
	case spunMsg:
		m.turn++
		m.turning = false
		return m.spun(nil)
	case snapshotMsg:
		m, ok := m.heard(msg)
		switch {
		case !ok:
			return m, nil
		case msg.feed != m.feed:
			return m, waitCmd(msg.feed)
		}
		m.snap = msg.snap
		next, cmd := m.spun(waitCmd(m.feed))
		return next.(Model).reload(cmd)
	case rawMsg:
		return m, tea.Batch(tea.Raw(string(msg)), rawCmd(m.o.Raw))
	case plottedMsg:
		return m.plotted(msg)
	case plannedMsg:
		return m.planned(msg)
	case brokenDownMsg:
		return m.brokenDown(msg)
	case rowPlottedMsg:
		return m.rowPlotted(msg)
	case eventsMsg:
		return m.eventsRead(msg)
	case acknowledgedMsg:
		return m.acknowledged(msg)
	case tty.OrphanMsg:
		return m.say(cannotSuspend)
	case noticeMsg:
		return m.say(string(msg))
	case noticeOverMsg:
		if msg.gen == m.noticed {
			m.notice = ""
		}
	case adoptedMsg:
		return m.adopted(msg)
	case fatedMsg:
		return m.fated(msg)
	case removedMsg:
		return m.removed(msg)
	case tea.PasteMsg:
		return m.pasted(msg)
	case tea.MouseClickMsg:
		return m.clicked(tea.Mouse(msg))
	case tea.MouseWheelMsg:
		return m.wheeled(tea.Mouse(msg))
	case tea.KeyPressMsg:
		return m.pressed(msg)
	}
	return m, nil
}

// spun starts or goes on with the spinner while something is in flight and
// somebody looks.
func (m Model) spun(also tea.Cmd) (tea.Model, tea.Cmd) {
	busy := m.snap.Phase == account.Asking || m.entry.checking
	if m.turning || !busy || m.unfocused {
		return m, also
	}
	m.turning = true
	return m, tea.Batch(also, spinCmd())
}

// say shows a line for a few seconds.
func (m Model) say(line string) (tea.Model, tea.Cmd) {
	m.notice = draw.Clean(line)
	m.noticed++
	gen := m.noticed
	return m, tea.Tick(noticeFor, func(time.Time) tea.Msg { return noticeOverMsg{gen} })
}

func (m Model) pressed(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	k := m.enabledKeys()
	switch {
	case key.Matches(msg, k.interrupt):
		return m, tea.Interrupt
	case key.Matches(msg, k.suspend):
		return m, m.suspend
	case m.feed == nil:
		return m.onboardKey(msg)
	case m.dialog.open:
		return m.dialogKey(msg, k)
	case m.plan.editing:
		return m.planKey(msg, k)
	case k.keepFilter.Enabled():
		return m.filterKey(msg, k), nil
	case key.Matches(msg, k.quit):
		return m, tea.Quit
	case key.Matches(msg, k.help):
		m.help = !m.help
		return m, nil
	case key.Matches(msg, k.back):
		switch {
		case m.help:
			m.help = false
		case !m.cursor.IsZero():
			m.cursor = time.Time{}
		case m.closable():
			return m.closed(), nil
		default:
			return m.show(viewOverview)
		}
		return m, nil
	case m.help:
		return m, nil
	}
	for i, b := range k.views {
		if key.Matches(msg, b) {
			return m.show(i)
		}
	}
	if next, cmd, ok := m.listKey(msg, k); ok {
		return next, cmd
	}
	switch {
	case key.Matches(msg, k.next):
		return m.show((m.view + 1) % len(tabs))
	case key.Matches(msg, k.shorter):
		return m.choose(m.chosen() - 1)
	case key.Matches(msg, k.longer):
		return m.choose(m.chosen() + 1)
	case key.Matches(msg, k.left):
		return m.move(-1), nil
	case key.Matches(msg, k.right):
		return m.move(1), nil
	case key.Matches(msg, k.up):
		m.plan.at = max(0, m.plan.at-1)
	case key.Matches(msg, k.down):
		m.plan.at = min(planFields-1, m.plan.at+1)
	case key.Matches(msg, k.edit):
		return m.edit(), nil
	case key.Matches(msg, k.refresh):
		m.feed.Refresh()
	case key.Matches(msg, k.pause):
		m.feed.Pause(m.snap.Phase != account.Paused)
	case key.Matches(msg, k.theme):
		return m.nextTheme()
	case key.Matches(msg, k.copy):
		next, cmd := m.say("copied: " + summary(m.snap, m.pen()))
		return next, tea.Batch(cmd, tea.SetClipboard(copied(m.snap, m.pen())))
	case key.Matches(msg, k.account):
		return m.nextAccount()
	case key.Matches(msg, k.accounts):
		return m.openDialog(), nil
	case key.Matches(msg, k.export):
		next, cmd := m.say("exporting…")
		return next, tea.Batch(cmd, exportCmd(m.o.Export, spans[m.chosen()].back, m.now))
	case key.Matches(msg, k.page):
		return m.say("credits are bought at " + creditsPage)
	}
	return m, nil
}

func (m Model) nextTheme() (tea.Model, tea.Cmd) {
	m.themeID = (m.themeID + 1) % len(Themes)
	name := Themes[m.themeID]
	m.th = draw.NewTheme(m.dark, name, m.o.NoColor)
	if name == "" {
		name = "the terminal's own"
	}
	return m.say("theme: " + name)
}

// show turns to a view.
func (m Model) show(view int) (tea.Model, tea.Cmd) {
	m.view = view
	m.plan.editing = false
	return m.arranged().found().reload(nil)
}

// chosen is the range that the view goes by.
func (m Model) chosen() int {
	switch m.view {
	case viewForecast:
		return m.back()
	case viewEvents:
		return m.log.span
	}
	return m.span
}

// choose takes the range at i, if there is one.
func (m Model) choose(i int) (tea.Model, tea.Cmd) {
	if i < 0 || i >= len(spans) || i == m.chosen() {
		return m, nil
	}
	switch m.view {
	case viewForecast:
		m.fanSpan = i
	case viewEvents:
		m.log.span = i
	default:
		m.span = i
	}
	return m.arranged().reload(nil)
}

// move sets the cursor on a column of the spend plot that is so many further.
func (m Model) move(by int) Model {
	b := m.spend.plot.Buckets
	if len(b) == 0 {
		return m
	}
	x := m.screen().spend.cursorColumn()
	if x < 0 {
		x = len(b)
		by = min(by, -1)
	}
	x = min(len(b)-1, max(0, x+by))
	m.cursor = b[x].From
	return m
}
