package forecast

// A lump is what one job spent: in lumpHours on end at least lumpTimes what the rest of
// the last weeks spends in so long, and no other so long more than a lumpNext-th of it.
const (
	lumpHours = 6
	lumpTimes = 12
	lumpNext  = 4
	// usualLeast is how many hours must have been seen before it.
	usualLeast = 7 * hoursInDay
)

// forgetHalf is how long after a lump, in seconds, the middle is at least half of what
// the usual rate gives.
const forgetHalf = 12 * hour

// usual is the rate in USD per second beside the one lump of the last weeks, and how
// many seconds ago that ended. The zero usual knows of none.
type usual struct{ rate, ago float64 }

// hold holds what usd lasts at the usual rate in the range s, and draws the middle to
// it the more, the longer ago the lump was.
func (u usual) hold(s [len(levels)]float64, usd float64) [len(levels)]float64 {
	if u.rate <= 0 {
		return s
	}
	took := usd / u.rate
	s[1] = max(s[1], took*u.ago/(u.ago+forgetHalf))
	s[0], s[2] = min(s[0], took), max(s[2], took, s[1])
	return s
}

// newUsual looks for a lump in p.
func newUsual(p *path) (u usual) {
	usd := p.grid.byHour.usd
	first := max(0, len(usd)-1-int(lumpBack/hour))
	last := len(usd) - 1
	at := func(i int) float64 { // spent up to a boundary of hours, or now
		if i > last {
			return p.end.usd
		}
		return usd[i]
	}
	most := func(skip int) (lump float64, from int) { // beside those that touch skip
		for i := first; i+lumpHours <= last+1; i++ {
			if v := at(i+lumpHours) - at(i); v > lump && (skip < 0 || i >= skip+lumpHours || i+lumpHours <= skip) {
				lump, from = v, i
			}
		}
		return lump, from
	}
	begin := max(p.first, (p.grid.hour+float64(first))*hour)
	beside := p.now - begin - lumpHours*hour
	lump, from := most(-1)
	if (p.grid.hour+float64(from))*hour-begin < usualLeast*hour {
		return u
	}
	rest := (p.end.usd - usd[first] - lump) / beside
	if next, _ := most(from); rest <= 0 || lump < lumpTimes*rest*lumpHours*hour || next > lump/lumpNext {
		return u
	}
	ended := (p.grid.hour + float64(from+lumpHours)) * hour
	return usual{rest, max(0, p.now-ended)}
}
