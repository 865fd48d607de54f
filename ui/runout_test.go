package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ortop/ui/scenes"
)

// A date that has passed since the last reading is not drawn as one to come.
func TestAPassedDateIsNotLarge(t *testing.T) {
	for _, v := range []int{viewOverview, viewForecast} {
		m := modelOf(Options{}, scenes.All["critical"](), 140, 40, v)
		if !strings.Contains(stripped(m), "▄█  █▀▀") {
			t.Fatalf("view %d: no large date to begin with:\n%s", v, stripped(m))
		}
		m.now = m.now.Add(24 * time.Hour)
		if frame := stripped(m); strings.Contains(frame, "▄█  █▀▀") || strings.Contains(frame, "█ █ ▀█▀") {
			t.Errorf("view %d: a date that has passed is drawn large:\n%s", v, frame)
		}
	}
}

// When credits ran out is large where somebody saw it, and no time is claimed where
// nobody looked, or that is long ago.
func TestWhenItRanOutIsLargeWhereItWasSeen(t *testing.T) {
	const large = "▄█  █▀█   ▀▀█ ▄█"
	for _, c := range []struct {
		days   int
		unseen bool
		want   string
	}{
		{0, false, large}, {6, false, large},
		{0, true, "ran out before Sat 21 Nov, 10:31"}, {9, false, "ran out Thu 12 Nov"},
	} {
		s := scenes.All["depleted"]()
		s.RanOutAt, s.RanOutUnseen = s.RanOutAt.AddDate(0, 0, -c.days), c.unseen
		for _, size := range [][2]int{{60, 20}, {80, 24}, {140, 40}} {
			frame := stripped(modelOf(Options{}, s, size[0], size[1], viewOverview))
			if isLarge := strings.Contains(frame, large); isLarge && c.want != large || size[0] > 60 && !strings.Contains(frame, c.want) {
				t.Errorf("%d days ago, unseen: %t: no %q at %v:\n%s", c.days, c.unseen, c.want, size, frame)
			}
		}
	}
}

// A narrow and tall pane says why there is no plot.
func TestATallPaneSaysWhyThereIsNoPlot(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 26, 40, viewOverview)
	m.spend.Loaded, m.spend.Err, m.spend.Value.Buckets = false, errors.New("disk I/O error"), nil
	if frame := strings.Join(strings.Fields(stripped(m)), " "); !strings.Contains(frame, "cannot be read") {
		t.Errorf("nothing says that the history cannot be read:\n%s", stripped(m))
	}
}

// A range so narrow that its end has the words of its middle does not say them twice.
func TestTheSameTimeIsNotSaidTwice(t *testing.T) {
	s := scenes.All["critical"]()
	s.Forecast.P10, s.Forecast.P50, s.Forecast.P90 = 3.4*3600, 4.25*3600, 6*3600
	for _, v := range []int{viewOverview, viewForecast} {
		frame := stripped(modelOf(Options{}, s, 60, 20, v))
		if strings.Count(frame, "▲14:00") != 1 || strings.Contains(frame, "14:00╵") || strings.Contains(frame, "╵14:00") {
			t.Errorf("view %d: the time of the middle is not there once:\n%s", v, frame)
		}
	}
}
