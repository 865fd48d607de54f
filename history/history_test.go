package history

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ortop/internal/credit"
)

var (
	ctx   = context.Background()
	epoch = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
)

// at is a minute of the tests' time.
func at(minute float64) time.Time {
	return epoch.Add(time.Duration(minute * float64(time.Minute)))
}

func openTest(t testing.TB, path string) *DB {
	t.Helper()
	db, err := Open(ctx, path, Options{})
	if err != nil {
		t.Fatalf("Open(%q) = %v", path, err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// fresh returns a new history on disk with one series.
func fresh(t testing.TB) (*DB, Series) {
	t.Helper()
	db := openTest(t, filepath.Join(t.TempDir(), "history.db"))
	return db, account(t, db)
}

func account(t testing.TB, db *DB) Series {
	t.Helper()
	s, err := db.Series(ctx, "personal", "https://openrouter.ai/api/v1", "")
	if err != nil {
		t.Fatalf("Series() = %v", err)
	}
	return s
}

// poll records one good poll with an interval of a minute.
func poll(t testing.TB, db *DB, s Series, when time.Time, usage float64) {
	t.Helper()
	if err := tryPoll(db, s, when, usage); err != nil {
		t.Fatalf("Record(%v) = %v", when, err)
	}
}

func tryPoll(db *DB, s Series, when time.Time, usage float64) error {
	return db.Record(ctx, PollUpdate{Series: s, Attempt: when, Success: when, Due: when.Add(time.Minute), Interval: time.Minute},
		Reading{Series: s, At: when, UsageUSD: usage, CreditsUSD: 100, CreditsKnown: true})
}

func spend(t testing.TB, db *DB, s Series, from, to time.Time) Bucket {
	t.Helper()
	p, err := db.Buckets(ctx, s, from, to, 1)
	if err != nil {
		t.Fatalf("Buckets() = %v", err)
	}
	return p.Buckets[0]
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestRowsAreWrittenOnChangeAndHourly(t *testing.T) {
	db, s := fresh(t)
	for m := range 130 {
		usage := 1.0
		if m >= 100 {
			usage = 2
		}
		poll(t, db, s, at(float64(m)), usage)
	}
	rows, err := db.Range(ctx, s, at(0), at(1000))
	if err != nil {
		t.Fatal(err)
	}
	var minutes []float64
	for _, r := range rows {
		minutes = append(minutes, r.At.Sub(epoch).Minutes())
		if r.Segment != epoch.Unix() || !r.CreditsKnown || r.CreditsUSD != 100 {
			t.Errorf("Range() has %+v, want segment %d and 100 credits", r, epoch.Unix())
		}
	}
	if want := []float64{0, 60, 100}; len(minutes) != 3 || minutes[0] != want[0] || minutes[1] != want[1] || minutes[2] != want[2] {
		t.Errorf("rows at minutes %v, want %v", minutes, want)
	}
}

func TestAtIsTheReadingInEffect(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	poll(t, db, s, at(1), 2)
	for _, c := range []struct {
		name   string
		minute float64
		ok     bool
		want   float64
	}{
		{"before the first", -1, false, 0},
		{"at the first", 0, true, 1},
		{"between", 0.5, true, 1},
		{"at the second", 1, true, 2},
		{"after the last", 99, true, 2},
	} {
		got, ok, err := db.At(ctx, s, at(c.minute))
		if err != nil || ok != c.ok || got.UsageUSD != c.want {
			t.Errorf("%s: At() = %v, %v, %v, want %v, %v", c.name, got.UsageUSD, ok, err, c.want, c.ok)
		}
	}
	if got, ok, err := db.First(ctx, s); err != nil || !ok || !got.At.Equal(at(0)) {
		t.Errorf("First() = %v, %v, %v, want the reading at %v", got.At, ok, err, at(0))
	}
}

func TestPollRow(t *testing.T) {
	db, s := fresh(t)
	if _, ok, err := db.Poll(ctx, s); ok || err != nil {
		t.Errorf("Poll() of nothing = %v, %v, want false", ok, err)
	}
	when := at(0).Add(250 * time.Millisecond)
	u := PollUpdate{Series: s, Attempt: when, Success: when, Due: at(1), Interval: time.Minute}
	if err := db.Record(ctx, u, Reading{Series: s, At: when, UsageUSD: 3}); err != nil {
		t.Fatal(err)
	}
	if err := db.Record(ctx, PollUpdate{Series: s, Attempt: at(1), Due: at(3), FaultKind: credit.FaultNetwork, Fault: "no route"}); err != nil {
		t.Fatal(err)
	}
	p, ok, err := db.Poll(ctx, s)
	if err != nil || !ok {
		t.Fatalf("Poll() = %v, %v", ok, err)
	}
	if !p.Attempt.Equal(at(1)) || !p.Success.Equal(when) || !p.Due.Equal(at(3)) || p.Interval != time.Minute ||
		p.FaultKind != credit.FaultNetwork || p.Fault != "no route" {
		t.Errorf("Poll() = %+v, want the failed poll with the last success", p)
	}
	if p.UsageUSD == nil || *p.UsageUSD != 3 || p.CreditsUSD != nil {
		t.Errorf("Poll() sums = %v, %v, want 3 and unknown", p.UsageUSD, p.CreditsUSD)
	}
	poll(t, db, s, at(4), 3)
	if p, _, _ := db.Poll(ctx, s); p.FaultKind != "" || p.Fault != "" {
		t.Errorf("Poll() after a success has fault %q %q, want none", p.FaultKind, p.Fault)
	}
}

func TestGaps(t *testing.T) {
	for _, c := range []struct {
		name   string
		update PollUpdate
		failed credit.FaultKind
		minute float64
		want   string // the cause, or "" for no gap
	}{
		{"two intervals are none", PollUpdate{}, "", 2.4, ""},
		{"not running", PollUpdate{}, "", 30, "not running"},
		{"the fault of the failed poll", PollUpdate{}, credit.FaultNetwork, 30, "network"},
		{"the cause that was given", PollUpdate{GapCause: "asleep"}, "network", 30, "asleep"},
		{"a longer interval from now on", PollUpdate{Interval: 5 * time.Minute}, "", 5, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, s := fresh(t)
			poll(t, db, s, at(-60), 0.5)
			poll(t, db, s, at(-59), 1)
			for m := -58.0; m <= 0; m++ {
				poll(t, db, s, at(m), 1)
			}
			if c.failed != "" {
				if err := db.Record(ctx, PollUpdate{Series: s, Attempt: at(1), FaultKind: c.failed}); err != nil {
					t.Fatal(err)
				}
			}
			c.update.Series = s
			if err := db.Record(ctx, c.update, Reading{Series: s, At: at(c.minute), UsageUSD: 4, CreditsUSD: 100, CreditsKnown: true}); err != nil {
				t.Fatal(err)
			}
			gaps, err := db.Gaps(ctx, s, at(-100), at(100))
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" {
				if len(gaps) != 0 {
					t.Errorf("Gaps() = %v, want none", gaps)
				}
				return
			}
			if len(gaps) != 1 || gaps[0].Cause != c.want || !gaps[0].From.Equal(at(0)) || !gaps[0].To.Equal(at(c.minute)) {
				t.Fatalf("Gaps() = %v, want one from minute 0 to %v by %q", gaps, c.minute, c.want)
			}
			half := spend(t, db, s, at(0), at(c.minute/2))
			if !near(half.SpendUSD, 1.5) || !half.Known || half.Observed != 0 {
				t.Errorf("first half of the gap = %+v, want 1.5 USD, known, unobserved", half)
			}
			if all := spend(t, db, s, at(-c.minute), at(c.minute)); !near(all.Observed, 0.5) || !near(all.SpendUSD, 3) {
				t.Errorf("around the gap = %+v, want 3 USD, half observed", all)
			}
			for name, span := range map[string][2]float64{"inside": {5, 6}, "before": {-50, -40}, "after": {50, 60}, "touching its start": {-10, 0}} {
				gaps, err := db.Gaps(ctx, s, at(span[0]), at(span[1]))
				if want := map[bool]int{true: 1}[name == "inside"]; err != nil || len(gaps) != want {
					t.Errorf("Gaps(%s) = %v, %v, want %d", name, gaps, err, want)
				}
			}
		})
	}
}

func TestSegmentsAreNeverSpend(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 10)
	poll(t, db, s, at(1), 11)
	err := db.Record(ctx, PollUpdate{Series: s, Interval: time.Minute}, Reading{
		Series: s, At: at(2), UsageUSD: 500, CreditsUSD: 900, CreditsKnown: true,
		NewSegment: &Segment{Fingerprint: "0badcafe", Creator: "me", Reason: "another key"}})
	if err != nil {
		t.Fatal(err)
	}
	poll(t, db, s, at(3), 502)
	poll(t, db, s, at(4), 3)
	poll(t, db, s, at(5), 4)

	segments, err := db.Segments(ctx, s, time.Time{}, at(9))
	if err != nil || len(segments) != 3 {
		t.Fatalf("Segments() = %v, %v, want 3", segments, err)
	}
	for i, want := range []Segment{{At: at(0), Fingerprint: "", Creator: "", Reason: "first reading"}, {At: at(2), Fingerprint: "0badcafe", Creator: "me", Reason: "another key"}, {At: at(4), Fingerprint: "", Creator: "", Reason: "usage fell"}} {
		if segments[i] != want {
			t.Errorf("Segments()[%d] = %+v, want %+v", i, segments[i], want)
		}
	}
	if b := spend(t, db, s, at(-1), at(9)); !near(b.SpendUSD, 1+2+1) {
		t.Errorf("spend over all = %v, want 4", b.SpendUSD)
	}
	for m, want := range map[float64]float64{0: 1, 1: 0, 2: 2, 3: 0, 4: 1} {
		if b := spend(t, db, s, at(m), at(m+1)); !near(b.SpendUSD, want) {
			t.Errorf("spend of minute %v = %v, want %v", m, b.SpendUSD, want)
		}
	}
	topUps, err := db.TopUps(ctx, s, at(-1), at(9))
	if err != nil || len(topUps) != 1 || topUps[0].AmountUSD != -800 {
		t.Errorf("TopUps() = %v, %v, want only the fall of 800 within the second segment", topUps, err)
	}
	got, _, _ := db.At(ctx, s, at(2.5))
	if got.Segment != at(2).Unix() || got.CreditsUSD != 900 {
		t.Errorf("At() = %+v, want the second segment with 900 credits", got)
	}
}

func TestGapBeforeASegmentHoldsItsStart(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 10)
	err := db.Record(ctx, PollUpdate{Series: s, Interval: time.Minute},
		Reading{Series: s, At: at(60), UsageUSD: 500, NewSegment: &Segment{Reason: "another key"}})
	if err != nil {
		t.Fatal(err)
	}
	if b := spend(t, db, s, at(0), at(30)); b.SpendUSD != 0 || b.UsageUSD != 10 || !b.Known {
		t.Errorf("half of the gap = %+v, want 0 spent and 10 used", b)
	}
	if b := spend(t, db, s, at(-1), at(61)); b.SpendUSD != 0 {
		t.Errorf("around the gap = %v, want 0 spent", b.SpendUSD)
	}
}

