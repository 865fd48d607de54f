package reconcile

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/internal/ledger"
)

var tolerance = Tolerance{Ratio: 0.01, USD: 0.01}

var (
	now = time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	at  = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
)

func usd(v float64) *float64 { return &v }

func read(t *testing.T, text string) ledger.Log {
	t.Helper()
	l, err := ledger.ReadLog(strings.NewReader(text), now)
	if err != nil {
		t.Fatalf("ReadLog(%q) = %v", text, err)
	}
	return l
}

func kinds(r Result) string {
	var all []string
	for _, c := range r.Causes {
		all = append(all, c.Kind)
	}
	return strings.Join(all, " ")
}

func TestCompare(t *testing.T) {
	const log = "id,time,cost\na,2026-11-20 09:00:00,4\nb,2026-11-20 10:00:00,6\n"
	settled := at.Add(time.Hour + Settle)
	for _, c := range []struct {
		name, more string
		account    Account
		want       Verdict
		causes     string
	}{
		{"the same", "", Account{SpentUSD: usd(10), Read: settled}, Agrees, ""},
		{"within a percent", "", Account{SpentUSD: usd(10.1), Read: settled}, Agrees, ""},
		{"spent more", "", Account{SpentUSD: usd(12), Read: settled}, Differs, "other_spenders retries byok lag"},
		{"spent less", "", Account{SpentUSD: usd(8), Read: settled}, Differs, "byok caching other_account"},
		{"the last may come", "", Account{SpentUSD: usd(8), Read: at.Add(time.Hour)}, Differs, "lag byok caching other_account"},
		{"lines that are missing", "c,,\nd,x,y\n", Account{SpentUSD: usd(12), Read: settled}, Differs, "bad_lines no_cost other_spenders retries byok lag"},
		{"not read at the ends", "", Account{SpentUSD: usd(12), UnsureUSD: 1.99, Read: settled}, Unknown, "other_spenders retries byok lag"},
		{"not read at the ends, yet too much", "", Account{SpentUSD: usd(12), UnsureUSD: 1, Read: settled}, Differs, "other_spenders retries byok lag"},
		{"not known", "", Account{}, Unknown, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Compare(read(t, log+c.more), c.account, tolerance, nil)
			if r.Verdict != c.want || kinds(r) != c.causes || r.LogUSD != 10 {
				t.Errorf("Compare(…) = %+v, want %s of $10, causes %s", r, c.want, c.causes)
			}
			if c.account.SpentUSD != nil && math.Abs(*r.DifferenceUSD-(*c.account.SpentUSD-10)) > 1e-9 {
				t.Errorf("Compare(…) differs by %v, want %v", *r.DifferenceUSD, *c.account.SpentUSD-10)
			}
		})
	}
}

