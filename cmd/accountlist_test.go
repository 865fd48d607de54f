package cmd

import (
	"strings"
	"testing"
	"time"

	"ortop/credit"
	"ortop/monitor"
)

func TestSumIsHonest(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	const here, there = "https://openrouter.ai/api/v1", "https://example.org/api/v1"
	row := func(baseURL, creator string, bought, used float64, perDay float64, age time.Duration) accountRow {
		r := accountRow{snap: monitor.Snapshot{
			At: now.Add(-age), Interval: time.Minute, Balance: &credit.Balance{CreditsUSD: bought, UsageUSD: used},
			Key: &credit.Key{Creator: creator},
		}}
		r.settings.baseURL = baseURL
		if perDay >= 0 {
			r.snap.Burn.USDPerDay = &perDay
		}
		return r
	}
	day := func(v float64) *float64 { return &v }
	for _, c := range []struct {
		name string
		rows []accountRow
		want accountTotal
	}{
		{"none known", []accountRow{{}, {}}, accountTotal{}},
		{"two", []accountRow{row(here, "a", 10, 4, 1, time.Second), row(here, "b", 20, 5, 2, time.Minute)},
			accountTotal{known: 2, balanceUSD: 21, perDayUSD: day(3), oldest: now.Add(-time.Minute)}},
		{"one is not known", []accountRow{row(here, "a", 10, 4, 1, time.Second), {}},
			accountTotal{known: 1, balanceUSD: 6, perDayUSD: day(1), oldest: now.Add(-time.Second)}},
		{"one owes", []accountRow{row(here, "a", 10, 4, 1, 0), row(here, "b", 0, 1, 0, 0)},
			accountTotal{known: 2, balanceUSD: 5, perDayUSD: day(1), oldest: now}},
		{"a burn that is not known", []accountRow{row(here, "a", 10, 4, 1, 0), row(here, "b", 20, 5, -1, 0), row(here, "c", 1, 0, 1, 0)},
			accountTotal{known: 3, balanceUSD: 22, oldest: now}},
		{"one is old", []accountRow{row(here, "a", 10, 4, 1, time.Hour), row(here, "b", 20, 5, 1, 0)},
			accountTotal{known: 2, balanceUSD: 21, perDayUSD: day(2), oldest: now.Add(-time.Hour), stale: true}},
		{"two names of one", []accountRow{row(here, "a", 10, 4, 1, 0), row(here, "a", 10, 4, 1, time.Second)},
			accountTotal{known: 2, repeated: 1, balanceUSD: 6, perDayUSD: day(1), oldest: now.Add(-time.Second)}},
		{"one person's accounts", []accountRow{row(here, "a", 10, 4, 1, 0), row(here, "a", 11, 4, 1, 0), row(there, "a", 10, 4, 1, 0)},
			accountTotal{known: 3, balanceUSD: 19, perDayUSD: day(3), oldest: now}},
		{"nobody knows whose", []accountRow{row(here, "", 10, 4, 1, 0), row(here, "", 10, 4, 1, 0)},
			accountTotal{known: 2, balanceUSD: 12, perDayUSD: day(2), oldest: now}},
	} {
		got := sum(c.rows, now)
		perDay, want := got.perDayUSD, c.want.perDayUSD
		same := (perDay == nil) == (want == nil) && (perDay == nil || *perDay == *want)
		got.perDayUSD, c.want.perDayUSD = nil, nil
		if got != c.want || !same {
			t.Errorf("%s: sum(…) = %+v, %v a day, want %+v, %v", c.name, got, perDay, c.want, want)
		}
	}
	if text := accountsText([]accountRow{{}, {}}, now); !strings.Contains(text, "0 of 2") || strings.Contains(text, "$") {
		t.Errorf("the list of what is not known is\n%s\nwant no sum", text)
	}
}
