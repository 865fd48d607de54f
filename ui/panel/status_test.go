package panel

import (
	"testing"

	"ortop/ui/scenes"
)

func TestStatus(t *testing.T) {
	for name, want := range map[string]string{
		"healthy":      "● live",
		"critical":     "● live",
		"stale":        "▲ stale 12 min",
		"unauthorised": "✗ key refused",
		"ordinary":     "● live, key only",
		"depleted":     "✗ depleted",
		"cap-spent":    "✗ key cap spent",
		"payment":      "▲ payment required",
		"starting":     "○ starting",
		"unreachable":  "▲ network",
		"held":         "▲ waiting until 10:43:20",
		"paused":       "‖ paused",
	} {
		got := statusOf(new(scenes.All[name]()), scenes.Now)
		if s := got.Sign + " " + got.Word; s != want {
			t.Errorf("statusOf(%s) = %q, want %q", name, s, want)
		}
	}
}

func TestLevels(t *testing.T) {
	for name, want := range map[string]string{"healthy": "", "critical": "▲ critical", "unreachable": ""} {
		if _, got := levelOf(new(scenes.All[name]())); got != want {
			t.Errorf("levelOf(%s) = %q, want %q", name, got, want)
		}
	}
}
