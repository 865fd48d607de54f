package ui

import (
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"ortop/history"
	"ortop/internal/account"
	"ortop/ui/draw"
)

// Model is the dashboard's whole state, a value.
type Model struct {
	o       Options
	feed    Feed    // nil until a first run has one
	suspend tea.Cmd // stops the process; nil where that cannot be done
	keys    keyMap
	themeID int // into Themes
	dark    bool
	th      *draw.Theme

	now       time.Time
	w, h      int
	unfocused bool
	clockGen  int // of the ticks that count
	turn      int // of the spinner
	turning   bool

	snap    account.Snapshot
	view    int
	help    bool
	notice  string
	noticed int // generation of the notice
	onboard onboarding
	entry   entry
	peers   []peer // the accounts, in their order; nil: there is one alone
	dialog  dialog

	span, fanSpan int // into spans; fanSpan may be autoSpan
	spend, fan    slot
	cursor        time.Time // on the spend plot; zero: none
	plan          planner

	told map[question]told
	who  breakdownView
	log  eventsView
}

// slot is one plot: what is shown, and what was asked for.
type slot struct {
	plot   history.Plot
	span   int // that the plot was asked for
	loaded bool
	err    error
	gen    int
	asking bool
	again  bool // something changed while asking
}

func newModel(o Options) Model {
	if o.Now == nil {
		o.Now = time.Now
	}
	m := Model{o: o, feed: o.Feed, keys: newKeyMap(), dark: true, now: o.Now(), span: defaultSpan, fanSpan: autoSpan, log: eventsView{span: eventSpan}}
	for i, name := range Themes {
		if name == o.Theme {
			m.themeID = i
		}
	}
	m.th = draw.NewTheme(m.dark, Themes[m.themeID], o.NoColor)
	m, _ = m.listed()
	if i := m.shown(); i >= 0 {
		m.snap = m.peers[i].snap
	}
	if o.First != nil {
		m.snap = *o.First
	}
	return m
}

// Init asks for what the dashboard lives on.
func (m Model) Init() tea.Cmd {
	cmds := []tea.Cmd{m.clockCmd()}
	if Themes[m.themeID] == "" {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	for _, feed := range m.feeds() {
		cmds = append(cmds, waitCmd(feed))
	}
	if m.o.Raw != nil {
		cmds = append(cmds, rawCmd(m.o.Raw))
	}
	return tea.Batch(cmds...)
}

// View is the frame and the terminal's modes.
func (m Model) View() tea.View {
	v := tea.NewView(m.frame())
	v.AltScreen, v.ReportFocus, v.MouseMode = true, true, tea.MouseModeCellMotion
	v.WindowTitle = "ortop"
	if name := draw.Clean(m.snap.Account); name != "" {
		v.WindowTitle += " " + name
	}
	return v
}

// screen is what a frame is drawn from.
func (m Model) screen() screen {
	return screen{
		Pen:    m.pen(),
		snap:   m.snap,
		view:   m.view,
		keys:   m.enabledKeys(),
		notice: m.notice,
		spend:  spendPlot{plot: m.spend.plot, loaded: m.spend.loaded, err: m.spend.err, span: m.spend.span, chosen: m.span, cursor: m.cursor},
		fan:    fanPlot{plot: m.fan.plot, loaded: m.fan.loaded, err: m.fan.err},
		plan:   m.plan,
		cards:  m.cards(),
		who:    m.breakdownPanel(),
		log:    m.log,
		rows:   accountRows{m.peers, m.shown()},
	}
}

func (m Model) pen() draw.Pen {
	p := draw.Pen{Theme: m.th, ASCII: m.o.ASCII, Now: m.now, Focused: !m.unfocused}
	if m.turning || m.entry.checking {
		p.Spin = string([]rune(spinner)[m.turn%len([]rune(spinner))])
	}
	return p
}

// spinner turns while a request is in flight.
const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"

// enabledKeys are the keys that do something now.
func (m Model) enabledKeys() keyMap {
	k := m.keys
	k.suspend.SetEnabled(m.suspend != nil)
	if m.dialog.open {
		return m.dialogKeys(k)
	}
	if m.plan.editing { // every other key is a letter
		return keyMap{interrupt: k.interrupt, suspend: k.suspend, take: k.take, drop: k.drop}
	}
	k.take.SetEnabled(false)
	k.drop.SetEnabled(false)
	for _, b := range []*key.Binding{&k.up, &k.down, &k.edit} {
		b.SetEnabled(m.layout().plan.h > 0)
	}
	if f := m.filter(); f != nil && f.typing { // every other key is a letter
		return keyMap{interrupt: k.interrupt, suspend: k.suspend, keepFilter: k.keepFilter, dropFilter: k.dropFilter}
	}
	m.listKeys(&k)
	k.account.SetEnabled(len(m.feeds()) > 1)
	k.accounts.SetEnabled(m.o.Accounts != nil)
	k.export.SetEnabled(m.o.Export != nil)
	k.page.SetEnabled(m.snap.Host == "" && m.snap.Demo == "")
	cursor := len(m.spend.plot.Buckets) > 0 && m.layout().spend.h > 0
	k.left.SetEnabled(cursor)
	k.right.SetEnabled(cursor)
	k.back.SetEnabled(m.help || !m.cursor.IsZero() || m.view != viewOverview)
	return k
}

func (m Model) layout() layout { return m.placed(m.cards().any()) }

// placed is the layout with or without the overview's cards.
func (m Model) placed(cards bool) layout {
	n := needs{cards: cards, accounts: len(m.peers)}
	if tierFor(m.w, m.h) >= tierFull {
		p := m.pen()
		n.banners = len(banners(p, m.snap, m.w-2))
		if m.snap.Balance == nil {
			n.credits = len(unknownLines(p, m.snap, draw.LevelNone, m.w/2, 4))
		}
		if m.view == viewBreakdown {
			n.listed = m.breakdownPanel().needs(p, m.w-4)
		}
		if m.view == viewForecast {
			n.reasons = len(whyLines(m.snap, m.now, m.w-4, m.h))
		}
	}
	return layoutFor(m.view, m.w, m.h, n)
}

// frame is the text of the screen, at most w by h cells.
func (m Model) frame() string {
	if m.w <= 0 || m.h <= 0 {
		return ""
	}
	var lines []string
	switch d := m.screen(); {
	case m.feed == nil:
		lines = m.onboard.lines(d.Pen, m.entry, draw.Clean(m.o.Host), m.w, m.h)
	case m.dialog.open:
		lines = renderDialog(d.Pen, m.dialog, m.entry, d.rows, d.keys, m.notice, m.w, m.h)
	case m.help:
		lines = renderHelp(d.Pen, d.keys, m.w, m.h)
	default:
		switch l := m.layout(); l.tier {
		case tierLine:
			lines = d.lineFrame(m.w, m.h)
		case tierCompact:
			lines = d.compactFrame(m.w, m.h)
			if m.filter() != nil && m.h >= leastList {
				lines = d.compactList(m.w, m.h)
			}
		default:
			lines = d.fullFrame(l)
		}
	}
	return draw.Clip(lines, m.w, m.h, m.o.ASCII)
}
