package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"

	"ortop/internal/sim"
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

func start(env []string, name string, args []string, z size) (*screen, error) {
	s := &screen{cmd: exec.Command(name, args...), wrote: make(chan struct{}, 1), vt: vt10x.New(vt10x.WithSize(z.cols, z.rows))}
	s.cmd.Env = env
	s.began = time.Now()
	var err error
	if s.tty, err = pty.StartWithSize(s.cmd, &pty.Winsize{Cols: uint16(z.cols), Rows: uint16(z.rows)}); err != nil {
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

// size is how large the terminal of a program is.
type size struct{ cols, rows int }

// cpu is the processor time of a process so far, over all of its threads.
func (s *screen) cpu() (time.Duration, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for _, path := range tasks {
		words, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) { // the thread has ended
			continue
		}
		if err != nil {
			return 0, err
		}
		ns, _, _ := strings.Cut(string(words), " ")
		n, err := strconv.ParseInt(ns, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n)
	}
	return sum, nil
}

// memory is what a process holds, or held at most (VmRSS, VmHWM), in MB.
func (s *screen) memory(field string) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == field+":" {
			kB, err := strconv.ParseFloat(words[1], 64)
			return kB / 1024, err
		}
	}
	return 0, fmt.Errorf("no %s in the status of %s", field, s.cmd.Path)
}

// quiet measures idle programs side by side: one that is looked at, one that is not,
// one of ten accounts, and the others.
func (b *bench) quiet() error {
	_, url, stop, err := serve(sim.Config{Profile: "steady"})
	if err != nil {
		return err
	}
	defer stop()
	config := filepath.Join(b.dir, "ten.toml")
	var ten strings.Builder
	key := filepath.Join(b.dir, "key")
	if err := os.WriteFile(key, []byte(sim.DemoKey+"\n"), 0o600); err != nil {
		return err
	}
	for i := range 10 {
		fmt.Fprintf(&ten, "[[accounts]]\nname = 'a%d'\nkey_file = '%s'\n", i, key)
	}
	if err := os.WriteFile(config, []byte(ten.String()), 0o600); err != nil {
		return err
	}
	args := []string{"--base-url", url}
	all := []struct {
		name, path string
		args       []string
		unseen     bool
	}{
		{"seen", b.ortop, args, false}, {"unseen", b.ortop, args, true}, {"ten", b.ortop, append([]string{"--config", config}, args...), true},
		{"minimal", b.minimal, nil, false}, {"htop", "htop", nil, false}, {"btop", "btop", nil, false},
	}
	watched := map[string]*screen{}
	before := map[string]time.Duration{}
	for _, p := range all {
		if _, err := exec.LookPath(p.path); err != nil {
			log.Printf("%s is not installed, and left out", p.name)
			continue
		}
		s, err := start(b.environ(p.name), p.path, p.args, size{100, 30})
		if err != nil {
			return err
		}
		defer s.end()
		watched[p.name] = s
	}
	time.Sleep(min(10*time.Second, b.idle)) // until they have settled
	for _, p := range all {
		s := watched[p.name]
		if s == nil {
			continue
		}
		if p.unseen {
			if _, err := s.tty.WriteString("\x1b[O"); err != nil { // the terminal lost the focus
				return err
			}
		}
	}
	time.Sleep(min(2*time.Second, b.idle))
	for name, s := range watched {
		if before[name], err = s.cpu(); err != nil {
			return err
		}
	}
	unseenBytes := watched["unseen"].written()
	most, began := 0, watched["seen"].written()
	for end := time.Now().Add(b.idle); time.Now().Before(end); {
		was := watched["seen"].written()
		time.Sleep(time.Second)
		most = max(most, watched["seen"].written()-was)
	}
	average := float64(watched["seen"].written()-began) / b.idle.Seconds()
	unseenBytes = watched["unseen"].written() - unseenBytes
	perMinute := map[string]string{}
	for name, s := range watched {
		used, err := s.cpu()
		if err != nil {
			return err
		}
		perMinute[name] = fmt.Sprintf("%.3f", (used-before[name]).Seconds()*60/b.idle.Seconds())
	}
	beside := ""
	for _, name := range []string{"minimal", "htop", "btop"} {
		if v := perMinute[name]; v != "" {
			beside += ", " + name + " " + v
		}
	}
	beside = strings.TrimPrefix(beside, ", ")
	b.add("idle, seconds of processor a minute, seen", "<= .08, and under btop and htop", perMinute["seen"], beside)
	b.add("the same, unseen; ten accounts unseen", "<= .03; <= .13", perMinute["unseen"]+"; "+perMinute["ten"], "")
	b.add("bytes a second, seen: mean, most; unseen, polls included", "<= 64 a tick; 0 where nothing changed",
		fmt.Sprintf("%.1f, %d; %.1f", average, most, float64(unseenBytes)/b.idle.Seconds()), "")
	memory, err := watched["seen"].memory("VmRSS")
	if err != nil {
		return err
	}
	floor, err := watched["minimal"].memory("VmRSS")
	if err != nil {
		return err
	}
	b.add(fmt.Sprintf("memory, one account, after %v", b.idle), "<= 23 MB after an hour", fmt.Sprintf("%.1f MB", memory), fmt.Sprintf("minimal %.1f MB", floor))
	return nil
}
