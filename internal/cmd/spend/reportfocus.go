package spend

import (
	"context"
	"slices"
	"time"

	"ortop/internal/credit"
	"ortop/internal/render/report"
	"ortop/internal/sorted"
)

// charges reads who spent it by the day, and in which parts of the report the account's
// own spend is known.
func (r *reportBuilder) charges(ctx context.Context) (err error) {
	if r.Spans, err = r.knownSpans(ctx); err != nil {
		return err
	}
	for _, s := range r.Spans {
		if s.SpentUSD == nil {
			r.note("what was spent is not known " + onDays(s.Span) + ": " + s.Why)
		}
	}
	if r.Fault != nil {
		r.note("keys and models were not requested: the account could not be read")
		return nil
	}
	r.Charges = r.mon.Charges(ctx, r.From, r.To)
	for _, n := range r.Charges.Notes {
		r.note(n)
	}
	return nil
}

// note adds a line, once.
//
//go:noinline
func (r *reportBuilder) note(line string) {
	if !slices.Contains(r.Notes, line) {
		r.Notes = append(r.Notes, line)
	}
}

// onDays says which days a span is.
func onDays(s credit.Span) string {
	const layout = "Mon 2 Jan 2006"
	first, last := s.From.UTC().Format(layout), s.To.Add(-time.Second).UTC().Format(layout)
	if first == last {
		return "on " + first
	}
	return "from " + first + " to " + last
}

// knownSpans cuts the report into its days, and puts those together that nobody saw
// apart: what was spent in a hole is known of all the days that it touches alone.
func (r *reportBuilder) knownSpans(ctx context.Context) (spans []report.SpentSpan, err error) {
	known, unknown := 0.0, [2]int{-1, -1}
	for at := r.From; at.Before(r.To); {
		s := report.SpentSpan{Span: credit.Span{From: at, To: sorted.Earlier(credit.DayStart(at).AddDate(0, 0, 1), r.To)}}
		at = s.To
		if s.SpentUSD, err = r.spend(ctx, s.From, s.To); err != nil {
			return nil, err
		}
		n := len(spans)
		begins := r.HistorySince.After(s.From) && r.HistorySince.Before(s.To)
		if s.SpentUSD != nil || n == 0 || spans[n-1].SpentUSD != nil || begins {
			spans = append(spans, s)
			continue
		}
		spans[n-1].To = s.To
	}
	for i := range spans {
		s := &spans[i]
		if s.SpentUSD == nil {
			if s.SpentUSD, err = r.spend(ctx, s.From, s.To); err != nil {
				return nil, err
			}
		}
		if since := r.HistorySince; s.SpentUSD == nil && since.After(s.From) && since.Before(s.To) {
			// Of the day in which the history begins, what it saw is the least; where
			// the analytics have more of it, that is.
			if s.SpentUSD, err = r.spend(ctx, since, s.To); err != nil {
				return nil, err
			}
			if s.SpentUSD != nil && *s.SpentUSD < r.Charges.Within(s.Span) {
				s.SpentUSD = nil
			}
		}
		if s.SpentUSD != nil {
			known += *s.SpentUSD
			continue
		}
		if unknown[1] = i; unknown[0] < 0 {
			unknown[0] = i
		}
		if s.Why, err = r.unknown(ctx, s.From, s.To); err != nil {
			return nil, err
		}
	}
	if unknown[0] < 0 || r.SpentUSD == nil {
		return spans, nil
	}
	// All of it is known, though not these parts: they and what lies between are one.
	for _, s := range spans[unknown[0] : unknown[1]+1] {
		if s.SpentUSD != nil {
			known -= *s.SpentUSD
		}
	}
	rest := *r.SpentUSD - known
	one := report.SpentSpan{Span: credit.Span{From: spans[unknown[0]].From, To: spans[unknown[1]].To}, SpentUSD: &rest}
	return append(append(spans[:unknown[0]:unknown[0]], one), spans[unknown[1]+1:]...), nil
}
