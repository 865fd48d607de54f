package panel

import (
	"time"

	"ortop/ui/draw"
)

// span is how far back a plot goes, and what it is cut into at any width.
type span struct {
	Name   string
	Back   time.Duration // 0: to the first sample
	bucket time.Duration
}

const day = 24 * time.Hour

// Spans are the ranges that can be chosen, shortest first.
var Spans = []span{
	{"1h", time.Hour, time.Minute}, {"6h", 6 * time.Hour, 5 * time.Minute}, {"24h", day, 15 * time.Minute}, {"7d", 7 * day, time.Hour},
	{"30d", 30 * day, day}, {"1y", 365 * day, day}, {"all", 0, day},
}

// DefaultSpan is the one that plots begin with, into Spans.
const DefaultSpan = 2

// Period is the from and to of a span that ends at now, and how many buckets it
// is cut into. Their edges are round in UTC, whatever the width of the plot, so
// that a peak keeps its shape and its sum; the last bucket may be still under
// way. A span without a length begins with the first sample, and has the buckets
// of the shortest one that holds it.
func (s span) Period(now, first time.Time) (from, to time.Time, n int) {
	back := s.Back
	if back == 0 {
		if first.IsZero() || first.After(now) {
			first = now
		}
		back = now.Sub(first)
		for _, o := range Spans {
			if s.bucket = o.bucket; o.Back >= back {
				break
			}
		}
	}
	to = roundUp(now, s.bucket)
	from = to.Add(-back).Truncate(s.bucket)
	if s.Back == 0 {
		from = first.Truncate(s.bucket)
	}
	n = max(1, int(to.Sub(from)/s.bucket))
	return to.Add(-time.Duration(n) * s.bucket), to, n
}

// roundUp is the first moment at or after t that is a multiple of d in UTC.
func roundUp(t time.Time, d time.Duration) time.Time {
	if up := t.Truncate(d); up.Before(t) {
		return up.Add(d)
	}
	return t
}

// lastOf names a span that ends now.
//
//go:noinline
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

// SpanName is what a span is called in full.
func SpanName(span int) string {
	if Spans[span].Back == 0 {
		return "all that was read"
	}
	return spanWords(span)
}

// SpanMenu is the choice of spans as a Menu, shortest first.
func SpanMenu(p draw.Pen, chosen, w int) (menu string, ends []int) {
	return Menu(p, len(Spans), func(i int) string { return Spans[i].Name }, chosen, w)
}

// Menu is a choice of n as drawn in a border of w cells, and the cells that each
// takes from its left end. Where there is little room only the chosen one is named.
//
//go:noinline
func Menu(p draw.Pen, n int, name func(int) string, chosen, w int) (menu string, ends []int) {
	for i := range n {
		if i == chosen {
			menu += p.Chosen("[" + name(i) + "]")
		} else {
			menu += p.Dim(" " + name(i) + " ")
		}
		ends = append(ends, draw.Width(menu))
	}
	if draw.Width(menu) > w {
		return p.Chosen("[" + name(chosen) + "]"), nil
	}
	return menu, ends
}
