package forecast

import (
	"math"
	"math/rand/v2"
	"os"
	"sort"
	"strconv"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/longtest"
)

// buyer is a simulated account: minutes of spend, readings of them, and
// somebody or something that buys credits.
type buyer struct {
	r             *rand.Rand
	samples       []credit.Sample
	topUps        []credit.TopUp
	credits, used float64
	perHour       float64
	read          func(at time.Time) bool // whether ortop runs
	spends        func(at time.Time) float64
}

// newBuyer spends evenly, in working hours, or in lumps, at 10 cents to 5
// dollars an hour, and is watched all the time, by day, or now and then.
func newBuyer(seed uint64) *buyer {
	r := rand.New(rand.NewPCG(seed, 7))
	b := &buyer{r: r, credits: 20 + 60*r.Float64(), perHour: math.Exp(math.Log(0.05) + r.Float64()*math.Log(40))}
	hour := func(at time.Time) float64 { return float64(at.Hour()) + float64(at.Minute())/60 }
	switch r.IntN(3) {
	case 0:
		b.spends = func(at time.Time) float64 { return b.perHour / 60 * r.ExpFloat64() }
	case 1:
		busy := false
		b.spends = func(at time.Time) float64 {
			if r.IntN(25) == 0 {
				busy = r.IntN(2) == 0
			}
			if h := hour(at); h < 9 || h > 18 || at.Weekday() == time.Saturday || at.Weekday() == time.Sunday || !busy {
				return 0
			}
			return b.perHour / 60 * 4 * r.ExpFloat64()
		}
	default:
		b.spends = func(at time.Time) float64 {
			if r.IntN(30) > 0 {
				return 0
			}
			return b.perHour / 60 * 30 * r.ExpFloat64()
		}
	}
	switch r.IntN(3) {
	case 0:
		b.read = func(time.Time) bool { return true }
	case 1:
		b.read = func(at time.Time) bool { return hour(at) >= 8.5 && hour(at) < 19 }
	default:
		on := true
		b.read = func(time.Time) bool {
			if r.IntN(180) == 0 {
				on = !on
			}
			return on
		}
	}
	return b
}

func (b *buyer) left() float64 { return b.credits - b.used }

// live lets days pass. buys returns what is bought in a minute.
func (b *buyer) live(days int, buys func(at time.Time) float64) {
	seen := b.credits
	for i := range days * 24 * 60 {
		at := t0.Add(time.Duration(i) * time.Minute)
		if b.left() > 0 { // else requests are refused
			b.used += b.spends(at)
		}
		b.credits += buys(at)
		if !b.read(at) {
			continue
		}
		if n := len(b.samples); n > 0 && b.samples[n-1].UsageUSD == b.used && seen == b.credits {
			continue
		}
		if b.credits != seen && len(b.samples) > 0 {
			b.topUps = append(b.topUps, credit.TopUp{At: at, AmountUSD: b.credits - seen})
		}
		seen = b.credits
		b.samples = append(b.samples, credit.Sample{At: at, UsageUSD: b.used, CreditsUSD: b.credits, CreditsKnown: true})
	}
}

func (b *buyer) at(t time.Time) (credit.Sample, bool) {
	i := sort.Search(len(b.samples), func(i int) bool { return b.samples[i].At.After(t) })
	if i == 0 {
		return credit.Sample{}, false
	}
	return b.samples[i-1], true
}

// judged is what was seen of the pattern after each top-up.
type judged struct {
	topUps, patterns int // how many, and after how many of them there was one
	first            int // the number of the top-up that first showed it; 0: none did
	last             TopUpPattern
	ok               bool // there is one after the last
}

func (b *buyer) judge() (j judged) {
	var all []Purchase
	for _, t := range b.topUps {
		if p, ok := NewPurchase(t, b.at); ok {
			all = append(all, p)
		}
		j.topUps++
		if j.last, j.ok = FindTopUps(all); j.ok {
			if j.patterns++; j.first == 0 {
				j.first = j.topUps
			}
		}
	}
	return j
}

// automatic buys amount when the balance is under threshold; it shows after
// some seconds, or where slow is set, after up to an hour.
func (b *buyer) automatic(threshold, amount float64, slow bool) func(time.Time) float64 {
	wait := -1
	return func(time.Time) float64 {
		if wait < 0 && b.left() < threshold {
			if wait = 0; slow {
				wait = b.r.IntN(55)
			} else if b.r.IntN(3) == 0 {
				wait = 1
			}
		}
		if wait >= 0 {
			if wait--; wait < 0 {
				return amount
			}
		}
		return 0
	}
}

