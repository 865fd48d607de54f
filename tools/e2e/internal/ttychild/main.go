//go:build unix

// Command ttychild shows a model on a terminal that fails on request, for the
// tests of package ui/tty. Its arguments are "app", with "nohup" and "clock" as
// they are wanted, or "shell" for the app as a job of a shell.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"ortop/internal/routine"
	"ortop/ui/tty"
)

func main() {
	if mode := strings.Join(os.Args[1:], " "); mode == "shell" {
		shell()
	} else {
		app(mode)
	}
}

// resource reports what a suspension does with it.
type resource struct{ report *os.File }

func (f resource) Release() { fmt.Fprintln(f.report, "release") }
func (f resource) Resume()  { fmt.Fprintln(f.report, "resume") }

// app runs a model that fails on request. It reports on descriptor 3.
func app(mode string) {
	if strings.Contains(mode, "nohup") {
		signal.Ignore(syscall.SIGHUP)
	}
	report := os.NewFile(3, "report")
	ctx, cancel := context.WithCancel(context.Background())
	crash := make(chan error, 1)
	m := model{resource: resource{report: report}, cancel: cancel, crash: crash, clock: strings.Contains(mode, "clock")}
	err := tty.Run(ctx, m, tty.Options{Crash: crash})
	var sig tty.SignalError
	code := 1
	switch {
	case err == nil:
		code = 0
	case errors.Is(err, tty.ErrInterrupted):
		code = 130
	case errors.As(err, &sig):
		code = 128 + int(sig.Signal.(syscall.Signal))
	case errors.As(err, new(*routine.PanicError)):
		code = 2
	case errors.Is(err, tty.ErrTerminalLost):
		code = 5
	case errors.Is(err, context.Canceled):
		code = 6
	}
	fmt.Fprintln(os.Stderr, err)
	if p := (*routine.PanicError)(nil); errors.As(err, &p) {
		fmt.Fprintln(os.Stderr, p.Stack)
	}
	fmt.Fprintln(report, "ended", code)
	os.Exit(code)
}
