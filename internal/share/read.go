package share

import (
	"context"
	"slices"

	"ortop/history"
)

// span is what is to be read of an account.
type span struct {
	id      int64
	from    int64 // in Unix seconds
	all     bool  // all series, not only those that changed since
	whole   bool  // what is there already is void
	follows mark  // what was read before, unless it is whole
}

// reader reads a span.
type reader struct {
	e    *Engine
	span span
	m    mark
	any  bool  // m is known
	rev  int64 // of the last page
	held history.Rows
	// Of the series in held, by their keys:
	samples map[int64][]history.SampleRow
	facts   map[int64][]history.FactRow
	tails   []tail // those of which more is to be read, those first that are nearly read
}

// read reads a span in pages and calls take for all of some series at a time, and at last
// for what is of the account itself. It fails with errCopy where rows were put before
// others meanwhile, or since what it follows. It reports where others came after the
// heads were read, so that some of these are older than their samples.
func (e *Engine) read(ctx context.Context, s span, take func(history.Rows) error) (m mark, moved bool, err error) {
	r := reader{e: e, span: s, samples: map[int64][]history.SampleRow{}, facts: map[int64][]history.FactRow{}}
	for at := start(); at != end; {
		rows, m, err := e.page(&r.span, &at)
		if err == nil {
			err = r.add(ctx, m, rows, firstSamples)
		}
		if err != nil {
			return r.m, false, err
		}
	}
	for len(r.tails) > 0 {
		most := r.tails[0].most
		n := 1
		for n < len(r.tails) && r.tails[n].most == most && int64(n+1)*most <= samplesPage {
			n++
		}
		rows, m, err := e.samples(s.id, r.tails[:n])
		r.tails = slices.Delete(r.tails, 0, n)
		if err == nil {
			err = r.add(ctx, m, rows, most)
		}
		if err == nil {
			err = r.give(samplesPage, take)
		}
		if err != nil {
			return r.m, false, err
		}
	}
	if err := r.give(0, take); err != nil {
		return r.m, false, err
	}
	return r.m, r.rev != r.m.rev, take(history.Rows{Events: r.held.Events, Forecasts: r.held.Forecasts, States: r.held.States})
}

// add takes in a page, of which a series has at most so many samples.
func (r *reader) add(ctx context.Context, m mark, rows history.Rows, most int64) error {
	was := r.m
	if !r.any {
		if was = r.span.follows; r.span.whole || was == (mark{}) {
			was = m
		}
		r.m, r.any = m, true
	}
	if m.rewritten != was.rewritten || m.rev < was.rev {
		return errCopy
	}
	r.rev = m.rev
	for _, v := range rows.Series {
		r.m.at = max(r.m.at, *v.At)
	}
	r.held.Series = append(r.held.Series, rows.Series...)
	r.held.Events = append(r.held.Events, rows.Events...)
	r.held.Forecasts = append(r.held.Forecasts, rows.Forecasts...)
	r.held.States = append(r.held.States, rows.States...)
	for _, v := range rows.Facts {
		r.facts[v.Key] = append(r.facts[v.Key], v)
	}
	var more []tail
	for all := rows.Samples; len(all) > 0; {
		key, n := all[0].Key, 1
		for n < len(all) && all[n].Key == key {
			n++
		}
		r.samples[key] = append(r.samples[key], all[:n]...)
		if int64(n) == most { // it may have more, and ten times as many
			more = append(more, tail{key, all[n-1].At, min(10*most, samplesPage)})
		}
		all = all[n:]
	}
	r.tails = append(more, r.tails...)
	return ctx.Err()
}

// give has those series taken of which all is read, where these are so many samples.
func (r *reader) give(least int, take func(history.Rows) error) error {
	open := map[int64]bool{}
	for _, v := range r.tails {
		open[v.key] = true
	}
	n := 0
	for _, h := range r.held.Series {
		if !open[h.Key] {
			n += len(r.samples[h.Key])
		}
	}
	if n < least {
		return nil
	}
	var rows history.Rows
	left := r.held.Series[:0]
	for _, h := range r.held.Series {
		if open[h.Key] {
			left = append(left, h)
			continue
		}
		rows.Series = append(rows.Series, h)
		if r.span.whole {
			rows.Whole = append(rows.Whole, h.Subject)
		}
		rows.Samples = append(rows.Samples, r.samples[h.Key]...)
		rows.Facts = append(rows.Facts, r.facts[h.Key]...)
		delete(r.samples, h.Key)
		delete(r.facts, h.Key)
	}
	r.held.Series = left
	return take(rows)
}
