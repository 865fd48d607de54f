package monitor

import (
	"context"

	"ortop/history"
	"ortop/internal/credit"
)

// capSubject is the series of what counts against a key's cap, where BYOK does
// too: the key's own series has what it takes from credits alone.
func capSubject(fingerprint string) string { return "cap:" + fingerprint }

// towardsCap is what a key has used in its life that counts against its cap,
// in USD; nil where that is its usage alone, or not known.
func towardsCap(k *credit.Key) *float64 {
	if k.Cap.LimitUSD == nil || !k.Cap.IncludesBYOK {
		return nil
	}
	return added(k.Usage.TotalUSD, k.BYOK.TotalUSD)
}

// added is the sum of two that are both known, and else nil.
func added(a, b *float64) *float64 {
	if a == nil || b == nil {
		return nil
	}
	sum := *a + *b
	return &sum
}

// capReading adds what counts against the key's cap to the readings, of which
// the last is the key's usage: where that is held for a lag, so is this.
func (st *store) capReading(ctx context.Context, readings []history.Reading, a answer) ([]history.Reading, error) {
	usd := towardsCap(st.known.Key)
	if usd == nil {
		return readings, nil
	}
	series, err := st.series(ctx, capSubject(a.fingerprint))
	if err != nil {
		return nil, err
	}
	was, ok, err := st.db.At(ctx, series, endOfTime)
	if err != nil {
		return nil, err
	}
	key := readings[len(readings)-1]
	r := history.Reading{Series: series, At: a.at, UsageUSD: *usd}
	switch held := key.UsageUSD > *st.known.Key.Usage.TotalUSD; {
	case !ok:
		r.NewSegment = &history.Segment{At: a.at, Fingerprint: a.fingerprint, Reason: firstReading}
	case *usd < was.UsageUSD-slack && held:
		r.UsageUSD = was.UsageUSD
	case *usd < was.UsageUSD-slack:
		r.NewSegment = &history.Segment{At: a.at, Fingerprint: a.fingerprint, Reason: "usage fell"}
	}
	return append(readings, r), nil
}
