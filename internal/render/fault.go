package render

import (
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
)

// faultWords say what is wrong where there is no number to be stale.
func faultWords(f account.Fault) string {
	switch f.Kind {
	case credit.FaultUnauthorized:
		return "key not accepted"
	case credit.FaultForbidden:
		return "not allowed to this key"
	case credit.FaultPayment:
		return "payment required"
	case credit.FaultRateLimited:
		return "told to wait"
	case credit.FaultServer:
		return "the server has trouble"
	case credit.FaultNetwork:
		return "no connection"
	case credit.FaultStorage:
		return "history cannot be used"
	}
	return "no usable answer"
}

// FaultHint is the way out of a fault. due is when the next poll is planned.
func FaultHint(f account.Fault, due time.Time) string {
	switch f.Kind {
	case credit.FaultUnauthorized:
		return "the key may be disabled, expired or mistyped: ortop doctor tells where it comes from"
	case credit.FaultForbidden:
		return "only a management key may read the account's balance"
	case credit.FaultRateLimited:
		return "the server asks to wait until " + due.Local().Format("15:04:05") + "; nothing is asked before"
	case credit.FaultPayment:
		return "the account has no credits or owes some: openrouter.ai/settings/credits"
	case credit.FaultServer:
		return "this passes by itself; the last known values are kept"
	case credit.FaultRedirect:
		return "ortop follows no redirect, so that the key stays where it is: check the base URL with ortop doctor"
	case credit.FaultStorage:
		return "ortop doctor says what is wrong with the history, and with the clock"
	case credit.FaultMalformed:
		return "what answered may not be the OpenRouter API: ortop doctor shows the base URL"
	case credit.FaultNetwork:
		return "the last known values are kept; ortop doctor tells what is reachable"
	}
	return ""
}