func TestTopUps(t *testing.T) {
	db, s := fresh(t)
	read := func(m, credits float64, known bool) {
		t.Helper()
		if err := db.Record(ctx, PollUpdate{Series: s, Interval: time.Minute},
			Reading{Series: s, At: at(m), UsageUSD: 1, CreditsUSD: credits, CreditsKnown: known}); err != nil {
			t.Fatal(err)
		}
	}
	read(0, 10, true)
	read(1, 30, true)
	read(2, 0, false) // unknown is no refund
	read(3, 30, true)
	read(4, 0, false)
	read(5, 55, true) // bought while it was unknown
	read(6, 50, true)
	for _, c := range []struct {
		name     string
		from, to float64
		want     []float64
	}{
		{"all", -1, 10, []float64{20, 25, -5}},
		{"the first reading is no top-up", -1, 1, nil},
		{"a top-up belongs to its own second", 1, 1.5, []float64{20}},
		{"known again after the start of the span", 4.5, 5.5, []float64{25}},
		{"none after the last", 6.5, 10, nil},
	} {
		got, err := db.TopUps(ctx, s, at(c.from), at(c.to))
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%s: TopUps() = %v, %v, want %v", c.name, got, err, c.want)
			continue
		}
		for i := range got {
			if got[i].AmountUSD != c.want[i] {
				t.Errorf("%s: TopUps() = %v, want %v", c.name, got, c.want)
			}
		}
	}
	rows, _ := db.Range(ctx, s, at(2), at(2))
	if len(rows) != 1 || rows[0].CreditsKnown {
		t.Errorf("Range() at the unknown = %v, want one row of unknown credits", rows)
	}
}

