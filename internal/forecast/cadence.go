package forecast

import "math"

const (
	// steadyLeast and steadyMost are how many times on end a charge must have come, and
	// how many are looked at; steadyRises is in how many rises of usage.
	steadyLeast = 5
	steadyMost  = 200
	steadyRises = 1024
	// apart is the share of the longest time between two rises beyond which those are of
	// two charges.
	apart = .25
	// steadyWithin is how far the middle is at most from what perfectly even charges
	// give. At these deviations it is any: of the times between charges, of their sums,
	// and of the rates over longer than all of them.
	steadyWithin    = .02
	mostUnevenTimes = .3
	mostUnevenUSD   = .8
	mostUnevenRate  = .3
	// swayed is how many of the newest charges count for less than one in their mean, the
	// newest least: it does not move the date by more than a few of those to come.
	swayed = 6.
	// mostTimes is how many times the sum of the others a charge may be that goes on.
	mostTimes = 1.5
	// inSum is how many times the deviation of the sum of the charges that are left,
	// in charges, their number is not counted in whole ones.
	inSum = 10
	// lateTimes is how many deviations late a charge may be and count as on its way.
	lateTimes = 3
)

// rise is a rise of usage.
type rise struct{ at, usd float64 }

// charge is one or more rises that belong together: the first of them, the time to
// the last, and what they sum up to.
type charge struct{ at, took, usd float64 }

// cadence is an account that is charged evenly: about usd every so many seconds, each
// time within took. The zero cadence is of an account that is not.
type cadence struct {
	every, took, usd float64
	ago              float64 // since the newest charge began
	spent            float64 // of it, where it goes on; else 0
	span             float64 // from the first to the newest of the charges
	alike            float64 // how much so they are, up to 1
	unevenTimes      float64 // the deviation of the times between charges, and of their
	unevenUSD        float64 // sums, as a share
	// begun is how many charges ago it was first known to be even; 0 is long. before
	// and begins are when the charge before that and that began.
	begun          int
	before, begins float64
}

// newCadence looks whether the newest charges of p are even, and what it spent before
// them is like them; now is what is known.
func newCadence(p *path, now *moment) (s cadence) {
	rises := p.rises()
	single := make([]charge, 0, steadyMost+1)
	longest := 0.0
	for i, r := range rises {
		if len(single) <= steadyMost {
			single = append(single, charge{at: r.at, usd: r.usd})
		}
		if i > 0 {
			longest = max(longest, rises[i-1].at-r.at)
		}
	}
	if s = known(single); s.usd > 0 {
		return s.since(p.now-single[0].at, p, now)
	}
	jobs := single[:0]
	last := math.Inf(1)
	for _, r := range rises {
		if last-r.at > longest*apart {
			if len(jobs) > steadyMost {
				break
			}
			jobs = append(jobs, charge{at: r.at})
		}
		j := &jobs[len(jobs)-1]
		j.took += j.at - r.at
		j.at, last = r.at, r.at
		j.usd += r.usd
	}
	if len(jobs) < steadyLeast+2 { // of the oldest it is not known when it began
		return s
	}
	jobs = jobs[:len(jobs)-1]
	newest, ended := jobs[0], p.now-jobs[0].at-jobs[0].took > longest*apart
	if !ended {
		jobs[0].took, jobs[0].usd = jobs[1].took, jobs[1].usd
	}
	s = known(jobs)
	if newest.usd > mostTimes*s.usd { // it goes on, and is not like the others
		return cadence{}
	}
	s = s.since(p.now-newest.at, p, now)
	if !ended && s.ago < s.took {
		s.spent = min(newest.usd, s.usd)
	}
	return s
}

// since returns s where the newest charge was some seconds ago, and none where the
// rates over longer than the charges are not like theirs.
func (s cadence) since(ago float64, p *path, now *moment) cadence {
	s.ago = ago
	off := 0.0
	unlike := func(rate, w float64) { // one charge more or less is not
		if w > s.span {
			off = max(off, math.Abs(rate*s.every/s.usd-1)-s.every/w)
		}
	}
	for i, w := range rateWindows {
		unlike(now.base*(1.05*math.Exp(now.x[inRates+i])-.05), min(w, now.history))
	}
	weeks := min(lumpBack, now.history) // of a job each week those of 7 days may know nothing
	unlike((p.end.usd-p.at(p.now-weeks).usd)/weeks, weeks)
	s.alike -= square(off / mostUnevenRate)
	if !(s.alike > 0) {
		return cadence{}
	}
	return s
}

