package store

import (
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/cmd/cmdtest"
)

// What a file of requests adds is told again to the second of its ends, and
// what is not of it is not.
func TestImportKeepsHours(t *testing.T) {
	f := parsed(t, "generation_id,created_at,cost\na,2026-11-19 09:10:00.5,2\nb,2026-11-19 10:20:00.7,1\nc,2026-11-20 08:00:00,4\n")
	ar := cmdtest.ArchiveOf(t, 0, cmdtest.Known("2026-11-21 00:00", 10, 20))
	if report, err := storeImport(t.Context(), f, ar, "personal"); err != nil || report[:12] != "added    2 d" {
		t.Fatalf("import = %q, %v, want 2 days", report, err)
	}
	for _, c := range []struct {
		from, to string
		want     float64
	}{{"2026-11-19 09:10", "2026-11-20 08:01", 7}, {"2026-11-19 09:00", "2026-11-19 10:00", 2}, {"2026-11-19 11:00", "2026-11-20 08:00", 0}} {
		p, err := ar.DB.BucketsAt(t.Context(), ar.Shown, []time.Time{cmdtest.Day(c.from), cmdtest.Day(c.to)})
		if err != nil || !cmdtest.Near(p.Buckets[0].SpendUSD, c.want) {
			t.Errorf("%s to %s: %+v, %v, want %v", c.from, c.to, p.Buckets, err, c.want)
		}
	}
	gaps, err := ar.DB.Gaps(t.Context(), ar.Shown, cmdtest.Day("2026-11-19 00:00"), cmdtest.Day("2026-11-21 00:00"))
	if err != nil || len(gaps) != 1 || gaps[0].Cause != history.NotKnown {
		t.Errorf("gaps = %v, %v, want one after the last request", gaps, err)
	}
}

// A day of which a line cannot be read stays open, and the mended file sets it.
func TestImportOfAMendedFile(t *testing.T) {
	ar := cmdtest.ArchiveOf(t, 0, cmdtest.Known("2026-11-21 00:00", 10, 20))
	for _, c := range []struct {
		file string
		want float64
	}{{"date,usage\n2026-11-19,1\n2026-11-20,2\n2026-11-20,x\n", 0}, {"date,usage\n2026-11-19,1\n2026-11-20,2\n2026-11-20,3\n", 5}} {
		if _, err := storeImport(t.Context(), parsed(t, c.file), ar, "personal"); err != nil {
			t.Fatal(err)
		}
		p, err := ar.DB.BucketsAt(t.Context(), ar.Shown, []time.Time{cmdtest.Day("2026-11-20 00:00"), cmdtest.Day("2026-11-21 00:00")})
		if err != nil || !cmdtest.Near(p.Buckets[0].SpendUSD, c.want) {
			t.Errorf("the 20th: %+v, %v, want %v", p.Buckets, err, c.want)
		}
	}
}
