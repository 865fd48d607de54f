package store

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"ortop/internal/cmd/cli"
	"ortop/internal/forecast/backtest"
)

// A replay says how far it is, never less than before, and leaves no line behind.
func TestBacktestProgress(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("unix_seconds,cum_usd\n")
	for i := range 200 {
		fmt.Fprintf(&csv, "%d,%.2f\n", 1_790_000_000+i*1800, float64(i)*.1)
	}
	trace, err := backtest.ReadTrace("spend.csv", strings.NewReader(csv.String()))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	tick := func() time.Time { now = now.Add(time.Second); return now }
	rows, err := roll(t.Context(), trace, cli.NewProgress(&out, tick, func() int { return 80 }))
	if err != nil || len(rows) == 0 {
		t.Fatalf("roll = %d rows, %v", len(rows), err)
	}
	last, lines := -1, 0
	for _, part := range strings.Split(out.String(), "\r") {
		var percent int
		if _, err := fmt.Sscanf(part, "ortop: replaying spend.csv: %d %%", &percent); err != nil {
			continue
		}
		if percent < last || percent > 99 {
			t.Errorf("%d %% after %d %%", percent, last)
		}
		last, lines = percent, lines+1
	}
	if lines < 10 || last < 20 {
		t.Errorf("%d lines, the last at %d %%", lines, last)
	}
	if !strings.HasSuffix(out.String(), "\r") {
		t.Errorf("the end leaves %q", out.String()[max(0, out.Len()-60):])
	}
	if _, err := roll(t.Context(), trace, nil); err != nil {
		t.Errorf("without a terminal: %v", err)
	}
}
