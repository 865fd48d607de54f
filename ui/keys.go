package ui

import (
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
)

// keyMap is every key of the dashboard; footer and help are drawn from it.
type keyMap struct {
	refresh, pause, next, shorter, longer, left, right key.Binding
	theme, copy, page, help, back, quit                key.Binding
	account, accounts, export, settings                key.Binding
	show, give, add, remove, yes, no                   key.Binding // of the accounts
	up, down, edit, take, drop                         key.Binding // of the plan
	interrupt, suspend, command, run, state            key.Binding
	mode, zoomIn, zoomOut, first, latest, last         key.Binding // of the plot; last is the view before
	rowUp, rowDown, pageUp, pageDown, open             key.Binding // of a list
	find, group, sort, byok, acknowledge               key.Binding
	keepFilter, dropFilter                             key.Binding // while one is typed
	views                                              []key.Binding
}

// bind binds keys, with blanks between them. It is no closure, and is not inlined: sixty
// copies of it were 20 kB of program.
//
//go:noinline
func bind(keys, shown, does string) key.Binding {
	return key.NewBinding(key.WithKeys(strings.Fields(keys)...), key.WithHelp(shown, does))
}

func newKeyMap() keyMap {
	k := keyMap{
		refresh:   bind("r", "r", "refresh"),
		pause:     bind("p", "p", "pause or resume"),
		next:      bind("tab", "tab", "next view"),
		shorter:   bind("[", "[", "shorter range"),
		longer:    bind("]", "]", "longer range"),
		left:      bind("left h", "←", "cursor back in time"),
		right:     bind("right l", "→", "cursor forward in time"),
		last:      bind("shift+tab", "shift+tab", "view before"),
		mode:      bind("v", "v", "plot: spend, balance, month"),
		zoomIn:    bind("+ =", "+", "closer, around the cursor"),
		zoomOut:   bind("-", "-", "wider"),
		first:     bind("home", "home", "earlier"),
		latest:    bind("end", "end", "now"),
		state:     bind("b", "b", "state the balance of the web page"),
		command:   bind(":", ":", "all commands"),
		run:       bind("enter", "enter", "run"),
		theme:     bind("t", "t", "next theme"),
		copy:      bind("y", "y", "copy the summary"),
		page:      bind("o", "o", "where to buy credits"),
		settings:  bind(",", ",", "settings"),
		account:   bind("a", "a", "next account"),
		accounts:  bind("A", "A", "accounts: show, add, remove"),
		export:    bind("e", "e", "export the range to a file"),
		help:      bind("?", "?", "help"),
		back:      bind("esc", "esc", "back"),
		quit:      bind("q", "q", "quit"),
		up:        bind("up k", "↑", "plan: field above"),
		down:      bind("down j", "↓", "plan: field below"),
		edit:      bind("enter", "enter", "plan: edit the field"),
		take:      bind("enter", "enter", "accept what was typed"),
		drop:      bind("esc", "esc", "cancel the edit"),
		interrupt: bind("ctrl+c", "ctrl+c", "quit immediately"),
		suspend:   bind("ctrl+z", "ctrl+z", "suspend"),

		show:   bind("enter", "enter", "show"),
		give:   bind("enter", "enter", "enter its key"),
		add:    bind("n", "n", "new"),
		remove: bind("d", "d", "remove"),
		yes:    bind("y", "y", "remove it"),
		no:     bind("n esc", "n", "keep it"),

		rowUp:       bind("up k", "↑", "row above"),
		rowDown:     bind("down j", "↓", "row below"),
		pageUp:      bind("pgup", "pgup", "page up"),
		pageDown:    bind("pgdown", "pgdn", "page down"),
		open:        bind("enter", "enter", "details"),
		find:        bind("/", "/", "filter"),
		group:       bind("g", "g", "group by key, model, provider…"),
		sort:        bind("s", "s", "sort"),
		byok:        bind("b", "b", "BYOK"),
		acknowledge: bind("x", "x", "mark the alert as seen"),
		keepFilter:  bind("enter", "enter", "apply the filter"),
		dropFilter:  bind("esc", "esc", "clear the filter"),
	}
	for i, name := range viewNames() {
		n := strconv.Itoa(i + 1)
		k.views = append(k.views, bind(n, n, name))
	}
	// Those of a view are off until it turns them on.
	for _, b := range []*key.Binding{
		&k.up, &k.down, &k.edit, &k.take, &k.drop, &k.rowUp, &k.rowDown, &k.pageUp, &k.pageDown, &k.open,
		&k.find, &k.group, &k.sort, &k.byok, &k.acknowledge, &k.keepFilter, &k.dropFilter, &k.run, &k.state,
	} {
		b.SetEnabled(false)
	}
	return k
}

// on is a binding that does something.
func on(b key.Binding) key.Binding {
	b.SetEnabled(true)
	return b
}

// full is all of them, for the help; a small one shows the first.
func (k keyMap) full() []key.Binding {
	all := []key.Binding{together("view", k.views...), k.next, k.last, k.back, k.command, k.refresh, k.quit,
		together("range: shorter, longer", k.shorter, k.longer), together("cursor on the plot", k.left, k.right), together("zoom the plot", k.zoomIn, k.zoomOut), together("plot: earlier, now", k.first, k.latest), k.mode,
		together("plan: field above, below", k.up, k.down), k.edit, k.take, k.drop, together("row", k.rowUp, k.rowDown)}
	all = append(all, k.state, k.open, k.find, k.group, k.sort, k.byok, k.acknowledge, k.pageUp, k.pageDown, k.pause, k.account, k.accounts, k.copy, k.export, k.page, k.theme, k.settings, k.help, k.interrupt, k.suspend)
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
func together(does string, keys ...key.Binding) key.Binding {
	if len(keys) == 0 {
		return key.Binding{}
	}
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
	return b
}

// forList enables the keys of a list of so many rows: they move in it, and open
// and search it unless one row is shown in full. Grouping and order are those
// of the breakdown.
func (k keyMap) forList(rows int, open, grouped bool) keyMap {
	for b, on := range map[*key.Binding]bool{
		&k.rowUp: rows > 1, &k.rowDown: rows > 1, &k.pageUp: rows > 1, &k.pageDown: rows > 1,
		&k.open: rows > 0 && !open, &k.find: !open, &k.group: grouped, &k.sort: grouped, &k.byok: grouped,
	} {
		b.SetEnabled(on)
	}
	return k
}
