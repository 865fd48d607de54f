package monitor

import (
	"errors"
	"fmt"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/fault"
	"ortop/internal/text"
)

// newFault is what a snapshot says of an error.
func newFault(err error) *Fault {
	var stored *storedFault
	if errors.As(err, &stored) {
		return &Fault{Kind: stored.kind, Message: stored.message}
	}
	var connect *ConnectError
	if errors.As(err, &connect) {
		return &Fault{Kind: credit.FaultUnauthorized, Message: oneLine(err)}
	}
	return &Fault{Kind: fault.Kind(err), Message: oneLine(err)}
}

// oneLine is an error's text as it may be shown and stored.
func oneLine(err error) string { return text.Clean(fault.Message(err), 300) }

// storedFault is a fault that is none of a request's: this machine's own, or
// another process's as it stored it.
type storedFault struct {
	kind    credit.FaultKind
	message string
}

func (f *storedFault) Error() string { return fmt.Sprintf("%s: %s", f.kind, f.message) }

func faultOf(p history.Poll) error {
	if p.FaultKind == "" {
		return nil
	}
	return &storedFault{p.FaultKind, text.Clean(p.Fault, 300)}
}

// held reports whether p's next poll is at a time that the server asked for.
func held(p history.Poll) bool { return p.FaultKind == credit.FaultRateLimited }
