package ui

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/spenders"
	"ortop/ui/draw"
	"ortop/ui/field"
	"ortop/ui/load"
	"ortop/ui/panel"
	"ortop/ui/scenes"
)

var listSizes = sevenSizes

// filledFeed has spenders and events.
func filledFeed() *fakeFeed {
	f := newFakeFeed()
	f.who, f.events = breakdownsOf(), happenings()
	return f
}

// typed is m after keys, with what it asked answered after each.
func typed(m Model, keys ...string) Model {
	for _, k := range keys {
		m, _ = step(m, press(k))
		m = loaded(m)
	}
	return m
}

func TestListFrames(t *testing.T) {
	none := newFakeFeed()
	none.who = map[spenders.By]spenders.Breakdown{spenders.ByKey: {By: spenders.ByKey, Rows: []spenders.Row{}, TotalUSD: scenes.USD(0), ReadAt: scenes.Now}}
	failing := newFakeFeed()
	failing.whoErr = errors.New("listing keys: 503 server error: upstream")
	for _, size := range listSizes {
		at := func(f *fakeFeed, s account.Snapshot, view int, keys ...string) Model {
			return typed(modelOf(Options{Feed: f}, s, size[0], size[1], view), keys...)
		}
		compare(t, "cards", at(filledFeed(), scenes.Healthy(), viewOverview))
		compare(t, "breakdown", at(filledFeed(), scenes.Healthy(), viewBreakdown, "down"))
		compare(t, "breakdown-model-byok", at(filledFeed(), scenes.Healthy(), viewBreakdown, "g", "b", "s"))
		compare(t, "breakdown-details", at(filledFeed(), scenes.Healthy(), viewBreakdown, "enter"))
		compare(t, "breakdown-filter", at(filledFeed(), scenes.Healthy(), viewBreakdown, "/", "B", "o", "t"))
		compare(t, "breakdown-member", at(filledFeed(), scenes.Healthy(), viewBreakdown, "g", "g", "g", "g"))
		compare(t, "breakdown-nothing", at(none, scenes.Healthy(), viewBreakdown))
		compare(t, "breakdown-error", at(failing, scenes.Healthy(), viewBreakdown))
		compare(t, "events", at(filledFeed(), scenes.Healthy(), viewEvents, "down"))
		compare(t, "events-details", at(filledFeed(), scenes.Healthy(), viewEvents, "down", "enter"))
		rising := filledFeed()
		rising.events = leaks()
		rises := scenes.Healthy()
		rises.RiseSince, rises.RiseFactor = rising.events[0].At, alert.LeakFactor
		compare(t, "events-leak", at(rising, rises, viewEvents))
		compare(t, "events-leak-details", at(rising, rises, viewEvents, "enter"))
		alarmed := scenes.Healthy()
		alarmed.Alerts = []alert.Event{*leaks()[0].Alert}
		compare(t, "breakdown-alert", at(filledFeed(), alarmed, viewBreakdown))
		compare(t, "events-none", at(newFakeFeed(), scenes.Healthy(), viewEvents))
	}
}

// Home and end are the first and the last row where no plot is, and its beginning and
// end where one is.
func TestEndsOfAList(t *testing.T) {
	f := filledFeed()
	for i := range 60 {
		f.events = append(f.events, account.Event{At: scenes.Now.AddDate(0, 0, -13).Add(-time.Duration(i) * time.Minute), Kind: account.EventGap, Text: "asleep"})
	}
	m := typed(modelOf(Options{Feed: f}, scenes.Healthy(), 80, 24, viewEvents), "end")
	if m.log.list.At != len(m.log.found)-1 || m.log.list.At < 60 {
		t.Errorf("end chooses row %d of %d", m.log.list.At, len(m.log.found))
	}
	if help, _ := step(m, press("?")); !strings.Contains(stripped(help), "row: first, last") || strings.Contains(stripped(help), "earlier, now") {
		t.Errorf("the help does not say what they do here:\n%s", stripped(help))
	}
	if m = typed(m, "home"); m.log.list.At != 0 {
		t.Errorf("home chooses row %d", m.log.list.At)
	}
	m = typed(modelOf(Options{Feed: filledFeed()}, scenes.Healthy(), 100, 30, viewBreakdown), "down", "home")
	if m.who.list.At != 1 || m.until.IsZero() {
		t.Errorf("home chooses row %d above a plot, which ends at %v", m.who.list.At, m.until)
	}
}

