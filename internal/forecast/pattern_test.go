package forecast

import (
	"math"
	"testing"
	"time"
)

// even spends evenly and is read every minute.
func even(perHour, left float64) *buyer {
	return &buyer{
		credits: left, perHour: perHour,
		read:   func(time.Time) bool { return true },
		spends: func(time.Time) float64 { return perHour / 60 },
	}
}

// refills buys amount in the minute in which the balance falls under threshold.
func (b *buyer) refills(threshold, amount float64) float64 {
	if b.left() < threshold {
		return amount
	}
	return 0
}

func day0(days float64) time.Time { return t0.Add(time.Duration(days * 24 * float64(time.Hour))) }

func TestFindTopUps(t *testing.T) {
	minute := func(at time.Time, days float64) bool { return at.Equal(day0(days)) }
	for _, c := range []struct {
		name              string
		days              int
		buys              func(b *buyer, at time.Time) float64
		read              func(at time.Time) bool
		threshold, amount float64 // 0: no pattern
		seen              int
	}{
		{"nothing bought", 3, func(*buyer, time.Time) float64 { return 0 }, nil, 0, 0, 0},
		{"one", 4, func(b *buyer, _ time.Time) float64 { return b.refills(10, 25) }, nil, 0, 0, 0},
		{"two that agree to the cent", 7, func(b *buyer, _ time.Time) float64 { return b.refills(10, 25) }, nil, 10, 25, 2},
		{"two, not in whole dollars", 7, func(b *buyer, _ time.Time) float64 { return b.refills(10.37, 25) }, nil, 0, 0, 0},
		{"not in whole dollars", 14, func(b *buyer, _ time.Time) float64 { return b.refills(10.37, 25) }, nil, 10.37, 25, 4},
		{"many", 60, func(b *buyer, _ time.Time) float64 { return b.refills(20, 50) }, nil, 20, 50, 9},
		{"another sum by hand, over the threshold", 16, func(b *buyer, at time.Time) float64 {
			if minute(at, 8) {
				return 40
			}
			return b.refills(10, 25)
		}, nil, 10, 25, 3},
		{"two that agree, and as much by hand", 10, func(b *buyer, at time.Time) float64 {
			if minute(at, 4) {
				return 25
			}
			return b.refills(10, 25)
		}, nil, 0, 0, 0},
		{"another sum by hand, the last", 10, func(b *buyer, at time.Time) float64 {
			if minute(at, 9.5) {
				return 40
			}
			return b.refills(10, 25)
		}, nil, 10, 25, 3},
		{"the amount was just changed", 10, func(b *buyer, at time.Time) float64 {
			if at.After(day0(9)) {
				return b.refills(10, 40)
			}
			return b.refills(10, 25)
		}, nil, 0, 0, 0},
		{"the amount was changed", 24, func(b *buyer, at time.Time) float64 {
			if at.After(day0(9)) {
				return b.refills(10, 40)
			}
			return b.refills(10, 25)
		}, nil, 10, 40, 3},
		{"the threshold was just lowered", 12, func(b *buyer, at time.Time) float64 {
			if at.After(day0(9)) {
				return b.refills(5, 25)
			}
			return b.refills(10, 25)
		}, nil, 0, 0, 0},
		{"the threshold was lowered", 20, func(b *buyer, at time.Time) float64 {
			if at.After(day0(9)) {
				return b.refills(5, 25)
			}
			return b.refills(10, 25)
		}, nil, 5, 25, 3},
		{"the card was declined, and somebody bought the same", 13, func(b *buyer, at time.Time) float64 {
			if at.After(day0(9)) {
				return b.refills(4, 25)
			}
			return b.refills(10, 25)
		}, nil, 0, 0, 0},
		{"one after the card was declined", 14, func(b *buyer, at time.Time) float64 {
			if at.After(day0(9)) && at.Before(day0(11)) {
				return b.refills(4, 25)
			}
			return b.refills(10, 25)
		}, nil, 0, 0, 0},
		{"several between two readings", 40, func(b *buyer, _ time.Time) float64 { return b.refills(10, 25) },
			func(at time.Time) bool { return at.Before(day0(20)) || at.After(day0(28)) }, 10, 25, 11},
		{"readings too far apart", 40, func(b *buyer, _ time.Time) float64 { return b.refills(10, 25) },
			func(at time.Time) bool { return at.Hour() == 9 && at.Minute() == 0 }, 0, 0, 0},
		{"a refund between", 14, func(b *buyer, at time.Time) float64 {
			if minute(at, 9) {
				return -5
			}
			return b.refills(10, 25)
		}, nil, 10, 25, 4},
		{"at $3, $9 and $1", 14, func(b *buyer, at time.Time) float64 {
			for _, when := range []float64{3.6, 6.2, 10.9} {
				if minute(at, when) {
					return 25
				}
			}
			return 0
		}, nil, 0, 0, 0},
		{"when nothing is left", 30, func(b *buyer, _ time.Time) float64 { return b.refills(0.001, 25) }, nil, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := even(0.31, 30)
			if c.read != nil {
				b.read = c.read
			}
			b.live(c.days, func(at time.Time) float64 { return c.buys(b, at) })
			j := b.judge()
			if j.ok != (c.seen > 0) {
				t.Fatalf("after %d top-ups: %+v, %v, want a pattern: %v", j.topUps, j.last, j.ok, c.seen > 0)
			}
			if !j.ok {
				return
			}
			if math.Abs(j.last.ThresholdUSD-c.threshold) > 0.02 || j.last.AmountUSD != c.amount || j.last.Seen != c.seen {
				t.Errorf("FindTopUps = %+v, want %v under %v, seen %d times", j.last, c.amount, c.threshold, c.seen)
			}
			if j.last.SureUSD > j.last.ThresholdUSD || j.last.SureUSD < c.threshold-0.1 || j.last.Overdue != 30*time.Minute {
				t.Errorf("FindTopUps = %+v, want a sure threshold just under %v", j.last, c.threshold)
			}
		})
	}
}

