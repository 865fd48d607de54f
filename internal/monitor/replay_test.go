package monitor

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"ortop/internal/longtest"

	"ortop/history"
	"ortop/internal/sim"
)

// traces are the spend traces to replay: the one in testdata, and those of the
// folder ORTOP_TRACES.
func traces(t *testing.T) []string {
	t.Helper()
	files := []string{"testdata/sg_batch_l161.csv"}
	if dir := os.Getenv("ORTOP_TRACES"); dir != "" {
		more, err := filepath.Glob(filepath.Join(dir, "*.csv"))
		if err != nil || len(more) == 0 {
			t.Fatalf("no traces in %q: %v", dir, err)
		}
		files = append(files, more...)
	}
	return files
}

// TestReplay polls a day of a real account's spend, every five minutes, and compares
// what is stored with the trace, to the cent.
func TestReplay(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes seconds, more with the race detector")
	}
	for _, file := range traces(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var points []sim.Point
			for line := range strings.Lines(string(text)) {
				var at, usd float64
				if n, _ := fmt.Sscanf(line, "%g,%g", &at, &usd); n == 2 { // no heading
					points = append(points, sim.Point{At: time.Unix(int64(at), 0).UTC(), USD: usd})
				}
			}
			bubble(t, func(t *testing.T) { replay(t, points) })
		})
	}
}

func replay(t *testing.T, points []sim.Point) {
	const margin = 100.0
	start, end := points[0].At, points[len(points)-1].At
	offset := time.Until(start) + time.Minute
	now := func() time.Time { return time.Now().Add(offset) }
	total := points[len(points)-1].USD
	b := newBench(t, sim.Config{Trace: points, CreditsUSD: total + margin, Now: now})
	b.offset.Store(int64(offset))
	db, err := history.Open(t.Context(), filepath.Join(t.TempDir(), "history.db"), history.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	b.db, b.o.Open, b.o.Interval = db, opened(db), 5*time.Minute
	b.o.Watch = func(string) (<-chan struct{}, func() bool) { // nobody else writes
		return make(chan struct{}), func() bool { return true }
	}

	m := New(b.o)
	stop := runMonitor(t, m)
	defer stop()
	length := min(longtest.Of[time.Duration](10, 24)*time.Hour, end.Sub(start)+10*time.Minute)
	s := after(t, m, length)

	want := usageAt(points, s.At)
	if s.Balance == nil || cents(s.Balance.UsageUSD) != cents(want) || cents(s.Balance.LeftUSD()) != cents(total+margin-want) {
		t.Fatalf("Balance = %+v at %v, want %v used", s.Balance, s.At, want)
	}
	series := m.subject.Load().shown
	first, _, err := db.At(t.Context(), series, s.OwnSince) // what was filled in before is by the hour
	if err != nil {
		t.Fatal(err)
	}
	if got := cents(s.Balance.UsageUSD - first.UsageUSD); got != cents(want-usageAt(points, first.At)) {
		t.Errorf("spend in all = %s, want %s", got, cents(want-usageAt(points, first.At)))
	}

	// Every hour holds what the polls inside it saw.
	var polls []time.Time
	for _, r := range b.account.Requests() {
		if strings.HasSuffix(r.Path, "/credits") {
			polls = append(polls, r.At)
		}
	}
	known := func(at time.Time) float64 {
		i := sort.Search(len(polls), func(i int) bool { return polls[i].Unix() > at.Unix() })
		if i == 0 {
			return first.UsageUSD
		}
		return usageAt(points, polls[i-1])
	}
	hours := int(s.At.Sub(first.At) / time.Hour)
	if hours == 0 {
		return
	}
	plot, err := db.Buckets(t.Context(), series, first.At, first.At.Add(time.Duration(hours)*time.Hour), hours)
	if err != nil || len(plot.Buckets) != hours {
		t.Fatalf("%d buckets, %v, want %d", len(plot.Buckets), err, hours)
	}
	sum := 0.0
	for _, k := range plot.Buckets {
		sum += k.SpendUSD
		if want := known(k.To) - known(k.From); math.Abs(k.SpendUSD-want) > 0.005 {
			t.Errorf("%v to %v: spend %v, want %v", k.From, k.To, k.SpendUSD, want)
		}
	}
	if want := known(plot.Buckets[hours-1].To) - first.UsageUSD; cents(sum) != cents(want) {
		t.Errorf("the hours sum to %v, want %v", sum, want)
	}
	if len(plot.Gaps) != 0 {
		t.Errorf("Gaps = %+v, want none", plot.Gaps)
	}
	if report, err := db.Verify(t.Context()); err != nil || !report.OK {
		t.Errorf("Verify = %+v, %v", report, err)
	}
}

// usageAt is the trace's cumulative spend at a moment.
func usageAt(points []sim.Point, at time.Time) float64 {
	i := sort.Search(len(points), func(i int) bool { return points[i].At.After(at) })
	if i == 0 {
		return 0
	}
	return points[i-1].USD
}

func cents(usd float64) string { return fmt.Sprintf("%.2f", usd) }
