package fault

import (
	"context"
	"fmt"
	"testing"

	"ortop/client"
	"ortop/internal/credit"
)

func TestKind(t *testing.T) {
	for err, want := range map[error]credit.FaultKind{
		nil: "", client.ErrUnauthorized: credit.FaultUnauthorized, client.ErrForbidden: credit.FaultForbidden,
		client.ErrPayment: credit.FaultPayment, client.ErrRateLimited: credit.FaultRateLimited, client.ErrServer: credit.FaultServer,
		client.ErrTimeout: credit.FaultServer, client.ErrNetwork: credit.FaultNetwork, client.ErrMalformed: credit.FaultMalformed,
		client.ErrNotFound: credit.FaultMalformed, client.ErrRequest: credit.FaultMalformed, client.ErrRedirect: credit.FaultRedirect,
		context.Canceled: credit.FaultNetwork,
	} {
		if err != nil {
			err = fmt.Errorf("wrapped: %w", err)
		}
		if got := Kind(err); got != want {
			t.Errorf("Kind(%v) = %q, want %q", err, got, want)
		}
	}
}

// What stands for a kind is of that kind, so that one that was stored is the same again.
func TestErrIsOfItsKind(t *testing.T) {
	for _, k := range []credit.FaultKind{
		credit.FaultUnauthorized, credit.FaultForbidden, credit.FaultPayment, credit.FaultRateLimited, credit.FaultServer, credit.FaultRedirect, credit.FaultMalformed,
	} {
		if err := Err(k); err == nil || Kind(err) != k {
			t.Errorf("Err(%s) = %v, of the kind %s", k, err, Kind(err))
		}
	}
	if err := Err("x"); err != nil {
		t.Errorf("Err(x) = %v", err)
	}
}