func TestListsFit(t *testing.T) {
	if testing.Short() {
		t.Skip("much arithmetic, and nothing beside it: the race detector finds nothing here")
	}
	f := filledFeed()
	wide := f.who[spenders.ByKey]
	wide.Rows = append([]spenders.Row{{ID: "w", Name: strings.Repeat("研究チーム👩‍👩‍👧\x1b[31m", 9), SpendUSD: scenes.USD(123456789.12), Share: scenes.USD(1),
		Cap: credit.Cap{LimitUSD: scenes.USD(1e9), RemainingUSD: scenes.USD(-1e9)}, Workspace: strings.Repeat("\u202eabc", 50)}, {ID: "n"}}, wide.Rows...)
	wide.Notes = []string{strings.Repeat("a long note ", 30)}
	f.who[spenders.ByKey] = wide
	f.events = append(f.events, account.Event{At: scenes.Now.AddDate(0, 0, -13), Kind: account.EventKind(strings.Repeat("kind", 9)), Level: "\x1b[2J", Text: strings.Repeat("words ", 80)})
	lists := modelOf(Options{Feed: f}, scenes.Healthy(), 80, 24, viewOverview)
	open := map[int][]Model{}
	for _, view := range []int{viewBreakdown, viewEvents} {
		m := sized(lists, 80, 24, view)
		open[view] = []Model{typed(m, "enter"), typed(m, "/", "a", "b", "c"), typed(m, "b", "/", "o")}
	}
	for view := range views {
		for turn, m := range open[view] {
			for _, size := range sizes(turn + view) {
				fits(t, sized(m, size[0], size[1], view))
			}
		}
		for _, size := range sizes(view) {
			m := sized(lists, size[0], size[1], view)
			fits(t, m)
			if view < viewBreakdown {
				continue
			}
			for _, f := range []*filter{&m.who.filter, &m.log.filter} {
				f.Input = field.New().Update(tea.PasteMsg{Content: strings.Repeat("研", field.MaxText)})
			}
			m.arrange()
			m.findEvents()
			fits(t, m)
		}
	}
	for _, size := range [][2]int{{80, 24}, {97, 20}, {100, 30}, {101, 31}, {140, 40}, {180, 50}} {
		for view := range views {
			m := sized(lists, size[0], size[1], view)
			for _, m := range []Model{m, typed(m, "enter")} {
				lines := strings.Split(m.View().Content, "\n")
				if len(lines) != size[1] {
					t.Errorf("view %d at %v: %d lines", view, size, len(lines))
				}
				for i, line := range lines {
					if draw.Width(line) != size[0] {
						t.Errorf("view %d at %v: line %d is %d cells: %q", view, size, i, draw.Width(line), line)
					}
				}
			}
		}
	}
}

