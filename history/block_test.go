//go:build unix

package history

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
)

// days returns the path of a copy of a closed history of six days of readings,
// ten minutes apart, with a top-up each noon and a new segment on the third
// day. Usage is 10 USD and one for each hour since the first, at 00:05.
func days(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "history.db")
	if err := os.WriteFile(path, sixDays(t), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var sixDaysOnce []byte

func sixDays(t *testing.T) []byte {
	if sixDaysOnce != nil {
		return sixDaysOnce
	}
	db, s := fresh(t)
	for m := 0; m < 6*1440; m += 10 {
		r := Reading{Series: s, At: noon(0).Add(time.Duration(m-715) * time.Minute), UsageUSD: 10 + float64(m)/60, CreditsUSD: float64(500 + 10*((m+720)/1440)), CreditsKnown: true}
		if m == 2*1440+60 {
			r.NewSegment = &Segment{Reason: "another key"}
		}
		if err := db.Record(ctx, PollUpdate{Series: s, Attempt: r.At, Interval: 10 * time.Minute, State: []byte("state"), Events: []Event{{At: r.At, Text: "x"}}}, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	var err error
	if sixDaysOnce, err = os.ReadFile(db.Path()); err != nil {
		t.Fatal(err)
	}
	return sixDaysOnce
}

// noon is midday of the n-th of the days, from 0.
func noon(n int) time.Time { return time.Date(2026, 11, 2+n, 12, 0, 0, 0, time.UTC) }

// changed opens the history at path after it was changed behind the back of
// the checksums.
func changed(t *testing.T, path, script string) (*DB, Series) {
	t.Helper()
	k, err := dial(path, "mode=rw")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(k.exec(script), k.close()); err != nil {
		t.Fatal(err)
	}
	db := openTest(t, path)
	return db, account(t, db)
}

func TestD15ADamagedDayIsUnknown(t *testing.T) {
	at := func(n, minutes int) int64 { return noon(n).Unix() - 43200 + int64(minutes)*60 }
	for name, c := range map[string]struct {
		script string
		day    int
	}{
		"another usage":         {fmt.Sprintf("UPDATE sample SET usage = usage + 0.001 WHERE at = %d", at(3, 105)), 3},
		"another time":          {fmt.Sprintf("UPDATE sample SET at = at + 1 WHERE at = %d", at(3, 105)), 3},
		"a row less":            {fmt.Sprintf("DELETE FROM sample WHERE at = %d", at(3, 105)), 3},
		"a row more":            {fmt.Sprintf("INSERT INTO sample VALUES (1, %d, 3)", at(3, 107)), 3},
		"a day of rows less":    {fmt.Sprintf("DELETE FROM sample WHERE at >= %d AND at < %d", at(3, 0), at(4, 0)), 3},
		"a checksum less":       {fmt.Sprintf("DELETE FROM block WHERE at = (SELECT min(at) FROM block WHERE at >= %d)", at(3, 105)), 3},
		"another checksum":      {fmt.Sprintf("UPDATE block SET crc = crc + 1 WHERE at = (SELECT min(at) FROM block WHERE at >= %d)", at(3, 105)), 3},
		"the day of a segment":  {fmt.Sprintf("UPDATE sample SET usage = 1 WHERE at = %d", at(2, 105)), 2},
		"the first day":         {fmt.Sprintf("UPDATE sample SET usage = 9 WHERE at = %d", at(0, 105)), 0},
		"today":                 {fmt.Sprintf("UPDATE sample SET usage = 9 WHERE at = %d", at(5, 1405)), 5},
		"the newest of today":   {"DELETE FROM sample WHERE at = (SELECT max(at) FROM sample)", 5},
		"today's last checksum": {"DELETE FROM block WHERE at = (SELECT max(at) FROM block)", 5},
	} {
		t.Run(name, func(t *testing.T) {
			db, s := changed(t, days(t), c.script)
			from, to := noon(c.day).Add(-12*time.Hour), noon(c.day).Add(12*time.Hour)
			rows, err := db.Range(ctx, s, noon(-1), noon(9))
			if err != nil {
				t.Fatal(err)
			}
			want := 5 * 144
			if c.day == 5 {
				want++ // the newest, which is stored twice
			}
			if len(rows) != want {
				t.Errorf("Range() has %d rows, want %d", len(rows), want)
			}
			for _, r := range rows {
				if !r.At.Before(from) && r.At.Before(to) && !r.At.Equal(noon(5).Add(11*time.Hour+55*time.Minute)) {
					t.Errorf("Range() has a row of the damaged day: %v", r)
				}
				if usd := 10 + r.At.Sub(noon(0)).Hours() + 12 - 1.0/12; !near(r.UsageUSD, usd) {
					t.Errorf("Range() has %v at %v, want %v", r.UsageUSD, r.At, usd)
				}
			}
			bounds := []time.Time{}
			for n := range 7 {
				bounds = append(bounds, noon(n).Add(-12*time.Hour))
			}
			past := mustLoad(t, db, Want{Account: s})
			p, err := db.BucketsAt(ctx, s, bounds)
			if err != nil {
				t.Fatal(err)
			}
			for name, p := range map[string]Plot{"BucketsAt()": p, "the trail's": past.Trails[s].Plot(past.Trails[s].Curve(), bounds, nil, time.Time{})} {
				for n, b := range p.Buckets {
					lost := n == c.day || name == "the trail's" && c.day == 0 && n == 0
					if lost && b.Known {
						t.Errorf("%s has a damaged day: %+v", name, b)
					}
					if b.Known && b.Observed > 0.99 && n != 0 && n != 2 && n != 5 && !near(b.SpendUSD, 24) {
						t.Errorf("%s has %v on day %d, want 24", name, b.SpendUSD, n)
					}
				}
				if gaps := slices.DeleteFunc(p.Gaps, func(g credit.Gap) bool { return g.Cause != credit.Damaged }); len(gaps) != 1 && c.day != 0 {
					t.Errorf("%s has the damaged gaps %v, want one", name, gaps)
				}
				if len(p.TopUps) != 6 && name == "BucketsAt()" {
					t.Errorf("%s has %d top-ups, want them to stay", name, len(p.TopUps))
				}
			}
			if whole := spend(t, db, s, bounds[1], noon(5)); c.day == 3 && whole.Known {
				t.Errorf("of five days with a damaged one: %+v, want it not known", whole)
			}
			if b := past.Poll; b.UsageUSD == nil || !near(*b.UsageUSD, 10+6*24-1.0/6) {
				t.Errorf("Load() has the newest usage %v", b.UsageUSD)
			}
			if newest, ok := past.Trails[s].Newest(); !ok || !near(newest.UsageUSD, 10+6*24-1.0/6) {
				t.Errorf("Load() ends with %+v", newest)
			}
			if note := db.Damage(); !strings.Contains(note, "readings of "+from.Format("2 Jan 2006")+" (UTC)") {
				t.Errorf("Damage() = %q, want that day alone", note)
			}
			if _, err := db.Import(ctx, s, Export{Samples: []credit.Sample{{At: noon(-9), UsageUSD: 1}}}); !errors.Is(err, ErrCorrupt) {
				t.Errorf("Import() = %v, want it to build on nothing damaged", err)
			}
		})
	}
}

func TestD15WhatHasNoDayIsAnError(t *testing.T) {
	for name, script := range map[string]string{
		"totals": "UPDATE head SET usage = usage - 1", "credits of the totals": "UPDATE head SET credits = 1e6", "when it was read": "UPDATE head SET read_ms = read_ms + 1000",
		"no totals": "DELETE FROM head", "a top-up": "UPDATE credits SET credits = 7 WHERE credits = 520", "no top-up": "DELETE FROM credits WHERE credits = 520",
		"no segment": "DELETE FROM segment WHERE reason = 'another key'", "a gap": fmt.Sprintf("INSERT INTO gap VALUES (1, %d, %d, 'asleep', 5)", noon(1).Unix(), noon(2).Unix()),
		"the name": "UPDATE series SET account = 'personae'",
	} {
		path := days(t)
		k, err := dial(path, "mode=rw")
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(k.exec(script), k.close()); err != nil {
			t.Fatal(err)
		}
		db := openTest(t, path)
		s, err := db.Series(ctx, "personal", "https://openrouter.ai/api/v1", "")
		if err == nil {
			_, err = db.Load(ctx, Want{Account: s})
		}
		if !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: Load() = %v, want ErrCorrupt", name, err)
		}
		db.Close()
	}
}

func TestD15WhatIsBesideTheReadingsIsLeftOut(t *testing.T) {
	for script, want := range map[string]string{
		"UPDATE event SET text = 'y' WHERE id = 7": "some events", "UPDATE account SET state = x'00'": "the state of the account",
		"UPDATE forecast SET p50_s = 1": "some forecasts",
	} {
		path := days(t)
		db, s := changed(t, path, "SELECT 1")
		if err := remember(db, s, made(1)); err != nil {
			t.Fatal(err)
		}
		db.Close()
		db, s = changed(t, path, script)
		past := mustLoad(t, db, Want{Account: s})
		events, err := db.Events(ctx, s, noon(-1), noon(9), -1)
		if note := db.Damage(); err != nil || !strings.Contains(note, want) || strings.Contains(note, "readings") {
			t.Errorf("%s: Damage() = %q, %v, want %s", script, note, err, want)
		}
		if len(events)+len(past.Open)+len(past.State) != 6*144+1+5-map[string]int{"some events": 1, "some forecasts": 1, "the state of the account": 5}[want] {
			t.Errorf("%s: %d events, %d forecasts, state %q", script, len(events), len(past.Open), past.State)
		}
	}
}

// What was damaged before the change to version 4 is damaged after it.
func TestD15DamageOutlivesAMigration(t *testing.T) {
	path := version2(t)
	k, err := dial(path, "mode=rw")
	if err != nil {
		t.Fatal(err)
	}
	day := dayOf(at(0).Unix())
	if err := errors.Join(k.exec(fmt.Sprintf("UPDATE sample SET usage = usage + 1 WHERE series = 1 AND at / 86400 = %d AND at %% 7 = 0", day)), k.close()); err != nil {
		t.Fatal(err)
	}
	for _, o := range []Options{{ReadOnly: true}, {}} {
		db, err := Open(ctx, path, o)
		if err != nil {
			t.Fatal(err)
		}
		s := account(t, db)
		rows, err := db.Range(ctx, s, at(-1e6), at(1e6))
		if err != nil || len(rows) == 0 || db.Damage() == "" {
			t.Fatalf("Range() = %d rows, %v, damage %q", len(rows), err, db.Damage())
		}
		for _, r := range rows {
			if dayOf(r.At.Unix()) == day {
				t.Errorf("Range() has a row of the damaged day: %v", r)
			}
		}
		if r, err := db.Verify(ctx); err != nil || r.OK {
			t.Errorf("Verify() = %+v, %v, want damage", r, err)
		}
		db.Close()
	}
}

func TestBetween(t *testing.T) {
	list := []int64{10, 20, 30}
	for _, c := range []struct {
		from, to int64
		want     []int64
	}{{0, 5, nil}, {0, 10, []int64{10}}, {15, 15, []int64{10}}, {20, 29, []int64{20}}, {25, 99, []int64{20, 30}}, {math.MinInt64, math.MaxInt64, list}, {99, 99, []int64{30}}} {
		if got := between(list, c.from, c.to, func(v int64) int64 { return v }); !slices.Equal(got, c.want) {
			t.Errorf("between(%d, %d) = %v, want %v", c.from, c.to, got, c.want)
		}
	}
}
