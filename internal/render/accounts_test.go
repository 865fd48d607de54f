package render

import (
	"strings"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// listed are rows of a list: one that is live, one that is stale and one that
// was never read.
func listed(now time.Time) []AccountRow {
	usd := func(v float64) *float64 { return &v }
	row := func(name string, left, perDay float64, age time.Duration) AccountRow {
		return AccountRow{Name: name, KeySource: "keyring", Snapshot: account.Snapshot{
			Account: name, At: now.Add(-age), Interval: time.Minute, Source: account.FromCredits,
			Balance: &credit.Balance{CreditsUSD: 1000, UsageUSD: 1000 - left},
			Burn:    account.Burn{USDPerHour: usd(perDay / 20), USDPerDay: usd(perDay)},
			Forecast: forecast.Forecast{State: forecast.OK, Subject: forecast.Account, At: now.Add(-age), History: 30 * 24 * time.Hour,
				P10: left / perDay * 80000, P50: left / perDay * 86400, P90: left / perDay * 99999},
		}}
	}
	unread := AccountRow{Name: "new", KeySource: "keyring", Snapshot: account.Snapshot{Forecast: forecast.Forecast{State: forecast.Unknown}},
		Fault: &account.Fault{Kind: credit.FaultNetwork, Message: "reading credits: cannot resolve openrouter.ai"}}
	return []AccountRow{row("personal", 63.52, 12.3, 4*time.Second), row("work", 812.5, 400, 12*time.Minute), unread}
}

func TestAccountsText(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	want := []string{
		"$876.02 left in 2 of 3 accounts, first to end: work, read 12 min ago at most", "",
		"account         key      host           state         left     an hour  a day    runs out           read",
		"personal        keyring  openrouter.ai  live           $63.52   $0.61    $12.30  Thu 26 Nov         4 s ago",
		"work            keyring  openrouter.ai  stale 12 min  $812.50  $20.00   $400.00  Mon 23 Nov, 11:00  12 min ago",
		"new             keyring  openrouter.ai  not read         —       —         —     —                  never: no connection",
		"all 3 accounts                          2 of 3 known  $876.02  $20.61   $412.30  first: work        at most 12 min ago",
	}
	if got := strings.Split(AccountsText(listed(now), now, 0), "\n"); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the list is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := AccountsText([]AccountRow{{}, {}}, now, 0); !strings.Contains(got, "0 of 2 known") || strings.Contains(got, "$") {
		t.Errorf("the list of what is not known is\n%s\nwant no sum", got)
	}
	o := Accounts(listed(now), now)
	if t0 := o.Total; t0.Known != 2 || *t0.Balance != 63.52+812.5 || *t0.AgeS != 720 || !t0.Stale || *t0.First != "work" {
		t.Errorf("the total's object is %+v", t0)
	}
}

func TestAccountsKeepStateAndAge(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	want := []string{
		"$876.02 left in 2 of 3 accounts, first to end: work, read 12 min ago at most", "",
		"account         left     runs out",
		"personal         $63.52  Thu 26 Nov",
		"  live, 4 s ago",
		"work            $812.50  Mon 23 Nov, 11:00",
		"  stale 12 min, 12 min ago",
		"new                —     —",
		"  not read, never: no connection",
		"all 3 accounts  $876.02  first: work",
		"  2 of 3 known, at most 12 min ago",
	}
	var got []string
	for _, l := range strings.Split(AccountsText(listed(now), now, 42), "\n") {
		got = append(got, strings.TrimRight(l, " "))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the list is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for width := 20; width < 120; width++ {
		got := strings.Join(strings.Fields(AccountsText(listed(now), now, width)), " ")
		for _, want := range []string{"stale 12 min", "12 min ago", "never: no connection", "not read"} {
			if !strings.Contains(got, want) {
				t.Errorf("at %d columns the list lacks %q:\n%s", width, want, got)
			}
		}
	}
}

func TestOneAccountHasNoTotal(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	one := listed(now)[1:2]
	if got := AccountsText(one, now, 0); strings.Count(got, "\n") != 3 || !strings.HasPrefix(got, "$812.50 left in account work, read 12 min ago\n\n") || strings.Contains(got, "first:") {
		t.Errorf("the list of one account is\n%s\nwant its sum, a head and a row", got)
	}
	if o := Accounts(one, now).Total; o.Known != 1 || *o.Balance != 812.5 {
		t.Errorf("the total's object of one account is %+v", o)
	}
	// The first in the list may be the first to run out.
	two := append(one, listed(now)[0])
	if got := AccountsText(two, now, 0); !strings.Contains(got, "first: work") {
		t.Errorf("the list is\n%s\nwant work as the first to run out", got)
	}
	if first := Accounts(two, now).Total.First; first == nil || *first != "work" {
		t.Errorf("first_to_run_out = %v, want work", first)
	}
}

func TestAccountsWithoutAKeyAreNotFaulty(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	row := listed(now)[1]
	row.Fault = &account.Fault{Kind: credit.FaultServer, Message: "500"}
	if got := AccountsText([]AccountRow{row}, now, 0); !strings.Contains(got, "stale 12 min") || !strings.Contains(got, "12 min ago: server error") {
		t.Errorf("an account that was read before is\n%s", got)
	}
	row.KeySource, row.Demo = "", true
	if got := AccountsText([]AccountRow{row}, now, 0); !strings.Contains(got, "none") || !strings.Contains(got, "this machine") || strings.Contains(got, "server error") {
		t.Errorf("an account without a key is\n%s", got)
	}
}
