package account

import (
	"time"

	"ortop/internal/credit"
)

// Reading is what one poll of the API gave. A part that was not requested
// has neither a value nor a fault.
type Reading struct {
	At time.Time
	// Fingerprint names the key that was used.
	Fingerprint string
	// Key is the key's facts; KeyFault why they could not be read.
	Key      *credit.Key
	KeyFault *Fault
	// Totals are what the account bought and used; TotalsFault is why they
	// could not be read.
	Totals      *credit.Balance
	TotalsFault *Fault
	// ConnectFault is that there is no key to use; then nothing was requested.
	ConnectFault *Fault
	// Skew is how far the server's clock is ahead, where it is by a minute; nil
	// where no answer had the time.
	Skew *time.Duration
}

func (r Reading) askedTotals() bool { return r.Totals != nil || r.TotalsFault != nil }

func (f *Fault) is(kind credit.FaultKind) bool { return f != nil && f.Kind == kind }

// Row is a lifetime total that a reading adds to one series of the account.
type Row struct {
	Of       Subject
	UsageUSD float64
	// CreditsUSD is what was bought since the beginning; nil for a key.
	CreditsUSD *float64
	// Segment is why a new segment begins with this row; empty: it does not.
	Segment string
}

// Subject is what a series of readings is about.
type Subject int

// The subjects. OfCap is what counts against a key's cap, where spend on
// providers' own keys does too: the key's own series has what it takes from
// credits alone.
const (
	OfAccount Subject = iota
	OfKey
	OfCap
	OfBudget // what was spent of the budget that binds the key
	Subjects // how many there are
)

// Name returns the subject's name in history, for the key with this fingerprint.
func (s Subject) Name(fingerprint string) string {
	switch s {
	case OfKey:
		return "key:" + fingerprint
	case OfCap:
		return "cap:" + fingerprint
	case OfBudget:
		return "budget:" + fingerprint
	}
	return "account"
}

// Why a segment begins.
const (
	FirstReading   = "first reading" // of no interest to anybody
	AnotherAccount = "another account"
	UsageFell      = "usage fell"
	AnotherBudget  = "another budget"
)

// towardsCap is what a key has used in its life that counts against its cap,
// in USD; nil where that is its usage alone, or not known.
func towardsCap(k *credit.Key) *float64 {
	if k.Cap.LimitUSD == nil || !k.Cap.IncludesBYOK {
		return nil
	}
	return credit.Sum(k.Usage.TotalUSD, k.BYOK.TotalUSD)
}