func TestTopUpAfterASegmentOfTheSameCredits(t *testing.T) {
	db, s := fresh(t)
	for m, r := range []Reading{
		{UsageUSD: 1, CreditsUSD: 10},
		{UsageUSD: 1, CreditsUSD: 10, NewSegment: &Segment{Reason: "another key"}},
		{UsageUSD: 1, CreditsUSD: 35},
		{UsageUSD: 0, CreditsUSD: 50}, // another segment by itself
		{UsageUSD: 0, CreditsUSD: 45},
	} {
		r.Series, r.At, r.CreditsKnown = s, at(float64(m)), true
		if err := db.Record(ctx, PollUpdate{Series: s, Interval: time.Minute}, r); err != nil {
			t.Fatal(err)
		}
	}
	for from, want := range map[float64]string{-1: "[25 -5]", 0.5: "[25 -5]", 1: "[25 -5]", 1.5: "[25 -5]", 2.5: "[-5]", 3: "[-5]"} {
		got, err := db.TopUps(ctx, s, at(from), at(9))
		var sums []float64
		for _, u := range got {
			sums = append(sums, u.AmountUSD)
		}
		if err != nil || fmt.Sprint(sums) != want {
			t.Errorf("TopUps() from minute %v = %v, %v, want %v", from, sums, err, want)
		}
	}
}