func TestBreakdownKeys(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []string
		ok   func(m Model) bool
	}{
		{"number shows it", nil, func(m Model) bool { return m.view == viewBreakdown && len(m.who.rows) == 3 }},
		{"j and k choose a row", []string{"j", "j", "k"}, func(m Model) bool { return m.who.id == "laptop" }},
		{"a filter has them as letters", []string{"/", "j", "k"}, func(m Model) bool { return m.who.filter.Text() == "jk" }},
		{"down chooses a row", []string{"down"}, func(m Model) bool { return m.who.id == "laptop" }},
		{"down stops at the last", []string{"down", "down", "down", "down"}, func(m Model) bool { return m.who.id == "batch-nightly" }},
		{"g goes on to models", []string{"g"}, func(m Model) bool { return m.who.by == 1 && len(m.who.rows) == 6 && m.who.list.At == 0 }},
		{"g goes round", []string{"g", "g", "g", "g", "g"}, func(m Model) bool { return m.who.by == 0 }},
		{"s sorts by change, new first", []string{"s"}, func(m Model) bool { return m.who.rows[0].ID == "batch-nightly" && m.who.rows[2].ID == "laptop" }},
		{"s shows the first where none was chosen", []string{"s"}, func(m Model) bool { return m.who.list.At == 0 && m.who.id == "batch-nightly" }},
		{"s keeps the row chosen", []string{"down", "s"}, func(m Model) bool { return m.who.id == "laptop" && m.who.list.At == 2 }},
		{"s goes round", []string{"s", "s", "s", "s", "s", "s"}, func(m Model) bool { return m.who.rows[0].ID == "ci-bot" }},
		{"by name", []string{"s", "s", "s", "s", "s"}, func(m Model) bool { return m.who.rows[0].ID == "batch-nightly" }},
		{"filter finds as it is typed", []string{"/", "L", "A"}, func(m Model) bool { return len(m.who.rows) == 1 && m.who.id == "laptop" && m.who.filter.typing }},
		{"letters of a filter are no keys", []string{"/", "q", "?", "3"}, func(m Model) bool { return m.who.filter.Text() == "q?3" && !m.help }},
		{"enter keeps the filter", []string{"/", "l", "a", "enter"}, func(m Model) bool { return !m.who.filter.typing && len(m.who.rows) == 1 && !m.who.open }},
		{"esc clears it while typing", []string{"/", "l", "esc"}, func(m Model) bool { return m.who.filter == filter{} && len(m.who.rows) == 3 && m.view == viewBreakdown }},
		{"esc clears it afterwards", []string{"/", "l", "enter", "esc"}, func(m Model) bool { return m.who.filter == filter{} && m.view == viewBreakdown }},
		{"backspace", []string{"/", "l", "x", "backspace"}, func(m Model) bool { return m.who.filter.Text() == "l" }},
		{"nothing found", []string{"/", "z", "z"}, func(m Model) bool {
			return len(m.who.rows) == 0 && strings.Contains(stripped(m), "no name contains zz")
		}},
		{"enter opens details with their plot", []string{"enter"}, func(m Model) bool {
			return m.who.open && m.who.plot.Loaded && strings.Contains(stripped(m), "key ci-bot, last 24 h")
		}},
		{"down goes on in details", []string{"enter", "down"}, func(m Model) bool {
			return m.who.plot.Of.id == "laptop" && strings.Contains(stripped(m), "key laptop")
		}},
		{"esc closes details", []string{"enter", "esc"}, func(m Model) bool { return !m.who.open && m.view == viewBreakdown }},
		{"esc leaves the view", []string{"esc"}, func(m Model) bool { return m.view == viewOverview }},
		{"range", []string{"]"}, func(m Model) bool {
			return panel.Spans[m.span].Name == "7d" && len(m.breakdowns) == 2 && len(m.who.rows) == 3
		}},
		{"BYOK has a column", []string{"b"}, func(m Model) bool { return strings.Contains(stripped(m), "BYOK  vs before") }},
		{"tab goes on", []string{"tab"}, func(m Model) bool { return m.view == viewEvents }},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := typed(modelOf(Options{Feed: filledFeed()}, scenes.Healthy(), 120, 30, viewForecast), append([]string{"3"}, c.keys...)...)
			if !c.ok(m) {
				t.Errorf("after %v the state is not as expected: view %d, chosen %q of %d, filter %+v, open %t\n%s",
					c.keys, m.view, m.who.id, len(m.who.rows), m.who.filter, m.who.open, stripped(m))
			}
		})
	}
}