// TestPatternsHoldWhatTheySay looks at patterns of many kinds of buyers.
func TestPatternsHoldWhatTheySay(t *testing.T) {
	found := 0
	for seed := range uint64(40) {
		b := newBuyer(seed)
		b.live(40, b.automatic(1+20*b.r.Float64(), 5+50*b.r.Float64(), seed%2 == 0))
		var all []Purchase
		for _, u := range b.topUps {
			p, ok := NewPurchase(u, b.at)
			if !ok {
				t.Fatalf("seed %d: no purchase of %+v", seed, u)
			}
			all = append(all, p)
			got, ok := FindTopUps(all)
			if again, _ := FindTopUps(all); again != got {
				t.Fatalf("seed %d: %+v, and then %+v", seed, got, again)
			}
			if !ok {
				continue
			}
			found++
			if got.Seen < 2 || got.Seen > len(all) || got.SureUSD > got.ThresholdUSD || got.ThresholdUSD < leastThresholdUSD || !(got.AmountUSD > 0) || got.Last.After(p.At) {
				t.Fatalf("seed %d: %+v of %d purchases", seed, got, len(all))
			}
		}
	}
	if found < 100 {
		t.Errorf("%d patterns in all: this tells nothing", found)
	}
}

func TestNewPurchaseOfWhatCannotBeCompared(t *testing.T) {
	b := even(0.31, 30)
	b.live(6, func(time.Time) float64 { return b.refills(10, 25) })
	u := b.topUps[0]
	if _, ok := NewPurchase(u, b.at); !ok {
		t.Fatalf("NewPurchase(%+v) is none", u)
	}
	refund := u
	refund.AmountUSD = -5
	if p, ok := NewPurchase(refund, b.at); ok {
		t.Errorf("a refund is a purchase: %+v", p)
	}
	for i := range b.samples {
		if !b.samples[i].At.Before(u.At) {
			b.samples[i].Segment++
		}
	}
	if p, ok := NewPurchase(u, b.at); ok {
		t.Errorf("across a seam: %+v", p)
	}
	b.samples = b.samples[:1]
	if p, ok := NewPurchase(u, b.at); ok && p.lowUSD != p.highUSD[0] {
		t.Errorf("without readings: %+v", p)
	}
}
