package monitor

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"ortop/client"
	"ortop/internal/credit"
)

// lagLimit is how long a fall of usage may be a server replica that lags
// behind; after that it is true.
const lagLimit = 5 * time.Minute

// rarely is how often a question is asked again to which the answer was that
// this key may not know, and how often a management key's facts are.
const rarely = time.Hour

// firstReading is why the first segment of a series begins; nobody needs to be
// told of it.
const firstReading = "first reading"

// anotherAccount is why a segment begins whose numbers are not of the account
// before.
const anotherAccount = "another account"

// slack is how far two totals may differ and count as equal: billing is exact
// to far less, floating point is not.
const slack = 1e-9

// clockLimit is how far this clock and the server's may differ. Readings are
// kept in the order of their times: one put years ahead would leave no place
// for those after it.
const clockLimit = 36 * time.Hour

// Why a balance is not known.
const (
	noteHidden  = "account balance not visible to this key"
	noteZero    = "account balance not visible to this key (the API answers 0 of 0)"
	notePayment = "payment required"
)

// answer is what one poll heard.
type answer struct {
	panic        *PanicError
	api          API
	at           time.Time
	fingerprint  string
	keyAsked     bool
	key          client.Key
	keyErr       error
	creditsAsked bool
	credits      client.Credits
	creditsErr   error
	connectErr   error
}

// known is what is carried from one poll to the next, through the store, so
// that any process can go on from there.
type known struct {
	Key         *credit.Key `json:"key,omitempty"`
	Fingerprint string      `json:"fingerprint,omitempty"`
	// KeyAt is when the key's facts were read, RefusedAt when /credits last
	// said that this key may not ask.
	KeyAt       time.Time `json:"key_at,omitzero"`
	RefusedAt   time.Time `json:"refused_at,omitzero"`
	BalanceNote string    `json:"balance_note,omitempty"`
	// ReadBy and ReadCreator are the fingerprint and the maker of the key that
	// last read the account's totals.
	ReadBy      string `json:"read_by,omitempty"`
	ReadCreator string `json:"read_creator,omitempty"`
	// Source is what the last good reading came from.
	Source Source `json:"source,omitempty"`
	// AgreedAt is when totals last were no less than those before, and
	// KeyAgreedAt the same of the key's own usage.
	AgreedAt    time.Time `json:"agreed_at,omitzero"`
	KeyAgreedAt time.Time `json:"key_agreed_at,omitzero"`
	// Filled is when the account's spend before the first reading was asked
	// for and put into history, and KeyFilled the same of this key's own.
	Filled    time.Time `json:"filled,omitzero"`
	KeyFilled time.Time `json:"key_filled,omitzero"`
	// Unusual is since when spend is not usual.
	Unusual standing `json:"unusual,omitzero"`
	// Skew is how far the server's clock is ahead, where it is by a minute.
	Skew time.Duration `json:"skew,omitempty"`
}

// wantsKey reports whether /key is to be asked again. An ordinary key's usage
// and cap move with every request; a management key's facts do not.
func (k known) wantsKey(now time.Time, fingerprint string) bool {
	return k.Key == nil || k.Fingerprint != fingerprint || k.Key.Kind != credit.KeyManagement ||
		now.Sub(k.KeyAt) >= rarely || now.Before(k.KeyAt)
}

// wantsCredits reports whether /credits is to be asked.
func (k known) wantsCredits(now time.Time, fingerprint string) bool {
	return k.RefusedAt.IsZero() || k.Fingerprint != fingerprint ||
		now.Sub(k.RefusedAt) >= rarely || now.Before(k.RefusedAt)
}

// last is the newest stored sample of the account and what is known of it.
type last struct {
	sample credit.Sample
	ok     bool
}

// verdict is what an answer means.
type verdict struct {
	known   known
	err     error           // why the poll counts as failed
	balance *credit.Balance // to be stored; nil is unknown
	keyUSD  *float64        // an ordinary key's lifetime usage, to be stored
	segment string          // why a new segment begins; empty: it does not
	note    string          // for a person
}

