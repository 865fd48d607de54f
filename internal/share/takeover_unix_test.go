//go:build unix

package share

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"ortop/history"
)

// Who takes over an account takes the last sixty days of it, and where each series
// stood before; what is older stays with the engine, whatever is put before others
// later. A file that has some of it already takes all since that.
func TestTakeOverTakesSixtyDays(t *testing.T) {
	ctx := context.Background()
	_, e := started(t, time.Minute)
	now := time.Now().Truncate(time.Second)
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	a := newStation(t, e, "a", "x")
	a.Start(ctx)
	a.readKey("x", "key#still", day(-200), 1)
	for i, n := range []int{-150, -90, -65, -40, -1} {
		a.read("x", day(n), float64(i+2))
	}
	a.ship(ctx)
	all := usages(t, e, "x")
	local := func(s *station, subject string) (list []float64) {
		t.Helper()
		n, err := s.db.Series(ctx, "x", "u", subject)
		if err != nil {
			t.Fatal(err)
		}
		samples, err := s.db.Range(ctx, n, day(-1000), day(1))
		if err != nil || s.db.Damage() != "" {
			t.Fatal(err, s.db.Damage())
		}
		for _, v := range samples {
			if subject == history.Own && !v.CreditsKnown {
				t.Errorf("what was bought is not known at %v", v.At)
			}
			if !slices.Contains(list, v.UsageUSD) {
				list = append(list, v.UsageUSD)
			}
		}
		return list
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	a.Run(gone)

	b := newStation(t, e, "b", "x")
	b.Start(ctx)
	if !b.accounts[0].MayPoll() {
		t.Fatal("nobody took over")
	}
	if got := local(b, history.Own); !reflect.DeepEqual(got, []float64{4, 5, 6}) {
		t.Errorf("the file has %v of the account, want that of 65 days ago and what came after", got)
	}
	if got := local(b, "key#still"); !reflect.DeepEqual(got, []float64{1}) {
		t.Errorf("the file has %v of a key that stood still, want where it stands", got)
	}
	own, err := b.db.Series(ctx, "x", "u", history.Own)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.Backfill(ctx, own, []history.Spend{{From: day(-70), To: day(-69), USD: .25}, {From: day(-20), To: day(-19), USD: .5}}); err != nil {
		t.Fatal(err)
	}
	b.read("x", now, 7)
	b.ship(ctx)
	if n := b.Waits(); n != 0 {
		t.Fatalf("%d entries wait", n)
	}
	got := usages(t, e, "x")
	for _, u := range append(all, 7) {
		if !slices.Contains(got, u) {
			t.Errorf("the engine has %v, and %v no more", got, u)
		}
	}
	if !slices.IsSorted(got) {
		t.Errorf("the engine has %v, which falls", got)
	}
	if v, err := e.Verify(func(int, int) {}); err != nil || len(v.Wrong) > 0 {
		t.Errorf("Verify() = %+v, %v", v, err)
	}

	b.Run(gone)
	c := newStation(t, e, "c", "x")
	c.read("x", day(-120), 3)
	c.read("x", day(-110), 3.5)
	c.Start(ctx)
	c.ship(ctx)
	if got := local(c, history.Own); len(got) < 6 || got[0] != 3 || got[1] != 3.5 || got[2] != 4 {
		t.Errorf("a file with a past has %v, want it and all since", got)
	}
	if got := usages(t, e, "x"); !slices.Contains(got, 3.5) {
		t.Errorf("the engine has %v, and not what was read before that machine shared", got)
	}

	// It was stopped when it had taken in where the account stands, and not all that came
	// before.
	c.Run(gone)
	d := newStation(t, e, "d", "x")
	d.read("x", now, 7)
	if own, err = d.db.Series(ctx, "x", "u", history.Own); err != nil {
		t.Fatal(err)
	}
	if err := d.db.SetState(ctx, own, begunState, strconv.AppendInt(nil, day(-112).Unix(), 10)); err != nil {
		t.Fatal(err)
	}
	d.Start(ctx)
	d.ship(ctx)
	if got := local(d, history.Own); !slices.Contains(got, 3) || !slices.Contains(got, 3.5) {
		t.Errorf("a file that took in a part has %v, want all since it began", got)
	}
	if left, err := d.db.State(ctx, own, begunState); err != nil || len(left) > 0 {
		t.Errorf("it takes in all of that again: %q, %v", left, err)
	}
}

// What others read stays where all rows of a series are replaced, and what they send
// after that finds the series under its new key.
func TestRewriteKeepsWhatOthersRead(t *testing.T) {
	ctx := context.Background()
	_, e := started(t, time.Minute)
	a, b := newStation(t, e, "a", "x"), newStation(t, e, "b", "x")
	minute := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	a.Start(ctx)
	a.read("x", minute(0), 5)
	a.ship(ctx)
	b.Start(ctx)
	b.read("x", minute(1), 6)
	b.ship(ctx)
	own, err := a.db.Series(ctx, "x", "u", history.Own)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.db.Backfill(ctx, own, []history.Spend{{From: minute(-120), To: minute(-60), USD: 2}}); err != nil {
		t.Fatal(err)
	}
	a.read("x", minute(2), 7)
	a.ship(ctx)
	b.read("x", minute(3), 8)
	b.ship(ctx)
	a.read("x", minute(4), 9)
	a.ship(ctx)
	if n := a.Waits() + b.Waits(); n != 0 {
		t.Errorf("%d entries wait", n)
	}
	got := usages(t, e, "x")
	for _, u := range []float64{3, 5, 6, 7, 8, 9} {
		if !slices.Contains(got, u) {
			t.Errorf("the engine has %v, without %v", got, u)
		}
	}
	if v, err := e.Verify(func(int, int) {}); err != nil || len(v.Wrong) > 0 {
		t.Errorf("Verify() = %+v, %v", v, err)
	}
}
