package panel

import (
	"fmt"
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// horizons are the spans that a chance may be given for.
var horizons = []struct {
	name string
	span time.Duration
}{
	{"1 h", time.Hour}, {"6 h", 6 * time.Hour}, {"1 d", day}, {"3 d", 3 * day}, {"7 d", 7 * day}, {"14 d", 14 * day}, {"30 d", 30 * day},
}

// shownHorizons is how many of them are shown: the short ones, until the end is
// so far that they say nothing.
const shownHorizons = 5

func horizonsOf(f forecast.Forecast) []struct {
	name string
	span time.Duration
} {
	if f.P10 > (3 * day).Seconds() {
		return horizons[len(horizons)-shownHorizons:]
	}
	return horizons[:shownHorizons]
}

// Chances draws the chances of running out as a card.
func Chances(p draw.Pen, s *account.Snapshot, w, h int) []string {
	lines := chanceLines(p, s, w-4)
	if lines == nil {
		why := "no forecast yet"
		switch o := s.Outlook(); {
		case o == forecast.Depleted:
			why = "it has run out"
		case o == forecast.Idle && !s.Stale(p.Now):
			why = "nothing is being spent"
		}
		lines = []string{p.Dim(why)}
	}
	if t := s.Track; t.Made > 0 && len(lines)+2 <= h-2 {
		lines = append(lines, draw.Blank(0), p.Bright(fmt.Sprint(t.Held))+p.Dim(fmt.Sprintf(" of %d past dates were in range", t.Made)))
	}
	title := "runs out within"
	if s.Refilled() {
		title = "charged within"
	}
	return draw.Panel(p, p.Title(title), p.Dim("chance"), lines, w, h)
}

// chanceHeads are the chances over each other with what each is of.
func chanceHeads(p draw.Pen, f forecast.Forecast, w int) []string {
	var heads []draw.Head
	for i, h := range horizonsOf(f) {
		if i == 0 { // four of them have room
			continue
		}
		chance, _ := f.Chance(h.span)
		label := h.name
		if i == 1 {
			label = "within " + label
		}
		heads = append(heads, draw.Head{Label: label, Short: h.name, Value: p.Paint(draw.Heat(chance), text.Chance(chance))})
	}
	return draw.Heads(p, w, heads...)
}

// chanceLine is the chances side by side. Where there is no room for all, those go that
// are next to none, and then the longest spans.
func chanceLine(p draw.Pen, f forecast.Forecast, w int) string {
	spans := horizonsOf(f)
	chance := func(i int) string {
		chance, _ := f.Chance(spans[i].span)
		return text.Chance(chance)
	}
	for {
		words := make([]string, len(spans))
		for i := range spans {
			words[i] = p.Dim(spans[i].name+" ") + chance(i)
		}
		words[0] = p.Dim("within ") + words[0]
		for _, gap := range []string{"   ", "  "} {
			if line := strings.Join(words, gap); draw.Width(line) <= w || len(spans) == 1 {
				return draw.Cut(line, w)
			}
		}
		if chance(0) == text.Chance(0) {
			spans = spans[1:]
		} else {
			spans = spans[:len(spans)-1]
		}
	}
}

// chanceLines are the chances below each other, with bars.
func chanceLines(p draw.Pen, s *account.Snapshot, w int) []string {
	f, _ := Next(s)
	if f.State != forecast.OK {
		return nil
	}
	var lines []string
	for _, h := range horizonsOf(f) {
		chance, _ := f.Chance(h.span)
		head := p.Dim(draw.FlushRight(h.name, 4)) + draw.FlushRight(text.Chance(chance), 7) + "  "
		lines = append(lines, head+draw.Bar(p, chance, draw.Heat(chance), w-draw.Width(head)))
	}
	return lines
}
