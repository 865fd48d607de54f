package account

import (
	"slices"
	"time"

	"ortop/internal/credit"
)

// goneOn are the samples of a series as a forecast takes them. In a gap of which
// nothing tells what was spent, spend is taken to have gone on as in the rest of what
// is known: it is no silence. Usage before it is lowered by that, for a forecast goes by
// differences.
func goneOn(t *credit.Trail) []credit.Sample {
	var gaps []credit.Span
	seen := t.Samples[len(t.Samples)-1].At.Sub(t.Samples[0].At)
	for _, g := range t.Gaps {
		a, ok := t.At(g.From)
		b, known := t.At(g.To)
		if g.Cause == credit.NotKnown && ok && known && a.Segment == b.Segment && a.UsageUSD == b.UsageUSD {
			gaps = append(gaps, g.Span)
			seen -= g.To.Sub(g.From)
		}
	}
	spent := 0.0
	for i := 1; i < len(t.Samples); i++ {
		if a, b := t.Samples[i-1], t.Samples[i]; a.Segment == b.Segment && b.UsageUSD > a.UsageUSD {
			spent += b.UsageUSD - a.UsageUSD
		}
	}
	if len(gaps) == 0 || seen < time.Hour || spent == 0 {
		return t.Samples
	}
	samples, unseen := slices.Clone(t.Samples), 0.0
	for i, g := len(samples)-1, len(gaps)-1; i >= 0; i-- {
		for ; g >= 0 && !samples[i].At.After(gaps[g].From); g-- {
			unseen += spent * gaps[g].To.Sub(gaps[g].From).Seconds() / seen.Seconds()
		}
		samples[i].UsageUSD -= unseen
	}
	return samples
}
