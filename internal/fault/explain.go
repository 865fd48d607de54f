package fault

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ortop/client"
	"ortop/internal/text"
)

// maxWords bounds what is shown of the server's own words.
const maxWords = 300

// Explain says in lines what a refusal means: who refused and why, until when,
// and what to do. Times are shown in the zone of now.
func Explain(r client.Refusal, now time.Time) []string {
	lines := []string{headline(r), layer(r)}
	switch {
	case r.LimitUSD != nil && r.SpendUSD != nil:
		lines = append(lines, text.USD(*r.SpendUSD)+" of "+text.USD(*r.LimitUSD)+" is spent")
	case r.LimitUSD != nil:
		lines = append(lines, "the limit is "+text.USD(*r.LimitUSD))
	case r.SpendUSD != nil:
		lines = append(lines, text.USD(*r.SpendUSD)+" is spent")
	}
	switch {
	case r.ResetsAt == nil:
	case r.ResetsAt.After(now):
		lines = append(lines, "it resets "+r.ResetsAt.In(now.Location()).Format("Mon 2 Jan 15:04 MST")+", in "+text.Span(r.ResetsAt.Sub(now)))
	default:
		lines = append(lines, "it has been reset since: "+text.Span(now.Sub(*r.ResetsAt))+" ago")
	}
	lines = append(lines, remedy(r))
	if hint := text.Safe(r.RemedyHint, maxWords); hint != "" {
		lines = append(lines, "OpenRouter's hint: "+hint)
	}
	return slices.DeleteFunc(lines, func(s string) bool { return s == "" })
}

// headline is the status and the server's message.
func headline(r client.Refusal) string {
	s := "refused"
	if r.Code != 0 {
		s = fmt.Sprintf("refused with %d %v", r.Code, r.Kind())
	}
	if m := text.Safe(r.Message, maxWords); m != "" {
		s += ": " + m
	}
	return s
}

// source is the layer that refused, also where a message alone names it.
func source(r client.Refusal) string {
	switch m := strings.ToLower(r.Message); {
	case r.LimitSource != "":
		return strings.TrimPrefix(strings.ToLower(r.LimitSource), "openrouter_")
	case r.Kind() == client.ErrForbidden && strings.Contains(m, "management key"):
		return "management"
	case r.Kind() == client.ErrForbidden && strings.Contains(m, "key limit"):
		return "key_limit"
	case r.Kind() == client.ErrPayment && (strings.Contains(m, "credit") || strings.Contains(m, "balance")):
		return "credits"
	}
	return ""
}

// layer says who refused.
func layer(r client.Refusal) string {
	scope := ""
	if s := text.Safe(r.Scope, 60); s != "" {
		scope = " (" + strings.ReplaceAll(s, "_", " ") + ")"
	}
	switch s := source(r); s {
	case "":
	case "guardrail_budget":
		return "a guardrail's budget" + scope + " refused it, not the account's balance"
	case "workspace_budget":
		return "the workspace's budget" + scope + " refused it, not the account's balance"
	case "key_limit":
		return "the key's own limit" + scope + " refused it, not the account's balance"
	case "credits":
		return "the account's credits do not cover it" + scope
	case "in_flight_budget":
		return "requests that are still running hold what is left" + scope + ": it may happen with a positive balance"
	case "management":
		return "the endpoint is for management keys, and this key is an ordinary one"
	default:
		return "refused by a layer with a name that is new here: " + text.Safe(r.LimitSource, 60) + scope
	}
	return ""
}

// remedy says what to do.
func remedy(r client.Refusal) string {
	again := ""
	if s := text.Safe(r.RetryAfter, 40); s != "" {
		again = ", after " + s
		if strings.Trim(s, "0123456789") == "" {
			again += " s"
		}
	}
	switch reason := strings.ToLower(r.Reason); {
	case strings.Contains(reason, "weight_exceeds_budget"):
		return "this one request is too big: the same request will be refused again; ask for fewer tokens (max_tokens), or add credits"
	case strings.Contains(reason, "in_flight_budget_exhausted"):
		return "try again" + again + ", with fewer requests at a time"
	}
	switch source(r) {
	case "guardrail_budget":
		return "whoever manages the guardrail can raise it: openrouter.ai/settings; a retry before the reset is refused again"
	case "workspace_budget":
		return "an admin of the workspace can raise it: openrouter.ai/settings; a retry before the reset is refused again"
	case "key_limit":
		return "raise the key's limit at openrouter.ai/settings/keys, or wait for its reset"
	case "credits":
		return "add credits: openrouter.ai/settings/credits"
	case "in_flight_budget":
		return "try again" + again + ", with fewer requests at a time"
	case "management":
		return "make a management key at openrouter.ai/settings/management-keys; running models needs none"
	}
	switch {
	case r.Kind() == client.ErrUnauthorized:
		return "the key is not accepted: it may be disabled, expired or mistyped"
	case r.Kind() == client.ErrRateLimited:
		return "too many requests at a time: try again" + again
	case r.Kind() == client.ErrPayment:
		return "the body does not say what is to be paid: ortop status says whether credits are left"
	case r.Kind() == client.ErrForbidden:
		return "the body names no limit: the input may have been flagged, or the key may not use this model or provider"
	case r.Kind() == client.ErrServer:
		return "OpenRouter or a provider failed: this usually passes by itself"
	}
	return ""
}
