package status

import (
	"math"
	"strings"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/metrics"
)

// What --max-age lets count is in the metrics: a reading that cron made five minutes
// ago, and not one that is older than was asked for.
func TestMetricsAreAsFreshAsAskedFor(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name        string
		age, maxAge time.Duration
		want        bool
	}{
		{"of the last run", 5*time.Minute - 200*time.Millisecond, 5 * time.Minute, true},
		{"of just as long ago, and then written", 5*time.Minute + 300*time.Millisecond, 5 * time.Minute, true},
		{"older than that", 6 * time.Minute, 5 * time.Minute, false},
		{"within two and a half intervals", 140 * time.Second, time.Second, true},
		{"without the flag", 5 * time.Minute, -1, false},
		{"any age", 300 * 24 * time.Hour, math.MaxInt64, true},
	} {
		s := account.Snapshot{Account: "a", At: now.Add(-c.age), Interval: time.Minute, Balance: &credit.Balance{CreditsUSD: 10}}
		page := string(metrics.Text([]metrics.Account{{Snapshot: lasting(s, c.maxAge)}}, now))
		if got := strings.Contains(page, "\nortop_balance_usd{"); got != c.want || got != strings.Contains(page, "\nortop_up{account=\"a\"} 1\n") {
			t.Errorf("%s: the balance is there: %v, want %v\n%s", c.name, got, c.want, page)
		}
	}
}
