package tty

// CanSuspend reports whether the platform has job control.
const CanSuspend = false

func orphaned() bool { return true }

func (s *session) stopGroup() {}
