package tty

import "time"

// watch ends the session when the terminal is gone. No signal says so where
// the parent ignores SIGHUP, and a program that only draws would stay for
// ever.
func (s *session) watch() {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.ending:
			return
		case <-tick.C:
			if err := s.term.check(); err != nil {
				s.lost(err)
				return
			}
		}
	}
}
