// Package fault is what an error of the client means to a person and to a
// script: a kind and a line.
package fault

import (
	"errors"

	"ortop/client"
	"ortop/internal/credit"
)

// kinds are the errors of the client by what they count as, the first of a kind being
// the one that stands for it.
var kinds = []struct {
	err  error
	kind credit.FaultKind
}{
	{client.ErrUnauthorized, credit.FaultUnauthorized},
	{client.ErrForbidden, credit.FaultForbidden},
	{client.ErrPayment, credit.FaultPayment},
	{client.ErrRateLimited, credit.FaultRateLimited},
	{client.ErrServer, credit.FaultServer},
	{client.ErrTimeout, credit.FaultServer},
	{client.ErrRedirect, credit.FaultRedirect},
	{client.ErrMalformed, credit.FaultMalformed},
	{client.ErrNotFound, credit.FaultMalformed},
	{client.ErrRequest, credit.FaultMalformed},
}

// Kind returns the kind of an error of the client: credit.FaultServer for 408
// too, credit.FaultMalformed also for 404 and every status that this API does
// not give to a good request, and credit.FaultNetwork for an error that is none
// of the client's. It returns "" for nil.
//
//go:noinline
func Kind(err error) credit.FaultKind {
	if err == nil {
		return ""
	}
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			return k.kind
		}
	}
	return credit.FaultNetwork
}

// Err is the error of the client that stands for a kind; nil where there is none.
func Err(kind credit.FaultKind) error {
	for _, k := range kinds {
		if k.kind == kind {
			return k.err
		}
	}
	return nil
}
