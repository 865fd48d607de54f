package store

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/cmd/cmdtest"
	"ortop/internal/longtest"
	"ortop/internal/monitor"
)

// somePast is a history with gaps, segments, quiet hours, unknown credits and
// spend that was filled in before its first reading. Amounts are such that sums
// are exact.
func somePast(t *testing.T, rng *rand.Rand) monitor.Archive {
	t.Helper()
	at, usage, credits := cmdtest.Day("2026-11-10 00:00").Add(time.Duration(rng.IntN(1e5))*time.Second), 64.0, 100.0
	var readings []history.Reading
	for range 2 + rng.IntN(60) {
		r := history.Reading{At: at, UsageUSD: usage, CreditsUSD: credits, CreditsKnown: rng.IntN(8) > 0}
		switch rng.IntN(12) {
		case 0:
			r.NewSegment = &history.Segment{Reason: "another key"}
			r.UsageUSD, usage = usage+50, usage+50
		case 1:
			r.UsageUSD, usage = usage/2, usage/2
		}
		readings = append(readings, r)
		at = at.Add([]time.Duration{time.Minute, time.Minute, time.Minute, 2 * time.Minute, time.Hour, 20 * time.Hour}[rng.IntN(6)])
		usage += float64(rng.IntN(4)) / 64
		if rng.IntN(10) == 0 {
			credits += 25
		}
		if at.After(cmdtest.ImportNow) {
			break
		}
	}
	ar := cmdtest.ArchiveOf(t, time.Minute, readings...)
	var spans []history.Spend
	for at := cmdtest.Day("2026-11-01 00:00"); rng.IntN(8) > 0; {
		to := at.Add(time.Duration(1+rng.IntN(30)) * time.Hour)
		spans = append(spans, history.Spend{From: at, To: to, USD: float64(rng.IntN(9)) / 16})
		if at = to; rng.IntN(3) == 0 {
			at = at.Add(time.Hour)
		}
	}
	if _, err := ar.DB.Backfill(t.Context(), ar.Shown, spans); err != nil {
		t.Fatal(err)
	}
	return ar
}

// pictureOf is all that surfaces make of a history.
func pictureOf(t *testing.T, ar monitor.Archive) (p history.Plot) {
	t.Helper()
	p, err := ar.DB.Buckets(t.Context(), ar.Shown, cmdtest.Day("2026-10-30 00:00"), cmdtest.ImportNow, 22*24)
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Gaps {
		p.Gaps[i].Cause = ""
	}
	for _, b := range p.Buckets {
		for i := range b.Holes {
			b.Holes[i].Cause = ""
		}
	}
	for i := range p.Segments {
		p.Segments[i] = history.Segment{At: p.Segments[i].At}
	}
	return p
}

func take(t *testing.T, ar monitor.Archive, files ...string) {
	t.Helper()
	for _, f := range files {
		if _, err := storeImport(t.Context(), parsed(t, f), ar, "personal"); err != nil {
			t.Fatalf("import = %v, of\n%s", err, f)
		}
	}
}

// pasts is how many are drawn: more with ORTOP_LONG.
func pasts() uint64 {
	if longtest.On() {
		return 60
	}
	return 20
}

// A restored backup is what was backed up: its readings, its gaps, and what was
// filled in.
func TestAnExportComesBack(t *testing.T) {
	for seed := range pasts() {
		from, into := somePast(t, rand.New(rand.NewPCG(seed, 1))), cmdtest.ArchiveOf(t, 0)
		want := csvOf(t, from, historyQuery{to: cmdtest.ImportNow})
		for range 2 {
			take(t, into, want)
			if got := csvOf(t, into, historyQuery{to: cmdtest.ImportNow}); got != want {
				t.Fatalf("seed %d: the history writes, and should\n%s", seed, differing(got, want))
			}
			if got, want := pictureOf(t, into), pictureOf(t, from); !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d: gaps %v\nfilled %v\nsegments %v\nwant %v\n%v\n%v\nof %s", seed, got.Gaps, got.Backfilled, got.Segments, want.Gaps, want.Backfilled, want.Segments, csvOf(t, from, historyQuery{to: cmdtest.ImportNow}))
			}
		}
	}
}

// Two files give one history in either order, whether they overlap, touch or
// leave time between them.
func TestFilesInAnyOrder(t *testing.T) {
	for seed := range pasts() {
		rng := rand.New(rand.NewPCG(seed, 2))
		rows := strings.SplitAfter(strings.TrimPrefix(csvOf(t, somePast(t, rng), historyQuery{to: cmdtest.ImportNow}), csvHead), "\n")
		rows = rows[:len(rows)-1]
		i := rng.IntN(len(rows))
		j := min(len(rows)-1, i+rng.IntN(8)) // from where the second is
		if rng.IntN(2) == 0 {
			i, j = j, i
		}
		a, b := csvHead+strings.Join(rows[:i+1], ""), csvHead+strings.Join(rows[j:], "")
		ab, ba := cmdtest.ArchiveOf(t, 0), cmdtest.ArchiveOf(t, 0)
		take(t, ab, a, b)
		take(t, ba, b, a)
		if x, y := csvOf(t, ab, historyQuery{to: cmdtest.ImportNow}), csvOf(t, ba, historyQuery{to: cmdtest.ImportNow}); x != y {
			t.Fatalf("seed %d: one order gives and the other\n%s\nof\n%s\nand\n%s", seed, differing(x, y), a, b)
		}
		if x, y := pictureOf(t, ab), pictureOf(t, ba); !reflect.DeepEqual(x, y) {
			t.Fatalf("seed %d: one order gives %v, the other %v", seed, x, y)
		}
	}
}

// differing are the lines of two files that differ.
func differing(a, b string) string {
	var lines []string
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(x), len(y)) {
		p, q := "", ""
		if i < len(x) {
			p = x[i]
		}
		if i < len(y) {
			q = y[i]
		}
		if p != q && len(lines) < 5 {
			lines = append(lines, p+" | "+q)
		}
	}
	return strings.Join(lines, "\n")
}
