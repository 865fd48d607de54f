//go:build unix

package main

import (
	"bufio"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// shell runs the app as the foreground job of a session that it leads.
// Commands come on descriptor 3, what happens is reported on descriptor 4.
func shell() {
	signal.Ignore(syscall.SIGTTOU)
	events := os.NewFile(4, "events")
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	app, err := os.StartProcess(self, []string{self, "app"}, &os.ProcAttr{
		Env:   os.Environ(),
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr, events},
		Sys:   &syscall.SysProcAttr{Setpgid: true, Foreground: true, Ctty: 0},
	})
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(events, "pid", app.Pid)
	front := func(pgid int) { _ = unix.IoctlSetPointerInt(0, unix.TIOCSPGRP, pgid) }
	go func() {
		for {
			var status unix.WaitStatus
			if _, err := unix.Wait4(app.Pid, &status, unix.WUNTRACED, nil); err != nil {
				return
			}
			front(unix.Getpgrp())
			if status.Stopped() {
				fmt.Fprintln(events, "stopped")
			} else {
				fmt.Fprintln(events, "exited", status.ExitStatus())
			}
		}
	}()
	commands := bufio.NewScanner(os.NewFile(3, "commands"))
	for commands.Scan() {
		switch commands.Text() {
		case "fg":
			front(app.Pid)
			_ = syscall.Kill(-app.Pid, syscall.SIGCONT)
		case "front":
			front(app.Pid)
		case "bg":
			_ = syscall.Kill(-app.Pid, syscall.SIGCONT)
		}
	}
	os.Exit(0)
}
