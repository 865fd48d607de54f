package panel

import (
	"fmt"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// State is that of an account in its sign and word: how near its end is, where
// nothing is worse.
func (d Accounts) State(p draw.Pen, i int) string {
	a := d.All[i]
	if !a.Watched {
		return p.Dim("○ no key")
	}
	st := statusOf(&a.Snap, p.Now)
	if l, word := levelOf(&a.Snap); word != "" && st.level < draw.LevelLow {
		return p.At(l, word)
	}
	return p.At(st.level, st.Sign+" "+st.Word)
}

// endOf is when an account runs out or is next refilled, or why that is not known, in w cells.
func endOf(p draw.Pen, s *account.Snapshot, w int) string {
	l, _ := levelOf(s)
	paint, dim := func(words string) string { return p.At(l, words) }, p.Dim
	f, _ := Next(s)
	if due(s) {
		return draw.Pick(w, "charge due now", "charge now")
	}
	switch s.Outlook() {
	case forecast.OK:
		from, to := f.Time(f.P10), f.Time(f.P90)
		if s.Early() {
			between := text.Between(from, to, p.Now)
			return paint(draw.Pick(w, between, text.Days(from, to, p.Now), text.Rough(f.Time(f.P50), p.Now)))
		}
		days, percent := daysOf(f, p.Now), account.EndOf(f, p.Now).Percent()
		which := ""
		switch {
		case s.Refilled():
			which = dim("charge ")
		case f.Subject.Limit():
			which = dim(limitWord(s) + " ")
		}
		at := dateOf(f, p.Now)
		day := dayOf(at)
		bare := paint(day)
		if s.Refilled() { // a date alone is one on which it runs out
			bare = dim("charge")
		}
		return draw.Pick(w, which+paint(at)+dim("  "+percent+": ")+days, which+paint(at)+dim(" ("+days+")"), which+paint(day)+dim(" ("+days+")"),
			which+paint(at), which+paint(day), bare)
	case forecast.Depleted:
		return p.Critical(ranOut(s, p, w))
	case forecast.Idle:
		idle := idleFor(s, p)
		return draw.Pick(w, idle, "idle", "")
	case forecast.Cold:
		return draw.Pick(w, "not enough history: "+text.Span(s.Seen()), "not enough history", "too early", "")
	}
	return dim(text.Unknown)
}

// nearer is the account that runs out first in a line of w cells, where that is
// soon and it is not the one on the screen; else empty.
func (d Accounts) nearer(p draw.Pen, w int) string {
	i := d.first()
	if i < 0 || i == d.Shown {
		return ""
	}
	s := d.All[i].Snap
	if l, _ := levelOf(&s); l < draw.LevelLow {
		return ""
	}
	head := draw.CutName(draw.Clean(d.All[i].Name), max(LeastAccount, w/2)) + "  " + d.State(p, i)
	return draw.Spread(head, endOf(p, &s, w-draw.Width(head)-2), w)
}

// TotalName names the total in w cells, with how many accounts it covers where
// no column beside it does.
func TotalName(t account.Total, w int, named bool) string {
	known, n := text.Count(int64(t.Known)), text.Count(int64(t.Accounts))
	if named || known == n {
		return draw.Pick(w, "all "+n+" accounts", "all "+n, "all")
	}
	return draw.Pick(w, known+" of "+n+" known", known+" of "+n, known+"/"+n)
}

// totalEnd is how old the oldest part of the total is, and which account runs
// out first: the total itself does not.
func (d Accounts) totalEnd(p draw.Pen, t account.Total, w int) string {
	dim := p.Dim
	if t.Known == 0 {
		return dim(text.Unknown)
	}
	age := dim(draw.Pick(w, "as of "+clockOf(t.Oldest, p.Now), clockOf(t.Oldest, p.Now)))
	if old := text.Span(p.Now.Sub(t.Oldest)); t.Stale {
		age = p.Low(draw.Pick(w, "oldest "+old, old+" old"))
	}
	twice, short := "", ""
	if n := t.Repeated; n > 0 {
		short = dim("1 is a duplicate")
		if n > 1 {
			short = dim(fmt.Sprintf("%d are duplicates", n))
		}
		twice = short + dim(", counted once")
	}
	first := ""
	if t.First >= 0 {
		first = dim("first: " + draw.CutName(draw.Clean(d.All[t.First].Name), 16))
	}
	sep := dim(" · ")
	if twice != "" {
		return draw.Pick(w, draw.JoinAll(sep, age, twice, first), draw.JoinAll(sep, age, twice), draw.JoinAll(sep, age, short), short, age)
	}
	return draw.Pick(w, draw.JoinAll(sep, age, first), age)
}
