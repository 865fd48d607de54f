package panel

import (
	"time"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// horizons are the spans that a chance is given for.
var horizons = []struct {
	name string
	span time.Duration
}{
	{"1 h", time.Hour}, {"6 h", 6 * time.Hour}, {"1 d", 24 * time.Hour}, {"3 d", 72 * time.Hour}, {"7 d", 168 * time.Hour},
}

// Chances draws the chances of running out as a card.
func Chances(p draw.Pen, s account.Snapshot, w, h int) []string {
	lines := chanceLines(p, s, w-4)
	if lines == nil {
		lines = []string{p.Dim("no forecast yet")}
	} else {
		lines = append([]string{""}, lines...)
	}
	title := "chance of running out"
	if s.Refilled() {
		title = "chance of a charge"
	}
	return draw.Panel(p, p.Title(title), "", lines, w, h)
}

// chanceLine is the chances side by side.
func chanceLine(p draw.Pen, f forecast.Forecast, w int) string {
	words := make([]string, len(horizons))
	for i, h := range horizons {
		chance, _ := f.Chance(h.span)
		words[i] = p.Dim(h.name+" ") + text.Chance(chance)
	}
	words[0] = p.Dim("within ") + words[0]
	all := draw.Join(1<<20, "   ", words...)
	if draw.Width(all) > w {
		all = draw.Join(1<<20, "  ", append(words[:1:1], words[2:]...)...)
	}
	return draw.Pick(w, all, draw.Join(w, "  ", words...))
}

// chanceLines are the chances below each other, with bars.
func chanceLines(p draw.Pen, s account.Snapshot, w int) []string {
	f, _ := Next(s)
	if f.State != forecast.OK {
		return nil
	}
	var lines []string
	l, _ := levelOf(s)
	bar := p.Of(l).UnsetBold()
	for i, h := range horizons {
		chance, _ := f.Chance(h.span)
		label := "       "
		if i == 0 {
			label = "within "
		}
		head := p.Dim(label+h.name) + draw.FlushRight(text.Chance(chance), 7) + "  "
		lines = append(lines, head+bar.Render(draw.Bar(chance, w-draw.Width(head))))
	}
	return lines
}