// Who spent it is asked only while it is shown, once at a time, and once a
// minute.
func TestBreakdownIsAskedRarely(t *testing.T) {
	f := filledFeed()
	m := typed(modelOf(Options{Feed: f}, scenes.Healthy(), 80, 13, viewOverview))
	if n := f.asked.Load(); n != 0 {
		t.Fatalf("without room for cards it was asked %d times", n)
	}
	m = typed(m, "3")
	clock := scenes.Now
	m.o.Now = func() time.Time { return clock }
	for range 50 {
		clock = clock.Add(time.Second)
		m, _ = step(m, snapshotMsg{f, scenes.Healthy()})
		m, _ = step(m, clockMsg{m.clockGen})
		m = loaded(m)
	}
	if n := f.asked.Load(); n != 1 {
		t.Errorf("within a minute it was asked %d times, want once", n)
	}
	clock = scenes.Now.Add(time.Minute)
	m, _ = step(m, clockMsg{m.clockGen})
	first := m.breakdowns[m.question()]
	if !first.Loading || !first.Loaded {
		t.Error("after a minute it is not asked again with the old answer standing")
	}
	m, _ = step(m, clockMsg{m.clockGen})
	if got := m.breakdowns[m.question()].Gen; got != first.Gen {
		t.Errorf("while it is asked generation %d begins", got)
	}
	m, _ = step(m, breakdownMsg{source{f}, load.Answer[breakdownOf, spenders.Breakdown]{Gen: first.Gen - 1, Of: first.Sent}})
	if len(m.who.rows) != 3 {
		t.Error("an answer of an older generation is shown")
	}
	m, _ = step(m, breakdownMsg{source{f}, load.Answer[breakdownOf, spenders.Breakdown]{Gen: first.Gen, Of: first.Sent, Err: errors.New("listing keys: network")}})
	if screen := stripped(m); len(m.who.rows) != 3 || !strings.Contains(screen, "▲ listing keys: network") || !strings.Contains(screen, "▲ keys 2 min ago") {
		t.Errorf("after an error the old answer is gone, or the error or its age is not said:\n%s", screen)
	}
	clock = clock.Add(breakdownRetry)
	if m, _ = step(m, clockMsg{m.clockGen}); !m.breakdowns[m.question()].Loading {
		t.Error("after an error it is not asked again soon")
	}
}

// What is being loaded of a range that is not looked at any more is dropped, but for what
// the cards show, and asked for again where that is.
func TestBreakdownOfNoInterestIsDropped(t *testing.T) {
	f := filledFeed()
	m := typed(modelOf(Options{Feed: f}, scenes.Healthy(), 100, 30, viewOverview), "3")
	m, _ = step(m, press("]"))
	week := m.question()
	if !m.breakdowns[week].Loading {
		t.Fatal("another range is not asked for")
	}
	m, _ = step(m, press("["))
	if day := m.question(); day == week || !m.breakdowns[day].Loaded || m.breakdowns[week].Loading {
		t.Errorf("%v is still being loaded while %v is looked at", week, day)
	}
	m, _ = step(m, press("]"))
	if !m.breakdowns[week].Loading {
		t.Error("what was dropped is not asked for again")
	}
	if m = loaded(m); len(m.who.rows) != 3 {
		t.Errorf("%d rows, want 3", len(m.who.rows))
	}
}

// An ordinary key knows of no one else: there are no cards, and no question.
func TestNoCardsForAnOrdinaryKey(t *testing.T) {
	f := filledFeed()
	if m := modelOf(Options{Feed: f}, scenes.All["ordinary"](), 100, 30, viewOverview); f.asked.Load() != 0 || strings.Contains(stripped(m), "models, 24 h") {
		t.Errorf("asked %d times", f.asked.Load())
	}
	if m := modelOf(Options{Feed: newFakeFeed()}, scenes.Healthy(), 100, 30, viewOverview); strings.Contains(stripped(m), "models") {
		t.Error("there is a card with nothing in it")
	}
}

func TestCardsLeaveThePlotItsRoom(t *testing.T) {
	cards := modelOf(Options{Feed: filledFeed()}, scenes.Healthy(), 80, 24, viewOverview)
	for w := 80; w < 200; w += 10 {
		for h := 14; h < 70; h++ {
			m := sized(cards, w, h, viewOverview)
			if l := m.layout(); l.cards.h > 0 && l.spend.h < panel.LeastSpend {
				t.Errorf("at %dx%d the cards leave the plot %d rows, want %d", w, h, l.spend.h, panel.LeastSpend)
			}
		}
	}
}

