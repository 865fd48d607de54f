package account

import (
	"fmt"
	"math"
	"time"

	"ortop/internal/credit"
	"ortop/internal/text"
)

// lagLimit is how long a fall of usage may be a server replica that lags
// behind; after that it is true.
const lagLimit = 5 * time.Minute

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

// Verdict is what of a reading is believed.
type Verdict struct {
	At          time.Time
	Fingerprint string
	// Facts are those before with what the reading adds.
	Facts Facts
	// Fault is why the poll counts as failed; nil: it does not.
	Fault *Fault
	// HeldBack reports that the Fault is a reading that counts once it stays so.
	HeldBack bool
	// Rows are to be stored, at most one of each subject.
	Rows []Row
	// Note is for the log.
	Note string

	before credit.Sample // the account's newest reading until now, at its last success
	of     Reading
}

// Again judges the same reading by what is known now.
func (v Verdict) Again(was *Facts, b *Book) Verdict { return Judge(was, v.of, b) }

// AnotherAccount reports whether the numbers are not of the account before:
// nothing that was known of that one goes on.
func (v Verdict) AnotherAccount() bool {
	return len(v.Rows) > 0 && v.Rows[0].Of == OfAccount && v.Rows[0].Segment == AnotherAccount
}

// Judge decides what of a reading is believed, of an account whose past is b.
// It changes nothing.
func Judge(was *Facts, r Reading, b *Book) Verdict {
	v := Verdict{At: r.At, Fingerprint: r.Fingerprint, Facts: *was, of: r}
	last, have := b.Account.Newest()
	v.before = last
	v.before.At = b.Poll.Success
	if r.ConnectFault != nil {
		v.Fault = r.ConnectFault
		return v
	}
	if was.Fingerprint != r.Fingerprint {
		v.Facts = Facts{Fingerprint: r.Fingerprint, ReadBy: was.ReadBy, ReadCreator: was.ReadCreator, ReadOwner: was.ReadOwner, Filled: was.Filled, Stated: was.Stated}
	}
	if r.Key != nil {
		v.Facts.Key, v.Facts.KeyAt = r.Key, r.At
	}
	if r.Skew != nil {
		v.Facts.Skew = *r.Skew
	}
	if r.KeyFault.is(credit.FaultUnauthorized) {
		v.Fault = r.KeyFault
		return v
	}
	if d := v.Facts.Skew; d < -clockLimit || d > clockLimit {
		v.Fault = &Fault{Kind: credit.FaultStorage, Message: fmt.Sprintf("this machine's clock differs from the server's by %.0f d: nothing is recorded", d.Abs().Hours()/24)}
		return v
	}
	if r.askedTotals() {
		v.judgeTotals(r, last, have)
	} else {
		v.keyOnly(r)
	}
	if v.Facts.Ordinary() && r.Key != nil {
		v.addKey(r.Key, b)
		v.addBudget(r.Key.Budget(), b)
	}
	return v
}

func (v *Verdict) judgeTotals(r Reading, last credit.Sample, have bool) {
	// A key that has read the account before may do so: who refuses it now is a
	// proxy, or fails.
	hidden := v.Facts.Ordinary() && v.Facts.ReadBy != r.Fingerprint
	switch f := r.TotalsFault; {
	case f.is(credit.FaultForbidden) && hidden && !f.NotAPI:
		v.Facts.RefusedAt, v.Facts.BalanceNote = r.At, noteHidden
		v.keyOnly(r)
		return
	case f.is(credit.FaultPayment):
		v.Facts.BalanceNote = notePayment
		v.Fault = f
		return
	case f != nil:
		v.Fault = f
		return
	}
	v.Facts.RefusedAt = time.Time{}
	b := *r.Totals
	if b == (credit.Balance{}) {
		switch {
		case have && v.Facts.ReadBy == r.Fingerprint && last.UsageUSD > slack:
			v.Fault = malformed(fmt.Sprintf("0 of 0, after %.2f used", last.UsageUSD))
			return
		case v.Facts.Ordinary():
			v.Facts.BalanceNote = noteZero
			v.keyOnly(r)
			return
		case !v.Facts.Manages():
			v.Facts.BalanceNote = noteZero
			if v.Fault = r.KeyFault; v.Fault == nil {
				v.Fault = malformed("0 of 0, from a key of unknown kind")
			}
			return
		}
	}
	v.Facts.BalanceNote, v.Facts.Source = "", FromCredits
	v.follow(r, b, last, have)
}

