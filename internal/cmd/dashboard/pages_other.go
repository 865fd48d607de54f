//go:build !linux

package dashboard

// forgetPages does nothing where what is mapped of a program's file is not counted as
// its memory, or cannot be let go of.
func forgetPages() {}
