package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/credit"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/sorted"
)

// readError is a history that could not be read to its end.
func readError(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &cli.ExitError{Code: cli.ExitUnknown, Err: fmt.Errorf("reading the history: %w", err)}
}

// eachRow gives the rows of a history to emit, oldest first, and holds few of
// them at once.
func eachRow(ctx context.Context, ar monitor.Archive, query historyQuery, emit func(render.HistoryRow) error) error {
	first, ok, err := ar.DB.First(ctx, ar.Shown)
	if err != nil {
		return readError(err)
	}
	if !ok {
		return nil
	}
	if query.every > 0 {
		return eachSpan(ctx, ar, query, first, emit)
	}
	return eachReading(ctx, ar, query, first, emit)
}

// rangeSpan is how much is read at once: some ten thousand readings at one a
// minute.
const rangeSpan = 7 * 24 * time.Hour

// eachReading gives the readings as they are stored, and the last one. A row
// without totals is of time in which nobody read them: with what was spent since
// the row before, where that is known from elsewhere.
func eachReading(ctx context.Context, ar monitor.Archive, query historyQuery, first credit.Sample, emit func(render.HistoryRow) error) error {
	last, ok, err := ar.DB.At(ctx, ar.Shown, query.to)
	if err != nil {
		return readError(err)
	}
	w := rowWalk{emit: emit}
	from := first.At
	if query.from.After(from) {
		from = query.from.Truncate(time.Second)
		if w.before, err = beforeSpan(ctx, ar, from, last.At); err != nil {
			return readError(err)
		}
	}
	for ; ok && !from.After(last.At); from = from.Add(rangeSpan) {
		to := from.Add(rangeSpan - time.Second)
		if to.After(last.At) {
			to = last.At
		}
		samples, err := ar.DB.Range(ctx, ar.Shown, from, to)
		if err != nil {
			return readError(err)
		}
		if w.gaps, err = ar.DB.Gaps(ctx, ar.Shown, from.Add(-time.Second), to.Add(time.Second)); err != nil {
			return readError(err)
		}
		if w.filled, err = ar.DB.Backfilled(ctx, ar.Shown, from.Add(-time.Second), to.Add(time.Second)); err != nil {
			return readError(err)
		}
		for _, s := range samples {
			if err := w.row(s); err != nil {
				return err
			}
		}
	}
	poll, _, err := ar.DB.Poll(ctx, ar.Shown)
	if err != nil {
		return readError(err)
	}
	if read := poll.Success.Truncate(time.Second); ok && poll.UsageUSD != nil && *poll.UsageUSD == last.UsageUSD && read.After(last.At) && !read.Before(query.from) && !read.After(query.to) {
		last.At = read
		return emit(rowOf(last, &last))
	}
	return nil
}

// rowWalk makes rows of the samples of a history, one after the other.
type rowWalk struct {
	emit   func(render.HistoryRow) error
	before *credit.Sample
	bare   bool          // filled spans began, and none has ended yet
	gaps   []credit.Gap  // those of the samples to come, and more
	filled []credit.Span // likewise
}

func (w *rowWalk) row(s credit.Sample) error {
	for len(w.gaps) > 0 && w.gaps[0].To.Before(s.At) {
		w.gaps = w.gaps[1:]
	}
	for len(w.filled) > 0 && w.filled[0].To.Before(s.At) {
		w.filled = w.filled[1:]
	}
	row, notKnown, notKnownGap := rowOf(s, w.before), false, false
	if w.before != nil && credit.Torn(w.gaps, credit.Span{From: w.before.At, To: s.At}, 0) {
		row.SpendUSD = nil // what was spent meanwhile was not this row's alone
	}
	if len(w.gaps) > 0 && w.gaps[0].To.Equal(s.At) {
		g := w.gaps[0]
		w.gaps = w.gaps[1:]
		if g.Cause == history.NotKnown {
			row.SpendUSD, notKnownGap = nil, true
		} else if w.before != nil && !g.From.Before(w.before.At) {
			if err := w.emit(render.HistoryRow{At: g.From.Add(time.Second)}); err != nil {
				return err
			}
		}
	}
	if len(w.gaps) > 0 {
		notKnown = w.gaps[0].Cause == history.NotKnown && w.gaps[0].From.Equal(s.At)
	}
	ends, begins := false, false // whether spend is filled in up to here, and from here on
	for _, f := range w.filled[:min(2, len(w.filled))] {
		ends = ends || f.From.Before(s.At)
		begins = begins || !f.From.After(s.At) && f.To.After(s.At)
	}
	w.before = &s
	switch {
	case ends && (begins || notKnown):
		w.bare = false
		return w.emit(render.HistoryRow{At: s.At, SpendUSD: row.SpendUSD})
	case begins:
		w.bare = !notKnownGap
		return w.emit(render.HistoryRow{At: s.At})
	case ends && w.bare:
		// Without a row of its own it would be the end of a gap.
		if err := w.emit(render.HistoryRow{At: s.At, SpendUSD: row.SpendUSD}); err != nil {
			return err
		}
		row.SpendUSD = new(float64)
	}
	w.bare = false
	return w.emit(row)
}

