package monitor

import (
	"errors"
	"fmt"
	"maps"
	"sync"

	"ortop/client"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/fault"
	"ortop/internal/text"
)

// newFault is an error as a snapshot has it; nil of none.
func newFault(err error) *account.Fault {
	if err == nil {
		return nil
	}
	var own *faultError
	if errors.As(err, &own) {
		return &own.Fault
	}
	var connect *ConnectError
	if errors.As(err, &connect) {
		return &account.Fault{Kind: credit.FaultUnauthorized, Message: oneLine(err)}
	}
	var api *client.APIError
	return &account.Fault{Kind: fault.Kind(err), Message: oneLine(err), NotAPI: errors.As(err, &api) && api.NotJSON}
}

// oneLine is an error's text as it may be shown and stored.
//
//go:noinline
func oneLine(err error) string { return text.Clean(fault.Message(err), maxFault) }

// faultError is a fault that is none of a request's: this machine's own, or
// another process's as it stored it.
type faultError struct{ account.Fault }

func (f *faultError) Error() string { return fmt.Sprintf("%s: %s", f.Kind, f.Message) }

// held reports whether the stored time of the next poll is one that the server
// named, in an answer of any status.
func (st *store) held() bool {
	return st.past.Poll.FaultKind == credit.FaultRateLimited || !st.state.WaitUntil.IsZero()
}

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
