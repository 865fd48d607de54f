package panel

import (
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"time"
	"weak"

	"ortop/internal/account"
	"ortop/internal/spenders"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// Cards are who spent most in the last day, for the overview.
type Cards struct{ Models, Keys spenders.Breakdown }

// CardRows is the height of a card, its border included, and tallCardRows that
// of one where there is more room; leastSpend and fairSpend are the heights
// that the two leave to the plots.
const (
	CardRows, tallCardRows = 6, 8
	LeastSpend, fairSpend  = 10, 14
)

// CardHeight is how high the cards are of so many rows; 0: they have no room.
func CardHeight(rows int) int {
	switch {
	case rows >= fairSpend+tallCardRows:
		return tallCardRows
	case rows >= LeastSpend+CardRows:
		return CardRows
	}
	return 0
}

// Any reports whether there is anything to show.
func (c Cards) Any() bool { return len(c.Models.Rows)+len(c.Keys.Rows) > 0 }

// Render draws the cards side by side; one that has nothing to show
// leaves its place to the other.
func (c *Cards) Render(p draw.Pen, w, h int) []string {
	models, keys := len(c.Models.Rows) > 0, len(c.Keys.Rows) > 0
	left := (w + 1) / 2
	switch {
	case models && keys:
		return draw.Beside(renderCard(p, &c.Models, "models", left, h), renderCard(p, &c.Keys, "keys", w-left, h))
	case models:
		return renderCard(p, &c.Models, "models", w, h)
	}
	return renderCard(p, &c.Keys, "keys", w, h)
}

// RenderStacked draws them below each other.
func (c Cards) RenderStacked(p draw.Pen, w, h int) []string {
	if len(c.Models.Rows) == 0 || len(c.Keys.Rows) == 0 {
		return c.Render(p, w, h)
	}
	return append(renderCard(p, &c.Models, "models", w, h/2), renderCard(p, &c.Keys, "keys", w, h-h/2)...)
}

func renderCard(p draw.Pen, b *spenders.Breakdown, name string, w, h int) []string {
	return draw.Panel(p, p.Title(name+", "+spanWords(DefaultSpan)), cardAgeOf(p, b), cardLines(p, b, w-4, h-2), w, h)
}

// cardAge is the age from which on a card shows it: it is then older than the reading
// beside it.
const cardAge = time.Minute

// cardAgeOf is how old a card is, where that is worth a word.
func cardAgeOf(p draw.Pen, b *spenders.Breakdown) string {
	old := p.Now.Sub(b.ReadAt)
	if old < cardAge || b.ReadAt.IsZero() {
		return ""
	}
	return p.Dim(text.Ago(old))
}

// worthALine is the share from which on what is not attributed takes the place
// of somebody's line. Less than that below nothing is billing on its way.
const worthALine = 0.05

// The least that a name, a bar and a trend get in a card that has all three.
const (
	fairCardName, leastCardBar = 17, 4
)

// cardLines are who spent most, how many others did, and what is in no row.
func cardLines(p draw.Pen, b *spenders.Breakdown, w, n int) []string {
	var rest []spenders.Row
	if share := b.ShareOf(b.UnattributedUSD); share != nil && (math.Abs(*share) >= worthALine || *share >= 0 && len(b.Rows) < n) {
		if *share < 0 {
			share = nil // no part of the whole
		}
		rest = append(rest, spenders.Row{Name: "not attributed", SpendUSD: b.UnattributedUSD, Share: share})
	}
	top, highest := min(len(b.Rows), max(0, n-len(rest))), 0.0
	if more := len(b.Rows) - top; more > 0 && top > 0 {
		top--
		others := othersOf(b.Rows, top)
		sum := others.sum
		sum.Name = fmt.Sprintf("%d more", more+1)
		rest, highest = append([]spenders.Row{sum}, rest...), others.highest
	}
	rows := append(append([]spenders.Row{}, b.Rows[:top]...), rest...)
	t := table{share: shareWidth, top: max(highest, highestOf(b.Rows[:top])), longest: longestOf(rows)}
	for _, r := range rows {
		t.spend = max(t.spend, 2+draw.Width(text.MaybeUSD(r.SpendUSD)))
	}
	trend := 0
	if room := w - t.spend - t.share - fairCardName - (2 + leastCardBar) - 2; room >= leastTrend-4 && t.top > 0 {
		t.bar = leastCardBar + min(mostBar-leastCardBar, max(0, room-TrendParts))
		trend = min(TrendParts, room-(t.bar-leastCardBar))
	} else {
		if w >= 40 { // where names have room enough
			t.spend = max(t.spend, 9)
		}
		t.bar = max(0, min(mostBar, w-t.spend-t.share-2-20))
	}
	t.name = w - t.spend - t.share
	if t.bar > 0 {
		t.name -= t.bar + 2
	}
	if trend > 0 {
		t.name -= trend + 2
	}
	names, tags := make([]string, len(rows)), make([]string, len(rows))
	for i := range rows {
		name, tag := shortName(&rows[i]), offOf(&rows[i])
		if used := usedOf(rows[i].Cap); used != nil && tag == "" {
			tag = "  cap " + text.Percent(*used)
		}
		if draw.Width(name)+draw.Width(tag) > t.name-1 && draw.Width(name) > t.name-12 {
			tag = ""
		}
		names[i], tags[i] = name, tag
	}
	names = draw.CutNames(names, func(i int) int { return t.name - 1 - draw.Width(tags[i]) })
	var lines []string
	for i, r := range rows {
		name := draw.Fit(names[i]+p.Dim(tags[i]), t.name)
		if i >= top {
			name = p.Dim(name)
		}
		line := name + draw.FlushRight(text.MaybeUSD(r.SpendUSD), t.spend) + t.shares(p, r.Share)
		if trend > 0 {
			line += "  " + draw.Trend(p, r.Trend, t.top, trend)
		}
		lines = append(lines, line)
	}
	return lines
}

// othersOf are the rows from the n-th on. Of thousands the sum takes as long as a third
// of a frame: it is kept for the next one.
func othersOf(rows []spenders.Row, n int) *sumOfRows {
	rows = rows[n:]
	of := weak.Make(&rows[0]) // which keeps none of them, and is not that of another list
	last := summed.Load()
	if last == nil || last.of != of || last.n != len(rows) {
		last = &sumOfRows{of, len(rows), spenders.Together("", rows), highestOf(rows)}
		if last.n >= keptRows {
			summed.Store(last)
		}
	}
	return last
}

// keptRows is from how many on a sum is kept.
const keptRows = 100

// sumOfRows is what n rows from one on come to.
type sumOfRows struct {
	of      weak.Pointer[spenders.Row]
	n       int
	sum     spenders.Row
	highest float64 // see highestOf
}

var summed atomic.Pointer[sumOfRows]

// shortName is a row's name without the maker of a model.
func shortName(r *spenders.Row) string {
	name := nameOf(r)
	return name[strings.LastIndexByte(name[:len(name)-1], '/')+1:]
}

// dearest are the first few of those who spent most, after what they are.
func dearest(p draw.Pen, what string, b *spenders.Breakdown, most int) string {
	var words []string
	for i := range b.Rows[:min(most, len(b.Rows))] {
		words = append(words, shortName(&b.Rows[i]))
	}
	if len(words) == 0 {
		return ""
	}
	words = draw.CutNames(words, func(int) int { return 18 })
	for i := range words {
		words[i] += " " + p.Bright(text.MaybeUSD(b.Rows[i].SpendUSD))
	}
	return p.Dim(what+" ") + strings.Join(words, "  ")
}

// RenderDay draws who spent most in the last day on one line, with the sums of
// other spans in its border.
func (c *Cards) RenderDay(p draw.Pen, s *account.Snapshot, w, h int) []string {
	var sums []string
	windows := windowsOf(s, p.Now)
	for _, v := range []*window{windows[0], windows[2], windows[3]} {
		if v.usd != nil {
			sums = append(sums, p.Dim(v.label+" ")+text.USD(*v.usd))
		}
	}
	title := p.Title("24 h") + " " + text.MaybeUSD(s.Spend.Last24hUSD)
	if unseen := s.NotSeen(windows[1].from); unseen != "" && s.Spend.Last24hUSD == nil {
		title = p.Title("24 h") + " " + unseen
	}
	older := c.Models
	if len(c.Models.Rows) == 0 || len(c.Keys.Rows) > 0 && c.Keys.ReadAt.Before(c.Models.ReadAt) {
		older = c.Keys
	}
	if age := cardAgeOf(p, &older); age != "" {
		sums = append([]string{p.Dim("who ") + age}, sums...)
	}
	// As many as there is room for, the second key first to go.
	line := ""
	for _, most := range [][2]int{{2, 2}, {2, 1}, {1, 1}} {
		models, keys := dearest(p, "models", &c.Models, most[0]), dearest(p, "keys", &c.Keys, most[1])
		if line = draw.Spread(models, keys, w-4); draw.Width(models)+2+draw.Width(keys) <= w-4 {
			break
		}
	}
	return draw.Panel(p, title, draw.Join(w-30, p.Dim(" · "), sums...), []string{line}, w, h)
}
