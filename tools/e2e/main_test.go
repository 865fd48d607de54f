//go:build unix

// Package e2e tests the built program from outside: its commands, processes,
// terminals and documents.
package e2e

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

// ortop is the path of the program, which TestMain builds.
var ortop string

func TestMain(m *testing.M) {
	undoIgnored()
	// The tests wait more than they work.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	dir, err := os.MkdirTemp("", "ortop-e2e-")
	if err != nil {
		panic(err)
	}
	ortop = filepath.Join(dir, "ortop")
	code := 1
	if err := build("../..", ortop); err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(dir) // a folder below the system's temporary one may stay
	os.Exit(code)
}

// build builds the command in dir, with the race detector where the tests have
// it.
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
