package forecast

import (
	"math"
	"sync"
)

// Balances of which one is asked about lie between two of a row, each rowStep
// times the one before, from what lasts rowFrom seconds; none of them ends earlier
// than any before it. So more money never ends earlier. Between two of them are
// rowParts steps, which follow the regression as far as the two allow, for it is bent:
// 900 s, its first knot, is one of the row.
const (
	rowStep   = 3
	rowFrom   = 900.0 / (rowStep * rowStep * rowStep)
	rowLength = 40
	rowParts  = 4
)

// readEvery is the time in seconds between two readings, at the default interval: when
// it ran out is not known better, and no range is narrower to either side of its middle.
const readEvery = 60.0

// row is what the regression says of the balances of the row, as far as it was
// asked for: at i*rowParts of those that are rowStep apart.
type row struct {
	mu    sync.Mutex
	known [rowLength * rowParts]bool
	at    [rowLength * rowParts][len(levels)]float64
}

// seconds returns P10, P50 and P90 of the seconds that usd lasts.
func (m *Model) seconds(usd float64) (s [len(levels)]float64) {
	if !m.co.Ascending { // the regression alone, as others have fitted it
		return m.regressed(usd)
	}
	s = m.eased.hold(m.steady.hold(m.between(usd), usd), usd, &m.path)
	s[0], s[2] = min(s[0], max(s[1]-readEvery, s[1]/2)), max(s[2], s[1]+readEvery)
	s = m.usual.hold(s, usd)
	least := m.floor(usd)
	for k := range s {
		s[k] = max(s[k], least)
	}
	return s
}

// between is the answer for usd between those for two steps of the row.
func (m *Model) between(usd float64) (s [len(levels)]float64) {
	x := min(rowLength-1, max(0, math.Log(usd/m.now.base/rowFrom)/math.Log(rowStep)))
	low := min(rowLength-2, int(x))
	m.row.mu.Lock()
	defer m.row.mu.Unlock()
	a := m.inRow(low)
	if x <= float64(low) {
		return a
	}
	b := m.inRow(low + 1)
	part := (x - float64(low)) * rowParts
	k := min(rowParts-1, int(part))
	below, above := m.inPart(low, k, a, b), m.inPart(low, k+1, a, b)
	for i := range s {
		s[i] = below[i] * math.Pow(above[i]/below[i], part-float64(k))
	}
	return s
}

// inRow is the answer for a balance of the row: the latest of its own and of those
// for the balances below.
func (m *Model) inRow(i int) (s [len(levels)]float64) {
	for j := range i + 1 {
		s = latest(s, m.asked(j*rowParts))
	}
	return s
}

// inPart is the answer k steps above the i-th balance of the row, whose own is a and
// whose next has b: the latest of the steps so far, and between the two.
func (m *Model) inPart(i, k int, a, b [len(levels)]float64) [len(levels)]float64 {
	if k == rowParts {
		return b
	}
	s := a
	for j := range k {
		s = latest(s, m.asked(i*rowParts+j+1))
	}
	for q := range s {
		s[q] = min(s[q], b[q])
	}
	return s
}

// asked is the regression's answer at a step of the row.
func (m *Model) asked(step int) [len(levels)]float64 {
	r := &m.row
	if !r.known[step] {
		r.known[step], r.at[step] = true, m.regressed(m.now.base*rowFrom*math.Pow(rowStep, float64(step)/rowParts))
	}
	return r.at[step]
}

func latest(a, b [len(levels)]float64) [len(levels)]float64 {
	for q := range a {
		a[q] = max(a[q], b[q])
	}
	return a
}
