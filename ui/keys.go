package ui

import (
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// keyMap is every key of the dashboard; footer and help are drawn from it.
type keyMap struct {
	refresh, pause, next, shorter, longer, left, right key.Binding
	theme, copy, page, help, back, quit                key.Binding
	account, accounts, export, settings                key.Binding
	show, give, add, remove, yes, no                   key.Binding // of the accounts
	up, down, edit, take, drop, more, less             key.Binding // of the plan
	interrupt, suspend, command, run, state            key.Binding
	mode, zoomIn, zoomOut, first, latest, last         key.Binding // of the plot; last is the view before
	rowUp, rowDown, pageUp, pageDown, open             key.Binding // of a list
	find, group, sort, byok, kinds, acknowledge        key.Binding
	keepFilter, dropFilter                             key.Binding // while one is typed
	views                                              []key.Binding
}

// bound is a binding, the action that it can be put on by name (a view is where
// that counts, "" is everywhere), its keys, with blanks between them, and what the
// help says.
type bound struct {
	*key.Binding
	action, view, keys, shown, does string
}

// table is every binding, the actions in the order in which the manual has them: its
// action, view, keys, how these are shown, and what it does.
func (k *keyMap) table() []*bound {
	// A row is one text: as five they are 8 kB of program more.
	rows := [...]struct {
		*key.Binding
		text string
	}{
		{&k.next, "next-view||tab|tab|next view"},
		{&k.last, "previous-view||shift+tab|shift+tab|view before"},
		{&k.back, "back||esc|esc|back"},
		{&k.command, "command||:|:|all commands"},
		{&k.refresh, "refresh||r|r|refresh"},
		{&k.pause, "pause||p|p|pause or resume"},
		{&k.quit, "quit||q|q|quit"},
		{&k.help, "help||?|?|help"},
		{&k.settings, "settings||,|,|settings"},
		{&k.theme, "theme||t|t|next theme"},
		{&k.shorter, "shorter-range||[|[|shorter range"},
		{&k.longer, "longer-range||]|]|longer range"},
		{&k.left, "cursor-left||left h|←|cursor back in time"},
		{&k.right, "cursor-right||right l|→|cursor forward in time"},
		{&k.zoomIn, "zoom-in||+ =|+|closer, around the cursor"},
		{&k.more, "zoom-in||+ =|+|plan: more"},
		{&k.zoomOut, "zoom-out||-|-|wider"},
		{&k.less, "zoom-out||-|-|plan: less"},
		{&k.first, "earlier||home|home|earlier"},
		{&k.latest, "now||end|end|now"},
		{&k.mode, "plot|overview|v|v|plot: spend, balance, month"},
		{&k.state, "state-balance|overview|b|b|state the balance of the web page"},
		{&k.account, "account||a|a|next account"},
		{&k.accounts, "accounts||A|A|accounts: show or change"},
		{&k.copy, "copy||y|y|copy the summary"},
		{&k.export, "export||e|e|export the range to a file"},
		{&k.page, "credits-page||o|o|where to buy credits"},
		{&k.up, "up||up k|↑|plan: field above"},
		{&k.rowUp, "up||up k|↑|row above"},
		{&k.down, "down||down j|↓|plan: field below"},
		{&k.rowDown, "down||down j|↓|row below"},
		{&k.pageUp, "page-up||pgup|pgup|page up"},
		{&k.pageDown, "page-down||pgdown|pgdn|page down"},
		{&k.open, "open||enter|enter|details"},
		{&k.edit, "open||enter|enter|plan: edit the field"},
		{&k.find, "filter||/|/|filter"},
		{&k.group, "group|breakdown|g|g|group by key, model, provider…"},
		{&k.sort, "sort|breakdown|s|s|sort"},
		{&k.byok, "byok|breakdown|b|b|BYOK"},
		{&k.kinds, "kinds|events|g|g|kind: alerts, money, network…"},
		{&k.acknowledge, "acknowledge|events|x|x|mark the alert as seen"},
		{&k.suspend, "suspend||ctrl+z|ctrl+z|suspend"},
		{&k.run, "||enter|enter|run"},
		{&k.take, "||enter|enter|accept what was typed"},
		{&k.drop, "||esc|esc|cancel the edit"},
		{&k.interrupt, "||ctrl+c|ctrl+c|quit immediately"},
		{&k.show, "||enter|enter|show"},
		{&k.give, "||enter|enter|enter its key"},
		{&k.add, "||n|n|new"},
		{&k.remove, "||d|d|remove"},
		{&k.yes, "||y|y|remove it"},
		{&k.no, "||n esc|n|keep it"},
		{&k.keepFilter, "||enter|enter|apply the filter"},
		{&k.dropFilter, "||esc|esc|clear the filter"},
	}
	var all []*bound // pointers are compared without 2 kB of program
	for _, r := range rows {
		c := strings.Split(r.text, "|")
		all = append(all, &bound{r.Binding, c[0], c[1], c[2], c[3], c[4]})
	}
	for i := range k.views {
		n, name := strconv.Itoa(i+1), views[i].name()
		all = append(all, &bound{&k.views[i], name, "", n, n, name})
	}
	return all
}

func newKeyMap() *keyMap {
	k := &keyMap{views: make([]key.Binding, len(views))}
	for _, b := range k.table() {
		*b.Binding = key.NewBinding(key.WithKeys(strings.Fields(b.keys)...), key.WithHelp(b.shown, b.does))
	}
	// Those of a view are off until it turns them on.
	enable(false, &k.up, &k.down, &k.edit, &k.more, &k.less, &k.take, &k.drop, &k.rowUp, &k.rowDown, &k.pageUp, &k.pageDown, &k.open,
		&k.find, &k.group, &k.sort, &k.byok, &k.kinds, &k.acknowledge, &k.keepFilter, &k.dropFilter, &k.run, &k.state)
	return k
}

// enable turns bindings on or off.
func enable(on bool, bindings ...*key.Binding) {
	for _, b := range bindings {
		b.SetEnabled(on)
	}
}

// hit tells whether a key is one of a binding that is on. It is not inlined: that
// copies the binding at sixty places.
//
//go:noinline
func hit(msg tea.KeyPressMsg, b *key.Binding) bool { return key.Matches(msg, *b) }

// on is a binding that does something.
func on(b key.Binding) key.Binding {
	b.SetEnabled(true)
	return b
}

// full is all of them, for the help; a small one shows the first.
func (k *keyMap) full() []*key.Binding {
	var views []*key.Binding
	for i := range k.views {
		views = append(views, &k.views[i])
	}
	ends := "plot: earlier, now"
	if k.ends() {
		ends = "row: first, last"
	}
	all := []*key.Binding{together("view", views...), &k.next, &k.last, &k.back, &k.command, &k.refresh, &k.quit,
		together("range: shorter, longer", &k.shorter, &k.longer), together("cursor on the plot", &k.left, &k.right), together("zoom the plot", &k.zoomIn, &k.zoomOut), together(ends, &k.first, &k.latest), &k.mode,
		together("plan: field above, below", &k.up, &k.down), together("plan: more, less", &k.more, &k.less), &k.edit, &k.take, &k.drop, together("row", &k.rowUp, &k.rowDown)}
	all = append(all, &k.state, &k.open, &k.find, &k.group, &k.sort, &k.byok, &k.kinds, &k.acknowledge, &k.pageUp, &k.pageDown, &k.pause, &k.account, &k.accounts, &k.copy, &k.export, &k.page, &k.theme, &k.settings, &k.help, &k.interrupt, &k.suspend)
	shown := all[:0]
	for _, b := range all {
		if b.Enabled() && strings.TrimSpace(b.Help().Key) != "" {
			shown = append(shown, b)
		}
	}
	return shown
}

// together is one binding of several that do the same to two sides, or of a run
// of them; on if the first is.
func together(does string, keys ...*key.Binding) *key.Binding {
	first, last := keys[0].Help().Key, keys[len(keys)-1].Help().Key
	run, shown := len(keys) > 2, "" // 1 2 3 4
	for i, b := range keys {
		run = run && b.Help().Key == strconv.Itoa(i+1)
		shown += " " + b.Help().Key
	}
	if shown = strings.TrimSpace(shown); run {
		shown = first + "-" + last
	}
	var all []string
	for _, b := range keys {
		all = append(all, b.Keys()...)
	}
	b := key.NewBinding(key.WithKeys(all...), key.WithHelp(shown, does))
	b.SetEnabled(keys[0].Enabled())
	return &b
}

// forList enables the keys of a list of so many rows: they move in it, and open
// and search it unless one row is shown in full. Grouping and order are those
// of the breakdown.
func (k *keyMap) forList(rows int, open, grouped bool) *keyMap {
	enable(rows > 1, &k.rowUp, &k.rowDown, &k.pageUp, &k.pageDown)
	enable(rows > 0 && !open, &k.open)
	enable(!open, &k.find)
	enable(grouped, &k.group, &k.sort, &k.byok)
	if k.ends() {
		enable(rows > 1, &k.first, &k.latest)
	}
	return k
}

// ends reports whether the keys of a plot's beginning and end are those of a list's: no
// plot is there.
func (k *keyMap) ends() bool { return !k.zoomIn.Enabled() }
