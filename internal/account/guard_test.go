package account

import "testing"

func TestGuardJudge(t *testing.T) {
	t.Parallel()
	usd := func(v float64) *float64 { return &v }
	enough := Preflight{Answer: Enough, SpendableUSD: usd(5), Reason: "enough"}
	for _, c := range []struct {
		name   string
		guard  Guard
		p      Preflight
		spent  *float64
		answer Answer
		reason string
	}{
		{"enough", Guard{BelowUSD: 1}, enough, nil, Enough, "enough"},
		{"below", Guard{BelowUSD: 10}, Preflight{Answer: Short, Reason: "short"}, nil, Short, "short"},
		{"nothing left, and nothing asked for", Guard{}, Preflight{Answer: Enough, SpendableUSD: usd(0)}, nil, Short, "nothing is left to spend"},
		{"unknown", Guard{}, Preflight{Answer: CannotBeSaid, Reason: "unknown"}, nil, CannotBeSaid, "unknown"},
		{"the quota used up", Guard{QuotaUSD: usd(2)}, enough, usd(2), Enough, "enough"},
		{"past the quota", Guard{QuotaUSD: usd(2)}, enough, usd(2.01), Short, "$2.01 spent, the quota is $2.00"},
		{"past the quota, and the rest unknown", Guard{QuotaUSD: usd(2)}, Preflight{Answer: CannotBeSaid}, usd(3), Short, "$3.00 spent, the quota is $2.00"},
		{"no quota at all", Guard{QuotaUSD: usd(0)}, enough, usd(0), Enough, "enough"},
		{"spend unknown", Guard{QuotaUSD: usd(2)}, enough, nil, CannotBeSaid, "what was spent of the quota is not known"},
	} {
		if answer, reason := c.guard.Judge(c.p, c.spent); answer != c.answer || reason != c.reason {
			t.Errorf("%s: %s, %q, want %s, %q", c.name, answer, reason, c.answer, c.reason)
		}
	}
}
