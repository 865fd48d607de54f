package render

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"ortop/internal/render/rendertest"
)

func TestLayouts(t *testing.T) {
	credits, usage, spend := 10.0, 12.5, 1.8e-6
	rows := []HistoryRow{
		{At: rendertest.Day("2026-11-21 10:42"), CreditsUSD: &credits, UsageUSD: &usage, SpendUSD: &spend},
		{At: rendertest.Day("2026-11-21 10:43")},
	}
	print := func(l RowLayout) string {
		var b bytes.Buffer
		out := NewRowWriter(&b, l)
		for _, r := range rows {
			if err := out.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if got, want := print(CSVRows), CSVRows.head+"2026-11-21T10:42:00Z,10,12.5,-2.5,0.0000018\n2026-11-21T10:43:00Z,,,,\n"; got != want {
		t.Errorf("CSV = %q, want %q", got, want)
	}
	var v struct {
		Schema int
		Rows   []map[string]any
	}
	if err := json.Unmarshal([]byte(print(JSONRows)), &v); err != nil || v.Schema != 1 || len(v.Rows) != 2 {
		t.Fatalf("JSON = %+v, %v, want two rows of schema 1", v, err)
	}
	for _, name := range []string{"total_credits_usd", "total_usage_usd", "balance_usd", "spend_usd"} {
		if got, ok := v.Rows[1][name]; !ok || got != nil {
			t.Errorf("JSON: %s = %v, %v, want null", name, got, ok)
		}
	}
	if got := print(TableRows(0)); !strings.Contains(got, "2026-11-21 10:42:00     $0.0000018         -$2.50") || !strings.Contains(got, "—") {
		t.Errorf("table =\n%s", got)
	}
}

// Differences have no noise of binary fractions; totals are to the last bit, and so is
// the spend that an import takes.
func TestHistoryCSVWithoutNoise(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	tenth, fifth := 0.1, 0.2
	credits, usage, spend := 0.3, tenth, tenth+fifth // 0.30000000000000004
	var b strings.Builder
	w := NewRowWriter(&b, CSVRows)
	for _, r := range []HistoryRow{
		{At: at, CreditsUSD: &credits, UsageUSD: &usage, SpendUSD: &spend}, {At: at.Add(time.Minute), SpendUSD: &spend},
		{At: at.Add(2 * time.Minute), UsageUSD: &spend, SpendUSD: &spend}, {At: at.Add(3 * time.Minute), UsageUSD: &spend, SpendUSD: &spend},
	} {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sum := strconv.FormatFloat(spend, 'f', -1, 64)
	want := "2026-11-21T10:42:00Z,0.3," + strconv.FormatFloat(usage, 'f', -1, 64) + ",0.2,0.3\n2026-11-21T10:43:00Z,,,," + sum +
		"\n2026-11-21T10:44:00Z,," + sum + ",," + sum + "\n2026-11-21T10:45:00Z,," + sum + ",,0.3\n"
	if got := strings.TrimPrefix(b.String(), CSVRows.head); got != want {
		t.Errorf("the rows are\n%s\nwant\n%s", got, want)
	}
}
