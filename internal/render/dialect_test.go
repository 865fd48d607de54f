package render

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"ortop/internal/render/rendertest"
)

func TestDialects(t *testing.T) {
	usd := func(v float64) *float64 { return &v }
	rows := []HistoryRow{
		{At: time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC), CreditsUSD: usd(1000), UsageUSD: usd(12.345678901), SpendUSD: usd(-0.001)},
		{At: time.Date(2026, 11, 21, 10, 43, 0, 0, time.UTC)},
	}
	german, _ := NamedDialect("Excel-DE")
	cents := german
	cents.Cents = true
	excel, _ := NamedDialect("excel")
	for _, c := range []struct {
		name string
		d    Dialect
		want string
	}{
		{"plain", Dialect{}, "at,total_credits_usd,total_usage_usd,balance_usd,spend_usd\n2026-11-21T10:42:00Z,1000,12.345678901,987.654321099,-0.001\n2026-11-21T10:43:00Z,,,,\n"},
		{"excel", excel, "\ufeffat,total_credits_usd,total_usage_usd,balance_usd,spend_usd\r\n2026-11-21 10:42:00,1000,12.345678901,987.654321099,-0.001\r\n2026-11-21 10:43:00,,,,\r\n"},
		{"german", german, "\ufeffat;total_credits_usd;total_usage_usd;balance_usd;spend_usd\r\n2026-11-21 10:42:00;1000;12,345678901;987,654321099;-0,001\r\n2026-11-21 10:43:00;;;;\r\n"},
		{"cents", cents, "\ufeffat;total_credits_usd;total_usage_usd;balance_usd;spend_usd\r\n2026-11-21 10:42:00;1000,00;12,35;987,65;0,00\r\n2026-11-21 10:43:00;;;;\r\n"},
		{"by hand", Dialect{Separator: '\t', Decimal: ','}, "at\ttotal_credits_usd\ttotal_usage_usd\tbalance_usd\tspend_usd\n2026-11-21T10:42:00Z\t1000\t12,345678901\t987,654321099\t-0,001\n2026-11-21T10:43:00Z\t\t\t\t\n"},
	} {
		var out strings.Builder
		w := NewRowWriter(&out, CSVRowsIn(c.d))
		for _, r := range rows {
			if err := w.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil || out.String() != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, out.String(), err, c.want)
		}
		if err := c.d.Check(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, d := range []Dialect{{Decimal: ','}, {Separator: '.'}} {
		if d.Check() == nil {
			t.Errorf("%+v has one sign for two things", d)
		}
	}
	if _, ok := NamedDialect("excel-xx"); ok {
		t.Error("excel-xx is a dialect")
	}
	for _, name := range DialectNames() {
		if d, ok := NamedDialect(name); !ok || d.Check() != nil {
			t.Errorf("dialect %s: %v, %v", name, ok, d.Check())
		}
	}
}

// A breakdown has as many cells in each line of each dialect, with no sign of the
// other.
func TestBreakdownInDialects(t *testing.T) {
	for _, name := range DialectNames() {
		d, _ := NamedDialect(name)
		out := BreakdownCSV(new(rendertest.Breakdown().Top(1)), d)
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(out, bom)))
		r.Comma = rune(d.separator())
		rows, err := r.ReadAll()
		if err != nil || len(rows) != 4 || len(rows[0]) != 16 {
			t.Fatalf("%s: %d rows, %v, want a head, a row, the others and what is not attributed:\n%s", name, len(rows), err, out)
		}
		if spend := rows[1][2]; d.Decimal == ',' && spend != "7,2" || d.Decimal == 0 && spend != "7.2" {
			t.Errorf("%s: spend %q", name, spend)
		}
		if at := rows[1][11]; d.Sheet && at != "2026-11-21 10:41:30" || !d.Sheet && at != "2026-11-21T10:41:30Z" {
			t.Errorf("%s: read at %q", name, at)
		}
	}
}
