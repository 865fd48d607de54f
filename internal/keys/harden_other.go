//go:build !linux && !darwin

package keys

// Harden does nothing: this system offers no such protection.
func Harden() error { return nil }
