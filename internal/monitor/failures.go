package monitor

import (
	"maps"
	"sync"
)

// failures counts what failed, by the fault's kind.
type failures struct {
	mu     sync.Mutex
	counts map[string]int
}

func (f *failures) add(kind string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.counts == nil {
		f.counts = map[string]int{}
	}
	f.counts[kind]++
}

// Failures returns how many polls of this Monitor failed since New, by
// Fault.Kind; a reading that could not be stored counts as "storage".
func (m *Monitor) Failures() map[string]int {
	m.failures.mu.Lock()
	defer m.failures.mu.Unlock()
	return maps.Clone(m.failures.counts)
}
