package report

import (
	"math"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// A chart is as wide and high as this, its labels included; a page scales it.
const (
	chartWidth, chartHeight                 = 720.0, 240.0
	chartLeft, chartRight, chartTop         = 56.0, 12.0, 22.0
	chartBottom                             = 26.0
	plotWidth, plotHeight                   = chartWidth - chartLeft - chartRight, chartHeight - chartTop - chartBottom
	baseline                        float64 = chartHeight - chartBottom
)

// chart is a drawing over time of amounts that begin at 0.
type chart struct {
	*htmlWriter
	span credit.Span
	top  float64 // the amount at the upper end
}

// newChart begins a chart, with what it shows in words for who does not see it.
func newChart(w *htmlWriter, id string, span credit.Span, most float64, title, label string) *chart {
	c := &chart{w, span, 0}
	step := niceStep(most / 4)
	c.top = step * math.Max(1, math.Ceil(most/step-1e-9))
	w.put(`<figure><div class="draw"><svg role="img" aria-labelledby="`, id, `-title `, id, `-desc" viewBox="0 0 720 240">`)
	w.element(`title id="`+id+`-title"`, title)
	w.element(`desc id="`+id+`-desc"`, label)
	for usd := 0.0; usd < c.top+step/2; usd += step {
		class := "grid"
		if usd == 0 {
			class = "axis"
		}
		c.line(class, chartLeft, c.y(usd), chartWidth-chartRight, c.y(usd))
		c.label(chartLeft-8, c.y(usd)+4, "end", amount(usd, step))
	}
	return c
}

func (c *chart) end() { c.put("</svg></div>") }

// niceStep is the least of 1, 2 and 5 by a power of ten that is no less than v.
func niceStep(v float64) float64 {
	if v <= 0 {
		return 0.25
	}
	power := math.Pow10(int(math.Floor(math.Log10(v))))
	for _, n := range []float64{1, 2, 5} {
		if n*power >= v*(1-1e-9) {
			return n * power
		}
	}
	return 10 * power
}

// amount is a sum as finely as the steps between sums are.
func amount(usd, step float64) string {
	s := text.USD(usd)
	if n := len(s); step >= 1 && n > 3 && s[n-3:] == ".00" {
		return s[:n-3]
	}
	return s
}

//go:noinline
func (c *chart) x(at time.Time) float64 {
	part := at.Sub(c.span.From).Seconds() / c.span.To.Sub(c.span.From).Seconds()
	return chartLeft + plotWidth*within(part)
}

//go:noinline
func (c *chart) y(usd float64) float64 {
	return baseline - plotHeight*within(usd/c.top)
}

// within is a share of no less than 0, as which what is no number counts, and no more
// than 1.
func within(share float64) float64 {
	if !(share > 0) {
		return 0
	}
	return min(1, share)
}

//go:noinline
func (c *chart) label(x, y float64, anchor, words string) {
	c.element(`text x="`+figure1(x)+`" y="`+figure1(y)+`" text-anchor="`+anchor+`"`, words)
}

//go:noinline
func (w *htmlWriter) line(class string, x1, y1, x2, y2 float64) {
	w.put(`<line class="`, class, `" x1="`, figure1(x1), `" y1="`, figure1(y1), `" x2="`, figure1(x2), `" y2="`, figure1(y2), `"/>`)
}

//go:noinline
func (w *htmlWriter) rect(class string, x, y, width, height float64) {
	w.put(`<rect class="`, class, `" rx="2" x="`, figure1(x), `" y="`, figure1(y), `" width="`, figure1(width), `" height="`, figure1(height), `"/>`)
}

// times puts labels under the chart: days, or hours where it has few of these.
func (c *chart) times() {
	step, layout := 24*time.Hour, "Mon 2 Jan"
	if c.span.To.Sub(c.span.From) < 3*step {
		step, layout = time.Hour, "Mon 15:04"
	}
	last := -1e9
	for at := credit.DayStart(c.span.From); at.Before(c.span.To); at = at.Add(step) {
		x := c.x(at)
		if at.Before(c.span.From) || x-last < 78 || x > chartWidth-chartRight-64 {
			continue
		}
		last = x
		c.line("axis", x, baseline, x, baseline+4)
		c.label(x, baseline+18, "start", at.Format(layout))
	}
}

// bars draws what was spent in each part, and marks what was spent in its place before.
// A part that nobody saw is a frame.
func (c *chart) bars(parts []barPart, name func(barPart) string) {
	width := plotWidth / float64(len(parts))
	gap := min(width*0.28, 10)
	last := -1e9
	for i, p := range parts {
		x, w := chartLeft+width*float64(i)+gap/2, width-gap
		c.put("<g>")
		c.element("title", name(p)+": "+p.words)
		switch {
		case p.usd != nil:
			class := "bar"
			if p.part {
				class = "part"
			}
			y := c.y(*p.usd)
			c.rect(class, x, y, w, baseline-y)
		case p.hole:
			c.rect("hole", x, chartTop+plotHeight*0.7, w, plotHeight*0.3)
		}
		if p.before != nil {
			y := c.y(*p.before)
			c.line("was", x-3, y, x+w+3, y)
		}
		c.put("</g>")
		if label := name(p); x-last >= float64(len(label))*7+8 {
			last = x
			c.label(x+w/2, baseline+18, "middle", label)
		}
	}
}

// barPart is a bar.
type barPart struct {
	at          time.Time
	usd, before *float64
	part        bool   // it is not over
	hole        bool   // nobody saw it
	words       string // what it shows
}

// fan draws a balance so far, and the bands of a forecast of what is left down to a
// floor.
func (c *chart) fan(past []credit.Bucket, leftUSD, floorUSD float64, f *forecast.Forecast, middle bool) {
	if f != nil {
		edge := c.span.To.Sub(f.At).Seconds()
		edgeUSD := func(seconds float64) float64 { return leftUSD - (leftUSD-floorUSD)*edge/seconds }
		band := func(class string, from, to float64) {
			points := c.point(f.At, leftUSD)
			if from <= edge {
				points += c.point(f.Time(from), floorUSD)
			} else {
				points += c.point(c.span.To, edgeUSD(from))
			}
			switch { // a band ends with the chart, however far it reaches
			case to <= edge:
				points += c.point(f.Time(to), floorUSD)
			case from <= edge:
				points += c.point(c.span.To, floorUSD)
				fallthrough
			default:
				points += c.point(c.span.To, edgeUSD(to))
			}
			c.put(`<polygon class="`, class, `" points="`, points, `"/>`)
		}
		p25, p75 := f.Quartiles()
		band("band", f.P10, f.P90)
		band("core", p25, p75)
		if end, usd := f.Time(f.P50), floorUSD; middle {
			if f.P50 > edge {
				end, usd = c.span.To, edgeUSD(f.P50)
			}
			c.line("mid", c.x(f.At), c.y(leftUSD), c.x(end), c.y(usd))
		}
	}
	points := ""
	for _, b := range past {
		if usd, known := b.HeldUSD(); known {
			points += c.point(b.To, usd)
		} else if points != "" {
			c.put(`<polyline class="held" points="`, points, `"/>`)
			points = ""
		}
	}
	if points != "" {
		c.put(`<polyline class="held" points="`, points, `"/>`)
	}
}

//go:noinline
func (c *chart) point(at time.Time, usd float64) string {
	return figure1(c.x(at)) + "," + figure1(c.y(usd)) + " "
}

// mark is a vertical line with words at its top, if there is room for any.
func (c *chart) mark(at time.Time, words string) {
	x, anchor := c.x(at), "start"
	if x > chartWidth-120 {
		anchor = "end"
	}
	c.line("mark", x, chartTop-6, x, baseline)
	if words == "" {
		return
	}
	c.label(x+map[string]float64{"start": 4, "end": -4}[anchor], chartTop-8, anchor, words)
}
