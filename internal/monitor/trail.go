package monitor

import (
	"context"
	"slices"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// trailBack is how far back a forecast looks, save for the very first reading.
const trailBack = 57 * 24 * time.Hour

// trail is what a forecast looks at: a series' readings, kept between polls so
// that each of them adds one and does not read them all.
type trail struct {
	series  history.Series
	first   credit.Sample
	samples []credit.Sample
	gaps    []credit.Span // in which nothing was polled
}

// trail returns the readings of a series up to at.
func (st *store) trail(ctx context.Context, series history.Series, at time.Time) (*trail, error) {
	first, ok, err := st.first(ctx, series, at)
	if err != nil || !ok {
		return &trail{series: series}, err
	}
	t := st.trails[series]
	// What was filled in before the first reading makes another beginning.
	if t == nil || t.first != first {
		t = &trail{series: series, first: first}
	}
	from := at.Add(-trailBack)
	if first.At.After(from) {
		from = first.At
	}
	if n := len(t.samples); n > 0 {
		from = t.samples[n-1].At.Add(time.Second)
	}
	more, err := st.db.Range(ctx, series, from, at.Add(time.Second))
	if err != nil {
		return nil, err
	}
	if len(t.samples) == 0 && (len(more) == 0 || !more[0].At.Equal(first.At)) {
		t.samples = append(t.samples, first)
	}
	t.samples = append(t.samples, more...)
	t.forget(at)
	if t.gaps, err = st.unobserved(ctx, series, first.At, at); err != nil {
		return nil, err
	}
	if st.trails == nil {
		st.trails = map[history.Series]*trail{}
	}
	st.trails[series] = t
	return t, nil
}

// forget drops the readings that no forecast looks at any more, now and then,
// and keeps the first.
func (t *trail) forget(at time.Time) {
	old, _ := slices.BinarySearchFunc(t.samples, at.Add(-trailBack), func(s credit.Sample, t time.Time) int { return s.At.Compare(t) })
	old-- // the one that holds at the beginning
	if old > 1 && old > len(t.samples)/8 {
		t.samples = slices.Delete(t.samples, 1, old)
	}
}

// unobserved are the spans in which nothing was polled, in order.
func (st *store) unobserved(ctx context.Context, series history.Series, from, to time.Time) ([]credit.Span, error) {
	gaps, err := st.db.Gaps(ctx, series, from, to)
	if err != nil {
		return nil, err
	}
	spans, err := st.db.Backfilled(ctx, series, from, to)
	for _, g := range gaps {
		spans = append(spans, g.Span)
	}
	slices.SortFunc(spans, func(a, b credit.Span) int { return a.From.Compare(b.From) })
	return spans, err
}

// model is what forecasts any balance that is spent as this trail was.
func (t *trail) model(at time.Time) *forecast.Model {
	return forecast.New(at, t.samples, forecast.Options{Gaps: t.gaps})
}