func malformed(what string) *Fault {
	return &Fault{Kind: credit.FaultMalformed, Message: "malformed answer: " + what}
}

// keyOnly takes what /key has for all that this poll can know.
func (v *Verdict) keyOnly(r Reading) {
	if v.Fault = r.KeyFault; v.Fault == nil {
		v.Facts.Source = FromKey
	}
}

// follow decides whether totals go on where the account's series ended.
func (v *Verdict) follow(r Reading, b credit.Balance, last credit.Sample, have bool) {
	row := Row{Of: OfAccount, UsageUSD: b.UsageUSD, CreditsUSD: &b.CreditsUSD}
	creator, owner := "", credit.Owner{}
	if v.Facts.Key != nil {
		creator, owner = v.Facts.Key.Creator, v.Facts.Key.Owner
	}
	sameKey := v.Facts.ReadBy == r.Fingerprint
	sameOwner, known := owner.Same(v.Facts.ReadOwner)
	if sameKey && (owner.Organization == "" || v.Facts.ReadOwner.Organization == "") {
		known = false // what was not told before is no change of the key
	}
	if have && v.Facts.ReadBy == "" { // what is there was imported
		v.Facts.RoundedUSD = min(rounding(last.UsageUSD), rounding(last.CreditsUSD), mostRounded)
	}
	tolerance := slack + v.Facts.RoundedUSD
	fell := have && b.UsageUSD < last.UsageUSD-tolerance
	if have && !fell && b.UsageUSD < last.UsageUSD { // by no more than was rounded up
		row.UsageUSD = last.UsageUSD
	} else {
		v.Facts.RoundedUSD = 0
	}
	switch {
	case !have:
		row.Segment = FirstReading
	case known && !sameOwner:
		row.Segment = AnotherAccount
		v.Note = "another organization's key: a new series begins"
	case !sameKey && !known && !continues(b, creator, last, v.Facts.ReadCreator, tolerance):
		row.Segment = AnotherAccount
		v.Note = "another key, and its numbers do not continue the old ones: a new series begins"
	case fell && (sameKey || known) && recent(v.Facts.AgreedAt, r.At):
		if last.CreditsKnown && (b.CreditsUSD < last.CreditsUSD-slack || b.CreditsUSD > last.CreditsUSD+slack) {
			// No answer ever had one of its totals beside the other's newest: what
			// was read before stands, with its age.
			v.HeldBack, v.Fault = true, &Fault{Kind: credit.FaultServer, Message: fmt.Sprintf(
				"lower usage and other credits than before, %s of %s: they count if they stay so for 5 min", text.USD(b.UsageUSD), text.USD(b.CreditsUSD))}
			return
		}
		// A replica that lags behind: its usage does not count.
		row.UsageUSD, row.CreditsUSD = last.UsageUSD, nil
		if last.CreditsKnown {
			row.CreditsUSD = &last.CreditsUSD
		}
		v.Rows = append(v.Rows, row)
		return
	case fell:
		row.Segment = UsageFell
		v.Note = fmt.Sprintf("lifetime usage fell from %s to %s: a new series begins", text.USD(last.UsageUSD), text.USD(b.UsageUSD))
	}
	if owner.IsKnown() || row.Segment == AnotherAccount {
		v.Facts.ReadOwner = owner
	}
	v.Facts.ReadBy, v.Facts.ReadCreator, v.Facts.AgreedAt = r.Fingerprint, creator, r.At
	v.Rows = append(v.Rows, row)
}