// rises returns the newest rises of usage since the last gap, the newest first.
func (p *path) rises() (r []rise) {
	from := p.first
	if n := len(p.blind); n > 0 {
		from = p.blind[n-1].to + 1
	}
	r = emptied(p.scratch.rises, steadyRises)
	i := len(p.samples) - 1
	for i >= 0 && unix(p.samples[i].At) > p.now {
		i--
	}
	for ; i > 0 && len(r) < steadyRises; i-- {
		s, before := &p.samples[i], &p.samples[i-1]
		at, usd := unix(s.At), s.UsageUSD-before.UsageUSD
		if at <= from || before.At.After(s.At) || before.Segment != s.Segment || !(usd > -riseUSD) || !finite(s.UsageUSD) {
			break
		}
		if usd > riseUSD {
			r = append(r, rise{at, usd})
		}
	}
	p.scratch.rises = r
	return r
}

// common returns what the newest charges have in common, as many of them as are alike;
// the zero cadence where those are too few. The newest comes first.
func common(charges []charge) (s cadence) {
	var took, usd, squares, times, calm, weights float64
	for i, c := range charges {
		took += c.took
		usd += c.usd
		squares += c.usd * c.usd
		weight := min(1, float64(i+1)/swayed)
		calm += weight * c.usd
		weights += weight
		if i == 0 {
			continue
		}
		n := float64(i)
		times += square(charges[i-1].at - c.at)
		every, each := (charges[0].at-c.at)/n, usd/(n+1)
		unevenTimes, unevenUSD := max(0, times/n/square(every)-1), max(0, squares/(n+1)/square(each)-1)
		alike := 1 - unevenTimes/square(mostUnevenTimes) - unevenUSD/square(mostUnevenUSD)
		if i >= steadyLeast && 2*i >= len(charges)-1 && alike > 0 {
			s = cadence{
				every: every, took: took / (n + 1), usd: calm / weights, span: charges[0].at - c.at, alike: alike,
				unevenTimes: math.Sqrt(unevenTimes), unevenUSD: math.Sqrt(unevenUSD),
			}
		}
	}
	return s
}

// known returns what the charges have in common, and since when that is known.
func known(charges []charge) cadence {
	s := common(charges)
	for n := 1; s.usd > 0 && len(charges) <= young && n <= min(easedOver, len(charges)-1); n++ {
		if common(charges[n:]).usd <= 0 {
			s.begun, s.before, s.begins = n, charges[n].at, charges[n-1].at
			break
		}
	}
	return s
}

func square(v float64) float64 { return v * v }

// lasts is the seconds that usd lasts where charges go on as they came; the next is
// now where it should have come before. How many they are is a mean where they are so
// uneven that a whole number is not to be had.
func (s cadence) lasts(usd float64) float64 {
	n := (usd + s.spent) / s.usd // from the beginning of the next, or of what goes on
	next := max(minute, s.every-s.ago, s.every*s.unevenTimes)
	if s.spent > 0 {
		next = -s.ago
	}
	whole := math.Ceil(n-1e-6) - 1
	mean := min(1, inSum*s.unevenUSD*math.Sqrt(n))
	whole += mean * (max(0, n-.5) - whole)
	return max(minute, next+whole*s.every+min(1, max(0, n-whole))*s.took)
}

// hold holds what even charges give in the range, and the middle beside it. One that is
// overdue makes it later than that.
func (s cadence) hold(q [len(levels)]float64, usd float64) [len(levels)]float64 {
	if s.usd <= 0 {
		return q
	}
	lasts := s.lasts(usd)
	late := max(0, s.ago/s.every-1-lateTimes*s.unevenTimes)
	within := 1 + steadyWithin/s.alike
	all := lasts + s.ago // of the time since the newest, so that silence moves neither edge
	q[1] = min(all*within-s.ago+late*(1+late)*(lasts+s.every), max(minute, all/within-s.ago, q[1]))
	q[0], q[2] = min(q[0], q[1], lasts), max(q[2], q[1], lasts)
	return q
}
