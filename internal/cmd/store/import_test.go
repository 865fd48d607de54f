package store

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/cmdtest"
	"ortop/internal/cmd/session"
	"ortop/internal/ledger"
	"ortop/internal/render"
)

func parsed(t *testing.T, s string) *ledger.Import {
	t.Helper()
	f, err := ledger.ReadImport(strings.NewReader(s), cmdtest.ImportNow)
	if err != nil {
		t.Fatalf("ledger.ReadImport(%.80q) = %v", s, err)
	}
	return f
}

// TestImportRoundTrip writes histories as CSV, takes them into an empty one
// and compares what that writes.
func TestImportRoundTrip(t *testing.T) {
	ctx := context.Background()
	start := cmdtest.Day("2026-11-01 00:00")
	var long []history.Reading
	for i := range 3000 {
		usage, credits := math.Sqrt(float64(i%1700)), 100.0
		if i > 2000 {
			credits = 150
		}
		r := history.Reading{At: start.Add(time.Duration(i) * time.Minute), UsageUSD: usage, CreditsUSD: credits, CreditsKnown: i%500 > 20}
		if i == 1000 {
			r.NewSegment = &history.Segment{Reason: "another account"}
		}
		long = append(long, r)
	}
	for name, readings := range map[string][]history.Reading{"none": nil, "one": {cmdtest.Known("2026-11-20 10:00", 1.1, 2.2)}, "many": long} {
		ask := historyQuery{to: cmdtest.ImportNow}
		from, into := cmdtest.ArchiveOf(t, 0, readings...), cmdtest.ArchiveOf(t, 0)
		want := csvOf(t, from, ask)
		f := parsed(t, want)
		for i := range 2 {
			report, err := storeImport(ctx, f, into, "personal")
			if wanted := fmt.Sprintf("added    %d readings to", len(f.Readings)*(1-i)); err != nil || !strings.HasPrefix(strings.Replace(report, " 1 reading ", " 1 readings ", 1), wanted) {
				t.Errorf("%s: import %d = %q, %v, want %s", name, i, report, err, wanted)
			}
			if got := csvOf(t, into, ask); got != want {
				t.Errorf("%s: import %d: the history writes\n%.600s\nwant\n%.600s", name, i, got, want)
			}
		}
	}
}

func TestImportActivity(t *testing.T) {
	ctx := context.Background()
	f := parsed(t, "date,usage\n2026-11-17,1\n2026-11-19,2\n")
	if report, err := storeImport(ctx, f, cmdtest.ArchiveOf(t, 0), "personal"); err != nil || !strings.HasPrefix(report, "added    3 days") {
		t.Errorf("import into a history without a reading = %q, %v, want that the days are kept", report, err)
	}
	ar := cmdtest.ArchiveOf(t, 0, cmdtest.Known("2026-11-20 00:00", 10, 20))
	for _, want := range []string{"added    3 days", "added    0 days"} {
		if report, err := storeImport(ctx, f, ar, "personal"); err != nil || !strings.HasPrefix(report, want) {
			t.Errorf("import = %q, %v, want %s", report, err, want)
		}
	}
	other := cmdtest.ArchiveOf(t, 0, cmdtest.Known("2026-11-20 00:00", 10, 20))
	one := parsed(t, "date,usage\n2026-11-12,1\n")
	for _, want := range []string{"added    1 day to", "added    0 days to the history of account personal\nthere    1 day that"} {
		if report, err := storeImport(ctx, one, other, "personal"); err != nil || !strings.HasPrefix(report, want) {
			t.Errorf("import = %q, %v, want %s", report, err, want)
		}
	}
	var spent []float64
	err := eachRow(ctx, ar, historyQuery{to: cmdtest.Day("2026-11-20 00:00"), every: 24 * time.Hour}, func(r render.HistoryRow) error {
		if r.SpendUSD != nil {
			spent = append(spent, *r.SpendUSD)
		}
		return nil
	})
	if err != nil || !reflect.DeepEqual(spent, []float64{1, 0, 2}) {
		t.Errorf("spend by day = %v, %v, want 1, 0, 2", spent, err)
	}
}

// What could be read, and is of today, is not said to be unreadable.
func TestImportOfTodayAlone(t *testing.T) {
	at := fmt.Sprint(cmdtest.ImportNow.Add(-time.Hour).UnixNano())
	line := `{"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":"1","endTimeUnixNano":"` + at + `","attributes":[` +
		`{"key":"gen_ai.response.id","value":{"stringValue":"gen-1"}},{"key":"gen_ai.usage.total_cost","value":{"doubleValue":0.25}}]}]}]}]}` + "\n"
	for _, c := range []struct{ name, file, want string }{
		{"today, and a line that is none", line + "{\"resourceSpans\":5}\n", "what of it could be read has no amount, or is of the day that is not over"},
		{"nothing but such lines", "{\"resourceSpans\":5}\n", "nothing in it could be read"},
	} {
		path := filepath.Join(t.TempDir(), "requests.jsonl")
		if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer null.Close()
		a := &cli.App{Now: func() time.Time { return cmdtest.ImportNow }, Stdin: null, Stdout: null, Stderr: null}
		if _, err := readImport(t.Context(), a, &session.Settings{}, path); err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
