//go:build !windows

package cmd

const windows = false
