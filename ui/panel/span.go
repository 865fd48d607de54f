package panel

import (
	"time"

	"ortop/ui/draw"
)

// span is how far back a plot goes.
type span struct {
	Name string
	Back time.Duration // 0: to the first sample
}

// Spans are the ranges that can be chosen, shortest first.
var Spans = []span{
	{"1h", time.Hour}, {"6h", 6 * time.Hour}, {"24h", 24 * time.Hour}, {"7d", 7 * 24 * time.Hour},
	{"30d", 30 * 24 * time.Hour}, {"1y", 365 * 24 * time.Hour}, {"all", 0},
}

// DefaultSpan is the one that plots begin with, into Spans.
const DefaultSpan = 2

// perDay reports whether rates over the span are given by the day.
func (s span) perDay() bool { return s.Back == 0 || s.Back > 24*time.Hour }

// Period is the from and to of a plot of n columns that ends at now. The
// edges of columns stay where they are as time goes on, so that a spike keeps
// its shape; the last column may be still under way.
func (s span) Period(now time.Time, n int) (from, to time.Time) {
	if s.Back == 0 {
		return time.Time{}, now
	}
	column := (s.Back / time.Duration(max(1, n))).Truncate(time.Second)
	to = now.Truncate(column)
	if to.Before(now) {
		to = to.Add(column)
	}
	return to.Add(-column * time.Duration(max(1, n))), to
}

// lastOf names a span that ends now.
func lastOf(span int) string {
	if Spans[span].Back == 0 {
		return "all"
	}
	return "last " + spanWords(span)
}

// spanWords is a span's name in words: "24 h".
func spanWords(span int) string {
	name := Spans[span].Name
	return name[:len(name)-1] + " " + name[len(name)-1:]
}

// SpanMenu is the choice of spans as drawn in a border, shortest first, and
// the cells that each takes from its left end. Where there is little room
// only the chosen one is named.
func SpanMenu(p draw.Pen, chosen, w int) (menu string, ends []int) {
	for i, s := range Spans {
		word := " " + s.Name + " "
		if i == chosen {
			word = "[" + s.Name + "]"
			menu += p.Chosen(word)
		} else {
			menu += p.Dim(word)
		}
		ends = append(ends, draw.Width(menu))
	}
	if draw.Width(menu) > w {
		return p.Chosen("[" + Spans[chosen].Name + "]"), nil
	}
	return menu, ends
}