func TestWhatIsReadAtTheEndOfABucketIsInIt(t *testing.T) {
	db, s := fresh(t)
	for m, r := range []Reading{{UsageUSD: 1, CreditsUSD: 10}, {UsageUSD: 3, CreditsUSD: 20}, {UsageUSD: 6, CreditsUSD: 5}, {UsageUSD: 10}} {
		r.Series, r.At, r.CreditsKnown = s, at(float64(m)), r.CreditsUSD > 0
		if err := db.Record(ctx, PollUpdate{Series: s, Interval: time.Minute}, r); err != nil {
			t.Fatal(err)
		}
	}
	trail := mustLoad(t, db, Want{Account: s}).Trails[s]
	second := 1. / 60
	for _, c := range []struct {
		from, to, spend, credits float64
		known                    bool
	}{
		{0, 1 - second, 0, 10, true},
		{0, 1, 2, 20, true},
		{0, 1 + second, 2, 20, true},
		{1, 2, 3, 5, true},
		{0, 2, 5, 5, true},
		{1, 3 - second, 3, 5, true},
		{2, 3, 4, 0, false},
		{0, 3, 9, 0, false},
		{-1, 0 + second, 0, 10, true},
	} {
		bounds := []time.Time{at(c.from), at(c.to)}
		p, err := db.BucketsAt(ctx, s, bounds)
		if err != nil {
			t.Fatal(err)
		}
		for name, b := range map[string]Bucket{"the history": p.Buckets[0], "the trail": trail.Plot(trail.Curve(), bounds, nil, time.Time{}).Buckets[0]} {
			if !near(b.SpendUSD, c.spend) || b.CreditsUSD != c.credits || b.CreditsKnown != c.known {
				t.Errorf("%s: %v to %v = %+v, want %v spent and credits of %v (%v)", name, c.from, c.to, b, c.spend, c.credits, c.known)
			}
		}
	}
	p := trail.Plot(trail.Curve(), []time.Time{at(0), at(1), at(2), at(3)}, nil, time.Time{})
	for i, want := range []float64{2, 3, 4} {
		if got := p.Buckets[i].SpendUSD; !near(got, want) {
			t.Errorf("bucket %d = %v, want %v", i, got, want)
		}
	}
}

func TestClockDisorder(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	poll(t, db, s, at(60), 2)
	poll(t, db, s, at(1), 3) // set back an hour
	poll(t, db, s, at(2), 3)
	poll(t, db, s, at(3), 4)
	rows, err := db.Range(ctx, s, at(-1), at(1000))
	if err != nil || len(rows) != 4 {
		t.Fatalf("Range() = %v, %v, want 4 rows", rows, err)
	}
	for i := 1; i < len(rows); i++ {
		if !rows[i].At.After(rows[i-1].At) || rows[i].UsageUSD < rows[i-1].UsageUSD {
			t.Errorf("Range() = %v, want it to ascend", rows)
		}
	}
	if b := spend(t, db, s, at(-1), at(1000)); !near(b.SpendUSD, 3) {
		t.Errorf("spend = %v, want 3", b.SpendUSD)
	}
	if p, _, _ := db.Poll(ctx, s); !p.Success.Equal(at(3)) {
		t.Errorf("Poll().Success = %v, want the clock's own %v", p.Success, at(3))
	}
	poll(t, db, s, at(61), 4)
	poll(t, db, s, at(62), 5)
	if gaps, _ := db.Gaps(ctx, s, at(60), at(100)); len(gaps) != 0 {
		t.Errorf("Gaps() = %v, want none: the clock was read all the time", gaps)
	}
	verify(t, db)
}

