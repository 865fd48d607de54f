package draw

import (
	"math"
	"time"
)

// Held is a balance up to a time; NaN is unknown.
type Held struct {
	To  time.Time
	USD float64
}

// Fan is a balance so far and the band that its forecast leaves it.
type Fan struct {
	Past  []Held // oldest first
	From  time.Time
	Ahead time.Duration // how far it reaches past now; 0: the past alone
	Level Level

	LeftUSD, FloorUSD float64 // what is left, and below which it does not fall
	Made              time.Time
	// ends are the seconds after made at which the balance is gone: early, most
	// likely and late. A NaN is left out.
	Ends [3]float64
}

// fanLegend names the two dotted lines.
const fanLegend = " · · 80 %"

// Lines draw the fan in w by h cells, axes included.
func (f Fan) Lines(p Pen, w, h int) []string {
	axis := TimeAxis{From: f.From, To: p.Now.Add(f.Ahead), Cols: w - AxisWidth, Loc: p.Now.Location()}
	if axis.Cols < 4 {
		return nil
	}
	nowCol := min(axis.Cols-1, max(0, axis.Column(p.Now)))
	past := nowCol
	if f.Ahead == 0 {
		past++
	}
	middle, highest := f.soFar(axis, past)
	early, late := unknown(axis.Cols), unknown(axis.Cols)
	if f.Ahead > 0 {
		highest = max(highest, f.LeftUSD)
		for x := nowCol; x < axis.Cols; x++ {
			from, to := axis.time(x), axis.time(x+1)
			early[x], late[x] = f.falling(from, to, f.Ends[0]), f.falling(from, to, f.Ends[2])
			if v := f.falling(from, to, f.Ends[1]); !math.IsNaN(f.Ends[1]) {
				middle[x] = v
			}
		}
	}
	rows := h - 2
	c := NewChart([]Line{{early, true}, {late, true}, {middle, false}}, highest, 0.05, rows)
	if c == nil {
		return []string{p.Dim("nothing to plot yet")}
	}
	marks := map[int]rune{}
	if f.Ahead > 0 {
		marks[nowCol] = '┴'
		c.Column(nowCol, '┊')
		if !c.put(nowCol+1, " now") {
			c.put(nowCol-4, "now ")
		}
		c.put(axis.Cols-Width(fanLegend), fanLegend)
	}
	return append(c.Lines(p, func(s string) string { return p.Of(f.Level).UnsetBold().Render(s) }, "┊now"+fanLegend), axis.Lines(p, marks)...)
}

// soFar is the balance in the first n columns, and the highest of it.
func (f Fan) soFar(axis TimeAxis, n int) (usd []float64, highest float64) {
	usd = unknown(axis.Cols)
	j := 0
	for x := range n {
		t := axis.time(x).Add(axis.time(x+1).Sub(axis.time(x)) / 2)
		for j < len(f.Past)-1 && !f.Past[j].To.After(t) {
			j++
		}
		if usd[x] = f.Past[j].USD; !math.IsNaN(usd[x]) {
			highest = max(highest, usd[x])
		}
	}
	return usd, highest
}

func unknown(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.NaN()
	}
	return v
}

// falling is, over a column, a balance that is spent evenly down to its floor
// until end seconds after the forecast was made: the floor in the column of its
// end, and no number after.
func (f Fan) falling(from, to time.Time, end float64) float64 {
	a, b := max(0, from.Sub(f.Made).Seconds()), to.Sub(f.Made).Seconds()
	switch {
	case !(end >= a):
		return math.NaN()
	case end < b:
		return f.FloorUSD
	}
	return f.FloorUSD + (f.LeftUSD-f.FloorUSD)*(1-(a+b)/2/end)
}
