package draw

import (
	"math"
	"time"

	"ortop/internal/sorted"
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
	Notes []Note // above the balance, such as top-ups

	LeftUSD, FloorUSD  float64 // what is left, and below which it does not fall
	RefillUSD          float64 // what is bought there, again and again; 0: nothing
	FloorWords         string  // what stands at the floor
	GhostUSD, GhostEnd float64 // what is left without it, and the seconds after Made at which that is gone; 0: it is not drawn
	Made               time.Time
	// Ends are the seconds after Made at which the balance is gone: the tenth,
	// the quarter, the middle, the three quarters and the nine tenths of the
	// chances. A middle that is NaN is left out.
	Ends  [5]float64
	Named [3]string // the dates of the first, the middle and the last
	Days  [3]string // the same in fewer cells
}

// Note is a word at a time.
type Note struct {
	At    time.Time
	Words string
}

// LeastFan is the least height of a balance that is drawn, its axis included.
const LeastFan = 7

// thinStart is over how many columns from now on the band may be thinner than the line
// that would lie on it.
const thinStart = 8

// leastBalance is the least top of the scale, USD.
const leastBalance = 0.05

// Lines draw the fan in w by h cells, axes included; nil: there is too little
// room.
func (f Fan) Lines(p Pen, w, h int) []string {
	axis := TimeAxis{From: f.From, To: p.Now.Add(f.Ahead), Cols: w - AxisWidth, Loc: p.Now.Location()}
	if axis.Cols < 4 || h < LeastFan {
		return nil
	}
	if need := len([]rune(f.Named[2])) + 2; f.Ahead > 0 && f.Ahead.Seconds() >= f.Ends[4] && need < axis.Cols { // the last date gets its place
		f.Ahead = max(f.Ahead, time.Duration(float64(axis.Cols)/float64(axis.Cols-need)*float64(f.Made.Sub(f.From)+time.Duration(f.Ends[4])*time.Second))-p.Now.Sub(f.From))
		axis.To = p.Now.Add(f.Ahead)
	}
	now := min(axis.Cols-1, max(0, axis.Column(p.Now)))
	ticks, hung := f.dates(axis, now, h >= LeastFan+hungFrom)
	if hung != nil {
		h--
	}
	past := now
	if f.Ahead == 0 {
		past++
	}
	held, highest := f.soFar(axis, past)
	if f.Ahead > 0 {
		highest = max(highest, f.LeftUSD)
		held[now] = f.LeftUSD
	}
	if f.RefillUSD > 0 {
		highest = max(highest, f.FloorUSD+f.RefillUSD)
	}
	pl, ok := newPlot(axis, highest, leastBalance, w, h)
	if !ok {
		return nil
	}
	marks := f.marks(axis, held[:past])
	for _, m := range marks {
		if pl.above(held[m.Col:m.Col+1]) == pl.rows { // a row for the words over it
			pl, _ = newPlot(axis, highest*float64(pl.rows)/float64(pl.rows-1), leastBalance, w, h)
			break
		}
	}
	for x, v := range held[:past] {
		if math.IsNaN(v) {
			pl.blank(x)
			continue
		}
		pl.column(x, v, func(row int) Ink { return area(f.Level, row*(areaSteps-1)/max(1, pl.rows-1)) })
	}
	if f.Ahead > 0 {
		for x := now; x < axis.Cols; x++ {
			f.band(p, pl, x)
		}
		if f.RefillUSD > 0 {
			f.threshold(pl, now)
		}
		middle := f.middle(axis, now)
		for x := now + 1; x < min(axis.Cols, now+thinStart) && p.shades(); x++ { // the band itself is the line there
			if math.IsNaN(middle[2*x]) {
				break
			}
			if c := pl.cell(x, min(pl.rows-1, pl.height(middle[2*x])/8)); c.back == Text && c.filled() > 0 && c.filled() < 6 {
				middle[2*x-1], middle[2*x], middle[2*x+1] = nan, nan, nan
			}
		}
		pl.line(p, middle, true)
		if f.RefillUSD > 0 { // the line may go through the row of the words
			row := min(pl.rows-1, pl.height(f.FloorUSD)/8)
			pl.put(AxisWidth+pl.axis.Cols-len([]rune(f.FloorWords)), pl.rows-1-max(0, row-1), f.FloorWords, Label)
		}
		if g := f; g.GhostUSD > 0 {
			g.LeftUSD, g.FloorUSD, g.Ends[2] = g.GhostUSD, 0, g.GhostEnd
			pl.ghost(p, g.middle(axis, now))
		}
	}
	pl.notes(marks, held, past)
	if f.Ahead > 0 {
		for row := range pl.rows {
			if c := pl.cell(now, row); c.sign == ' ' || c.front == inkGrid {
				*c = cell{sign: '│', front: Label}
			}
		}
	}
	for _, t := range axis.ticks() {
		if t.Col < past {
			ticks = append(ticks, t)
		}
	}
	pl.times(ticks)
	lines := pl.lines(p)
	if hung != nil {
		c := newCanvas(w, 1)
		for _, t := range hung {
			c.put(t.Col, 0, t.Label, t.Ink)
		}
		lines = append(lines, c.lines(p)...)
	}
	return lines
}

