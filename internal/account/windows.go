package account

import (
	"fmt"
	"slices"
	"sort"
	"sync"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sorted"
	"ortop/internal/text"
)

// windows is a series' spend up to a reading, by the hours of the clock, which are cut
// where a window begins that spend is given over.
type windows struct {
	at    time.Time // the newest reading
	since time.Time // the first
	plot  credit.Plot
	curve credit.Curve

	bounds []time.Time
	of     credit.Trail // as it was then
}

// spare are windows that are done with: those of a month have 200 kB of buckets.
var spare sync.Pool

// read takes in the spend of a series up to at, in place of what it had; of the same
// series, to which a reading was added, it cuts only what is new.
func (w *windows) read(t *credit.Trail, at time.Time) {
	was, curve := w.of, w.curve
	*w = windows{at: at, bounds: w.bounds[:0], plot: credit.Plot{Buckets: w.plot.Buckets}}
	if t.Empty() {
		w.plot = credit.Plot{}
		return
	}
	w.since = t.First.At
	if !w.since.Before(at) {
		w.plot = credit.Plot{}
		return // one reading, or a clock that was set back
	}
	kept := t.GrownSince(&was)
	if w.curve = t.Regrown(curve); kept.IsZero() {
		w.curve = t.Curve()
	}
	w.bounds = steps(w.bounds, w.since, at)
	w.plot, w.of = t.Plot(w.curve, w.bounds, w.plot.Buckets, kept), *t
}

// steps appends the bounds from first, or from as far as is looked back, to at.
func steps(bounds []time.Time, first, at time.Time) []time.Time {
	from := at.Add(-windowsBack)
	if first.After(from) {
		from = first
	}
	cuts := []time.Time{
		credit.DayStart(at), credit.WeekStart(at), credit.MonthStart(at), at.Add(-time.Hour), at.Add(-24 * time.Hour),
		at.Add(-7 * 24 * time.Hour), at.Add(-30 * 24 * time.Hour), from, at,
	}
	sorted.By(cuts, time.Time.Compare)
	add := func(t time.Time) {
		if n := len(bounds); !t.Before(from) && !t.After(at) && (n == 0 || !bounds[n-1].Equal(t)) {
			bounds = append(bounds, t)
		}
	}
	for hour := from.Truncate(time.Hour); hour.Before(at); hour = hour.Add(time.Hour) {
		for ; len(cuts) > 0 && cuts[0].Before(hour); cuts = cuts[1:] {
			add(cuts[0])
		}
		add(hour)
	}
	for _, t := range cuts {
		add(t)
	}
	return bounds
}

// over is what was spent since from, or nil where history does not cover that.
func (w *windows) over(from time.Time) *float64 {
	span := credit.Span{From: from, To: w.at}
	if w.since.IsZero() || w.since.After(from) || len(w.curve.Holes(span)) > 0 || credit.Torn(w.curve.Gaps, span, 0) {
		return nil
	}
	sum, buckets := 0.0, w.plot.Buckets
	for i := sort.Search(len(buckets), func(i int) bool { return !buckets[i].From.Before(from) }); i < len(buckets); i++ {
		if buckets[i].Known {
			sum += buckets[i].SpendUSD
		}
	}
	return &sum
}

// unseen are the holes for which one of these windows is not known, the newest
// first.
func (w *windows) unseen() []credit.Hole {
	var all []credit.Hole
	if w.since.IsZero() {
		return nil
	}
	for _, from := range []time.Time{
		w.at.Add(-time.Hour), w.at.Add(-24 * time.Hour), w.at.Add(-7 * 24 * time.Hour), w.at.Add(-30 * 24 * time.Hour),
		credit.DayStart(w.at), credit.WeekStart(w.at), credit.MonthStart(w.at),
	} {
		if w.since.After(from) {
			continue
		}
		for _, h := range w.curve.Holes(credit.Span{From: from, To: w.at}) {
			if !slices.ContainsFunc(all, func(o credit.Hole) bool { return o.Gap == h.Gap }) {
				all = append(all, h)
			}
		}
	}
	sorted.Rows(all, func(a, b *credit.Hole) int { return b.From.Compare(a.From) })
	return all
}

// NotSeen is what was spent when nobody saw it, where that is why the spend since
// from is not known: "not seen, $18.00 in 35 h". Else it is empty.
func (s *Snapshot) NotSeen(from time.Time) string {
	window, holes := credit.Span{From: from, To: s.At}, []credit.Hole(nil)
	for _, h := range s.Unseen {
		if h.Blurs(window) {
			holes = append(holes, h)
		}
	}
	return NotSeen(holes)
}