func TestEventsKeys(t *testing.T) {
	f := filledFeed()
	m := typed(modelOf(Options{Feed: f}, scenes.Healthy(), 100, 30, viewOverview), "4")
	if len(m.log.found) != 10 || !strings.Contains(stripped(m), "✗ urgent") || !strings.Contains(stripped(m), "○ forecast") {
		t.Fatalf("events: %d\n%s", len(m.log.found), stripped(m))
	}
	m, cmd := step(m, press("x"))
	if cmd == nil {
		t.Fatal("x does nothing on an alert that stands")
	}
	m, _ = step(m, cmd())
	m = loaded(m)
	if f.acknowledged.Load() != 9 || !m.log.found[0].Acknowledged || !strings.Contains(stripped(m), "seen") {
		t.Errorf("x acknowledged event %d, want 9, shown as seen", f.acknowledged.Load())
	}
	if _, cmd = step(m, press("x")); cmd != nil {
		t.Error("x does something on what was seen")
	}
	m = typed(m, "down", "enter")
	screen := stripped(m)
	for _, want := range []string{"anthropic/claude-sonnet-5 ($2.80)", "rule          spike", "x marks it seen"} {
		if !strings.Contains(screen, want) {
			t.Errorf("details do not say %q:\n%s", want, screen)
		}
	}
	m = typed(m, "esc", "/", "s", "p", "i", "k", "e", "enter")
	if len(m.log.found) != 1 || m.log.found[0].ID != 8 {
		t.Errorf("the filter finds %d events", len(m.log.found))
	}
	m = typed(m, "esc", "[", "[")
	if len(m.log.found) != 5 || panel.Spans[m.log.span].Name != "24h" || panel.Spans[m.span].Name != "24h" {
		t.Errorf("of the last day there are %d events, range %q", len(m.log.found), panel.Spans[m.log.span].Name)
	}
	m = typed(m, "]", "]")
	for _, c := range []struct {
		kind  string
		found []account.EventKind
	}{
		{"alerts", []account.EventKind{account.EventAlert, account.EventSpike, account.EventCleared, account.EventAlert, account.EventForecast}},
		{"money", []account.EventKind{account.EventTopUp, account.EventRefund, account.EventSegment}},
		{"network", []account.EventKind{account.EventGap, account.EventFault}},
	} {
		m = typed(m, "g")
		var got []account.EventKind
		for _, e := range m.log.found {
			got = append(got, e.Kind)
		}
		if !slices.Equal(got, c.found) || !strings.Contains(stripped(m), "["+c.kind+"]") {
			t.Errorf("of the kind %s there are %v, want %v:\n%s", c.kind, got, c.found, stripped(m))
		}
	}
	none := f.events
	f.events = f.events[2:3]
	if n := typed(m, "r"); !strings.Contains(stripped(loaded(typed(n, "[", "]"))), "none of the events in this range is about network;  g for others") {
		t.Errorf("without an event of the kind:\n%s", stripped(n))
	}
	f.events = none
	m = typed(m, "g", "[", "[")
	m, _ = step(m, acknowledgedMsg{source{f}, errors.New("disk full")})
	if !strings.Contains(m.notice, "not acknowledged: disk full") {
		t.Errorf("a failure to acknowledge says %q", m.notice)
	}
	f.err = errors.New("disk I/O error")
	m, _ = step(m, snapshotMsg{f, scenes.Healthy()})
	if m = loaded(m); !strings.Contains(stripped(m), "events cannot be read: disk I/O error") || len(m.log.found) != 5 {
		t.Error("an error is not said, or takes the events away")
	}
}