// hungFrom is how much higher than the least a fan is whose dates may have a row of their own.
const hungFrom = 3

// dates name now and what the forecast says, the likeliest first. Where they have no room
// in one row and two may be taken, those of the forecast are hung in the second.
func (f *Fan) dates(axis TimeAxis, now int, two bool) (ticks, hung []Tick) {
	if f.Ahead <= 0 {
		return nil, nil
	}
	at := func(i int) int { return axis.Column(f.Made.Add(time.Duration(f.Ends[i]) * time.Second)) }
	if f.Named[1] != "" && !math.IsNaN(f.Ends[2]) {
		ticks = append(ticks, Tick{Col: at(2), Label: f.Named[1], Short: f.Days[1], Mark: '▲', MarkInk: Status(f.Level)})
	}
	ticks = append(ticks, Tick{Col: now, Label: "now", Before: true})
	if f.Named[2] != "" {
		ticks = append(ticks, Tick{Col: at(4), Label: f.Named[2], Short: f.Days[2], Ink: Label})
	}
	if f.Named[0] != "" {
		ticks = append(ticks, Tick{Col: at(0), Label: f.Named[0], Short: f.Days[0], Ink: Label})
	}
	placed, rest := arrange(ticks, -AxisWidth, axis.Cols)
	rest = sorted.Without(rest, func(t *Tick) bool { return t.Col < 0 || t.Col >= axis.Cols })
	if len(rest) > 0 && two {
		if hung = hang(ticks, now, AxisWidth+axis.Cols); hung != nil {
			for i, t := range ticks {
				if t.Col != now {
					ticks[i].Label = ""
				}
			}
			return ticks, hung
		}
	}
	return append(placed, rest...), nil
}

// marks are the notes at the columns in which the balance first shows them.
func (f *Fan) marks(axis TimeAxis, held []float64) []Tick {
	var marks []Tick
	j := 0
	for _, n := range f.Notes {
		if axis.Column(n.At) < 0 || n.At.After(axis.To) {
			continue
		}
		for j < len(f.Past)-1 && !f.Past[j].To.After(n.At) {
			j++
		}
		x := 0
		for x < len(held) && (math.IsNaN(held[x]) || j > 0 && axis.middle(x).Before(f.Past[j-1].To)) {
			x++
		}
		switch {
		case x < len(held):
			marks = append(marks, Tick{Col: x, Label: n.Words, Mark: '╷', Ink: Label})
		case x < axis.Cols: // the line at now is in its column
			marks = append(marks, Tick{Col: x, Label: n.Words, Mark: '┤', Ink: Label})
		}
	}
	return marks
}

// soFar is the balance in the first n columns, and the highest of it.
func (f *Fan) soFar(axis TimeAxis, n int) (usd []float64, highest float64) {
	usd = unknown(axis.Cols)
	j := 0
	for x := range n {
		t := axis.middle(x)
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
		v[i] = nan
	}
	return v
}

// falling is, at a time, a balance that is spent evenly down to its floor until
// end seconds after the forecast was made.
func (f *Fan) falling(t time.Time, end float64) float64 {
	a := max(0, t.Sub(f.Made).Seconds())
	if !(end > a) {
		return f.FloorUSD
	}
	return f.FloorUSD + (f.LeftUSD-f.FloorUSD)*(1-a/end)
}

// threshold is the line at which more is bought.
func (f *Fan) threshold(pl plot, from int) {
	row := min(pl.rows-1, pl.height(f.FloorUSD)/8)
	for x := from + 1; x < pl.axis.Cols; x++ {
		if c := pl.cell(x, row); c.sign == ' ' || c.front == inkGrid {
			*c = cell{sign: '╌', front: inkGrid}
		}
	}
}

// middle is the likeliest way from a column on, two values a column. Where it is
// bought at the floor it goes on from there as it fell, a saw's teeth.
func (f *Fan) middle(axis TimeAxis, from int) []float64 {
	out := unknown(2 * axis.Cols)
	end := f.Ends[2]
	if math.IsNaN(end) {
		return out
	}
	fine := axis
	fine.Cols *= 2
	gone := f.Made.Add(time.Duration(min(end, 1e9)) * time.Second)
	for i := 2*from + 1; i < fine.Cols; i++ {
		t := fine.time(i)
		switch fall := f.LeftUSD - f.FloorUSD; {
		case !t.After(gone):
			out[i] = f.falling(t, end)
		case f.RefillUSD > 0 && fall > 0 && end > 0:
			tooth := f.RefillUSD / fall * end // seconds
			out[i] = f.FloorUSD + f.RefillUSD*(1-math.Mod(t.Sub(gone).Seconds(), tooth)/tooth)
		default:
			return out
		}
	}
	return out
}
