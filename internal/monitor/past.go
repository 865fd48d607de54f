package monitor

import (
	"context"
	"slices"
	"time"

	"ortop/history"
	"ortop/internal/credit"
)

// past is a series' spend up to a reading, in steps that are fine enough for
// every window and for the forecast.
type past struct {
	at    time.Time // the newest reading
	since time.Time // the first
	plot  history.Plot
}

// windows are the spans that spend is told over, each a boundary of the steps.
func windows(at time.Time) []time.Time {
	return []time.Time{
		credit.DayStart(at), credit.WeekStart(at), credit.MonthStart(at), at.Add(-time.Hour), at.Add(-24 * time.Hour),
		at.Add(-7 * 24 * time.Hour), at.Add(-30 * 24 * time.Hour),
	}
}

func (st *store) past(ctx context.Context, series history.Series, at time.Time) (past, error) {
	p := past{at: at}
	first, ok, err := st.first(ctx, series, at)
	if err != nil || !ok {
		return p, err
	}
	p.since = first.At
	if !first.At.Before(at) {
		return p, nil // one reading, or a clock that was set back
	}
	p.plot, err = st.db.BucketsAt(ctx, series, steps(first.At, at))
	return p, err
}

// first is the oldest reading of the account that is behind the series now.
func (st *store) first(ctx context.Context, series history.Series, at time.Time) (credit.Sample, bool, error) {
	first, ok, err := st.db.First(ctx, series)
	if err != nil || !ok {
		return first, ok, err
	}
	segments, err := st.db.Segments(ctx, series, first.At, at.Add(time.Second))
	if err != nil {
		return first, false, err
	}
	for _, g := range slices.Backward(segments) {
		if g.Reason == anotherAccount {
			return st.db.At(ctx, series, g.At)
		}
	}
	return first, true, nil
}

// steps are the boundaries from first, or from as far as is looked back, to at.
func steps(first, at time.Time) []time.Time {
	from := at.Add(-lookBack)
	if first.After(from) {
		from = first
	}
	bounds := append(windows(at), from, at)
	for t := from.Truncate(time.Hour); t.Before(at); t = t.Add(time.Hour) {
		bounds = append(bounds, t)
	}
	for _, f := range fine {
		for t := at; t.After(at.Add(-f.back)); t = t.Add(-f.step) {
			bounds = append(bounds, t)
		}
	}
	bounds = slices.DeleteFunc(bounds, func(t time.Time) bool { return t.Before(from) || t.After(at) })
	slices.SortFunc(bounds, time.Time.Compare)
	return slices.CompactFunc(bounds, time.Time.Equal)
}

// over is what was spent since from, or nil where history does not cover that.
func (p past) over(from time.Time) *float64 {
	if p.since.IsZero() || p.since.After(from) || guessed(p.plot.Gaps, from, p.at) {
		return nil
	}
	sum := 0.0
	for _, b := range p.plot.Buckets {
		if !b.From.Before(from) && b.Known {
			sum += b.SpendUSD
		}
	}
	return &sum
}

func (p past) ago(d time.Duration) *float64 { return p.over(p.at.Add(-d)) }

func (p past) spend() Spend {
	return Spend{
		TodayUSD:   p.over(credit.DayStart(p.at)),
		Last1hUSD:  p.ago(time.Hour),
		Last24hUSD: p.ago(24 * time.Hour),
		Last7dUSD:  p.ago(7 * 24 * time.Hour),
		Last30dUSD: p.ago(30 * 24 * time.Hour),
		WeekUSD:    p.over(credit.WeekStart(p.at)), MonthUSD: p.over(credit.MonthStart(p.at)),
	}
}

func (p past) burn() Burn {
	b := Burn{USDPerHour: p.ago(time.Hour), USDPerDay: p.ago(24 * time.Hour), UsualUSDPerHour: p.usual()}
	if week := p.ago(7 * 24 * time.Hour); week != nil {
		perDay := *week / 7
		b.WeekUSDPerDay = &perDay
		if b.USDPerDay != nil && perDay > 0 {
			trend := *b.USDPerDay/perDay - 1
			b.TrendRatio = &trend
		}
	}
	return b
}

// usualDays is how many days must have been seen before an hour has a usual
// rate, and usualBack how far back they lie.
const (
	usualDays = 3
	usualBack = 28 * 24 * time.Hour
)

// usual is the mean spend of this UTC hour of day on the days before today, of
// those hours that were seen whole.
func (p past) usual() *float64 {
	sum, days := 0.0, 0
	spend, seen := 0.0, 0.0
	for _, b := range p.plot.Buckets {
		if b.From.Hour() != p.at.UTC().Hour() || b.From.Before(p.at.Add(-usualBack)) || !b.To.Before(p.at.Add(-12*time.Hour)) {
			continue
		}
		spend += b.SpendUSD
		seen += b.Observed * b.To.Sub(b.From).Hours()
		if b.To.Hour() != b.From.Hour() { // the hour ends here
			if seen > 0.9 {
				sum += spend
				days++
			}
			spend, seen = 0, 0
		}
	}
	if days < usualDays {
		return nil
	}
	mean := sum / float64(days)
	return &mean
}

// ranOut is when the balance was first seen spent, of the readings since which
// it always was; zero if it is not spent, or always was.
func (p past) ranOut() time.Time {
	var at time.Time
	for i, b := range slices.Backward(p.plot.Buckets) {
		if !b.CreditsKnown || b.CreditsUSD-b.UsageUSD > 0 {
			return at
		}
		if at = b.To; i == 0 {
			return time.Time{}
		}
	}
	return time.Time{}
}