func TestTheSameSecondReplaces(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	poll(t, db, s, at(1), 2)
	poll(t, db, s, at(1).Add(400*time.Millisecond), 3)
	rows, err := db.Range(ctx, s, at(0), at(9))
	if err != nil || len(rows) != 2 || rows[1].UsageUSD != 3 {
		t.Errorf("Range() = %v, %v, want 1 and 3", rows, err)
	}
	verify(t, db)
}

func verify(t testing.TB, db *DB) {
	t.Helper()
	r, err := db.Verify(ctx)
	if err != nil || !r.OK {
		t.Errorf("Verify() = %+v, %v, want OK", r, err)
	}
}

func TestClaims(t *testing.T) {
	for _, where := range []string{"disk", "memory", "read-only"} {
		t.Run(where, func(t *testing.T) {
			db, s := fresh(t)
			switch where {
			case "memory":
				db = openMemoryTest(t)
				s = account(t, db)
			case "read-only":
				poll(t, db, s, at(-60), 1)
				ro, err := Open(ctx, db.Path(), Options{ReadOnly: true})
				if err != nil {
					t.Fatal(err)
				}
				defer ro.Close()
				db, s = ro, account(t, ro)
			}
			claim := func(name string, want bool, f func() (bool, error)) {
				t.Helper()
				ok, err := f()
				var se *StorageError
				if ok != want || (err != nil) != (where == "read-only") || err != nil && !errors.As(err, &se) {
					t.Errorf("%s: %v, %v, want %v", name, ok, err, want)
				}
			}
			at5 := func(sec int) func() (bool, error) {
				return func() (bool, error) {
					return db.Claim(ctx, s, at(0).Add(time.Duration(sec)*time.Second), 5*time.Second)
				}
			}
			claim("first", true, at5(0))
			claim("too soon", false, at5(4))
			claim("again", true, at5(5))
			claim("clock set back", true, at5(-3600))
			claim("after that", false, at5(-3599))
			due := func(m float64) func() (bool, error) {
				return func() (bool, error) { return db.ClaimDue(ctx, s, at(m), 2*time.Minute) }
			}
			if where == "read-only" {
				return
			}
			poll(t, db, s, at(0), 1) // due at minute 1
			claim("not yet overdue", false, due(2.9))
			claim("overdue", true, due(3))
			claim("claimed by another", false, due(3))
		})
	}
}

