//go:build unix

package tty_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"golang.org/x/sys/unix"
)

// ptyRun is a program on a terminal of its own.
type ptyRun struct {
	t             *testing.T
	master, slave *os.File
	before        *term.State
	cmd           *exec.Cmd
	commands      *os.File // to the shell
	exited        chan struct{}

	mu      sync.Mutex
	out     []byte
	errs    bytes.Buffer
	events  []string
	stalled bool
	reading sync.Cond
	vt      vt10x.Terminal
}

// startApp runs the child without a shell, in a session of its own, so that
// nobody could continue it.
func startApp(t *testing.T, mode string) *ptyRun {
	r := newPty(t, mode)
	events, w := pipe(t)
	r.cmd.ExtraFiles = []*os.File{w}
	r.start(events, w)
	return r
}

// startShell runs the child as a job of the shell.
func startShell(t *testing.T) *ptyRun {
	r := newPty(t, "shell")
	commands, cw := pipe(t)
	events, ew := pipe(t)
	r.commands = cw
	r.cmd.ExtraFiles = []*os.File{commands, ew}
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	r.start(events, ew)
	r.until("the shell's job", func() bool { return r.lastEvent("pid") != "" })
	return r
}

func pipe(t *testing.T) (r, w *os.File) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

// pollable returns f as a file whose Close ends a Read.
func pollable(t *testing.T, f *os.File) *os.File {
	defer f.Close()
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	return os.NewFile(uintptr(fd), f.Name())
}

func newPty(t *testing.T, mode string) *ptyRun {
	t.Helper()
	t.Parallel()
	master, slave, err := pty.Open()
	if err != nil {
		t.Skipf("no pty here: %v", err)
	}
	master = pollable(t, master)
	if err := pty.Setsize(slave, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	before, err := term.GetState(slave.Fd())
	if err != nil {
		t.Fatal(err)
	}
	r := &ptyRun{t: t, master: master, slave: slave, before: before, exited: make(chan struct{}),
		vt: vt10x.New(vt10x.WithSize(80, 24))}
	r.reading.L = &r.mu
	r.cmd = exec.Command(child, strings.Fields(mode)...)
	r.cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	r.cmd.Stdin, r.cmd.Stdout, r.cmd.Stderr = slave, slave, &r.errs
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return r
}

func (r *ptyRun) start(events, theirs *os.File) {
	r.t.Helper()
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	theirs.Close()
	go func() {
		_ = r.cmd.Wait()
		close(r.exited)
	}()
	go func() {
		lines := bufio.NewScanner(events)
		for lines.Scan() {
			r.mu.Lock()
			r.events = append(r.events, lines.Text())
			r.mu.Unlock()
		}
	}()
	go r.read()
	r.t.Cleanup(func() {
		if r.commands != nil { // the job is not the shell's to end
			if pid, err := strconv.Atoi(r.lastEvent("pid")); err == nil && r.lastEvent("exited") == "" {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		_ = r.cmd.Process.Kill()
		<-r.exited
		r.stall(false)
		r.master.Close()
		r.slave.Close()
		if r.t.Failed() {
			r.t.Logf("events %q\nstderr %s\nlast output %q", r.events, &r.errs, r.out[max(0, len(r.out)-600):])
		}
	})
	r.until("the first frame", func() bool { return strings.Contains(r.screen(), "the first frame") })
	r.until("the screen's modes", func() bool { return len(modesLeft(r.output())) >= 6 })
}

// read takes what is written unless stalled, and answers as a terminal that
// has synchronized output and grapheme clusters.
func (r *ptyRun) read() {
	buf := make([]byte, 4096)
	for {
		r.mu.Lock()
		for r.stalled {
			r.reading.Wait()
		}
		r.mu.Unlock()
		n, err := r.master.Read(buf)
		if err != nil {
			return
		}
		r.mu.Lock()
		r.out = append(r.out, buf[:n]...)
		_, _ = r.vt.Write(buf[:n])
		r.mu.Unlock()
		for _, mode := range []string{"2026", "2027"} {
			if bytes.Contains(buf[:n], []byte("\x1b[?"+mode+"$p")) {
				r.typed("\x1b[?" + mode + ";2$y")
			}
		}
	}
}

func (r *ptyRun) stall(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stalled = on
	r.reading.Broadcast()
}

func (r *ptyRun) typed(keys string)    { _, _ = r.master.WriteString(keys) }
func (r *ptyRun) shell(command string) { fmt.Fprintln(r.commands, command) }

func (r *ptyRun) signal(sig syscall.Signal) {
	r.t.Helper()
	pid := r.cmd.Process.Pid
	if r.commands != nil {
		pid, _ = strconv.Atoi(r.lastEvent("pid"))
	}
	if err := syscall.Kill(pid, sig); err != nil {
		r.t.Fatal(err)
	}
}

func (r *ptyRun) output() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.out)
}

func (r *ptyRun) screen() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.vt.String()
}

