package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/ui/draw"
	"ortop/ui/settings"
)

// Model is the dashboard's whole state, a value: Update changes a copy.
type Model struct {
	o       Options
	suspend tea.Cmd // stops the process; nil where that cannot be done
	keys    *keyMap
	themeID int        // into themes
	dark    bool       // the terminal's background is
	depth   draw.Depth // how many colours it has
	th      *draw.Theme

	now       time.Time
	w, h      int
	unfocused bool
	still     bool // the last message changed nothing on the screen
	clockGen  int  // of the ticks that count
	turn      int  // of the spinner
	turning   bool

	view       int // into views
	help       bool
	helpTop    int // its first line on the screen
	notice     string
	noticeLull lull // until it is taken away
	onboard    onboarding
	entry      entry
	dialog     dialog
	table      fleetTable
	palette    palette

	set      settings.Values // as they are now
	settings settings.Dialog
	zone     *time.Location // in which clocks are read; nil: that of Now
	looked   Looks          // that are noted
	lookLull lull           // until they are stored
	drag     drag

	stating      stating
	wantsBalance bool // a key was just given: where it cannot read the balance, it is asked for

	peers   []peer // the accounts, in their order; nil: there is one alone
	watched        // the account on the screen
}

func newModel(o Options) Model {
	if o.Now == nil {
		o.Now = time.Now
	}
	keys, err := newKeyMap().remapped(o.Keys)
	if err != nil { // which whoever made the options would have been told
		keys, _ = newKeyMap().remapped(nil)
		o.Keys = nil
	}
	m := Model{o: o, keys: keys, dark: true, now: o.Now(), watched: newWatched(o.Feed)}
	m.notice = draw.Clean(o.Notice)
	m.noticeLull.waiting = m.notice != "" // from Init
	o.Settings.Theme = o.Theme
	m.applied(o.Settings)
	m.looking(o.Looks)
	m.looked = m.looks()
	m.listed()
	if i := m.shown(); i >= 0 {
		m.snap = m.peers[i].snap
	}
	if o.First != nil {
		m.snap = *o.First
	}
	return m
}

// themes are the names of all that can be chosen.
//
//go:noinline
func (m *Model) themes() []string {
	names := slices.Clone(Themes)
	for _, own := range m.o.Own {
		names = append(names, own.Name)
	}
	return names
}

// own is a theme that a person made; nil for any other.
func (m *Model) own(theme int) *draw.Own {
	if i := theme - len(Themes); i >= 0 {
		return &m.o.Own[i]
	}
	return nil
}

// themed takes the theme that its settings and the terminal ask for.
func (m *Model) themed() {
	look := draw.Look{Name: m.themes()[m.themeID], Own: m.own(m.themeID), Dark: m.dark, Depth: m.depth}
	if m.o.NoColor {
		look.Depth = draw.Mono
	}
	m.th = draw.NewTheme(look)
}

