package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// screen is a program on a pty, and how much it writes.
type screen struct {
	cmd   *exec.Cmd
	tty   *os.File
	began time.Time
	wrote chan struct{}

	mu    sync.Mutex
	vt    vt10x.Terminal
	bytes int
}

func start(env []string, name string, args []string) (*screen, error) {
	s := &screen{cmd: exec.Command(name, args...), wrote: make(chan struct{}, 1), vt: vt10x.New(vt10x.WithSize(100, 30))}
	s.cmd.Env = env
	s.began = time.Now()
	var err error
	if s.tty, err = pty.StartWithSize(s.cmd, &pty.Winsize{Cols: 100, Rows: 30}); err != nil {
		return nil, err
	}
	go func() {
		buf := make([]byte, 64<<10)
		for {
			n, err := s.tty.Read(buf)
			s.mu.Lock()
			s.bytes += n
			_, _ = s.vt.Write(buf[:n])
			s.mu.Unlock()
			select {
			case s.wrote <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	return s, nil
}

func (s *screen) screen() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.vt.String()
}

func (s *screen) written() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes
}

func (s *screen) end() {
	_ = s.cmd.Process.Kill() // it may have ended, and Wait says how
	_ = s.cmd.Wait()
	s.tty.Close()
}

// cost is what a process used so far.
type cost struct {
	cpu   time.Duration
	rssMB float64
}

func (s *screen) cost() (c cost, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return c, err
	}
	// After the name in parentheses: utime and stime are fields 14 and 15, in
	// hundredths of a second, rss is field 24, in pages.
	_, rest, _ := strings.Cut(string(stat), ") ")
	f := strings.Fields(rest)
	var ticks float64
	for _, i := range []int{11, 12} {
		n, err := strconv.ParseFloat(f[i], 64)
		if err != nil {
			return c, err
		}
		ticks += n
	}
	pages, err := strconv.ParseFloat(f[21], 64)
	c.cpu = time.Duration(ticks * 10 * float64(time.Millisecond))
	c.rssMB = pages * float64(os.Getpagesize()) / (1 << 20)
	return c, err
}

// watch leaves a dashboard alone, first looked at and then unseen, and says
// what that costs.
func watch(env []string, ortop string, args []string, minimal string, d time.Duration) error {
	s, err := start(env, ortop, args)
	if err != nil {
		return err
	}
	defer s.end()
	m, err := start(env, minimal, nil)
	if err != nil {
		return err
	}
	defer m.end()
	time.Sleep(min(5*time.Second, d)) // until they have settled

	perMinute := func(x *screen, f func()) (float64, error) {
		before, err := x.cost()
		if err != nil {
			return 0, err
		}
		f()
		after, err := x.cost()
		return (after.cpu - before.cpu).Seconds() * 60 / d.Seconds(), err
	}
	most, total := 0, 0
	seen, err := perMinute(s, func() {
		for end := time.Now().Add(d); time.Now().Before(end); {
			before := s.written()
			time.Sleep(time.Second)
			n := s.written() - before
			most, total = max(most, n), total+n
		}
	})
	if err != nil {
		return err
	}
	fmt.Printf("bytes a second, seen   %6.1f on average, %d at most\n", float64(total)/d.Seconds(), most)
	if _, err := s.tty.WriteString("\x1b[O"); err != nil { // the terminal lost the focus
		return err
	}
	time.Sleep(min(2*time.Second, d))
	before := s.written()
	unseen, err := perMinute(s, func() { time.Sleep(d) })
	if err != nil {
		return err
	}
	fmt.Printf("bytes, unseen          %6d in %v\n", s.written()-before, d)
	floor, err := perMinute(m, func() { time.Sleep(d) })
	if err != nil {
		return err
	}
	fmt.Printf("processor, s a minute  %6.2f seen, %.2f unseen, minimal %.2f\n", seen, unseen, floor)
	c, err := s.cost()
	if err != nil {
		return err
	}
	base, err := m.cost()
	if err != nil {
		return err
	}
	fmt.Printf("resident memory        %6.1f MB, minimal %.1f MB\n", c.rssMB, base.rssMB)
	return nil
}