// people are ways of buying by hand.
var people = map[string]func(b *buyer) func(time.Time) float64{
	"at any time": func(b *buyer) func(time.Time) float64 {
		return func(time.Time) float64 {
			if b.left() < 60 && b.r.Float64() < b.perHour/60/25 {
				return 25
			}
			return 0
		}
	},
	"every Monday": func(b *buyer) func(time.Time) float64 {
		return func(at time.Time) float64 {
			if at.Weekday() == time.Monday && at.Hour() == 9 && at.Minute() == b.r.IntN(10) {
				return 50
			}
			return 0
		}
	},
	"within hours of an alert":   func(b *buyer) func(time.Time) float64 { return b.alerted(20, 120) },
	"within minutes of an alert": func(b *buyer) func(time.Time) float64 { return b.alerted(5, 12) },
	"when nothing is left":       func(b *buyer) func(time.Time) float64 { return b.alerted(0.001, 40) },
	"various sums when it is low": func(b *buyer) func(time.Time) float64 {
		buys := b.alerted(10, 300)
		return func(at time.Time) float64 { return buys(at) / 25 * []float64{10, 20, 25, 50}[b.r.IntN(4)] }
	},
}

// alerted buys 25 on average so many minutes after the balance fell below usd,
// when awake.
func (b *buyer) alerted(usd, minutes float64) func(time.Time) float64 {
	return func(at time.Time) float64 {
		if b.left() < usd && at.Hour() >= 8 && at.Hour() < 23 && b.r.Float64() < 1/minutes {
			return 25
		}
		return 0
	}
}

// told is what the accounts of one kind of buyer come to.
type told struct{ accounts, ever, right, topUps, patterns, early int }

func (t told) share(n, of int) float64 { return float64(n) / float64(max(1, of)) }

func simulated(n int, judge func(seed uint64, t *told)) (t told) {
	for seed := range uint64(n) {
		judge(seed, &t)
	}
	return t
}

// TestPatternsOfSimulatedBuyers holds the rates that docs/forecast.md tells.
func TestPatternsOfSimulatedBuyers(t *testing.T) {
	n, days := 6, 60
	if longtest.On() {
		n = 24
	}
	if s := os.Getenv("ORTOP_BUYERS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
		days = 90
	}
	for _, c := range []struct {
		name string
		most float64 // of the top-ups, those after which there was a pattern
	}{
		{"at any time", 0.01}, {"every Monday", 0.01}, {"when nothing is left", 0}, {"various sums when it is low", 0.01},
		{"within hours of an alert", 0.02},
		// Who buys within minutes, whenever, does what an automatic top-up does.
		{"within minutes of an alert", 0.6},
	} {
		got := simulated(n, func(seed uint64, t *told) {
			b := newBuyer(seed)
			b.live(days, people[c.name](b))
			j := b.judge()
			if t.topUps, t.patterns = t.topUps+j.topUps, t.patterns+j.patterns; j.first > 0 {
				t.ever++
			}
		})
		share := got.share(got.patterns, got.topUps)
		t.Logf("by hand, %s: %d accounts, a pattern after %.2f %% of %d top-ups, in %d accounts ever", c.name, n, 100*share, got.topUps, got.ever)
		if share > c.most {
			t.Errorf("by hand, %s: a pattern after %.3f of the top-ups, want at most %v", c.name, share, c.most)
		}
		if got.topUps < n {
			t.Errorf("by hand, %s: %d top-ups in all: this tells nothing", c.name, got.topUps)
		}
	}
	for _, c := range []struct {
		name              string
		slow, always      bool
		ever, right, soon float64 // of the accounts at least
	}{
		{"automatic, read all the time", false, true, 0.95, 0.9, 0.6},
		{"automatic, read as it comes", false, false, 0.8, 0.75, 0.25},
		{"automatic, shown within an hour", true, true, 0.5, 0.4, 0},
	} {
		got := simulated(2*n, func(seed uint64, t *told) {
			b := newBuyer(seed)
			if c.always {
				b.read = func(time.Time) bool { return true }
			}
			threshold, amount := []float64{5, 10, 20, 12.5}[b.r.IntN(4)], []float64{10, 25, 50, 100}[b.r.IntN(4)]
			b.live(days, b.automatic(threshold, amount, c.slow))
			j := b.judge()
			if j.topUps < 4 { // it may take as many
				return
			}
			t.accounts++
			if t.topUps, t.patterns = t.topUps+j.topUps, t.patterns+j.patterns; j.first > 0 {
				t.ever++
			}
			if j.first > 0 && j.first <= 3 {
				t.early++
			}
			if j.ok && math.Abs(j.last.ThresholdUSD-threshold) <= 0.5 && j.last.AmountUSD == amount {
				t.right++
			}
		})
		t.Logf("%s: of %d accounts %d ever, %d by the third top-up, %d right at the end; after %.1f %% of %d top-ups",
			c.name, got.accounts, got.ever, got.early, got.right, 100*got.share(got.patterns, got.topUps), got.topUps)
		if a := got.accounts; got.share(got.ever, a) < c.ever || got.share(got.right, a) < c.right || got.share(got.early, a) < c.soon {
			t.Errorf("%s: %+v, want at least %v ever, %v right, %v by the third", c.name, got, c.ever, c.right, c.soon)
		}
	}
}
