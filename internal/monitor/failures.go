package monitor

import (
	"maps"
	"sync"

	"ortop/internal/credit"
)

// failures counts what failed, by the fault's kind.
type failures struct {
	mu     sync.Mutex
	counts map[credit.FaultKind]int
}

func (f *failures) add(kind credit.FaultKind) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.counts == nil {
		f.counts = map[credit.FaultKind]int{}
	}
	f.counts[kind]++
}

// Failures returns how many polls of this Monitor failed since New, by
// Fault.Kind; a reading that could not be stored counts as FaultStorage.
func (m *Monitor) Failures() map[credit.FaultKind]int {
	m.failures.mu.Lock()
	defer m.failures.mu.Unlock()
	counts := map[credit.FaultKind]int{}
	maps.Copy(counts, m.failures.counts)
	return counts
}
