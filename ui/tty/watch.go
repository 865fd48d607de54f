package tty

import "time"

// How often watch looks where nobody reads the terminal for a while, in the background
// or in a suspension, and where whoever reads it, or draws on it, learns of its end
// at once.
const (
	watchEvery = time.Second
	seldom     = 5 * time.Second
)

// watch ends the session when the terminal is gone. No signal says so where
// the parent ignores SIGHUP, and a program that only draws would stay for
// ever.
func (s *session) watch() {
	look := time.NewTimer(watchEvery)
	defer look.Stop()
	for {
		select {
		case <-s.ending:
			return
		case <-s.away:
			look.Reset(watchEvery)
		case <-look.C:
			if err := s.term.check(); err != nil {
				s.lost(err)
				return
			}
			wait := watchEvery
			if !s.suspended.Load() && !s.reclaiming.Load() && s.term.foreground() {
				// At a time that is the same for all that rests, so that the process wakes once.
				now := time.Now()
				wait = now.Truncate(seldom).Add(seldom).Sub(now)
			}
			look.Reset(wait)
		}
	}
}

// leaves notes that the terminal is not read from now on.
func (s *session) leaves() {
	select {
	case s.away <- struct{}{}:
	default:
	}
}
