//go:build !unix

package config

import "io/fs"

func openFlags(bool) int { return 0 }

// Owner returns the user id of a file's owner, and whether the system knows it.
func Owner(fs.FileInfo) (uid int, known bool) { return 0, false }

// syncFolder does nothing: such a system cannot open a folder to sync it.
func syncFolder(string) error { return nil }
