package panel

import (
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/alert"
	"ortop/ui/scenes"
)

// A mute is said in the line of the first alert.
func TestBannersSayWhatIsMuted(t *testing.T) {
	s := scenes.Healthy()
	s.Alerts = []alert.Event{{Rule: alert.Balance, Level: alert.Urgent, Account: "a", Text: "a: $3.00 is left"}, {Rule: alert.Runway, Level: alert.Warning, Account: "a", Text: "a: runs out soon"}}
	until := scenes.Now.Add(2 * time.Hour)
	for _, c := range []struct {
		mutes alert.Mutes
		want  string
	}{
		{nil, "▲ urgent: $3.00 is left"},
		{alert.Mutes{{Until: until}}, "▲ urgent (others muted until Sat 21 Nov, 12:42): $3.00 is left"},
		{alert.Mutes{{Until: until, Urgent: true}}, "▲ urgent (muted until Sat 21 Nov, 12:42): $3.00 is left"},
	} {
		s.Mutes = c.mutes
		if got := ansi.Strip(Banners(plainPen, &s, 100)[0]); got != c.want {
			t.Errorf("with %v: %q, want %q", c.mutes, got, c.want)
		}
	}
}
