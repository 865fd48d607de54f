package reconcile

import (
	"strings"
	"testing"
)

func TestALogWithoutCostsAgreesWithNothing(t *testing.T) {
	l, err := Read(strings.NewReader("id,time\na,2026-11-20 09:00:00\n"), at)
	if err != nil || len(l.Entries) != 1 {
		t.Fatalf("Read = %+v, %v", l, err)
	}
	for _, spent := range []float64{0, 0.001, 12} {
		if r := Compare(l, Account{SpentUSD: &spent, Read: at.Add(Settle)}, tolerance, nil); r.Verdict != Unknown || r.DifferenceUSD != nil {
			t.Errorf("Compare with %v spent = %+v, want unknown", spent, r)
		}
	}
}

func TestCostsByTheNamesOfSpreadsheets(t *testing.T) {
	l, err := Read(strings.NewReader("ID;Time;Cost (USD)\na;2026-11-20 09:00:00;0.25\n"), at)
	if err != nil || l.SumUSD() != 0.25 {
		t.Errorf("Read = %+v, %v, want 0.25", l, err)
	}
}
