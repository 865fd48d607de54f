package monitor

import "time"

// Why nothing was read for a while, where nothing was wrong. They are stored.
const (
	gapAsleep       = "asleep"
	gapNotRunning   = "not running"
	gapPaused       = "paused"
	gapStopped      = "stopped"
	gapSuspended    = "suspended"
	gapClockSetBack = "clock set back"
)

// jump is how far the wall clock may run ahead of, or behind, the time that
// passed before it counts as a sleep or as a clock that was set.
const jump = 5 * time.Second

// clockWatch notices that the machine slept or that the clock was set: the wall
// clock then moves otherwise than the time that the process was running.
type clockWatch struct {
	wall time.Time // at the last look
	mono time.Time
}

// look returns why time is missing since the last look; empty: none is.
func (c *clockWatch) look(now time.Time) (cause string, moved, passed time.Duration) {
	mono := time.Now()
	passed, moved = mono.Sub(c.mono), now.Round(0).Sub(c.wall.Round(0))
	c.wall, c.mono = now, mono
	switch {
	case moved-passed > jump:
		cause = gapAsleep
	case passed-moved > jump:
		cause = gapClockSetBack
	case passed > restEvery+2*jump:
		cause = gapStopped
	}
	return cause, moved, passed
}
