package account

import (
	"time"

	"ortop/internal/credit"
	"ortop/internal/text"
)

// Statement is what a person says is left of an account whose balance its key
// cannot read: USD at a time, what the key with that fingerprint has spent since,
// and its lifetime usage as of its newest reading. Nil for USD takes the one before
// back.
type Statement struct {
	USD         *float64  `json:"usd"`
	At          time.Time `json:"at"`
	SpentUSD    float64   `json:"spent_usd"`
	UsageUSD    float64   `json:"usage_usd"`
	Fingerprint string    `json:"fingerprint"`
}

// stated takes in what a person said of the balance, as of the key's newest
// reading.
func (f *Facts) stated(usd *float64, b *Book, now time.Time) {
	f.Stated = nil
	if usd == nil || f.Key == nil || f.Key.Usage.TotalUSD == nil {
		return
	}
	used := *f.Key.Usage.TotalUSD
	if last, have := b.Key.Newest(); have {
		used = last.UsageUSD // more than a replica that lags has told
	}
	f.Stated = &Statement{USD: usd, At: now.UTC().Truncate(time.Second), UsageUSD: used, Fingerprint: f.Fingerprint}
}

// spent takes the rise of the key's usage off the stated balance. A fall gives
// nothing back.
func (f *Facts) spent(usage float64) {
	if f.Stated == nil || f.Stated.Fingerprint != f.Fingerprint {
		return
	}
	s := *f.Stated
	s.SpentUSD += max(0, usage-s.UsageUSD)
	s.UsageUSD = usage
	f.Stated = &s
}

// statedBalance is what is left of the stated balance: it falls by what the key
// spends. Bought is the sum that was stated, used what was spent since. It is nil
// where the API gives the balance itself, and where another key is in use, for what
// that one left is not known.
//
//go:noinline
func (f *Facts) statedBalance() *credit.Balance {
	s := f.Stated
	if s == nil || s.USD == nil || f.Source != FromKey || f.Key == nil || f.Key.Usage.TotalUSD == nil || s.Fingerprint != f.Fingerprint {
		return nil
	}
	return &credit.Balance{CreditsUSD: *s.USD, UsageUSD: s.SpentUSD}
}

// statedNote is what a stated balance rests on, or why it does not count.
func (f *Facts) statedNote(now time.Time) string {
	s := f.Stated
	switch {
	case s == nil || f.Source != FromKey:
		return ""
	case s.Fingerprint != f.Fingerprint:
		return "the balance was stated with another key: state it again"
	}
	return "by your own figure of " + s.At.In(now.Location()).Format("2 Jan") + " (" + text.USD(*s.USD) + "); other keys of the account are not seen"
}
