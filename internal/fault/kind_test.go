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
