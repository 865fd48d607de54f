package panel

import (
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// Below these an end is low or critical.
const (
	criticalWithin = 24 * time.Hour
	lowWithin      = 3 * 24 * time.Hour
	lowShare       = 0.05
)

// status is the state of an account in a symbol and a word, and in a shorter
// word for a narrow pane; empty: there is none.
type status struct {
	Sign, Word, Short string
	level             draw.Level
}

// statusOf is the most severe state that applies.
func statusOf(s *account.Snapshot, now time.Time) status {
	age, known := s.Age(now)
	stale := known && s.Stale(now)
	switch {
	case s.Phase == account.Refused:
		return status{"✗", "key refused", "", draw.LevelCritical}
	case s.Forecast.State == forecast.Depleted:
		return status{"✗", spentWord(s) + aged(stale, age), spentWord(s), draw.LevelCritical}
	case s.Phase == account.Paused:
		return status{"‖", "paused" + aged(stale, age), "paused", draw.LevelLow}
	case s.Phase == account.Held && !s.Due.IsZero():
		until := clockOf(s.Due, now)
		return status{"▲", "waiting until " + until, "until " + until, draw.LevelLow}
	case known && s.Old(now):
		return status{"▲", "stale " + text.Span(age), "", draw.LevelLow}
	case s.Fault != nil:
		return status{"▲", faultWord(*s.Fault), "", draw.LevelLow}
	case !known:
		return status{"○", "starting", "", draw.LevelNone}
	case s.Balance == nil && s.KeyKind() == credit.KeyOrdinary:
		return status{"●", "live, key only", "key only", draw.LevelOK}
	}
	return status{"●", "live", "", draw.LevelOK}
}

// spentWord is which of the two is spent.
func spentWord(s *account.Snapshot) string {
	if s.Forecast.Subject.Limit() {
		return limitWord(s) + " spent"
	}
	return "depleted"
}

func aged(old bool, age time.Duration) string {
	if !old {
		return ""
	}
	return ", " + text.Span(age) + " old"
}

// clockOf writes a time of day, with seconds where it is near.
func clockOf(t, now time.Time) string {
	t = t.In(now.Location())
	switch d := t.Sub(now); {
	case d > 20*time.Hour || d < -20*time.Hour:
		return text.Format(t, "Mon 2, 15:04")
	case d < 5*time.Minute && d > -5*time.Minute:
		return text.Format(t, "15:04:05")
	}
	return text.Format(t, "15:04")
}

// levelOf is how near the end of the credits is, and the word that goes with
// the colour.
func levelOf(s *account.Snapshot) (draw.Level, string) {
	left, known := leftShare(s)
	switch f := s.Forecast; {
	case f.State == forecast.Depleted:
		return draw.LevelCritical, ""
	case s.Refilled():
		return draw.LevelOK, ""
	case f.State == forecast.OK && f.P50 <= criticalWithin.Seconds():
		return draw.LevelCritical, "▲ critical"
	case f.State == forecast.OK && f.P50 <= lowWithin.Seconds(), known && left <= lowShare && f.State != forecast.OK:
		return draw.LevelLow, "▲ low"
	case s.Balance == nil && !hasCap(s):
		return draw.LevelNone, ""
	}
	return draw.LevelOK, ""
}

// balanceLevel is the level of what is left, which is the account's own where a
// key's cap ends first.
func balanceLevel(s *account.Snapshot) draw.Level {
	l, _ := levelOf(s)
	if share, known := leftShare(s); s.Balance != nil && s.Forecast.Subject.Limit() {
		l = draw.LevelOK
		if known && share <= lowShare {
			l = draw.LevelLow
		}
	}
	return l
}

// leftShare is the share that is left of what was bought, 0 to 1, or of the
// key's cap where the balance is unknown.
func leftShare(s *account.Snapshot) (share float64, ok bool) {
	if s.Balance != nil {
		used, ok := s.Balance.UsedRatio()
		return min(1, max(0, 1-used)), ok
	}
	if hasCap(s) {
		used, ok := s.Key.Cap.UsedRatio()
		return min(1, max(0, 1-used)), ok
	}
	return 0, false
}

// limitWord is what a limit of the key that ends first is called, in few words.
func limitWord(s *account.Snapshot) string {
	if f := s.Forecast.Subject; f == forecast.Budget || f != forecast.Key && s.Binding == credit.BoundByBudget {
		return draw.Clean(s.LimitName(forecast.Budget))
	}
	return "key cap"
}

// limited reports whether a limit of the key is less than the balance.
func limited(s *account.Snapshot) bool {
	return s.Binding == credit.BoundByKey || s.Binding == credit.BoundByBudget
}

// hasCap reports whether the key has a cap that bounds it, with both ends
// known.
func hasCap(s *account.Snapshot) bool {
	return s.Key != nil && s.Key.Kind != credit.KeyManagement && s.Key.Cap.LimitUSD != nil && s.Key.Cap.RemainingUSD != nil
}

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
	state, answered := answerOf(f)
	if !answered || f.Kind == credit.FaultNetwork {
		return word + ": " + state, state
	}
	kind, detail, _ := strings.Cut(state, ": ")
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