// NotSeen is the spend of holes, all together, in words; empty: there are none.
func NotSeen(holes []credit.Hole) string {
	usd, known, length := 0.0, true, time.Duration(0)
	for _, h := range holes {
		usd, known, length = usd+max(0, h.USD), known && h.Known, length+h.To.Sub(h.From)
	}
	switch {
	case len(holes) == 0:
		return ""
	case !known:
		return "not seen for " + hoursText(length)
	}
	return "not seen, " + text.USD(usd) + " in " + hoursText(length)
}

// PartSeen is NotSeen of a span, with what was seen of it.
func PartSeen(b credit.Bucket) string {
	why := NotSeen(b.Holes)
	if why != "" && b.SeenUSD > 0 {
		why += "; seen, " + text.USD(b.SeenUSD)
	}
	return why
}

// hoursText is a length up to three days in hours, as a window is called.
func hoursText(d time.Duration) string {
	if h := d.Round(time.Hour); h > 24*time.Hour && h < 72*time.Hour {
		return fmt.Sprintf("%d h", int(h.Hours()))
	}
	return text.Span(d)
}

func (w *windows) last(d time.Duration) *float64 { return w.over(w.at.Add(-d)) }

// least is what was seen of the spend since from, where all of it is not known.
func (w *windows) least(from time.Time) *float64 {
	if w.since.After(from) {
		from = w.since
	}
	b := credit.Bucket{Span: credit.Span{From: from, To: w.at}}
	if w.since.IsZero() || !from.Before(w.at) || credit.Torn(w.curve.Gaps, b.Span, 0) {
		return nil
	}
	if w.curve.Measure(&b, b.Span); !b.Blurred {
		return &b.SpendUSD
	}
	return &b.SeenUSD
}

func (w *windows) spend() Spend {
	s := Spend{
		TodayUSD:   w.over(credit.DayStart(w.at)),
		Last1hUSD:  w.last(time.Hour),
		Last24hUSD: w.last(24 * time.Hour),
		Last7dUSD:  w.last(7 * 24 * time.Hour),
		Last30dUSD: w.last(30 * 24 * time.Hour),
		WeekUSD:    w.over(credit.WeekStart(w.at)), MonthUSD: w.over(credit.MonthStart(w.at)),
	}
	for _, part := range []struct {
		all   *float64
		least **float64
		from  time.Time
	}{
		{s.TodayUSD, &s.LeastTodayUSD, credit.DayStart(w.at)}, {s.WeekUSD, &s.LeastWeekUSD, credit.WeekStart(w.at)}, {s.MonthUSD, &s.LeastMonthUSD, credit.MonthStart(w.at)},
	} {
		if part.all == nil {
			*part.least = w.least(part.from)
		}
	}
	return s
}

func (w *windows) burn() Burn {
	b := Burn{USDPerHour: w.last(time.Hour), USDPerDay: w.last(24 * time.Hour), UsualUSDPerHour: w.usual()}
	if week := w.last(7 * 24 * time.Hour); week != nil {
		perDay := *week / 7
		b.WeekUSDPerDay = &perDay
		if b.USDPerDay != nil && perDay > 0 {
			trend := *b.USDPerDay/perDay - 1
			b.TrendRatio = &trend
		}
	}
	return b
}

// usual is the mean spend of this UTC hour of day.
func (w *windows) usual() *float64 { return usualAt(w.plot.Buckets, w.at, w.at.UTC().Hour()) }

// ranOut is when the balance was first seen spent, of the readings since which it always
// was, and whether that is when it was spent: not where nobody looked, or knew what was
// left, until then. It is zero where it is not spent, or always was as far as is looked back.
func (w *windows) ranOut(t *credit.Trail) (at time.Time, seen bool) {
	if t.Empty() {
		return at, false
	}
	for i := len(t.Samples) - 1; i >= 0; i-- {
		s := &t.Samples[i]
		switch {
		case s.At.After(w.at):
		case s.At.Before(w.curve.TotalsFrom):
			return at, false
		case !s.CreditsKnown || s.CreditsUSD-s.UsageUSD > 0:
			return at, !slices.ContainsFunc(t.Gaps, func(g credit.Gap) bool { return g.To.Equal(at) && !g.Brief() })
		case s.At.Before(w.at.Add(-windowsBack)):
			return time.Time{}, false
		default:
			at = s.At
		}
	}
	return time.Time{}, false
}