func TestToleranceOfSmallSums(t *testing.T) {
	for spent, want := range map[float64]Verdict{0.02: Agrees, 0.0201: Differs, 0: Agrees} {
		if got := Compare(read(t, "id,cost\na,0.01\n"), Account{SpentUSD: &spent}, tolerance, nil).Verdict; got != want {
			t.Errorf("Compare of $0.01 with %v = %s, want %s", spent, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	l := read(t, "id,time,cost\nsame,2026-11-20 09:00:00,1\nrounded,,0.0123\nnone,,3\nbare,,\ndear,,4\ncheap,,5\nleft,,6\n,,7\n")
	look := Match(&l, map[string]*Record{
		"same": {CostUSD: 1, At: now}, "rounded": {CostUSD: 0.01230004, At: at}, "none": nil, "": nil,
		"bare": {CostUSD: 2, At: at.Add(time.Hour), BYOK: true}, "dear": {CostUSD: 4.5}, "cheap": {CostUSD: 1},
	})
	var differing []string
	for _, d := range look.Differing {
		differing = append(differing, fmt.Sprint(d.ID, " ", d.RecordUSD))
	}
	if look.Matched != 3 || len(look.Missing) != 1 || look.Missing[0].ID != "none" || !slices.Equal(differing, []string{"cheap 1", "dear 4.5"}) {
		t.Errorf("Match(…) = %+v, want 3 matched, none missing from the service, cheap and dear at another cost", look)
	}
	if from, to, _ := l.Span(); !from.Equal(at) || !to.Equal(at.Add(time.Hour)) {
		t.Errorf("Span() after Match = %v to %v, want the times of the records where the log has none", from, to)
	}
	if got := l.SumUSD(); math.Abs(got-28.0123) > 1e-9 {
		t.Errorf("SumUSD() after Match = %v, want the log's costs and the record's of the one without", got)
	}
	r := Compare(l, Account{SpentUSD: usd(20), Read: now}, tolerance, &look)
	if want := "no_record byok caching other_account"; kinds(r) != want || !strings.HasPrefix(r.Causes[1].Text, "1 request paid") {
		t.Errorf("causes = %+v, want %s", r.Causes, want)
	}
}

func TestALogWithoutCostsAgreesWithNothing(t *testing.T) {
	l := read(t, "id,time\na,2026-11-20 09:00:00\n")
	for _, spent := range []float64{0, 0.001, 12} {
		if r := Compare(l, Account{SpentUSD: &spent, Read: at.Add(Settle)}, tolerance, nil); r.Verdict != Unknown || r.DifferenceUSD != nil {
			t.Errorf("Compare with %v spent = %+v, want unknown", spent, r)
		}
	}
}

// Causes name the requests that they are about, and only where there are any.
func TestCausesNameTheirRequests(t *testing.T) {
	const plain, byok = "id,time,cost\na,2026-11-20 09:00:00,4\n", "id,time,cost,byok\na,2026-11-20 09:00:00,4,true\n"
	for _, c := range []struct {
		name, log string
		spent     float64
		look      *Lookup
		want      string // the texts of byok and no_record
	}{
		{"more, no BYOK", plain, 9, nil, "fees for requests paid to a provider directly (BYOK)"},
		{"more, with BYOK", byok, 9, nil, "the fee for 1 request paid to a provider directly"},
		{"less, no BYOK, all found", plain, 1, &Lookup{Matched: 1}, "requests paid to a provider directly (BYOK): credits lose a fee only"},
		{"less, with BYOK, one missing", byok, 1, &Lookup{Missing: make([]ledger.Entry, 1)},
			"1 request of the log unknown to the service: failed ones are not charged; 1 request paid to a provider directly: credits lose a fee only"},
		{"less, two missing", plain, 1, &Lookup{Missing: make([]ledger.Entry, 2)},
			"2 requests of the log unknown to the service: failed ones are not charged; requests paid to a provider directly (BYOK): credits lose a fee only"},
	} {
		var got []string
		for _, cause := range Compare(read(t, c.log), Account{SpentUSD: usd(c.spent), Read: at.Add(Settle)}, tolerance, c.look).Causes {
			if cause.Kind == "byok" || cause.Kind == "no_record" {
				got = append(got, cause.Text)
			}
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s: causes %q, want %q", c.name, s, c.want)
		}
	}
}

func TestBoundsOfVerdicts(t *testing.T) {
	const log = "id,cost\na,10\n"
	for _, c := range []struct {
		spent, unsure float64
		want          Verdict
	}{
		{10.5, 0, Agrees}, {10.500001, 0, Differs}, {9.5, 0, Agrees}, {9.4999, 0, Differs},
		{11, 0.5, Unknown}, {11.000001, 0.5, Differs}, {10.6, 0.5, Unknown},
	} {
		r := Compare(read(t, log), Account{SpentUSD: &c.spent, UnsureUSD: c.unsure, Read: at}, Tolerance{USD: 0.5}, nil)
		if r.Verdict != c.want || *r.ToleranceUSD != 0.5 {
			t.Errorf("Compare of 10 with %v ± %v = %s, %v, want %s", c.spent, c.unsure, r.Verdict, *r.ToleranceUSD, c.want)
		}
	}
	if r := Compare(read(t, log), Account{SpentUSD: usd(-200), Read: at}, Tolerance{Ratio: 0.1, USD: 0.5}, nil); *r.ToleranceUSD != 20 {
		t.Errorf("the tolerance of a refund is %v, want 20", *r.ToleranceUSD)
	}
}

func TestDifferingAreSortedBySize(t *testing.T) {
	l := read(t, "id,cost\nhigh,100\nlow,2\nmiddle,30\n")
	look := Match(&l, map[string]*Record{"high": {CostUSD: 99}, "low": {CostUSD: 7}, "middle": {CostUSD: 33}})
	var ids []string
	for _, d := range look.Differing {
		ids = append(ids, d.ID)
	}
	if got := strings.Join(ids, " "); got != "low middle high" {
		t.Errorf("differing are %s, want low middle high", got)
	}
	for _, c := range []struct {
		logged, charged float64
		same            bool
	}{
		{1000, 1001, true}, {1000, 1001.5, false}, {0, 0.000001, true}, {0, 0.0000011, false}, {0.0005, 0.0005009, true}, {0.0005, 0.0005011, false},
	} {
		if got := sameCost(c.logged, c.charged); got != c.same || sameCost(c.charged, c.logged) != got {
			t.Errorf("sameCost(%v, %v) = %t, want %t both ways", c.logged, c.charged, got, c.same)
		}
	}
}
