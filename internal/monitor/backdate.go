package monitor

import (
	"context"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
)

// How finely a simulated past is written.
const (
	backdateFine   = 48 * time.Hour
	backdateCoarse = 10 * time.Minute
)

// Backdate writes a simulated account's past into an empty history, as if it
// had been polled from start until now by the key with this fingerprint. usage
// and credits are its lifetime totals in USD at any moment.
func Backdate(ctx context.Context, db *history.DB, name, baseURL, fingerprint string, start, now time.Time, usage, credits func(time.Time) float64) error {
	series, err := db.Series(ctx, name, baseURL, account.OfAccount.Name(""))
	if err != nil {
		return err
	}
	var readings []history.Reading
	end := now.Add(-minGap - time.Second) // the first poll may follow at once
	for t := start; t.Before(end); {
		readings = append(readings, history.Reading{
			Series: series, At: t, UsageUSD: usage(t), CreditsUSD: credits(t), CreditsKnown: true,
		})
		if now.Sub(t) > backdateFine {
			t = t.Add(backdateCoarse)
		} else {
			t = t.Add(time.Minute)
		}
	}
	readings = append(readings, history.Reading{
		Series: series, At: end, UsageUSD: usage(end), CreditsUSD: credits(end), CreditsKnown: true,
	})
	readings[0].NewSegment = &history.Segment{Fingerprint: fingerprint, Reason: account.FirstReading}
	state, err := account.State{Facts: account.Facts{
		Key: &credit.Key{Kind: credit.KeyManagement}, Fingerprint: fingerprint, Source: account.FromCredits, ReadBy: fingerprint,
	}}.Encode()
	if err != nil {
		return err
	}
	// Without an interval, no reading counts as the end of a gap.
	return db.Record(ctx, history.PollUpdate{Series: series, Due: now, State: state}, readings...)
}