// lastEvent returns the text of the last event of that name, "" if there was none,
// and the name itself if it has none.
func (r *ptyRun) lastEvent(event string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, line := range slices.Backward(r.events) {
		if name, rest, _ := strings.Cut(line, " "); name == event {
			if rest == "" {
				return name
			}
			return rest
		}
	}
	return ""
}

// allEvents returns the events but for the pid.
func (r *ptyRun) allEvents() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(slices.DeleteFunc(slices.Clone(r.events), func(s string) bool { return strings.HasPrefix(s, "pid") }), ", ")
}

// lookEvery is how often until looks.
const lookEvery = 5 * time.Millisecond

// until waits for ok and returns for how long, on an idle machine: where others
// have the processor, each look comes late, and so does what it looks for.
func (r *ptyRun) until(what string, ok func() bool) (idle time.Duration) {
	r.t.Helper()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(lookEvery) {
		if idle += lookEvery; time.Now().After(end) {
			r.t.Fatalf("waited in vain for %s; screen:\n%s", what, r.screen())
		}
	}
	return idle
}

// restored checks that the terminal is as before the program came.
func (r *ptyRun) restored() {
	r.t.Helper()
	var left []string
	settled := func() bool { left = modesLeft(r.output()); return len(left) == 0 }
	for end := time.Now().Add(10 * time.Second); !settled() && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	if len(left) > 0 {
		r.t.Errorf("modes left on = %q, want none", left)
	}
	if !r.cooked() {
		r.t.Error("terminal settings differ from before")
	}
}

func (r *ptyRun) cooked() bool {
	r.t.Helper()
	now, err := term.GetState(r.slave.Fd())
	if err != nil {
		r.t.Fatal(err)
	}
	return reflect.DeepEqual(now, r.before)
}

// ends checks that the program ends with that code within d.
func (r *ptyRun) ends(code string, d time.Duration) {
	r.t.Helper()
	took := r.until("the end", func() bool { return r.lastEvent("ended") != "" })
	if took > d {
		r.t.Errorf("ended after %v, want within %v", took, d)
	}
	if got := r.lastEvent("ended"); got != code {
		r.t.Errorf("exit code = %s, want %s", got, code)
	}
	if r.commands == nil {
		<-r.exited
		return
	}
	r.until("the shell to see the end", func() bool { return r.lastEvent("exited") != "" })
}

var modeSequence = regexp.MustCompile(`\x1b\[(?:\?([0-9;]+)([hl])|(>[0-9]*u|<[0-9]*u|>4(?:;[0-9])?m))`)

// modesLeft reads a stream as a terminal would and names the modes that are
// not as they were at first.
func modesLeft(stream []byte) []string {
	on := map[string]bool{}
	for _, m := range modeSequence.FindAllStringSubmatch(string(stream), -1) {
		switch {
		case m[3] == "":
			for _, mode := range strings.Split(m[1], ";") {
				visible := mode == "25" || mode == "7" // on by default
				on[mode] = (m[2] == "h") != visible
			}
		case strings.HasSuffix(m[3], "u"):
			on["kitty keyboard"] = m[3][0] == '>'
		default:
			on["modifyOtherKeys"] = m[3] == ">4;2m" || m[3] == ">4;1m"
		}
	}
	var left []string
	for mode, is := range on {
		if is {
			left = append(left, mode)
		}
	}
	slices.Sort(left)
	return left
}
