//go:build unix

package tty

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"
)

// childEnv makes the test binary be one of the programs below.
const childEnv = "ORTOP_UI_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childEnv) {
	case "":
		// Under nohup, or in a shell's background job, some signals are ignored,
		// and would be in the children.
		for _, s := range endSignals {
			if signal.Ignored(s) {
				signal.Notify(make(chan os.Signal, 1), s)
			}
		}
		// The tests on a terminal wait more than they work.
		if err := flag.Set("test.parallel", "8"); err != nil {
			panic(err)
		}
		os.Exit(m.Run())
	case "shell":
		childShell()
	default:
		childApp(os.Getenv(childEnv))
	}
}

// childResource reports what a suspension does with it.
type childResource struct{ report *os.File }

func (f childResource) Release() { fmt.Fprintln(f.report, "release") }
func (f childResource) Resume()  { fmt.Fprintln(f.report, "resume") }

// childApp runs a model that fails on request. It reports on descriptor 3.
func childApp(mode string) {
	if strings.Contains(mode, "nohup") {
		signal.Ignore(syscall.SIGHUP)
	}
	report := os.NewFile(3, "report")
	ctx, cancel := context.WithCancel(context.Background())
	crash := make(chan error, 1)
	m := childModel{resource: childResource{report: report}, cancel: cancel, crash: crash, clock: strings.Contains(mode, "clock")}
	err := Run(ctx, m, Options{Crash: crash})
	var sig SignalError
	code := 1
	switch {
	case err == nil:
		code = 0
	case errors.Is(err, ErrInterrupted):
		code = 130
	case errors.As(err, &sig):
		code = 128 + int(sig.Signal.(syscall.Signal))
	case errors.Is(err, ErrPanic):
		code = 2
	case errors.Is(err, ErrTerminalLost):
		code = 5
	case errors.Is(err, context.Canceled):
		code = 6
	}
	fmt.Fprintln(os.Stderr, err)
	fmt.Fprintln(report, "ended", code)
	os.Exit(code)
}

type childModel struct {
	resource  childResource
	cancel    func()
	crash     chan error
	clock     bool
	ticks     int
	flood     bool
	panicView bool
	notice    string
}

type childTick struct{}

func childTicks(d time.Duration) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return childTick{} })
}

func (m childModel) Resource() Resource { return m.resource }

func (m childModel) Init() tea.Cmd {
	if m.clock {
		return childTicks(time.Second)
	}
	return nil
}

const childKey = "sk-or-v1-0123456789abcdef"

func boom() tea.Msg { panic("boom " + childKey) }

func nothing() tea.Msg { return nil }

func (m childModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case childTick:
		m.ticks++
		if m.flood {
			return m, childTicks(5 * time.Millisecond)
		}
		return m, childTicks(time.Second)
	case OrphanMsg:
		m.notice = "cannot suspend"
	case tea.ResumeMsg:
		m.notice = "resumed"
	case tea.KeyPressMsg:
		switch msg.String() {
		case "q":
			return m, tea.Quit
		case "ctrl+c":
			return m, tea.Interrupt
		case "ctrl+z":
			return m, tea.Suspend
		case "u":
			boom()
		case "v":
			m.panicView = true
		case "c":
			return m, boom
		case "b":
			return m, tea.Batch(nothing, tea.Sequence(nothing, boom))
		case "x":
			m.crash <- errors.New("the other goroutine failed")
		case "d":
			m.cancel()
		case "h":
			select {}
		case "f":
			m.flood = true
			return m, childTicks(0)
		}
	}
	return m, nil
}

func (m childModel) View() tea.View {
	if m.panicView {
		boom()
	}
	var v tea.View
	v.AltScreen = true
	v.ReportFocus = true
	v.MouseMode = tea.MouseModeCellMotion
	v.WindowTitle = "ortop child"
	v.SetContent(fmt.Sprintf("the first frame %d\n%s\n", m.ticks, m.notice))
	if m.flood {
		v.SetContent(childNoise())
	}
	return v
}

func childNoise() string {
	var b strings.Builder
	for range 40 {
		for range 120 {
			b.WriteByte(byte('!' + rand.IntN(90)))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// childShell runs the app as the foreground job of a session that it leads.
// Commands come on descriptor 3, what happens is told on descriptor 4.
func childShell() {
	signal.Ignore(syscall.SIGTTOU)
	events := os.NewFile(4, "events")
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	if err := os.Setenv(childEnv, "app"); err != nil {
		panic(err)
	}
	app, err := os.StartProcess(self, []string{self}, &os.ProcAttr{
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
