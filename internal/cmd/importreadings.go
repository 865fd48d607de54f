package cmd

import (
	"time"

	"ortop/internal/credit"
)

// sameUSD is by how much rounding may let two sums differ.
const sameUSD = 1e-6

// readingTaker takes the lines that ortop history --csv writes; nil where the
// columns are others. Those with the times and the totals are enough.
//
// Where the spend of a line is not the rise of usage since the line before it,
// or is unknown, the two are of different segments. A file that tells no spend
// at all has one segment.
func readingTaker(c columns, f *importFile, now time.Time) taker {
	at, usage := c.first("at"), c.first("total_usage_usd")
	bought, spend := c.first("total_credits_usd"), c.first("spend_usd")
	if at < 0 || usage < 0 {
		return nil
	}
	var before *credit.Sample // the line before, where that is a reading
	segment := int64(0)
	return func(cells []string, err error) error {
		was := before
		before = nil
		if err != nil {
			return err
		}
		var s credit.Sample
		if s.At, err = parseTime(cells[at], now, time.RFC3339); err != nil {
			return err
		}
		ok := false
		if s.UsageUSD, ok, err = parseSum(cells[usage]); err != nil {
			return err
		} else if !ok {
			f.silent++
			return nil
		} else if s.UsageUSD < 0 {
			return errNegative
		}
		if bought >= 0 {
			if s.CreditsUSD, s.CreditsKnown, err = parseSum(cells[bought]); err != nil {
				return err
			}
		}
		if spend >= 0 {
			usd, ok, err := parseSum(cells[spend])
			if err != nil {
				return err
			}
			f.tellsSpend = f.tellsSpend || ok
			if was != nil && s.At.After(was.At) && (!ok || s.UsageUSD-was.UsageUSD-usd > sameUSD) {
				segment++
			}
		}
		s.Segment = segment
		f.readings = append(f.readings, s)
		f.good++
		before = &s
		return nil
	}
}
