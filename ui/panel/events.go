package panel

import (
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// Events are the list of what happened, or one of it in full.
type Events struct {
	Span   int // into spans
	Kind   int // into EventKinds
	Find   Find
	List   draw.List
	Open   bool            // the chosen one is shown in full
	All    int             // before the filter
	Found  []account.Event // the newest first
	Loaded bool
	Err    error
	Snap   *account.Snapshot // what a rise of spend comes to
}

// Chosen is the chosen event.
func (d *Events) Chosen() (e account.Event, ok bool) {
	if d.List.At >= len(d.Found) {
		return e, false
	}
	return d.Found[d.List.At], true
}

// Render draws the events, or one in full: w by h cells, border
// included.
func (d *Events) Render(p draw.Pen, w, h int) []string {
	if d.Open {
		return d.Detail(p, w, h)
	}
	kinds, _ := d.KindMenu(p, w)
	spans, _ := SpanMenu(p, d.Span, w-9)
	return draw.Frame{Title: d.title(p), Right: kinds, FootRight: spans}.Render(p, d.lines(p, w-4, h-2), w, h)
}

// EventKinds are the kinds of events that can be looked at alone; the first is all.
var EventKinds = strings.Fields("all alerts money network")

// KindOf is the one of EventKinds that an event is of.
func KindOf(e *account.Event) int {
	switch e.Kind {
	case account.EventTopUp, account.EventRefund, account.EventSegment:
		return 2
	case account.EventGap, account.EventFault:
		return 3
	}
	return 1
}

// KindMenu is the choice of a kind as a Menu in the upper border of w cells.
func (d *Events) KindMenu(p draw.Pen, w int) (menu string, ends []int) {
	return Menu(p, len(EventKinds), func(i int) string { return EventKinds[i] }, d.Kind, w-draw.Width(d.title(p))-9)
}

func (d *Events) title(p draw.Pen) string {
	name := "events"
	if d.Kind > 0 {
		name = EventKinds[d.Kind]
	}
	of := d.Find.Of(p, d.List.At, len(d.Found), d.All)
	return draw.JoinAll("  ", p.Title(name+", "+lastOf(d.Span)), of, d.Find.Shown)
}

// Card is the title and the lines of the events, or of one, without borders.
func (d *Events) Card(p draw.Pen, w, h int) (title string, lines []string) {
	if e, ok := d.Chosen(); ok && d.Open {
		head, at, _ := eventHead(p, &e)
		lines = []string{head + "  " + at}
		if seen := seenWord(p, &e); seen != "" {
			lines = append(lines, seen)
		}
		return d.title(p), append(lines, d.detail(p, &e, w, h-len(lines))...)
	}
	return d.title(p), d.lines(p, w, h)
}

// lines are the events that are seen in w by h cells.
func (d *Events) lines(p draw.Pen, w, h int) []string {
	var lines []string
	if d.Err != nil {
		lines = append(lines, p.Low("▲ ")+draw.CutWords("events cannot be read: "+draw.Clean(d.Err.Error()), w-2))
	}
	switch {
	case !d.Loaded && d.Err == nil:
		return append(lines, p.Dim("reading events…"))
	case d.All == 0 && d.Err == nil:
		longer := ""
		if d.Span < len(Spans)-1 {
			longer = ";  ] for a longer one"
		}
		return append(lines, p.Dim(draw.Pick(w, "no events in this range: no alert, top-up, refund or gap"+longer,
			"no events in this range"+longer, "no events in this range", "no events")))
	case len(d.Found) == 0 && d.Loaded && d.Find.Text == "":
		return append(lines, p.Dim(draw.Pick(w, "none of the events in this range is about "+EventKinds[d.Kind]+";  "+p.Key("kinds", "g")+" for others", "nothing found")))
	case len(d.Found) == 0 && d.Loaded:
		return append(lines, p.Dim(draw.Pick(w, "no event contains "+draw.Clean(d.Find.Text), "nothing found")))
	}
	for i := d.List.Top; i < len(d.Found) && len(lines) < h; i++ {
		lines = append(lines, eventLine(p, &d.Found[i], i == d.List.At, w))
	}
	return lines
}

// CanAcknowledge reports whether an event is of an alert that nobody has seen.
func CanAcknowledge(e *account.Event) bool {
	return e.Alert != nil && e.Kind != account.EventCleared && e.ID > 0 && !e.Acknowledged
}

// eventKind is what an event is called: an alert by its level.
func eventKind(e *account.Event) string {
	if e.Kind == account.EventAlert && e.Level != "" {
		return draw.Clean(string(e.Level))
	}
	return draw.Clean(string(e.Kind))
}

// eventSign is an event's sign and meaning.
//
//go:noinline
func eventSign(e *account.Event) (string, draw.Level) {
	switch {
	case e.Kind == account.EventCleared, e.Kind == account.EventTopUp:
		return "●", draw.LevelOK
	case e.Kind == account.EventRefund:
		return "▼", draw.LevelLow
	case e.Kind == account.EventSegment:
		return "◆", draw.LevelNone
	case e.Level == alert.Urgent:
		return "✗", draw.LevelCritical
	case e.Level == alert.Warning:
		return "▲", draw.LevelLow
	}
	return "○", draw.LevelNone
}

// kindWidth is the widest kind.
const kindWidth = 8

// eventLine is an event in w cells: when, what, and in which words.
func eventLine(p draw.Pen, e *account.Event, chosen bool, w int) string {
	at := e.At.In(p.Now.Location())
	when := draw.Fit(text.Format(at, "Mon 2 Jan 15:04"), len(text.Layout("Mon 02 Jan 15:04")))
	sign, l := eventSign(e)
	paint := func(s string) string { return p.At(l, s) }
	if e.Acknowledged {
		paint = p.Dim
	}
	what := paint(sign + " " + draw.Fit(eventKind(e), kindWidth))
	if w < 60 {
		when, what = at.Format("2 Jan"), paint(sign)
		if p.Now.Sub(at) < 20*time.Hour {
			when = text.Format(at, "15:04")
		}
		when = draw.Fit(when, max(6, len(text.Layout("15:04"))))
	}
	line := draw.Mark(p, chosen) + p.Dim(when) + " " + what + " "
	end := ""
	switch {
	case w < 60:
	case e.Acknowledged:
		end = p.Dim("  seen")
	case e.ChangeUSD != 0:
		end = "  " + p.At(l, changeOfBalance(e))
	}
	rest := w - draw.Width(line) - draw.Width(end)
	line += draw.Fit(draw.CutWords(draw.Clean(e.Text), rest), rest) + end
	if chosen {
		return p.Row(line)
	}
	return line
}

// changeOfBalance is by how much an event changed the balance: "+$25.00".
func changeOfBalance(e *account.Event) string {
	if e.ChangeUSD < 0 {
		return text.USD(e.ChangeUSD)
	}
	return "+" + text.USD(e.ChangeUSD)
}
