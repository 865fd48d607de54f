package panel

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/account"
	"ortop/ui/scenes"
)

// The weeks of a leak stand beside its words, or below them where it is open.
func TestWeeksOfALeak(t *testing.T) {
	leak := account.Event{At: scenes.Now, Kind: account.EventLeak, Text: "spend has risen for 4 weeks", Spend: &account.UnusualSpend{WeeksUSDPerDay: []float64{1, 2, 4, 10}}}
	shown := func(e account.Event, w int, open bool) string {
		d := Events{Found: []account.Event{e}, Loaded: true, Open: open}
		return ansi.Strip(strings.Join(d.Detail(plainPen, w, d.DetailHeight(plainPen, w)), "\n"))
	}
	for _, c := range []struct {
		w    int
		open bool
		want bool
	}{{100, false, true}, {62, false, true}, {60, false, false}, {60, true, true}} {
		got := shown(leak, c.w, c.open)
		for _, week := range []string{"week of   a day", "24 Oct    $1.00", "14 Nov   $10.00"} {
			if strings.Contains(got, week) != c.want {
				t.Errorf("%d cells, open %v: %q is there: %v, want %v\n%s", c.w, c.open, week, !c.want, c.want, got)
			}
		}
	}
	leak.At, leak.Spend = leak.At.Add(time.Hour), &account.UnusualSpend{}
	if got := shown(leak, 100, true); strings.Contains(got, "week of") {
		t.Errorf("weeks that nobody knows:\n%s", got)
	}
}

// Below a rise that goes on stands what it comes to now; below one that is over, that.
func TestWhatFollowsFromALeak(t *testing.T) {
	s := scenes.Healthy()
	leak := account.Event{At: scenes.Now, Kind: account.EventLeak, Text: "spend has risen"}
	d := Events{Found: []account.Event{leak}, Loaded: true, Snap: &s}
	shown := func() string {
		return ansi.Strip(strings.Join(d.Detail(plainPen, 100, d.DetailHeight(plainPen, 100)), "\n"))
	}
	if got := shown(); !strings.Contains(got, "This rise is over.") || strings.Contains(got, "last hour") {
		t.Errorf("a rise that is over:\n%s", got)
	}
	s.RiseSince, s.RiseFactor = scenes.Now, 1.5
	for _, want := range []string{"At the week's $10.90 a day $63.52 lasts 6 days", "last hour", "$0.51", "$12.30", "$76.30", "$214.07", "Comes again when"} {
		if got := shown(); !strings.Contains(got, want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
	s.Spend.Last24hUSD, s.Unseen = nil, scenes.All["not-seen"]().Unseen
	if got := shown(); !strings.Contains(got, "not seen") {
		t.Errorf("a day with a hole has a sum:\n%s", got)
	}
}
