package render

import (
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/text"
)

// StatusLine is s in one line: what is left, when it runs out, the last hour,
// what is
// wrong, and the age of values that are old. sessionUSD is what somebody else says
// their session cost; nil is unknown.
func StatusLine(s *account.Snapshot, sessionUSD *float64, now time.Time) string {
	f := NewFields(s, now)
	parts := []string{f.Balance}
	if limited(s) && s.SpendableUSD != nil {
		parts[0] = f.Spendable + " spendable"
	}
	if f.Next != text.Unknown {
		parts = append(parts, f.Next)
	}
	if s.Spend.Last1hUSD != nil {
		parts = append(parts, f.LastHour+" last hour")
	}
	if sessionUSD != nil {
		parts = append(parts, text.USD(*sessionUSD)+" this session")
	}
	if s.Fault != nil {
		parts = append(parts, faultWords(*s.Fault))
	}
	if s.Stale(now) && f.Age != text.Unknown {
		parts = append(parts, "read "+f.Age)
	}
	return Clean(strings.Join(parts, " · "))
}
