package panel

import (
	"strings"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/ui/draw"
)

// faultWord is what a kind of fault is called on the screen.
func faultWord(f account.Fault) string {
	switch f.Kind {
	case credit.FaultUnauthorized:
		if _, answered := answerOf(f); !answered {
			return "no key"
		}
		return "key refused"
	case credit.FaultForbidden:
		return "not allowed"
	case credit.FaultPayment:
		return "payment required"
	case credit.FaultRateLimited:
		return "rate limited"
	case credit.FaultServer:
		return "server error"
	case credit.FaultMalformed:
		return "malformed answer"
	case credit.FaultRedirect:
		return "redirected"
	case credit.FaultStorage:
		return "storage fault"
	}
	return "network"
}

// answerOf is the message of a client error after the endpoint; ok is false
// where the fault is not a request's.
func answerOf(f account.Fault) (words string, ok bool) {
	words = strings.TrimSuffix(draw.Clean(f.Message), ".")
	for _, step := range []string{"reading credits: ", "reading key: "} {
		if after, ok := strings.CutPrefix(words, step); ok {
			return after, true
		}
	}
	return words, false
}

// faultCause is a fault in a phrase without repetition, and in a
// shorter one: "server error 503 (Service Unavailable)", "server error 503".
func faultCause(f account.Fault) (full, short string) {
	word := faultWord(f)
	said, answered := answerOf(f)
	if !answered || f.Kind == credit.FaultNetwork {
		return word + ": " + said, said
	}
	kind, detail, _ := strings.Cut(said, ": ")
	status, rest, _ := strings.Cut(kind, " ")
	if len(status) == 3 && strings.Trim(status, "0123456789") == "" {
		if f.Kind == credit.FaultMalformed { // many statuses are of this kind
			word = rest
		}
		word += " " + status
	}
	if detail == "" {
		return word, word
	}
	return word + " (" + detail + ")", word
}

// faultLine is why values are missing or old, in w cells, and when the next
// poll is.
func faultLine(p draw.Pen, s *account.Snapshot, w int) string {
	full, short := faultCause(*s.Fault)
	mark := p.Low("▲ ")
	w -= 2
	if s.Phase == account.Held || !s.Due.After(p.Now) { // held: the state shows it
		return mark + draw.Pick(w, full, short)
	}
	at := clockOf(s.Due, p.Now)
	next := ". Next try " + at
	if room := w - draw.Width(next); room >= 40 {
		full = draw.CutWords(full, room)
	}
	if word := faultWord(*s.Fault); strings.HasPrefix(statusOf(s, p.Now).Word, word) {
		bare := strings.TrimLeft(strings.TrimPrefix(short, word), " ") // the state shows the rest
		return mark + draw.Pick(w, full+next, short+next, bare+next, "Next try "+at, "again "+at)
	}
	return mark + draw.Pick(w, full+next, short+next, full, short)
}
