package panel

import (
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/forecast"
)

// When an account spends is drawn by the hours of the person who looks.
func TestProfileLine(t *testing.T) {
	r := &forecast.Rhythm{}
	for h := range r.Hours {
		if h >= 9 && h < 18 {
			r.Hours[h] = 2.6
		}
	}
	s := account.Snapshot{Rhythm: r, Forecast: forecast.Forecast{State: forecast.OK}}
	utc := time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)
	const day = "by hour 00:00 ▁▁▁▁▁▁▁▁▁█████████▁▁▁▁▁▁ 24:00"
	if got := profileLine(plainPen, &s, utc, 80); got != day {
		t.Errorf("without days: %q, want %q", got, day)
	}
	r.Days = [7]float64{1.4, 1.4, 1.4, 1.4, 1.4}
	for _, c := range []struct {
		now  time.Time
		w    int
		want string
	}{
		{utc, 80, day + "   by day Mon █████▁▁ Sun"},
		{utc.In(time.FixedZone("", -8*3600)), 80, "by hour 00:00 ▁█████████▁▁▁▁▁▁▁▁▁▁▁▁▁▁ 24:00   by day Mon █████▁▁ Sun"},
		{utc, 50, day},
		{utc, 30, ""},
	} {
		if got := profileLine(plainPen, &s, c.now, c.w); got != c.want {
			t.Errorf("in %d cells: %q, want %q", c.w, got, c.want)
		}
	}
	s.Rhythm = nil
	if got := profileLine(plainPen, &s, utc, 80); got != "" {
		t.Errorf("where it is not used: %q", got)
	}
}