// beforeSpan is the account at from, for the first row of a span to be compared with;
// nil where that is a reading, which has what was spent before, or was not seen.
func beforeSpan(ctx context.Context, ar monitor.Archive, from, to time.Time) (*credit.Sample, error) {
	s, _, err := ar.DB.At(ctx, ar.Shown, from)
	if err != nil || s.At.Equal(from) || !from.Before(to) {
		return nil, err
	}
	plot, err := ar.DB.BucketsAt(ctx, ar.Shown, []time.Time{from.Add(-time.Second), from, to})
	if err != nil || plot.Buckets[1].Blurred || plot.Buckets[0].Guessed {
		return nil, err
	}
	s.At, s.UsageUSD = from, plot.Buckets[0].UsageUSD
	return &s, nil
}

// rowOf is the row of a reading that follows another. Two segments cannot be
// compared.
//
//go:noinline
func rowOf(s credit.Sample, before *credit.Sample) render.HistoryRow {
	r := render.HistoryRow{At: s.At, UsageUSD: &s.UsageUSD}
	if s.CreditsKnown {
		r.CreditsUSD = &s.CreditsUSD
	}
	if before != nil && before.Segment == s.Segment {
		spend := max(0, s.UsageUSD-before.UsageUSD)
		r.SpendUSD = &spend
	}
	return r
}

// spansAtOnce is how many spans are read at once.
const spansAtOnce = 1000

// eachSpan gives a row for each span, at its start: the totals as they were then,
// and what was spent in it. The first and the newest reading begin one too, and so do
// the edges of a hole that reaches out of one, so that what is known and what is not
// never share one. Where nobody saw when it was spent, the row is empty.
func eachSpan(ctx context.Context, ar monitor.Archive, query historyQuery, first credit.Sample, emit func(render.HistoryRow) error) error {
	poll, _, err := ar.DB.Poll(ctx, ar.Shown)
	if err != nil {
		return readError(err)
	}
	newest, _, err := ar.DB.At(ctx, ar.Shown, query.to)
	if err != nil {
		return readError(err)
	}
	last := poll.Success.Truncate(time.Second)
	if newest.At.After(last) { // the clock was set back
		last = newest.At
	}
	next := func(t time.Time) time.Time {
		end := t.Truncate(query.every).Add(query.every)
		for _, edge := range []time.Time{first.At, last, query.to.Truncate(time.Second)} {
			if edge.After(t) && edge.Before(end) {
				end = edge
			}
		}
		return end
	}
	start := query.from.Truncate(time.Second)
	if start.Before(first.At) && query.from.IsZero() {
		start = first.At
	}
	gaps, err := ar.DB.Gaps(ctx, ar.Shown, first.At, query.to)
	if err != nil {
		return readError(err)
	}
	guessed := slices.ContainsFunc(gaps, func(g credit.Gap) bool { return g.Cause == history.NotKnown }) // the first totals
	var before credit.Bucket                                                                             // whose end has the totals of this start
	row := func(b credit.Bucket) (err error) {
		r := render.HistoryRow{At: b.From.UTC()}
		switch {
		case b.From.Equal(first.At):
			if !guessed {
				r = rowOf(first, nil)
			}
		case before.Known && !before.Guessed && !b.From.After(last):
			usage, credits := before.UsageUSD, before.CreditsUSD
			if r.UsageUSD = &usage; before.CreditsKnown {
				r.CreditsUSD = &credits
			}
		}
		if b.Known && !b.Blurred && b.From.Before(last) {
			r.SpendUSD = &b.SpendUSD
		}
		r.Holes, r.OfSpan, before = b.Holes, true, b
		return emit(r)
	}
	for bounds := []time.Time{start}; ; bounds = append(bounds[:0], bounds[len(bounds)-1]) {
		for len(bounds) <= spansAtOnce && bounds[len(bounds)-1].Before(query.to.Truncate(time.Second)) {
			bounds = append(bounds, next(bounds[len(bounds)-1]))
		}
		if len(bounds) < 2 {
			return nil
		}
		// The one before tells the totals of the first.
		plot, err := ar.DB.BucketsAt(ctx, ar.Shown, append([]time.Time{bounds[0].Add(-time.Second)}, bounds...))
		if err != nil {
			return readError(err)
		}
		if cut := withHoles(bounds, plot.Buckets); len(cut) > len(bounds) {
			if plot, err = ar.DB.BucketsAt(ctx, ar.Shown, append([]time.Time{bounds[0].Add(-time.Second)}, cut...)); err != nil {
				return readError(err)
			}
		}
		before = plot.Buckets[0]
		for _, b := range plot.Buckets[1:] {
			if err := row(b); err != nil {
				return err
			}
		}
	}
}

// withHoles adds to bounds, which ascend, the edges of the holes of the buckets between
// them.
func withHoles(bounds []time.Time, buckets []credit.Bucket) []time.Time {
	cut := slices.Clone(bounds)
	for _, b := range buckets {
		for _, h := range b.Holes {
			for _, edge := range []time.Time{h.From, h.To} {
				if edge.After(bounds[0]) && edge.Before(bounds[len(bounds)-1]) {
					cut = append(cut, edge)
				}
			}
		}
	}
	sorted.By(cut, time.Time.Compare)
	return slices.CompactFunc(cut, time.Time.Equal)
}