// judge decides what of an answer is believed. It changes nothing.
func judge(a answer, prev known, was last) verdict {
	v := verdict{known: prev}
	if a.connectErr != nil {
		v.err = a.connectErr
		return v
	}
	if prev.Fingerprint != a.fingerprint {
		v.known = known{Fingerprint: a.fingerprint, ReadBy: prev.ReadBy, ReadCreator: prev.ReadCreator, Filled: prev.Filled, Unusual: prev.Unusual}
	}
	if a.keyAsked && a.keyErr == nil {
		v.known.Key, v.known.KeyAt = keyFacts(a.key), a.at
		v.known.Skew = skew(a.key.Meta)
	}
	if a.creditsAsked && a.creditsErr == nil {
		v.known.Skew = skew(a.credits.Meta)
	}
	if errors.Is(a.keyErr, client.ErrUnauthorized) {
		v.err = a.keyErr
		return v
	}
	if d := v.known.Skew; d < -clockLimit || d > clockLimit {
		v.err = &storedFault{credit.FaultStorage, fmt.Sprintf("this machine's clock differs from the server's by %.0f d: nothing is recorded", d.Abs().Hours()/24)}
		return v
	}
	ordinary := v.known.Key != nil && v.known.Key.Kind == credit.KeyOrdinary
	if ordinary && a.keyAsked && a.keyErr == nil {
		v.keyUSD = v.known.Key.Usage.TotalUSD
	}
	if !a.creditsAsked {
		v.keyOnly(a)
		return v
	}
	v.judgeCredits(a, was, ordinary)
	return v
}

func (v *verdict) judgeCredits(a answer, was last, ordinary bool) {
	switch {
	case errors.Is(a.creditsErr, client.ErrForbidden):
		v.known.RefusedAt, v.known.BalanceNote = a.at, noteHidden
		if !ordinary {
			v.err = a.creditsErr
			return
		}
		v.keyOnly(a)
		return
	case errors.Is(a.creditsErr, client.ErrPayment):
		v.known.BalanceNote = notePayment
		v.err = a.creditsErr
		return
	case a.creditsErr != nil:
		v.err = a.creditsErr
		return
	}
	v.known.RefusedAt = time.Time{}
	b := credit.Balance{CreditsUSD: a.credits.TotalCreditsUSD, UsageUSD: a.credits.TotalUsageUSD}
	if b == (credit.Balance{}) {
		management := v.known.Key != nil && v.known.Key.Kind == credit.KeyManagement
		switch {
		case ordinary:
			v.known.BalanceNote = noteZero
			v.keyOnly(a)
			return
		case !management:
			v.known.BalanceNote = noteZero
			v.err = cmp.Or(a.keyErr, fmt.Errorf("%w: 0 of 0, from a key of unknown kind", client.ErrMalformed))
			return
		case was.ok && v.known.ReadBy == a.fingerprint && was.sample.UsageUSD > slack:
			v.err = fmt.Errorf("%w: 0 of 0, after %.2f used", client.ErrMalformed, was.sample.UsageUSD)
			return
		}
	}
	v.known.BalanceNote, v.known.Source = "", FromCredits
	v.continues(a, b, was)
}

// keyOnly takes what /key says for all that this poll can know.
func (v *verdict) keyOnly(a answer) {
	if v.err = a.keyErr; v.err == nil {
		v.known.Source = FromKey
	}
}

// continues decides whether b goes on where the account's series ended.
func (v *verdict) continues(a answer, b credit.Balance, was last) {
	creator := ""
	if v.known.Key != nil {
		creator = v.known.Key.Creator
	}
	sameKey := v.known.ReadBy == a.fingerprint
	fell := was.ok && b.UsageUSD < was.sample.UsageUSD-slack
	switch {
	case !was.ok:
		v.segment = firstReading
	case !sameKey && !fits(b, creator, was, v.known.ReadCreator):
		v.segment, v.known.Unusual = anotherAccount, standing{}
		v.note = "another key, and its numbers do not continue the old ones: a new series begins"
	case fell && sameKey && recent(v.known.AgreedAt, a.at):
		// A replica that lags behind; what it says of credits may be new.
		b.UsageUSD = was.sample.UsageUSD
		v.balance = &b
		return
	case fell:
		v.segment = "usage fell"
		v.note = fmt.Sprintf("lifetime usage fell from %.2f to %.2f USD: a new series begins", was.sample.UsageUSD, b.UsageUSD)
	}
	v.known.ReadBy, v.known.ReadCreator, v.known.AgreedAt = a.fingerprint, creator, a.at
	v.balance = &b
}

// recent reports whether a reading that agreed was not long before now.
func recent(agreed, now time.Time) bool {
	return !now.Before(agreed) && now.Sub(agreed) < lagLimit
}

// fits reports whether totals read with another key can be the same account's.
func fits(b credit.Balance, creator string, was last, wasCreator string) bool {
	if creator != "" && wasCreator != "" && creator != wasCreator {
		return false
	}
	if was.sample.CreditsKnown && b.CreditsUSD < was.sample.CreditsUSD-slack {
		return false
	}
	return b.UsageUSD >= was.sample.UsageUSD-slack
}

// skew is the server's lead over this clock, where it is worth a word.
func skew(m client.Meta) time.Duration {
	if m.ServerSkew != nil && m.ServerSkew.Abs() > time.Minute {
		return m.ServerSkew.Round(time.Second)
	}
	return 0
}
