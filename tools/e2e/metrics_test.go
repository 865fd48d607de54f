//go:build unix

package e2e

import (
	"bytes"
	"math"
	"slices"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/metrics"
)

// prometheusReads returns what Prometheus' own parser makes of text.
func prometheusReads(t *testing.T, text []byte) map[string]*dto.MetricFamily {
	t.Helper()
	p := expfmt.NewTextParser(model.LegacyValidation)
	families, err := p.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("Prometheus' parser: %v\n%s", err, text)
	}
	return families
}

// FuzzPrometheusReads: whatever the names and amounts are, Prometheus' parser
// reads them, the types are as declared and the finite amounts add up.
func FuzzPrometheusReads(f *testing.F) {
	f.Add("work", "openai/gpt-5", 1.0, 2.0)
	f.Add("a\"\\\n", "a\x00\"\\\n", 1e300, math.Copysign(0, -1))
	f.Add("\u202e\xff", "{}=,#", math.Inf(1), math.NaN())
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	spendable, burn := 20.5, 0.51
	f.Fuzz(func(t *testing.T, x, y string, v, w float64) {
		rows := []metrics.Row{{ID: x, Name: y, SpendUSD: v}, {ID: y, Name: x, SpendUSD: w}}
		text := metrics.Text([]metrics.Account{{
			Snapshot: account.Snapshot{
				Account: x, At: now.Add(-20 * time.Second), Interval: time.Minute, Source: account.FromCredits,
				Balance:      &credit.Balance{CreditsUSD: 100, UsageUSD: 36.48},
				SpendableUSD: &spendable, Burn: account.Burn{USDPerHour: &burn},
				Forecast: forecast.Forecast{State: forecast.OK, Subject: forecast.Account, At: now, P10: 3600, P50: 7200, P90: 1e15},
			},
			Keys: rows, Models: slices.Clone(rows), Failures: map[credit.FaultKind]int{},
		}}, now)
		families := prometheusReads(t, text)
		for name, want := range map[string]dto.MetricType{
			"ortop_balance_usd": dto.MetricType_GAUGE, "ortop_poll_errors_total": dto.MetricType_COUNTER, "ortop_depletion_timestamp_seconds": dto.MetricType_SUMMARY,
		} {
			if got := families[name]; got == nil || got.GetType() != want {
				t.Errorf("%s is of type %v, want %v", name, got.GetType(), want)
			}
		}
		if got := families["ortop_balance_usd"].GetMetric(); len(got) != 1 || got[0].GetGauge().GetValue() != 63.52 {
			t.Errorf("ortop_balance_usd = %v, want 63.52", got)
		}
		if got := families["ortop_depletion_timestamp_seconds"].GetMetric(); len(got) != 1 || len(got[0].GetSummary().GetQuantile()) != 3 {
			t.Errorf("ortop_depletion_timestamp_seconds = %v, want three quantiles", got)
		}
		got, want := 0.0, 0.0
		for _, v := range []float64{v, w} {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				want += v
			}
		}
		for _, m := range families["ortop_model_spend_usd"].GetMetric() {
			got += m.GetGauge().GetValue()
		}
		if math.Abs(got-want) > 1e-9*(math.Abs(v)+math.Abs(w)) && !math.IsInf(want, 0) {
			t.Errorf("models spent %v, want %v", got, want)
		}
	})
}
