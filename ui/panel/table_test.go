package panel

import (
	"strings"
	"testing"

	"ortop/internal/credit"
	"ortop/internal/spenders"
	"ortop/internal/text"
	"ortop/ui/draw"
)

func TestPricesFitTheirColumn(t *testing.T) {
	for _, c := range []struct {
		USD  float64
		want string
	}{{0, "0.00"}, {1e-9, "<0.001"}, {0.0025, "0.0025"}, {4.33, "4.33"}, {999.99, "999.99"}, {10_000, "10,000"}, {123_456, "0.12M"}} {
		got := perMtok(spenders.Row{USDPerMtok: &c.USD})
		if got != c.want || draw.Width(got) > 6 {
			t.Errorf("perMtok(%v) = %q, want %q", c.USD, got, c.want)
		}
	}
	worst := 1e300
	if got := perMtok(spenders.Row{USDPerMtok: &worst}); strings.Contains(got, "-") {
		t.Errorf("perMtok(%v) = %q", worst, got)
	}
}

// TestColumnsThatTellNothing has an ordinary key, of which no use is known.
func TestColumnsThatTellNothing(t *testing.T) {
	limit, left := 20.0, 7.0
	row := spenders.Row{ID: "k", Name: "k", SpendUSD: &left, Cap: credit.Cap{LimitUSD: &limit, RemainingUSD: &left, Reset: credit.ResetWeekly}}
	heads := func(rows ...spenders.Row) string {
		d := Breakdown{By: spenders.ByKey, Data: spenders.Breakdown{Rows: rows}}
		var seen []*spenders.Row
		for i := range rows {
			seen = append(seen, &rows[i])
		}
		var heads []string
		for _, c := range newTable(&d, seen, 76).cols {
			heads = append(heads, c.head)
		}
		return strings.Join(heads, ",")
	}
	if got := heads(row); got != "cap" {
		t.Errorf("columns = %s, want the cap alone", got)
	}
	n := int64(3)
	used := row
	used.Requests, used.Cap = &n, credit.Cap{}
	if got := heads(used, row); got != "requests,cap" {
		t.Errorf("columns = %s, want requests, cap", got)
	}
	guarded := used
	guarded.Guardrails = []spenders.GuardrailBudget{{LimitUSD: 25, Reset: credit.ResetWeekly}, {LimitUSD: 0.5}}
	if got := heads(guarded, used); got != "requests,guardrails" || guardrailsOf(guarded) != "$25/week, $0.50" || guardrailsOf(used) != text.Unknown {
		t.Errorf("columns = %s, guardrails %s, want requests, guardrails, and both budgets", got, guardrailsOf(guarded))
	}
	if got := heads(used); got != "requests" {
		t.Errorf("columns = %s, want requests", got)
	}
}

func TestWhatIsNotAttributed(t *testing.T) {
	for _, c := range []struct {
		USD   float64
		says  string
		share bool
	}{{0.4, "deleted keys, chat", true}, {-0.4, "billing on its way", false}} {
		total := 0.02
		d := Breakdown{By: spenders.ByKey, Data: spenders.Breakdown{TotalUSD: &total, UnattributedUSD: &c.USD}}
		s := d.sums(sumsFrom)[0]
		if s.short != c.says || (s.share != nil) != c.share || text.USD(*s.USD) != text.USD(c.USD) {
			t.Errorf("%v: says %q, share %v, want %q, %v", c.USD, s.short, s.share, c.says, c.share)
		}
	}
}

func TestCardOfTooMuch(t *testing.T) {
	total, rest, spent, share := 0.02, -0.4, 0.42, 1.0
	b := spenders.Breakdown{By: spenders.ByKey, TotalUSD: &total, UnattributedUSD: &rest, Rows: []spenders.Row{{ID: "k", Name: "k", SpendUSD: &spent, Share: &share}}}
	line := cardLines(plainPen, &b, 46, 4)[1]
	if !strings.Contains(line, "not attributed") || !strings.Contains(line, "-$0.40") || strings.Contains(line, "%") {
		t.Errorf("card has %q, want no share of what is below nothing", line)
	}
}

// That nothing is attributed is not that nothing was spent.
func TestNoRowsSayWhatIsKnown(t *testing.T) {
	zero, some := 0.0, 96.97
	for _, c := range []struct {
		total *float64
		want  string
	}{{&zero, "nobody spent anything in this range"}, {&some, "nothing is attributed of $96.97 in this range"}, {nil, "nothing is attributed; what was spent in this range is not known"}} {
		d := Breakdown{By: spenders.ByModel, Loaded: true, Data: spenders.Breakdown{Rows: []spenders.Row{}, TotalUSD: c.total}}
		if got := strings.Join(d.Empty(plainPen, 90), " "); !strings.Contains(got, c.want) {
			t.Errorf("no rows of %v: %q, want %q", c.total, got, c.want)
		}
		for w := range 90 {
			if got := d.nobody(w); draw.Width(got) > max(w, len("nothing attributed")) {
				t.Errorf("%d cells: %q", w, got)
			}
		}
	}
}
