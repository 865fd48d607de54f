package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ortop/internal/credit"
	"ortop/internal/monitor"
	"ortop/internal/render"
)

// readError is a history that could not be read to its end.
func readError(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return &exitError{code: exitUnknown, err: fmt.Errorf("reading the history: %w", err)}
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

// eachReading gives the readings as they are stored.
func eachReading(ctx context.Context, ar monitor.Archive, query historyQuery, first credit.Sample, emit func(render.HistoryRow) error) error {
	last, ok, err := ar.DB.At(ctx, ar.Shown, query.to)
	if err != nil {
		return readError(err)
	}
	var before *credit.Sample
	from := first.At
	if query.from.After(from) {
		from = query.from.Truncate(time.Second)
		s, _, err := ar.DB.At(ctx, ar.Shown, from.Add(-time.Second))
		if err != nil {
			return readError(err)
		}
		before = &s
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
		for _, s := range samples {
			if err := emit(rowOf(s, before)); err != nil {
				return err
			}
			before = &s
		}
	}
	return nil
}

// rowOf is the row of a reading that follows another. Two segments cannot be
// compared.
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

// eachSpan gives a row for the end of each span. The first and the last
// reading end one too, so that what is known and what is not never share one.
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
		for _, edge := range []time.Time{first.At, last} {
			if edge.After(t) && edge.Before(end) {
				end = edge
			}
		}
		return end
	}
	start := first.At
	if !query.from.IsZero() {
		start = query.from.Truncate(query.every)
	}
	if start.Equal(first.At) {
		if err := emit(rowOf(first, nil)); err != nil {
			return err
		}
	}
	for bounds := []time.Time{start}; ; bounds = append(bounds[:0], bounds[len(bounds)-1]) {
		for len(bounds) <= spansAtOnce {
			end := next(bounds[len(bounds)-1])
			if end.After(query.to) {
				break
			}
			bounds = append(bounds, end)
		}
		if len(bounds) < 2 {
			return nil
		}
		plot, err := ar.DB.BucketsAt(ctx, ar.Shown, bounds)
		if err != nil {
			return readError(err)
		}
		for _, b := range plot.Buckets {
			r := render.HistoryRow{At: b.To.UTC()}
			switch {
			case b.To.Equal(first.At):
				r = rowOf(first, nil)
			case b.Known && b.From.Before(last):
				r.UsageUSD, r.SpendUSD = &b.UsageUSD, &b.SpendUSD
				if b.CreditsKnown {
					r.CreditsUSD = &b.CreditsUSD
				}
			}
			if err := emit(r); err != nil {
				return err
			}
		}
	}
}
