package forecast

import (
	"math"
	"sync"
)

// Balances of which one is asked about lie between two of a row, each rowStep
// times the one before, from what lasts rowFrom seconds; none of them ends earlier
// than any before it. So more money never ends earlier.
const (
	rowStep   = 3
	rowFrom   = 30.0
	rowLength = 40
)

// row is what the regression says of the balances of the row, as far as it was
// asked for.
type row struct {
	mu    sync.Mutex
	known [rowLength]bool
	at    [rowLength][len(levels)]float64
}

// seconds returns P10, P50 and P90 of the seconds that usd lasts.
func (m *Model) seconds(usd float64) (s [len(levels)]float64) {
	if !m.co.Ascending { // the regression alone, as others have fitted it
		return m.regressed(usd)
	}
	s = m.between(usd)
	least := m.floor(usd)
	for k := range s {
		s[k] = max(s[k], least)
	}
	return s
}

// between is the answer for usd between those for two balances of the row.
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
	for k := range s {
		s[k] = a[k] * math.Pow(b[k]/a[k], x-float64(low))
	}
	return s
}

// inRow is the answer for a balance of the row: the latest of its own and of those
// for the balances below.
func (m *Model) inRow(i int) (s [len(levels)]float64) {
	r := &m.row
	for j := range i + 1 {
		if !r.known[j] {
			r.known[j], r.at[j] = true, m.regressed(m.now.base*rowFrom*math.Pow(rowStep, float64(j)))
		}
		for k, v := range r.at[j] {
			s[k] = max(s[k], v)
		}
	}
	return s
}
