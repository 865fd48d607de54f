package forecast

import (
	"math"
	"time"
)

// TopUpPattern is an automatic top-up as its purchases tell of it.
type TopUpPattern struct {
	// ThresholdUSD is the balance under which it buys, AmountUSD how much.
	ThresholdUSD, AmountUSD float64
	Seen                    int       // its purchases
	Last                    time.Time // the newest of them
	// SureUSD is the threshold, or the least that it can be where that is
	// lower. A purchase is missing where the balance is under it for Overdue.
	SureUSD float64
	Overdue time.Duration
}

// overdue is, for each of shownWithin, when a purchase is no longer on its way.
var overdue = [len(shownWithin)]time.Duration{30 * time.Minute, 40 * time.Minute, 90 * time.Minute}

const (
	// MostPurchases is how many of the newest FindTopUps looks at.
	MostPurchases = 12
	// slackUSD is what sums may differ by and count as equal.
	slackUSD = 0.005
	// leastThresholdUSD keeps apart those who buy when nothing is left: spend
	// stops by itself there, so that such balances always agree.
	leastThresholdUSD = 1
)

// How much likelier the purchases must be with an automatic top-up than
// without for there to be one, and what they tell. A balance that one purchase
// shares with the others is told by chance once in a hundred at the least, and a
// whole dollar once in ten. A purchase that was not automatic is half as likely
// where there is an automatic top-up, and of the same amount an eighth.
var (
	patternEvidence = math.Log(300)
	mostEvidence    = math.Log(100)
	mostRound       = math.Log(10)
	otherAmount     = math.Log(2)
	sameAmount      = math.Log(8)
)

// FindTopUps returns the pattern of an automatic top-up that the purchases,
// oldest first, follow up to the newest; ok is false where they follow none.
//
// A purchase is evidence by how narrowly the readings around it enclose the
// threshold, against a purchase at any time in six hours; a threshold in whole
// dollars is some more, and a purchase over the threshold is evidence against
// it. Where the balance fell through the threshold and the amount did not come,
// or another did, the purchases before that no longer count.
func FindTopUps(purchases []Purchase) (best TopUpPattern, ok bool) {
	if n := len(purchases) - MostPurchases; n > 0 {
		purchases = purchases[n:]
	}
	for i := range shownWithin {
		most := patternEvidence
		for _, p := range purchases {
			t, evidence := follow(purchases, p.AmountUSD, i)
			if evidence >= most && (!ok || evidence > most) {
				best, most, ok = t, evidence, true
			}
		}
		if ok {
			break
		}
	}
	return best, ok
}

// follow walks from the newest purchase back, as far as a top-up by amount that
// shows within shownWithin[i] explains them, and returns the pattern that has
// the most evidence.
func follow(purchases []Purchase, amount float64, i int) (best TopUpPattern, most float64) {
	lo, hi := math.Inf(-1), math.Inf(1) // of the threshold
	var sum, tightest, against float64
	t := TopUpPattern{AmountUSD: amount, Overdue: overdue[i]}
	under := math.Inf(-1) // a balance at which it was set off
	above := math.Inf(1)  // the lowest balance of those newer than the first that fits
	for n := len(purchases) - 1; n >= 0; n-- {
		p := purchases[n]
		from, to, fits := p.threshold(amount, i)
		switch {
		case fits && from <= hi+slackUSD && to >= lo-slackUSD:
		case t.Seen > 0 && p.lowUSD < under: // it was set off, and something else came
			return best, most
		default:
			if against += p.against(amount); t.Seen == 0 {
				above = min(above, p.lowUSD)
			}
			continue
		}
		if t.Seen++; t.Seen == 1 {
			t.Last = p.At
		}
		lo, hi = max(lo, from), min(hi, to)
		t.ThresholdUSD = roundest(min(lo, hi)-slackUSD, max(lo, hi)+slackUSD)
		t.SureUSD = min(t.ThresholdUSD, lo)
		whole := t.ThresholdUSD == math.Round(t.ThresholdUSD)
		if under = lo - slackUSD; whole {
			under = t.ThresholdUSD - 1e-6
		}
		if above < under { // the same, since
			return TopUpPattern{}, 0
		}
		gain := math.Log(min(amount, p.spentUSD) / (to - from + 2*slackUSD))
		gain = min(mostEvidence, max(0, gain))
		sum, tightest = sum+gain, max(tightest, gain)
		// One of them chose the threshold: it tells nothing of it.
		evidence := sum - tightest - against
		if whole {
			evidence += min(mostRound, max(0, -math.Log(math.Abs(hi-lo)+2*slackUSD)))
		}
		if t.Seen > 1 && t.ThresholdUSD >= leastThresholdUSD && evidence >= most {
			best, most = t, evidence
		}
	}
	return best, most
}

// threshold returns what the threshold lies between if the purchase was one of
// amount that showed within shownWithin[i], or several of them from one reading
// to the next; fits is false if it was not. Spend sets it off.
func (p Purchase) threshold(amount float64, i int) (from, to float64, fits bool) {
	n := math.Round(p.AmountUSD / amount)
	if n < 1 || math.Abs(p.AmountUSD-n*amount) > slackUSD {
		return 0, 0, false
	}
	from = p.lowUSD + (n-1)*amount // under it after the others, and not after the last
	to = min(p.highUSD[i], from+amount)
	return from, to, to > from
}

// against is what a purchase tells against an automatic top-up of amount that
// did not make it.
func (p Purchase) against(amount float64) float64 {
	if math.Abs(p.AmountUSD-amount) <= slackUSD {
		return sameAmount
	}
	return otherAmount
}

// roundest returns the roundest sum from lo to hi, or where there is none in
// whole dollars the middle.
func roundest(lo, hi float64) float64 {
	for _, step := range [...]float64{100, 50, 25, 10, 5, 1} {
		if v := math.Ceil(lo/step) * step; v <= hi {
			return v
		}
	}
	return math.Round(50*(lo+hi)) / 100
}