// Init starts what the dashboard lives on.
func (m Model) Init() tea.Cmd {
	cmds := []tea.Cmd{m.clockCmd()}
	if m.themeID == 0 {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	if m.notice != "" {
		cmds = append(cmds, tea.Tick(2*noticeFor, func(time.Time) tea.Msg { return noticeOver(m.noticeLull.n) }))
	}
	for _, feed := range m.feeds() {
		cmds = append(cmds, waitCmd(feed))
	}
	if m.o.Raw != nil {
		cmds = append(cmds, rawCmd(m.o.Raw))
	}
	return batch(cmds...)
}

// Still reports whether the last message left the screen as it was.
func (m Model) Still() bool { return m.still }

// Waits reports whether the screen's size, the account, or what was spent, is about to be
// known.
func (m Model) Waits() bool {
	return m.feed != nil && (m.w <= 0 || m.snap.Now.IsZero() || m.spend.Loading)
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

func (m *Model) glyphs() draw.Glyphs {
	switch {
	case m.ascii():
		return draw.ASCII
	case m.o.Console:
		return draw.Console
	}
	return draw.Unicode
}

func (m *Model) pen() draw.Pen {
	p := draw.Pen{Kit: &draw.Kit{Theme: m.th, ASCII: m.ascii(), Now: m.now, Focused: !m.unfocused, Style: m.style(), Second: m.second(), Keys: m.keys.shownKeys(m.o.Keys)}}
	if m.turning || m.entry.check.Loading {
		turns := []rune(spinner)
		if m.ascii() {
			turns = []rune(asciiSpinner)
		}
		p.Spin = string(turns[m.turn%len(turns)])
	}
	return p
}

// spinner turns while a request is in flight.
const spinner, asciiSpinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", `|/-\`

// enabledKeys are the keys that do something now.
func (m *Model) enabledKeys(l layout) *keyMap {
	k := m.keysBelow(l)
	if m.palette.open && !m.dialog.open {
		return m.palette.keys(k)
	}
	return k
}

// keysBelow are those that do something without the palette.
func (m *Model) keysBelow(l layout) *keyMap {
	k := &keyMap{}
	*k = *m.keys
	k.suspend.SetEnabled(m.suspend != nil)
	if m.dialog.open {
		return m.dialogKeys(k)
	}
	k.account.SetEnabled(len(m.feeds()) > 1)
	k.accounts.SetEnabled(m.o.Accounts != nil)
	k.export.SetEnabled(m.o.Export != nil)
	k.page.SetEnabled(m.snap.Host == "" && m.snap.Demo == "")
	cursor := len(m.spend.Value.Buckets) > 0 && l.spend.h > 0
	enable(cursor, &k.left, &k.right, &k.first, &k.latest)
	k.back.SetEnabled(m.help || !m.cursor.IsZero() || m.view != 0 || m.table.from)
	enable(l.spend.h > 0, &k.zoomIn, &k.zoomOut)
	k.mode.SetEnabled(l.spend.h > 0 && m.view == 0)
	k.state.SetEnabled(m.view == 0 && m.snap.KeyKind() == credit.KeyOrdinary && m.snap.Source != account.FromCredits && !m.snap.At.IsZero())
	if m.stating.open {
		return &keyMap{interrupt: k.interrupt, suspend: k.suspend, take: on(k.take), drop: on(k.drop)}
	}
	return views[m.view].keys(m, l, k)
}

// frame is the text of the screen, at most w by h cells. What is previewed stays,
// so m is a copy.
func (m *Model) frame() string {
	if m.w <= 0 || m.h <= 0 {
		return ""
	}
	m.previewed()
	l := m.layout()
	d := m.screen(l)
	var lines []string
	switch {
	case m.feed == nil:
		lines = m.onboard.lines(d.Pen, m.entry, draw.Clean(m.o.Host), m.w, m.h)
	case m.tabled():
		lines = m.renderFleet(d.Pen, d.keys)
	case m.dialog.open:
		lines = renderDialog(d.Pen, &m.dialog, m.entry, m.accounts(), m.hinted(d.keys), m.notice, d.lines(l), m.w, m.h)
	case m.help:
		lines = renderHelp(d.Pen, d.keys, m.helpTop, d.lines(l), m.w, m.h)
	case m.settings.Open:
		lines = m.settings.Render(d.Pen, m.stored(), d.lines(l), m.w, m.h)
	case m.stating.open:
		lines = m.stating.render(d.Pen, d.lines(l), m.w, m.h)
	case m.palette.open:
		lines = m.palette.render(d.Pen, m.found(), d.lines(l), m.w, m.h)
	default:
		lines = d.lines(l)
	}
	return draw.Clip(lines, m.w, m.h, m.glyphs())
}

// lines are the account on the screen.
func (d screen) lines(l layout) []string {
	switch l.tier {
	case tierLine:
		return d.pane().Rows(l.w, l.h)
	case tierCompact:
		return views[d.m.view].card(d, l.w, l.h)
	}
	return d.full(l)
}
