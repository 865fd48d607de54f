package alert

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
)

// TestStates follows one alert through its states.
func TestStates(t *testing.T) {
	const m, h = time.Minute, time.Hour
	rules := []Rule{{Kind: Balance, BelowUSD: 20, For: 10 * m, Level: Urgent}}
	at := func(d time.Duration) time.Time { return start.Add(d) }
	told := func(d time.Duration) notification { return notification{Urgent, at(d), at(2 * m), 0} }
	var s State
	for _, tc := range []struct {
		at   time.Duration
		left float64
		want string // state, since, clearing since
		last notification
	}{
		{0, 21, "", notification{}},
		{m, 19, "pending 1m0s", notification{}},
		{90 * time.Second, 20, "", notification{}},
		{2 * m, 19, "pending 2m0s", notification{}},
		{11 * m, 19, "pending 2m0s", notification{}},
		{12 * m, 19, "firing 2m0s", told(12 * m)},
		{13 * m, 21, "clearing 2m0s 13m0s", told(12 * m)},
		{20 * m, 19, "firing 2m0s", told(12 * m)},
		{21 * m, 30, "clearing 2m0s 21m0s", told(12 * m)},
		{35 * m, 30, "clearing 2m0s 21m0s", told(12 * m)},
		{36 * m, 30, "inactive", notification{At: at(12 * m)}},
		{37 * m, 19, "pending 37m0s", notification{At: at(12 * m)}},
		{50 * m, 19, "firing 37m0s", notification{Urgent, at(50 * m), at(37 * m), 1}},
		{51 * m, 30, "clearing 37m0s 51m0s", notification{Urgent, at(50 * m), at(37 * m), 1}},
		{66 * m, 30, "inactive", notification{At: at(50 * m), Repeats: 1}},
		{109 * m, 30, "inactive", notification{At: at(50 * m), Repeats: 1}},
		{110 * m, 30, "", notification{}},
	} {
		s, _, _ = Evaluate(rules, s, Reading{Account: "x", Now: at(tc.at), At: at(tc.at), Fresh: true, BalanceUSD: &tc.left})
		a := s.instances["balance -20 for 10m0s|"]
		got := string(a.State)
		for _, since := range []time.Time{a.Since, a.ClearingSince} {
			if !since.IsZero() {
				got += " " + since.Sub(start).String()
			}
		}
		if got != tc.want || a.LastNotified != tc.last {
			t.Errorf("at %v: %q, last notified %+v, want %q, %+v", tc.at, got, a.LastNotified, tc.want, tc.last)
		}
	}
}

func TestIDs(t *testing.T) {
	rules := []Rule{{Kind: Balance, BelowUSD: 20}, {Kind: Balance, BelowUSD: 5, Level: Urgent}, {Kind: TopUp}}
	ids := func(events []Event) string {
		var all []string
		for _, e := range events {
			all = append(all, fmt.Sprint(e.ID, " ", e.Cleared))
			for _, c := range e.Covers {
				all = append(all, "covers "+c.ID)
			}
		}
		return strings.Join(all, "; ")
	}
	r := Reading{Account: "x", Now: start, At: start, Fresh: true, BalanceUSD: f(4)}
	s, events, _ := Evaluate(rules, State{}, r)
	if got, want := ids(events), "balance -5||2026-11-21T10:00:00Z false; covers balance -20||2026-11-21T10:00:00Z"; got != want {
		t.Errorf("Evaluate(…) = %s, want %s", got, want)
	}
	r.Now = start.Add(time.Hour)
	r.At, r.BalanceUSD = r.Now, f(90)
	r.TopUps = []credit.TopUp{{At: start.Add(time.Minute), AmountUSD: 99}, {At: start.Add(2 * time.Minute), AmountUSD: -3}}
	_, events, _ = Evaluate(rules, s, r)
	if got, want := ids(events), "balance -5||2026-11-21T10:00:00Z true; covers balance -20||2026-11-21T10:00:00Z; "+
		"covers top_up 0|bought|2026-11-21T10:01:00Z; covers top_up 0|lost|2026-11-21T10:02:00Z"; got != want {
		t.Errorf("Evaluate(…) = %s, want %s", got, want)
	}
}

// TestIDOfAnAllClear is of an alert that ends and begins again in quiet hours:
// its receivers know the first one alone.
func TestIDOfAnAllClear(t *testing.T) {
	const m, h = time.Minute, time.Hour
	rules := []Rule{{Kind: Balance, BelowUSD: 20, Quiet: Quiet{11 * h, 13 * h}}}
	var s State
	var ids []string
	for _, st := range []struct {
		at   time.Duration
		left float64
	}{{0, 19}, {62 * m, 30}, {90 * m, 30}, {100 * m, 19}, {110 * m, 30}, {4 * h, 30}} {
		var events []Event
		s, events, _ = Evaluate(rules, restart(t, s), Reading{Account: "x", Now: start.Add(st.at), At: start.Add(st.at), Fresh: true, BalanceUSD: &st.left})
		for _, e := range events {
			ids = append(ids, fmt.Sprint(e.ID, " ", e.Cleared))
		}
	}
	if want := []string{"balance -20||2026-11-21T10:00:00Z false", "balance -20||2026-11-21T10:00:00Z true"}; !reflect.DeepEqual(ids, want) {
		t.Errorf("IDs %q, want %q", ids, want)
	}
}