func openMemoryTest(t testing.TB) *DB {
	t.Helper()
	db, err := OpenMemory(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// Nothing replaces a history in memory, whatever another connection would be told.
func TestMemoryIsNotReplaced(t *testing.T) {
	db := openMemoryTest(t)
	s := account(t, db)
	poll(t, db, s, at(0), 1)
	db.cached = -1 // as after a write that its counter tells of
	poll(t, db, s, at(1), 2)
	if got, ok, err := db.At(ctx, s, at(1)); err != nil || !ok || got.UsageUSD != 2 || db.Note() != "" {
		t.Errorf("At() = %v, %v, %v, note %q, want 2 and no note", got, ok, err, db.Note())
	}
}

func TestSeries(t *testing.T) {
	db, s := fresh(t)
	if again := account(t, db); again != s {
		t.Errorf("Series() again = %v, want %v", again, s)
	}
	if _, err := db.Range(ctx, 99, at(0), at(1)); !errors.Is(err, ErrNoSeries) {
		t.Errorf("Range() of a strange series = %v, want ErrNoSeries", err)
	}
	if err := db.Record(ctx, PollUpdate{Series: 99}); !errors.Is(err, ErrNoSeries) {
		t.Errorf("Record() of a strange series = %v, want ErrNoSeries", err)
	}
	other, _ := db.Series(ctx, "personal", "https://openrouter.ai/api/v1", "hash")
	poll(t, db, s, at(0), 1)
	poll(t, db, other, at(0), 7)
	db.Close()
	re, err := Open(ctx, db.Path(), Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer re.Close()
	o, err := re.Series(ctx, "personal", "https://openrouter.ai/api/v1", "hash")
	if err != nil {
		t.Fatal(err)
	}
	if got, ok, _ := re.At(ctx, o, at(1)); !ok || got.UsageUSD != 7 {
		t.Errorf("At() after reopening = %v, want 7", got)
	}
	if _, err := re.Series(ctx, "another", "", ""); !errors.Is(err, ErrNoSeries) {
		t.Errorf("Series() that is not stored, read-only = %v, want ErrNoSeries", err)
	}
}

func TestReadingWithoutATimeIsOfNow(t *testing.T) {
	db, err := OpenMemory(ctx, Options{Now: func() time.Time { return at(7) }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := account(t, db)
	if err := db.Record(ctx, PollUpdate{Series: s}, Reading{Series: s, UsageUSD: 1}); err != nil {
		t.Fatal(err)
	}
	if got, _, err := db.First(ctx, s); err != nil || !got.At.Equal(at(7)) {
		t.Errorf("First() = %v, %v, want %v", got.At, err, at(7))
	}
}

func TestImplausibleReadingsAreRefused(t *testing.T) {
	db, s := fresh(t)
	for name, r := range map[string]Reading{
		"NaN":      {Series: s, At: at(0), UsageUSD: math.NaN()},
		"infinite": {Series: s, At: at(0), UsageUSD: math.Inf(1)},
		"negative": {Series: s, At: at(0), UsageUSD: -1},
		"credits":  {Series: s, At: at(0), CreditsUSD: 1e10, CreditsKnown: true},
	} {
		err := db.Record(ctx, PollUpdate{Series: s, Attempt: at(0)}, r)
		var se *StorageError
		if err == nil || errors.As(err, &se) {
			t.Errorf("Record(%s) = %v, want a refusal", name, err)
		}
	}
	if _, ok, _ := db.First(ctx, s); ok {
		t.Error("First() has a reading, want none")
	}
}

func TestBackup(t *testing.T) {
	for _, memory := range []bool{false, true} {
		db, s := fresh(t)
		if memory {
			db = openMemoryTest(t)
			s = account(t, db)
		}
		for m := range 50 {
			poll(t, db, s, at(float64(m)), float64(m))
		}
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := db.Backup(ctx, path); err != nil {
			t.Fatal(err)
		}
		if err := db.Backup(ctx, path); !errors.Is(err, os.ErrExist) {
			t.Errorf("Backup() over a file = %v, want ErrExist", err)
		}
		if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
			t.Errorf("Backup() made mode %v, want 0600", info.Mode())
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) != 0 {
			t.Errorf("Backup() left %v", left)
		}
		dup := openTest(t, path)
		verify(t, dup)
		rows, err := dup.Range(ctx, account(t, dup), at(0), at(99))
		if err != nil || len(rows) != 50 {
			t.Errorf("the copy has %d rows, %v, want 50", len(rows), err)
		}
	}
}

func TestLock(t *testing.T) {
	db := filepath.Join(t.TempDir(), "history.db")
	path := LockPath(db, "personal", "https://openrouter.ai/api/v1")
	if path == LockPath(db, "team", "https://openrouter.ai/api/v1") || path == db {
		t.Errorf("LockPath() = %q for two accounts, or for the database", path)
	}
	first, ok, err := TryLock(path)
	if !ok || err != nil {
		t.Fatalf("TryLock() = %v, %v, want the lock", ok, err)
	}
	if _, ok, err := TryLock(path); ok || err != nil {
		t.Errorf("TryLock() twice = %v, %v, want false", ok, err)
	}
	if err := first.Unlock(); err != nil {
		t.Fatal(err)
	}
	again, ok, err := TryLock(path)
	if !ok || err != nil {
		t.Errorf("TryLock() after Unlock = %v, %v, want the lock", ok, err)
	}
	again.Unlock()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("lock file = %v, %v, want 0600", info, err)
	}
	for range 2 {
		if _, ok, err := TryLock(LockPath("", "a", "b")); !ok || err != nil {
			t.Errorf("TryLock() in memory = %v, %v, want the lock", ok, err)
		}
	}
}
