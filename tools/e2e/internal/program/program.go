//go:build unix

// Package program builds what end-to-end tests run.
package program

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"testing"
)

// Main is a TestMain that first builds the command in the folder dir under that
// name, and sets path to where it is.
func Main(m *testing.M, dir, name string, path *string) {
	undoIgnored()
	// The tests wait more than they work.
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	temp, err := os.MkdirTemp("", "ortop-e2e-")
	if err != nil {
		panic(err)
	}
	*path = filepath.Join(temp, name)
	code := 1
	if err := build(dir, *path); err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(temp) // the system clears its temporary folder
	os.Exit(code)
}

// build builds with the race detector where the tests have it.
func build(dir, path string) error {
	args := []string{"-C", dir, "build", "-buildvcs=false", "-o", path}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "-race" && s.Value == "true" {
				args = append(args, "-race")
			}
		}
	}
	if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", path, err, out)
	}
	return nil
}

// undoIgnored gives the programs that tests start the signals' own effect, also
// where the tests run under nohup or as a shell's background job, which have
// some ignored.
func undoIgnored() {
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		if signal.Ignored(s) {
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
}
