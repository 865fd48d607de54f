package ui

import (
	"strings"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/ui/scenes"
)

// R01, K10: the state in words and the host are on every screen that has two
// rows for them, however narrow.
func TestStateWordsStay(t *testing.T) {
	for name, words := range map[string][2]string{ // the state, and shorter
		"stale": {"stale 12 min", ""}, "held": {"waiting until 10:43:20", "until 10:43:20"}, "unauthorised": {"key refused", ""},
		"payment": {"payment required", ""}, "depleted": {"depleted", ""}, "cap-spent": {"key cap spent", ""},
		"paused": {"paused", ""}, "ordinary": {"live, key only", "key only"},
	} {
		for _, w := range []int{20, 24, 30, 40, 60, 80, 100} {
			s := scenes.All[name]()
			s.Host, s.Demo = "10.0.0.9:8443", ""
			frame := stripped(modelOf(Options{}, s, w, 6, viewOverview))
			if !strings.Contains(frame, words[0]) && (words[1] == "" || !strings.Contains(frame, words[1])) {
				t.Errorf("%s at %dx6 lacks %q:\n%s", name, w, words[0], frame)
			}
			if !strings.Contains(frame, "at 10.0.0") {
				t.Errorf("%s at %dx6 lacks the host:\n%s", name, w, frame)
			}
		}
	}
}

func TestNextTryIsSaid(t *testing.T) {
	s := scenes.All["stale"]()
	s.Fault = &account.Fault{Kind: credit.FaultServer, Message: "reading credits: 500 server error: " + strings.Repeat("a long story ", 20)}
	for _, size := range sevenSizes[1:] {
		if frame := stripped(modelOf(Options{}, s, size[0], size[1], viewOverview)); !strings.Contains(frame, "Next try 10:43:00") {
			t.Errorf("stale at %v:\n%s", size, frame)
		}
	}
}

// What was not read is not called idle.
func TestStaleIdleClaimsNothingOfNow(t *testing.T) {
	s := scenes.All["idle"]()
	s.At = scenes.Now.Add(-12 * time.Minute)
	for _, size := range goldenSizes {
		frame := stripped(modelOf(Options{}, s, size[0], size[1], viewOverview))
		if strings.Contains(frame, "is being spent") || strings.Contains(frame, "for 3 h") || strings.Contains(frame, "/h now") {
			t.Errorf("stale and idle at %v:\n%s", size, frame)
		}
	}
}

// TestUndeliveredAlertsAreSaid has more alerts than a small screen has rows
// for: that nobody else hears of them is said in any case.
func TestUndeliveredAlertsAreSaid(t *testing.T) {
	s := scenes.Healthy()
	for _, words := range []string{"one", "two", "three"} {
		s.Alerts = append(s.Alerts, alert.Event{Level: alert.Warning, Rule: alert.Balance, Text: words})
	}
	s.Undelivered = "alerts do not reach phone: 127.0.0.1: answered 500 Internal Server Error"
	for _, size := range [][2]int{{80, 24}, {100, 30}, {140, 40}} {
		screen := stripped(modelOf(Options{Feed: filledFeed()}, s, size[0], size[1], viewOverview))
		if !strings.Contains(screen, "▲ warning: one") || !strings.Contains(screen, "▲ alerts do not reach phone: 127.0.0.1: answered 500") {
			t.Errorf("at %dx%d the screen has not both the alert and that it was not delivered:\n%s", size[0], size[1], screen)
		}
	}
}