// recent reports whether a reading that agreed was not long before now.
func recent(agreed, now time.Time) bool {
	return !now.Before(agreed) && now.Sub(agreed) < lagLimit
}

// continues reports whether totals read with another key can be the same
// account's.
func continues(b credit.Balance, creator string, last credit.Sample, lastCreator string, tolerance float64) bool {
	if creator != "" && lastCreator != "" && creator != lastCreator {
		return false
	}
	if last.CreditsKnown && b.CreditsUSD < last.CreditsUSD-tolerance {
		return false
	}
	return b.UsageUSD >= last.UsageUSD-tolerance
}

// mostRounded is the most that a total is taken to be rounded by: to a dime.
const mostRounded = .05

// rounding is by how much a sum with as many decimals as this one may be rounded; a
// sum of many decimals was not.
func rounding(usd float64) float64 {
	for unit := 1.0; unit > 1e-7; unit /= 10 {
		if n := usd / unit; math.Abs(n-math.Round(n)) < 1e-6 {
			return unit / 2
		}
	}
	return 0
}

// addKey adds a key's lifetime usage, and what counts against its cap where
// that is more. A key has one fingerprint for life, so its series breaks only
// where the number itself does.
func (v *Verdict) addKey(k *credit.Key, b *Book) {
	if k.Usage.TotalUSD == nil {
		return
	}
	row := Row{Of: OfKey, UsageUSD: *k.Usage.TotalUSD}
	last, have := b.Key.Newest()
	lags := false
	switch fell := row.UsageUSD < last.UsageUSD-slack; {
	case !have:
		row.Segment = FirstReading
	case fell && recent(v.Facts.KeyAgreedAt, v.At):
		row.UsageUSD, lags = last.UsageUSD, true
	case fell:
		row.Segment = UsageFell
	}
	if !lags {
		v.Facts.KeyAgreedAt = v.At
	}
	v.Facts.spent(row.UsageUSD)
	v.Rows = append(v.Rows, row)

	usd := towardsCap(k)
	if usd == nil {
		return
	}
	row = Row{Of: OfCap, UsageUSD: *usd}
	last, have = b.Cap.Newest()
	switch fell := *usd < last.UsageUSD-slack; {
	case !have:
		row.Segment = FirstReading
	case fell && lags: // where the key's usage is held for a lag, so is this
		row.UsageUSD = last.UsageUSD
	case fell:
		row.Segment = UsageFell
	}
	v.Rows = append(v.Rows, row)
}

// addBudget adds what was spent of the budget that binds the key, over all of its
// windows. Another one begins a segment.
func (v *Verdict) addBudget(g *credit.Budget, b *Book) {
	if g == nil || g.SpendUSD == nil {
		return
	}
	id, spent := g.Scope+"/"+g.ID, *g.SpendUSD
	row, seen := Row{Of: OfBudget, UsageUSD: spent}, BudgetSeen{ID: id, SpentUSD: spent, AgreedAt: v.At}
	seen.ResetsAt, _ = g.Next(v.At)
	_, have := b.Budget.Newest()
	was := v.Facts.Budget
	over := was != nil && !was.ResetsAt.IsZero() && !v.At.Before(was.ResetsAt)
	fell := was != nil && spent < was.SpentUSD-slack
	switch {
	case !have:
		row.Segment = FirstReading
	case was == nil || was.ID != id:
		row.Segment = AnotherBudget
	case over && (fell || was.SpentUSD <= slack || !recent(was.ResetsAt, v.At)): // a new window
		row.UsageUSD = was.TotalUSD + spent
	case !over && !fell:
		row.UsageUSD = was.TotalUSD + max(0, spent-was.SpentUSD)
	case over || recent(was.AgreedAt, v.At): // the answer may be of the old window, or of a replica that lags behind
		row.UsageUSD, seen = was.TotalUSD, *was
	default:
		row.Segment = UsageFell
	}
	seen.TotalUSD = row.UsageUSD
	v.Facts.Budget = &seen
	v.Rows = append(v.Rows, row)
}
