package text

import (
	"errors"
	"strings"
	"sync/atomic"
	"time"
)

// twelve reports whether a clock has twelve hours, of the whole program as its
// time zone is.
var twelve atomic.Bool

// TwelveHours makes Format write 3:04pm in place of 15:04.
func TwelveHours(on bool) { twelve.Store(on) }

var twelveHours = strings.NewReplacer("15:04:05", "3:04:05pm", "15:04", "3:04pm")

// Layout is a layout of package time by the clock that was chosen.
func Layout(layout string) string {
	if twelve.Load() {
		return twelveHours.Replace(layout)
	}
	return layout
}

// Format is t by a layout that has 15:04 where the clock's time is.
func Format(t time.Time, layout string) string { return t.Format(Layout(layout)) }

// CheckZone returns why s is not the name of a time zone, such as Europe/Berlin.
// The empty name is the system's own zone.
func CheckZone(s string) error {
	if _, err := time.LoadLocation(s); err != nil || s == "Local" {
		return errors.New("is not a time zone: write a name such as Europe/Berlin or UTC")
	}
	return nil
}
