package render

import (
	"strings"
	"testing"
	"time"

	"ortop/internal/account"
)

// A row that another machine made is as old as it is here, and stale when every
// snapshot is; a clock that is behind that machine's makes nothing younger than new.
func TestARowOfAnotherMachineAges(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	row := FleetRow{StatusObject: Status(&account.Snapshot{At: at, Interval: time.Minute}, at)}
	for _, c := range []struct {
		after time.Duration
		age   float64
		stale bool
	}{{-time.Minute, 0, false}, {150 * time.Second, 150, false}, {151 * time.Second, 151, true}} {
		if r := row.Aged(at.Add(c.after), time.Minute); r.AgeS == nil || *r.AgeS != c.age || r.Stale != c.stale {
			t.Errorf("%s later: age %v, stale %v, want %v, %v", c.after, *r.AgeS, r.Stale, c.age, c.stale)
		}
	}
	if r := Nothing("storage", "nothing was read").Aged(at, time.Minute); r.AgeS != nil || !r.Stale {
		t.Errorf("nothing has the age %v, stale %v", r.AgeS, r.Stale)
	}
}

// What is years away is said in words, and once.
func TestFleetOfYears(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	row := FleetRow{StatusObject: Status(&account.Snapshot{Account: "rich", At: at, Interval: time.Minute}, at)}
	p10, p50, p90 := "2028-11-22T10:42:00Z", "2029-11-23T10:42:00Z", "2031-11-24T10:42:00Z"
	row.Forecast.P10, row.Forecast.P50, row.Forecast.P90 = &p10, &p50, &p90
	if l := (FleetObject{Accounts: []FleetRow{row}}).Lines(at)[0]; l.End != "in over a year" || l.Between != "> 1 year" {
		t.Errorf("it runs out %q, between %q", l.End, l.Between)
	}
}

// A column that says nothing of any account is left out.
func TestFleetWithoutForecasts(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	idle := FleetRow{StatusObject: Status(&account.Snapshot{Account: "idle", At: at, Interval: time.Minute}, at)}
	busy := idle
	p10, p50, p90 := "2026-11-22T10:42:00Z", "2026-11-23T10:42:00Z", "2026-11-24T10:42:00Z"
	busy.Forecast.P10, busy.Forecast.P50, busy.Forecast.P90 = &p10, &p50, &p90
	for _, c := range []struct {
		rows []FleetRow
		want string
	}{
		{[]FleetRow{idle}, "account state left runs out read"},
		{[]FleetRow{idle, busy}, "account state left runs out between read"},
	} {
		text := FleetObject{Accounts: c.rows}.Text(at, 0)
		if got := strings.Join(strings.Fields(strings.Split(text, "\n")[2]), " "); got != c.want {
			t.Errorf("the columns are %q, want %q:\n%s", got, c.want, text)
		}
	}
}
