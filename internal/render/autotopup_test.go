package render

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

func TestAutoTopUp(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	refilled := func() account.Snapshot {
		month := 330.4
		f := forecast.Forecast{State: forecast.OK, Subject: forecast.Account, At: now, History: 30 * 24 * time.Hour, P10: 30 * 3600, P50: 50 * 3600, P90: 79 * 3600}
		next := f
		next.P10, next.P50, next.P90 = 17*3600, 29*3600, 44*3600
		return account.Snapshot{
			Account: "work", Now: now, At: now, Interval: time.Minute, Source: account.FromCredits,
			Balance: &credit.Balance{CreditsUSD: 100, UsageUSD: 76.48}, Forecast: f,
			AutoTopUp: &account.AutoTopUp{ThresholdUSD: 10, AmountUSD: 25, Seen: 7, Last: now.Add(-52 * time.Hour), Next: next, USDPerMonth: &month},
		}
	}
	for _, c := range []struct {
		name   string
		change func(*account.Snapshot)
		text   []string // of status
		not    string
		format string // {{.Next}}|{{.RunsOut}}|{{.Charge}}|{{.AutoTopUp}}
		json   string // auto_top_up
	}{
		{"expected", func(*account.Snapshot) {},
			[]string{"next charge Sun 22 Nov, 15:00 UTC, in 29 to 30 hours  (80 %: Sun 22, 03:00 to Mon 23, 07:00)", "topped up   $25.00 below $10.00, about $330.40 a month"}, "runs out",
			"charge in 29 to 30 hours|—|Sun 22 Nov, 15:00|$25.00 below $10.00, about $330.40 a month",
			`{"threshold_usd":10,"amount_usd":25,"seen":7,"next":{"p10":"2026-11-22T03:42:00Z","p50":"2026-11-22T15:42:00Z","p90":"2026-11-23T06:42:00Z"},"usd_per_month":330.4,"missing_since":null}`},
		{"due", func(s *account.Snapshot) {
			s.AutoTopUp.Next = forecast.Forecast{State: forecast.Depleted, Subject: forecast.Account, At: now}
		},
			[]string{"next charge due now"}, "runs out", "charge due now|—|due now|$25.00 below $10.00, about $330.40 a month",
			`{"threshold_usd":10,"amount_usd":25,"seen":7,"next":{"p10":"2026-11-21T10:42:00Z","p50":"2026-11-21T10:42:00Z","p90":"2026-11-21T10:42:00Z"},"usd_per_month":330.4,"missing_since":null}`},
		{"missing", func(s *account.Snapshot) { s.AutoTopUp.MissingSince = now.Add(-41 * time.Minute) },
			[]string{"runs out    Mon 23 Nov, 12:00 UTC, in 50 to 51 hours", "; expected since Sat 21 Nov, 10:01, did not come"}, "next charge",
			"runs out in 50 to 51 hours|Mon 23 Nov, 12:00|—|$25.00 below $10.00, about $330.40 a month; expected since Sat 21 Nov, 10:01, did not come",
			`{"threshold_usd":10,"amount_usd":25,"seen":7,"next":{"p10":null,"p50":null,"p90":null},"usd_per_month":330.4,"missing_since":"2026-11-21T10:01:00Z"}`},
		{"idle", func(s *account.Snapshot) {
			s.Forecast = forecast.Forecast{State: forecast.Idle, Subject: forecast.Account, At: now, LastSpend: now.Add(-3 * time.Hour)}
			s.AutoTopUp.Next, s.AutoTopUp.USDPerMonth = s.Forecast, nil
		},
			[]string{"runs out    idle: no spend for 3 h"}, "next charge", "idle: no spend for 3 h|idle: no spend for 3 h|—|$25.00 below $10.00",
			`{"threshold_usd":10,"amount_usd":25,"seen":7,"next":{"p10":null,"p50":null,"p90":null},"usd_per_month":null,"missing_since":null}`},
		{"the key's cap ends first", func(s *account.Snapshot) { s.Forecast.Subject = forecast.Key },
			[]string{"runs out    Mon 23 Nov, 12:00"}, "next charge", "runs out in 50 to 51 hours|Mon 23 Nov, 12:00|—|$25.00 below $10.00, about $330.40 a month", ""},
		{"none", func(s *account.Snapshot) { s.AutoTopUp = nil },
			[]string{"runs out    Mon 23 Nov, 12:00"}, "topped up", "runs out in 50 to 51 hours|Mon 23 Nov, 12:00|—|—", "null"},
	} {
		s := refilled()
		c.change(&s)
		text := StatusText(&s, now)
		for _, want := range c.text {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not in\n%s", c.name, want, text)
			}
		}
		if strings.Contains(text, c.not) {
			t.Errorf("%s: %q is in\n%s", c.name, c.not, text)
		}
		f, err := ParseFormat("{{.Next}}|{{.RunsOut}}|{{.Charge}}|{{.AutoTopUp}}")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.Apply(&s, now); err != nil || got != c.format {
			t.Errorf("%s: --format = %q, %v, want %q", c.name, got, err, c.format)
		}
		for _, o := range []any{Status(&s, now), Forecast(&s, forecast.Ask{}, forecast.Plan{}, now)} {
			var got struct {
				AutoTopUp json.RawMessage `json:"auto_top_up"`
			}
			b, err := json.Marshal(o)
			if err == nil {
				err = json.Unmarshal(b, &got)
			}
			if err != nil || c.json != "" && string(got.AutoTopUp) != c.json {
				t.Errorf("%s: auto_top_up = %s, %v, want %s", c.name, got.AutoTopUp, err, c.json)
			}
		}
	}
}