func TestListMouse(t *testing.T) {
	m := typed(modelOf(Options{Feed: filledFeed()}, scenes.Healthy(), 120, 30, viewBreakdown))
	click := func(m Model, word string) Model {
		t.Helper()
		for y, line := range strings.Split(stripped(m), "\n") {
			if before, _, ok := strings.Cut(line, word); ok {
				m, _ = step(m, tea.MouseClickMsg{X: draw.Width(before), Y: y, Button: tea.MouseLeft})
				return loaded(m)
			}
		}
		t.Fatalf("no %q on the screen", word)
		return m
	}
	m = click(m, "batch-nightly")
	if m.who.id != "batch-nightly" || m.who.open {
		t.Errorf("a click chose %q", m.who.id)
	}
	if got := click(m, "batch-nightly"); !got.who.open {
		t.Error("a click on the chosen row does not open it")
	} else if got = click(got, "7d"); panel.Spans[got.span].Name != "7d" {
		t.Errorf("a click on a range of the row's plot chose %q", panel.Spans[got.span].Name)
	}
	for i, by := range spenders.Bys[1:] {
		if got := click(m, string(by)+" "); got.who.by != i+1 {
			t.Errorf("a click on %q chose %q", by, spenders.Bys[got.who.by])
		}
	}
	m, _ = step(m, tea.MouseWheelMsg{X: 5, Y: 9, Button: tea.MouseWheelUp})
	if m.who.id != "ci-bot" {
		t.Errorf("the wheel went to %q", m.who.id)
	}
	m = click(m, "events")
	for i, kind := range panel.EventKinds {
		if got := click(m, kind+" "); i > 0 && (got.log.kind != i || len(got.log.found) == len(m.log.found)) {
			t.Errorf("a click on %s chose the kind %d, %d events", kind, got.log.kind, len(got.log.found))
		}
	}
	if m = click(m, "top-up"); m.log.list.At != 2 {
		t.Errorf("a click chose event %d", m.log.list.At)
	}
	if m = click(m, "1y"); panel.Spans[m.log.span].Name != "1y" {
		t.Errorf("a click on a range chose %q", panel.Spans[m.log.span].Name)
	}
}

func TestPasteGoesIntoTheFilterAlone(t *testing.T) {
	m := typed(modelOf(Options{Feed: filledFeed()}, scenes.Healthy(), 120, 30, viewBreakdown))
	if m, _ = step(m, tea.PasteMsg{Content: "q"}); m.who.filter.Text() != "" {
		t.Error("a paste begins a filter")
	}
	m = typed(m, "/")
	m, _ = step(m, tea.PasteMsg{Content: "ci\n\x1b[31m\u202e" + strings.Repeat("x", 1<<20)})
	if got := m.who.filter.Text(); len([]rune(got)) != field.MaxText || strings.ContainsAny(got, "\x1b\n\u202e") {
		t.Errorf("the filter is %q", got)
	}
}

// Where few rows leave the table's place empty, the plot of the chosen one stands below
// it, with its range and its cursor, or that of all where nothing is known of one by the
// hour; where many do not, it is left out.
func TestPlotBelowTheBreakdown(t *testing.T) {
	f := filledFeed()
	m := modelOf(Options{Feed: f}, scenes.Healthy(), 100, 30, viewBreakdown)
	const title = ", $/h"
	if !strings.Contains(stripped(m), title) || !strings.Contains(stripped(m), "sum") {
		t.Fatalf("no plot below the table:\n%s", stripped(m))
	}
	l := m.layout()
	moved, _ := step(m, tea.MouseWheelMsg{X: 40, Y: l.spend.y + 3, Button: tea.MouseWheelLeft})
	if moved.cursor.IsZero() || moved.who.list.At != m.who.list.At {
		t.Error("the wheel over the plot does not move its cursor alone")
	}
	keyed, _ := step(m, press("left"))
	last := keyed.cursor
	if keyed, _ = step(keyed, press("left")); last.IsZero() || last.Sub(keyed.cursor).Round(time.Minute) != time.Hour {
		t.Errorf("the arrows move the cursor from %s to %s, where a column is an hour", last, keyed.cursor)
	}
	for i := range m.who.rows {
		if name := m.who.rows[m.who.list.At].Name; !strings.Contains(stripped(m), name+title) {
			t.Errorf("row %d: the plot is not that of %s:\n%s", i, name, stripped(m))
		}
		m, _ = step(m, press("down"))
	}
	if back, _ := step(m, press("pgup")); !back.until.IsZero() && !strings.Contains(stripped(back), "all spend"+title) {
		t.Errorf("before the span of the table the plot is that of a row:\n%s", stripped(back))
	}
	for i := range m.who.rows {
		m.who.rows[i].Trend = nil
	}
	if !strings.Contains(stripped(m), "all spend"+title) {
		t.Errorf("of no row anything is known by the hour, and the plot is not that of all:\n%s", stripped(m))
	}
	m = modelOf(Options{Feed: filledFeed()}, scenes.Healthy(), 100, 30, viewBreakdown)
	if open := stripped(typed(m, "enter")); strings.Contains(open, "all spend") || strings.Count(open, m.who.rows[m.who.list.At].Name+title) != 1 {
		t.Errorf("the plot of all stands beside one row:\n%s", open)
	}
	many := f.who[spenders.ByKey]
	for i := range 40 {
		many.Rows = append(many.Rows, spenders.Row{ID: strconv.Itoa(i), Name: "key " + strconv.Itoa(i), SpendUSD: scenes.USD(0)})
	}
	f.who[spenders.ByKey] = many
	if m = modelOf(Options{Feed: f}, scenes.Healthy(), 100, 30, viewBreakdown); strings.Contains(stripped(m), title) {
		t.Errorf("the plot takes the place of rows:\n%s", stripped(m))
	}
}

