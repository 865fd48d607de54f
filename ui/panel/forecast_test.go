package panel

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/account"
	"ortop/ui/scenes"
)

// Below the chances stands for how long the date has been this one, and which it was.
func TestHowLongTheDateHasStood(t *testing.T) {
	for _, c := range []struct {
		name   string
		w      int
		change func(s *account.Snapshot)
		want   string
	}{
		{"another before", 40, func(*account.Snapshot) {}, "Thu 26 Nov for 3 h; was Fri 27 Nov"},
		{"little room", 32, func(*account.Snapshot) {}, "Thu 26 Nov for 3 h"},
		{"no other", 40, func(s *account.Snapshot) { s.Standing.Before = time.Time{} }, "Thu 26 Nov for 3 h"},
		{"one that has passed", 40, func(s *account.Snapshot) { s.Standing.Before = scenes.Now }, "Thu 26 Nov for 3 h"},
		{"the first, just now", 40, func(s *account.Snapshot) { s.Standing = account.Standing{Since: scenes.Now.Add(-59 * time.Minute)} }, ""},
		{"the same day", 40, func(s *account.Snapshot) { s.Standing.Before = s.Forecast.Time(s.Forecast.P50).Add(time.Hour) }, ""},
		{"unknown", 40, func(s *account.Snapshot) { s.Standing = account.Standing{} }, ""},
	} {
		s := scenes.Healthy()
		c.change(&s)
		got := ansi.Strip(strings.Join(Forecast(plainPen, &s, c.w, 19), "\n"))
		if c.want != "" && !strings.Contains(got, " "+c.want+" ") || c.want == "" && strings.Contains(got, " for ") || strings.Contains(got, "was") != strings.Contains(c.want, "was") {
			t.Errorf("%s: want %q in\n%s", c.name, c.want, got)
		}
	}
}

// In little room a reason leaves out what its beginning says, so that more have room.
func TestReasonsInLittleRoom(t *testing.T) {
	s := scenes.Healthy()
	for w, want := range map[int]string{32: "the usual $0.44.", 41: "the usual $0.44 at this hour."} {
		got := strings.Join(WhyLines(plainPen, &s, w, 6), "\n")
		if !strings.Contains(got, want) || strings.Contains(got, "\n%") {
			t.Errorf("in %d cells no %q:\n%s", w, want, got)
		}
		if whole := strings.Contains(got, "narrow"); !strings.Contains(got, "17 d of history, with 2 gaps") || whole != (w > 40) {
			t.Errorf("in %d cells the history is there in full: %v\n%s", w, whole, got)
		}
	}
}

// A rate that is not known yet has no row.
func TestRatesThatAreNotKnownHaveNoRow(t *testing.T) {
	s := scenes.All["cold"]()
	if got := ansi.Strip(strings.Join(Forecast(plainPen, &s, 44, 25), "\n")); strings.Contains(got, "—") || strings.Contains(got, "24 h") {
		t.Errorf("rows of what is not known:\n%s", got)
	}
	s.Burn.USDPerHour = scenes.USD(0.5)
	if got := ansi.Strip(strings.Join(Forecast(plainPen, &s, 44, 25), "\n")); !strings.Contains(got, "last hour") || strings.Contains(got, "—") {
		t.Errorf("what is known alone has a row:\n%s", got)
	}
}
