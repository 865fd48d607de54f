package ui

import (
	"time"

	"ortop/credit"
	"ortop/forecast"
	"ortop/monitor"
	"ortop/text"
)

// Below these an end is low or critical.
const (
	criticalWithin = 24 * time.Hour
	lowWithin      = 3 * 24 * time.Hour
	lowShare       = 0.05
)

// status is the state of an account in a symbol and a word.
type status struct {
	sign, word string
	level      level
}

// statusOf says the worst thing that is true.
func statusOf(s monitor.Snapshot, now time.Time) status {
	age, known := s.Age(now)
	old := known && s.Stale(now)
	switch {
	case s.Phase == monitor.Refused:
		return status{"✗", "key refused", levelCritical}
	case s.Forecast.State == forecast.Depleted:
		return status{"✗", "depleted" + aged(old, age), levelCritical}
	case s.Phase == monitor.Paused:
		return status{"‖", "paused" + aged(old, age), levelLow}
	case s.Phase == monitor.Held && !s.Due.IsZero():
		return status{"▲", "waiting until " + clockOf(s.Due, now), levelLow}
	case old:
		return status{"▲", "stale " + text.Span(age), levelLow}
	case s.Fault != nil:
		return status{"▲", faultWord(s.Fault.Kind), levelLow}
	case !known:
		return status{"○", "starting", levelNone}
	case s.Balance == nil && s.KeyKind() == credit.KeyOrdinary:
		return status{"●", "live, key only", levelOK}
	}
	return status{"●", "live", levelOK}
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
		return t.Format("Mon 2, 15:04")
	case d < 5*time.Minute && d > -5*time.Minute:
		return t.Format("15:04:05")
	}
	return t.Format("15:04")
}

// faultWord is what a kind of fault is called on the screen.
func faultWord(kind string) string {
	switch kind {
	case "unauthorized":
		return "key refused"
	case "forbidden":
		return "not allowed"
	case "payment":
		return "payment required"
	case "rate_limited":
		return "rate limited"
	case "server":
		return "server fault"
	case "malformed":
		return "malformed answer"
	case "redirect":
		return "redirected"
	case "storage":
		return "storage fault"
	}
	return "network"
}

// levelOf is how near the end of the credits is, and the word that goes with
// the colour.
func levelOf(s monitor.Snapshot) (level, string) {
	left, known := leftShare(s)
	switch f := s.Forecast; {
	case f.State == forecast.Depleted:
		return levelCritical, ""
	case f.State == forecast.OK && f.P50 <= criticalWithin.Seconds():
		return levelCritical, "▲ critical"
	case f.State == forecast.OK && f.P50 <= lowWithin.Seconds(), known && left <= lowShare && f.State != forecast.OK:
		return levelLow, "▲ low"
	case s.Balance == nil && !hasCap(s):
		return levelNone, ""
	}
	return levelOK, ""
}

// leftShare is the share that is left of what was bought, 0 to 1, or of the
// key's cap where the balance is not known.
func leftShare(s monitor.Snapshot) (share float64, ok bool) {
	if s.Balance != nil {
		used, ok := s.Balance.UsedRatio()
		return min(1, max(0, 1-used)), ok
	}
	if hasCap(s) && *s.Key.Cap.LimitUSD > 0 {
		return min(1, max(0, *s.Key.Cap.RemainingUSD / *s.Key.Cap.LimitUSD)), true
	}
	return 0, false
}

// hasCap reports whether the key has a cap that bounds it, with both ends
// known.
func hasCap(s monitor.Snapshot) bool {
	return s.Key != nil && s.Key.Kind != credit.KeyManagement && s.Key.Cap.LimitUSD != nil && s.Key.Cap.RemainingUSD != nil
}
