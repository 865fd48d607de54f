package render

import (
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
)

// faultWords is what is wrong, where there is no value that could be stale.
//
//go:noinline
func faultWords(f account.Fault) string {
	switch f.Kind {
	case credit.FaultUnauthorized:
		return "key not accepted"
	case credit.FaultForbidden:
		if f.NotAPI {
			return "refused on the way"
		}
		return "not allowed with this key"
	case credit.FaultPayment:
		return "payment required"
	case credit.FaultRateLimited:
		return "rate limited"
	case credit.FaultServer:
		return "server error"
	case credit.FaultNetwork:
		return "no connection"
	case credit.FaultStorage:
		return "history unusable"
	}
	return "no usable answer"
}

// FaultHint is the way out of a fault. due is when the next poll is planned.
func FaultHint(f account.Fault, due time.Time) string {
	refused := f.Kind == credit.FaultForbidden || f.Kind == credit.FaultPayment
	if refused && f.NotAPI {
		return "that answer is not the API's: a proxy or a firewall may stand between; ortop doctor checks the connection"
	}
	switch f.Kind {
	case credit.FaultUnauthorized:
		return "the key may be disabled, expired or mistyped: ortop doctor shows where it comes from"
	case credit.FaultForbidden:
		return "only a management key may read the account's balance"
	case credit.FaultRateLimited:
		return "the server asks to wait until " + due.Local().Format("Mon 2 Jan 15:04:05 MST") + "; no request is sent before"
	case credit.FaultPayment:
		return "openrouter.ai/settings/credits shows what is left or owed"
	case credit.FaultServer:
		return "this usually passes by itself"
	case credit.FaultRedirect:
		return "ortop does not follow redirects, so that the key is not sent elsewhere: check the base URL with ortop doctor"
	case credit.FaultStorage:
		return "ortop doctor checks the history and the clock"
	case credit.FaultMalformed:
		return "what answered may not be the OpenRouter API: ortop doctor shows the base URL"
	case credit.FaultNetwork:
		return "ortop doctor checks the connection"
	}
	return ""
}