// many is a feed of so many keys.
func many(n int) *fakeFeed {
	f := newFakeFeed()
	b := spenders.Breakdown{By: spenders.ByKey, TotalUSD: scenes.USD(1000), UnattributedUSD: scenes.USD(1), ReadAt: scenes.Now}
	for i := range n {
		b.Rows = append(b.Rows, spenders.Row{ID: fmt.Sprint(i), Name: fmt.Sprintf("key-%d", i*7919%n), SpendUSD: scenes.USD(float64(n-i) / 100), Share: scenes.USD(0.01), Requests: count(int64(i))})
	}
	f.who = map[spenders.By]spenders.Breakdown{spenders.ByKey: b}
	return f
}

func BenchmarkManyKeys(b *testing.B) {
	f := many(5000)
	m := modelOf(Options{Feed: f}, scenes.Healthy(), 140, 40, viewBreakdown)
	for name, keys := range map[string][]string{"scroll": {"down"}, "sort": {"s"}, "filter": {"/", "7", "esc"}} {
		b.Run(name, func(b *testing.B) {
			m := m
			for b.Loop() {
				for _, k := range keys {
					m, _ = step(m, press(k))
				}
				_ = m.View()
			}
		})
	}
}

// A window is counted back from the newest reading, as the commands count it, and what
// a key can still spend is what the header says is left.
func TestTheScreensNumbersAreOfOneReading(t *testing.T) {
	f := filledFeed()
	s := scenes.Healthy()
	s.At = scenes.Now.Add(-50 * time.Second)
	modelOf(Options{Feed: f}, s, 100, 30, viewBreakdown)
	if q := f.query.Load(); q == nil || !q.From.Equal(s.At.Add(-24*time.Hour)) {
		t.Errorf("the breakdown is asked for from %v, want 24 h before the reading at %v", q.From, s.At)
	}
	data := breakdownsOf()[spenders.ByKey]
	data.Rows[1].SpendableUSD, data.Rows[1].Binding = scenes.USD(63.62), credit.BoundByAccount
	f.who[spenders.ByKey] = data
	m := modelOf(Options{Feed: f}, s, 100, 30, viewBreakdown)
	m, _ = pressAll(m, "down", "enter")
	if screen := stripped(m); strings.Contains(screen, "$63.62") || !strings.Contains(screen, "$63.52 (balance)") {
		t.Errorf("what the key can still spend is not what is left:\n%s", screen)
	}
	s.At = scenes.Now.Add(-time.Hour)
	modelOf(Options{Feed: f}, s, 100, 30, viewBreakdown)
	if q := f.query.Load(); !q.From.Equal(scenes.Now.Add(-24 * time.Hour)) {
		t.Errorf("with an old reading the breakdown is asked for from %v, want 24 h before now", q.From)
	}
}

// A card that is older than the reading beside it says how old.
func TestACardSaysItsAge(t *testing.T) {
	f := filledFeed()
	for by, b := range f.who {
		b.ReadAt = scenes.Now.Add(-3 * time.Minute)
		f.who[by] = b
	}
	for _, size := range [][2]int{{140, 40}, {80, 24}} {
		if screen := stripped(modelOf(Options{Feed: f}, scenes.Healthy(), size[0], size[1], viewOverview)); !strings.Contains(screen, "3 min ago") {
			t.Errorf("%v: the cards do not say that they are 3 min old:\n%s", size, screen)
		}
	}
}