// stateOfVersion1 is as the program wrote it then.
const stateOfVersion1 = `{
  "version": 1,
  "watches": {
    "balance -20|": {
      "event": {"rule": "balance", "level": "warning", "account": "personal", "since": "2026-11-21T10:00:00Z", "at": "2026-11-21T11:35:00Z", "value": "$19.00", "text": "personal: $19.00 is left, below $20.00 (Sat 21 Nov, 11:35 UTC)", "cleared": false},
      "true_since": "2026-11-21T10:00:00Z", "out_since": "2026-11-21T11:52:00Z", "firing": true, "spoken": true, "told_at": "2026-11-21T10:00:00Z", "threshold": -20
    },
    "key_expiry -604800|k": {
      "event": {"rule": "key_expiry", "subject": "k", "level": "urgent", "account": "personal", "since": "2026-11-21T10:00:00Z", "at": "2026-11-21T11:52:00Z", "value": "1 d 22 h", "text": "personal: key \"ci\" expires Mon 23 Nov, 10:00, in 1 d 22 h (Sat 21 Nov, 11:52 UTC)", "cleared": false},
      "true_since": "2026-11-21T10:00:00Z", "firing": true, "spoken": true, "told_at": "2026-11-21T10:00:00Z", "threshold": -604800
    },
    "limit 0.9|a": {
      "event": {"rule": "limit", "subject": "a", "level": "warning", "account": "personal", "since": "2026-11-21T11:10:00Z", "at": "2026-11-21T11:35:00Z", "value": "10 %", "text": "personal: key \"ci\" has used $1.00 of $10.00 (10 %) (Sat 21 Nov, 11:35 UTC)", "cleared": true},
      "firing": false, "spoken": false, "told_at": "2026-11-21T11:10:00Z", "threshold": 0.9
    },
    "spend day 10|day 2026-11-21": {
      "event": {"rule": "spend", "subject": "day 2026-11-21", "level": "warning", "account": "personal", "since": "2026-11-21T11:52:00Z", "at": "2026-11-21T11:52:00Z", "value": "$11.00", "text": "personal: $11.00 spent today (UTC), the budget is $10.00 (Sat 21 Nov, 11:52 UTC)", "cleared": false},
      "true_since": "2026-11-21T11:52:00Z", "firing": true, "spoken": false, "threshold": 10
    },
    "spike 3|hour": {
      "event": {"rule": "spike", "subject": "hour", "level": "warning", "account": "personal", "since": "2026-11-21T10:00:00Z", "at": "2026-11-21T11:52:00Z", "value": "—", "text": "personal: spend is usual again (Sat 21 Nov, 11:52 UTC)", "cleared": true},
      "firing": false, "spoken": true, "told_at": "2026-11-21T10:00:00Z", "threshold": 3
    },
    "used 0.8 for 3h0m0s|": {
      "event": {"rule": "", "level": "", "account": "", "since": "0001-01-01T00:00:00Z", "at": "0001-01-01T00:00:00Z", "value": "", "text": "", "cleared": false},
      "true_since": "2026-11-21T11:52:00Z", "firing": false, "spoken": false, "threshold": 0.8
    }
  },
  "top_ups_told": "2026-11-21T10:30:00Z"
}`

func TestStateOfVersion1(t *testing.T) {
	var s State
	if err := json.Unmarshal([]byte(stateOfVersion1), &s); err != nil {
		t.Fatal(err)
	}
	at := func(clock string) time.Time {
		if clock == "" {
			return time.Time{}
		}
		v, err := time.Parse("2006-01-02 15:04", "2026-11-21 "+clock)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for k, want := range map[string]struct {
		state                             status
		since, clearing, notified, ofThen string
		level                             Level
		value                             string
	}{
		"balance -20|":                {clearing, "10:00", "11:52", "10:00", "10:00", Warning, "$19.00"},
		"key_expiry -604800|k":        {firing, "10:00", "", "10:00", "10:00", Urgent, "1 d 22 h"},
		"limit 0.9|a":                 {inactive, "", "", "11:10", "", "", "10 %"},
		"spend day 10|day 2026-11-21": {firing, "11:52", "", "", "", "", "$11.00"},
		"spike 3|hour":                {inactive, "", "", "10:00", "10:00", Warning, "—"},
		"used 0.8 for 3h0m0s|":        {pending, "11:52", "", "", "", "", ""},
	} {
		a := s.instances[k]
		last := notification{want.level, at(want.notified), at(want.ofThen), 0}
		if a.State != want.state || !a.Since.Equal(at(want.since)) || !a.ClearingSince.Equal(at(want.clearing)) || a.LastNotified != last || a.Event.ValueText != want.value {
			t.Errorf("%s is %+v, want %+v", k, a, want)
		}
		delete(s.instances, k)
	}
	if len(s.instances) != 0 || !s.topUpsNotified.Equal(at("10:30")) {
		t.Errorf("%v is left, top-ups notified %v, want nothing, and 10:30", s.instances, s.topUpsNotified)
	}
	for _, bad := range []string{`[]`, `{"version":3}`, `{"version":0}`, `{"version":1,"watches":[]}`, `{"version":2,"alerts":{"x|":{"state":"spoken"}}}`} {
		if err := json.Unmarshal([]byte(bad), &s); err == nil {
			t.Errorf("Unmarshal(%s) succeeded, want an error", bad)
		}
	}
}
