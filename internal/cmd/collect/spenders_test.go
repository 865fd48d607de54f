package collect

import (
	"slices"
	"testing"
	"time"

	"ortop/internal/metrics"
	"ortop/internal/spenders"
)

func TestRowsOfSpenders(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	two := 2.0
	known := []spenders.Row{{ID: "a", Name: "A", SpendUSD: &two}, {ID: "b", Name: "unknown"}}
	for _, c := range []struct {
		name string
		b    *spenders.Breakdown
		want []metrics.Row
	}{
		{"never asked", nil, nil},
		{"unknown spend is no row", &spenders.Breakdown{ReadAt: now, Rows: known}, []metrics.Row{{ID: "a", Name: "A", SpendUSD: 2}}},
		{"old is unknown", &spenders.Breakdown{ReadAt: now.Add(-time.Hour), Rows: known}, nil},
	} {
		if got := rows(c.b, now); !slices.Equal(got, c.want) {
			t.Errorf("%s: rows() = %v, want %v", c.name, got, c.want)
		}
	}
}
