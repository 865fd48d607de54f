package ui

import (
	"testing"
	"time"

	"ortop/ui/scenes"
)

// When money is spent is of hundreds of hours, which are not read again with each
// reading.
func TestWeekIsReadEachFiveMinutes(t *testing.T) {
	feed := newFakeFeed()
	m := modelOf(Options{Feed: feed}, scenes.Healthy(), 140, 40, 0)
	if !m.week.Loaded {
		t.Fatal("the week is not loaded")
	}
	read := func(after time.Duration) (plots int64) {
		m.snap.At, m.now = scenes.Now.Add(after), scenes.Now.Add(after)
		before := feed.plots.Load()
		for _, msg := range run(m.loadWeek()) {
			m, _ = step(m, msg)
		}
		return int64(feed.plots.Load() - before)
	}
	first := m.snap.At
	for _, c := range []struct {
		after time.Duration
		plots int64
	}{
		{time.Minute, 0}, {4 * time.Minute, 0}, {5*time.Minute + first.Sub(scenes.Now), 1}, {6 * time.Minute, 0}, {time.Hour, 1}, {time.Hour + time.Minute, 0},
	} {
		if got := read(c.after); got != c.plots {
			t.Errorf("%v after the first: read %d times, want %d", c.after, got, c.plots)
		}
	}
	m.snap.HistorySince = m.snap.HistorySince.AddDate(0, 0, -7) // filled in from totals
	if got := read(time.Hour + 2*time.Minute); got != 1 {
		t.Errorf("an older history: read %d times, want once", got)
	}
}
