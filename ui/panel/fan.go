package panel

import (
	"math"
	"slices"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// FanPlot is the balance so far, and where it goes.
type FanPlot struct {
	Plot   history.Plot
	Loaded bool
	Err    error
	Chosen bool // its range is, and not that of the forecast
	Span   int  // into Spans: the range that was chosen, though the plot may still be of another
	// Planned is the forecast with a top-up; nil: none is planned by hand.
	Planned  *forecast.Forecast
	TopUpUSD float64
}

// plans reports whether the fan is that of the plan, and the forecast a line
// beside it.
func (d *FanPlot) plans(s *account.Snapshot) bool {
	f, _ := Next(s)
	return d.Planned != nil && d.Planned.State == forecast.OK && !s.Refilled() && !f.Subject.Limit() && s.Balance != nil
}

// shown is the forecast whose fan is drawn.
func (d *FanPlot) shown(s *account.Snapshot) forecast.Forecast {
	if d.plans(s) {
		return *d.Planned
	}
	f, _ := Next(s)
	return f
}

// ahead is how far a fan of a forecast reaches past now: to the end of the range,
// with room for its date, or to so many times its middle, if that keeps a place of its
// own.
func ahead(f forecast.Forecast, teeth float64) time.Duration {
	if f.State != forecast.OK || f.Subject.Limit() { // which is of another amount
		return 0
	}
	const most = 3 * 365 * day
	return time.Duration(min(max(f.P90*1.15, f.P50*teeth), f.P50*5, most.Seconds())) * time.Second
}

// teeth are how many times the way to the next automatic top-up are drawn ahead: two
// more of its own, where that is not farther than makes sense.
func teeth(s *account.Snapshot) float64 {
	if !s.Refilled() {
		return 0
	}
	if fall := s.Balance.LeftUSD() - s.AutoTopUp.ThresholdUSD; fall > 0 {
		return 1 + 2*s.AutoTopUp.AmountUSD/fall
	}
	return 0
}

// fanLegend names the surfaces of a fan, and the line without its top-up.
func fanLegend(p draw.Pen, far, planned bool, w int) string {
	wide := p.Band() + p.Dim(" 80 %  ") + p.Core() + p.Dim(" 50 %")
	if far {
		wide = p.Band() + p.Core() + p.Dim(" possible")
	}
	line := usualLine(p) + p.Dim(" most likely")
	if planned {
		ghost := p.Dim(draw.GhostLine(p) + " without")
		return draw.Pick(w, wide+"  "+ghost+"  "+line, ghost+"  "+line, ghost, "")
	}
	return draw.Pick(w, wide+"  "+line, wide, "")
}

// Render draws the balance and the fan of its forecast: w by h cells,
// border included.
func (d FanPlot) Render(p draw.Pen, s *account.Snapshot, w, h int) []string {
	title, right := p.Title("balance, $"), ""
	if d.Chosen {
		title += " " + p.Chosen("["+Spans[d.Span].Name+"]")
	}
	if d.plans(s) {
		title += p.Dim(" · with ") + p.Bright(roundUSD(d.TopUpUSD)) + p.Dim(" more")
	}
	var lines []string
	b := d.Plot.Buckets
	switch {
	case d.Err != nil:
		lines = []string{"history cannot be read: " + draw.Clean(d.Err.Error())}
	case !d.Loaded:
		lines = []string{p.Dim("reading history…")}
	case s.Balance == nil && s.KeyKind() == credit.KeyOrdinary:
		lines = []string{p.Dim("this key cannot see the balance")}
	case s.Balance == nil || len(b) < 2 || !slices.ContainsFunc(b, func(v history.Bucket) bool { return !math.IsNaN(heldIn(v)) }):
		lines = []string{p.Dim("nothing to plot yet")}
	case h-2 < draw.LeastFan:
		lines = balanceSpark(p, b, s, w-4)
	default:
		on := ahead(d.shown(s), teeth(s))
		if on > 0 {
			right = fanLegend(p, d.shown(s).Far(), d.plans(s), w-draw.Width(title)-10)
		}
		lines = d.fan(p, s, on).Lines(p, w-4, h-2)
	}
	return draw.Panel(p, title, right, lines, w, h)
}

// balanceSpark is a balance too low for a plot, between its first and last value.
func balanceSpark(p draw.Pen, b []history.Bucket, s *account.Snapshot, w int) []string {
	values := make([]float64, 0, len(b))
	for _, v := range b {
		if usd := heldIn(v); len(values) > 0 || !math.IsNaN(usd) {
			values = append(values, usd)
		}
	}
	if len(values) == 0 {
		return []string{p.Dim("nothing to plot yet")}
	}
	l, _ := levelOf(s)
	from, to := text.USD(values[0]), text.USD(s.Balance.LeftUSD())
	room := w - draw.Width(from) - draw.Width(to) - 2
	return []string{p.Dim(from) + " " + p.Paint(draw.Status(l), draw.Spark(values, max(0, room))) + " " + to}
}

// heldIn is the balance in a bucket, 0 where there is a debt; NaN is unknown.
//
//go:noinline
func heldIn(v history.Bucket) float64 {
	usd, ok := v.HeldUSD()
	if !ok {
		return math.NaN()
	}
	return usd
}

// behind is how much of the way ahead is drawn of the way here, where nobody chose it:
// what is to come is looked for first.
const behind = 0.6

// fan is the balance so far, for less than the forecast looks ahead, and a
// forecast that reaches on past now.
func (d *FanPlot) fan(p draw.Pen, s *account.Snapshot, on time.Duration) draw.Fan {
	l, _ := levelOf(s)
	b := d.Plot.Buckets
	first := 0
	for first < len(b)-2 && (math.IsNaN(heldIn(b[first])) || on > 0 && !d.Chosen && b[first].To.Before(p.Now.Add(-time.Duration(behind*float64(on))))) {
		first++
	}
	b = b[first:]
	f := draw.Fan{From: b[0].From, Ahead: on, Level: l}
	for _, v := range b {
		f.Past = append(f.Past, draw.Held{To: v.To, USD: heldIn(v)})
	}
	for _, t := range d.Plot.TopUps {
		sum := roundUSD(math.Abs(t.AmountUSD))
		if t.AmountUSD < 0 {
			sum = "-" + sum
		} else {
			sum = "+" + sum
		}
		f.Notes = append(f.Notes, draw.Note{At: t.At, Words: sum})
	}
	if on > 0 {
		next := d.shown(s)
		f.LeftUSD = max(0, s.Balance.LeftUSD())
		if now, _ := Next(s); d.plans(s) {
			if now.State == forecast.OK && !s.Early() {
				f.GhostUSD, f.GhostEnd = f.LeftUSD, now.Time(now.P50).Sub(next.At).Seconds()
			}
			f.LeftUSD = max(0, s.Balance.LeftUSD()+d.TopUpUSD)
		}
		f.Made, f.Ends = next.At, fiveOf(next)
		end := account.EndOf(next, p.Now).Rounded()
		f.Named = [3]string{shortDate(end.From, p.Now), shortDate(end.Mid, p.Now), shortDate(end.To, p.Now)}
		f.Days = shortDays(end, p.Now)
		for _, i := range [...]int{0, 2} {
			if f.Named[i] == f.Named[1] && !s.Early() { // it says no more
				f.Named[i] = ""
			}
		}
		if s.Refilled() { // then it is bought, and no longer falls
			f.FloorUSD, f.RefillUSD = min(f.LeftUSD, s.AutoTopUp.ThresholdUSD), s.AutoTopUp.AmountUSD
			f.FloorWords = roundUSD(f.RefillUSD) + " below " + roundUSD(s.AutoTopUp.ThresholdUSD)
		}
		if s.Early() { // whose middle is not known well enough
			f.Ends[2] = math.NaN()
		}
	}
	return f
}

// fiveOf are the quantiles of a forecast: 10, 25, 50, 75 and 90 %.
func fiveOf(f forecast.Forecast) [5]float64 {
	p25, p75 := f.Quartiles()
	return [5]float64{f.P10, p25, f.P50, p75, f.P90}
}

// shortDays are the days of the range and its middle, in fewer cells than shortDate; empty
// where that is a day already, or another of them is on it.
func shortDays(end text.End, now time.Time) (days [3]string) {
	var on [3]int
	for i, t := range [...]time.Time{end.From, end.Mid, end.To} {
		on[i] = t.In(now.Location()).YearDay()
	}
	for i, t := range [...]time.Time{end.From, end.Mid, end.To} {
		if in := t.Sub(now); in >= soon && in < 3*day && on[i] != now.YearDay() && on[i] != on[(i+1)%3] && on[i] != on[(i+2)%3] {
			days[i] = t.In(now.Location()).Format("Mon 2")
		}
	}
	return days
}

// soon is how near a time needs no day beside it.
const soon = 18 * time.Hour

// shortDate is a day, or a time of one that is near, in few cells.
func shortDate(t, now time.Time) string {
	t = t.In(now.Location())
	switch in := t.Sub(now); {
	case in < soon:
		return text.Format(t, "15:04")
	case in < 3*day:
		return text.Format(t, "Mon 15:04")
	case in < 26*day: // no other day has its number
		return t.Format("Mon 2")
	case in < 300*day:
		return t.Format("2 Jan")
	case in > 100*365*day:
		return "never"
	}
	return t.Format("Jan 2006")
}
