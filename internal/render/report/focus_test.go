package report

import (
	"math"
	"strings"
	"testing"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/focustest"
	"ortop/internal/render/rendertest"
	"ortop/internal/spenders"
)

func charge(from, key, model string, usd float64) *spenders.Charge {
	n, start := int64(1200), rendertest.Day(from)
	return &spenders.Charge{From: start, To: credit.DayStart(start).AddDate(0, 0, 1), Key: key, Model: model, USD: usd, Requests: &n, Tokens: &n}
}

func spanOf(from, to string, usd *float64) SpentSpan {
	return SpentSpan{Span: credit.Span{From: rendertest.Day(from), To: rendertest.Day(to)}, SpentUSD: usd}
}

func TestReportFocus(t *testing.T) {
	known := charge("2026-11-20 00:00", "ci", "a/b", 2.25)
	known.KeyID, known.WorkspaceID, known.WorkspaceName = "9f3a", "w1", "Acme, \"Inc\""
	hostile := charge("2026-11-20 00:00", "=HYPERLINK(1)", "+cmd|' /C calc'!A0", 0.1)
	bare := charge("2026-11-21 09:00", "", "", 0.2)
	bare.Requests, bare.Tokens = nil, nil
	full := Usage{
		Snapshot: account.Snapshot{Account: "personal", Key: &credit.Key{Kind: credit.KeyManagement, Creator: "user_1", Owner: credit.Owner{Organization: "org_1"}}},
		Charges:  spenders.Charges{Rows: []*spenders.Charge{known, hostile, bare}},
		Spans:    []SpentSpan{spanOf("2026-11-20 00:00", "2026-11-21 00:00", rendertest.USD(2.5)), spanOf("2026-11-21 00:00", "2026-11-21 10:00", rendertest.USD(0.15))},
		TopUps:   []credit.TopUp{{At: rendertest.Day("2026-11-20 12:00"), AmountUSD: 25}, {At: rendertest.Day("2026-11-21 08:00"), AmountUSD: -5}},
	}
	ordinary := Usage{
		Snapshot: account.Snapshot{Account: "=x", Key: &credit.Key{Kind: credit.KeyOrdinary, Label: "sk-or-v1-abc…123"}}, OfKey: true,
		Spans: []SpentSpan{spanOf("2026-11-20 00:00", "2026-11-21 00:00", rendertest.USD(2.5)), spanOf("2026-11-21 00:00", "2026-11-21 10:00", rendertest.USD(0))},
	}
	hole := Usage{
		Snapshot: account.Snapshot{Account: "personal"},
		Spans:    []SpentSpan{spanOf("2026-10-30 00:00", "2026-11-02 00:00", rendertest.USD(18)), {Span: credit.Span{From: rendertest.Day("2026-11-02 00:00"), To: rendertest.Day("2026-11-03 00:00")}, Why: "history begins later"}},
	}
	for _, c := range []struct {
		name  string
		r     Usage
		rows  int
		usage float64
		want  []map[string]string // of the first rows
	}{
		{"by key and model", full, 7, 2.65, []map[string]string{
			{"BilledCost": "2.25", "BillingAccountId": "org_1", "BillingAccountType": "Organization", "ResourceId": "9f3a", "ResourceName": "ci", "SkuId": "a/b", "ConsumedQuantity": "1200",
				"ConsumedUnit": "Tokens", "SubAccountId": "w1", "SubAccountName": "Acme, \"Inc\"", "x_RequestCount": "1200", "ChargePeriodStart": "2026-11-20T00:00:00Z", "ChargePeriodEnd": "2026-11-21T00:00:00Z"},
			{"ResourceId": "'=HYPERLINK(1)", "SkuId": "'+cmd|' /C calc'!A0"},
			{"BilledCost": "0.15", "SkuId": "credits", "ResourceId": "", "ChargeDescription": "not attributed to a key and model"},
			{"ChargeCategory": "Purchase", "BilledCost": "25", "EffectiveCost": "0", "PricingQuantity": "25"},
			{"BilledCost": "-0.05", "ChargeDescription": "not attributed: keys and models have more than the account was charged", "ChargePeriodEnd": "2026-11-21T10:00:00Z"},
			{"ChargeCategory": "Credit", "BilledCost": "-5", "EffectiveCost": "-5", "SkuId": "", "PricingQuantity": ""},
			{"BilledCost": "0.2", "ResourceId": "", "SkuId": "credits", "ConsumedQuantity": "0.2", "ConsumedUnit": "Credits"},
		}},
		{"of an ordinary key", ordinary, 1, 2.5, []map[string]string{
			{"ResourceId": "sk-or-v1-abc…123", "ResourceType": "API Key", "BillingAccountId": "'=x", "ChargeDescription": "all that this key spent"}}},
		{"with days that nobody saw", hole, 1, 18, []map[string]string{
			{"ChargePeriodStart": "2026-10-30T00:00:00Z", "ChargePeriodEnd": "2026-11-02T00:00:00Z", "BillingPeriodStart": "2026-10-01T00:00:00Z", "BillingPeriodEnd": "2026-12-01T00:00:00Z",
				"ChargeDescription": "all that the account spent, on days that nobody saw apart"}}},
		{"of nothing", Usage{}, 0, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := Focus(&c.r)
			rows, problems := focustest.Check(file)
			if problems != nil {
				t.Errorf("it is not FOCUS: %s\n%s", strings.Join(problems, "\n"), file)
			}
			if got := focustest.Usage(rows); math.Abs(got-c.usage) > 1e-9 || len(rows) != c.rows {
				t.Fatalf("%d rows with a usage of %v, want %d with %v:\n%s", len(rows), got, c.rows, c.usage, file)
			}
			for i, want := range c.want {
				for name, cell := range want {
					if rows[i][name] != cell {
						t.Errorf("row %d: %s is %q, want %q", i+1, name, rows[i][name], cell)
					}
				}
			}
		})
	}
}
