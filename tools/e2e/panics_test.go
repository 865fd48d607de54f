//go:build linux

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hinshun/vt10x"
	"golang.org/x/sys/unix"

	"ortop/internal/sim"
)

// planted replaces the start of goroutines: the one that is started at
// ORTOP_TEST_PANIC panics once the screen is up.
const planted = `
func Go(f func()) { go guard(plant(f))() }

func Guard(f func()) func() { return guard(plant(f)) }

func plant(f func()) func() {
	_, file, line, _ := runtime.Caller(2)
	at := os.Getenv("ORTOP_TEST_PANIC")
	if at == "" || !strings.HasSuffix(fmt.Sprintf("%s:%d", file, line), at) {
		return f
	}
	return func() {
		go f() // what it does is done, the screen among that
		time.Sleep(time.Second)
		panic("planted, with the key " + os.Getenv("ORTOP_TEST_PANIC_KEY"))
	}
}
`

// plantedProgram builds the program with planted panics.
func plantedProgram(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	original, err := filepath.Abs("../../internal/routine/routine.go")
	if err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(
		"func Go(f func()) { go Guard(f)() }\n", planted,
		"func Guard(f func()) func() {", "func guard(f func()) func() {",
		"import (\n", "import (\n\t\"os\"\n\t\"runtime\"\n\t\"strings\"\n\t\"time\"\n",
	).Replace(string(src))
	if !strings.Contains(text, "func plant(") || !strings.Contains(text, "func guard(") {
		t.Fatal("internal/routine starts goroutines in another way")
	}
	changed, overlay := filepath.Join(dir, "routine.go"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{original: changed}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(changed, []byte(text), 0o600), os.WriteFile(overlay, replace, 0o600)); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "planted")
	if said, err := exec.Command("go", "-C", "../..", "build", "-buildvcs=false", "-overlay", overlay, "-o", out, ".").CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, said)
	}
	return out
}

// startsOf returns where the files start goroutines.
func startsOf(t *testing.T, patterns ...string) (at []string) {
	t.Helper()
	start := regexp.MustCompile(`\broutine\.(Go|Guard)\(`)
	for _, pattern := range patterns {
		files, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for i, line := range strings.Split(string(src), "\n") {
				if start.MatchString(line) && !strings.HasSuffix(file, "_test.go") {
					at = append(at, fmt.Sprintf("%s:%d", strings.TrimPrefix(filepath.ToSlash(file), "../../"), i+1))
				}
			}
		}
	}
	return at
}

// U01, K04: a panic of any goroutine of a dashboard gives the terminal back, is
// told in one line without the key, keeps its stack in the log, and is exit 1.
func TestU01GoroutinePanics(t *testing.T) {
	t.Parallel()
	program := plantedProgram(t)
	key := "sk-or-v1-" + strings.Repeat("c0ffee", 10)
	var reached int
	for _, at := range startsOf(t, "ui/tty/session.go", "internal/monitor/*.go", "internal/courier/courier.go", "internal/cmd/session/runner.go", "internal/cmd/cli/app.go") {
		h := newHousehold(t)
		// A channel, so that there is a courier.
		config := filepath.Join(h.home, ".config", "ortop")
		if err := errors.Join(os.MkdirAll(config, 0o700), os.WriteFile(filepath.Join(config, "config.toml"), []byte("[[channels]]\nname = \"c\"\nkind = \"command\"\ncommand = [\"true\"]\n"), 0o600)); err != nil {
			t.Fatal(err)
		}
		env := append(h.env, "ORTOP_TEST_PANIC="+at, "ORTOP_TEST_PANIC_KEY="+key, "OPENROUTER_API_KEY="+sim.DemoKey)
		x := onTerminal(t, 80, 24, env, program, "--interval", "2s")
		before, err := unix.IoctlGetTermios(int(x.tty.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- x.cmd.Wait() }()
		select {
		case <-ended:
		case <-time.After(4 * time.Second): // it is started at the end, or not at all here
			x.cmd.Process.Signal(unix.SIGTERM)
			select {
			case <-ended:
			case <-time.After(10 * time.Second * busy):
				t.Fatalf("%s: the program does not end:\n%s", at, x.screen())
			}
		}
		<-x.done
		code := x.cmd.ProcessState.ExitCode()
		log, _ := os.ReadFile(filepath.Join(h.home, ".local", "state", "ortop", "ortop.log"))
		if screen := x.screen(); strings.Contains(screen, "panic: planted") {
			reached++
			if code != 1 || strings.Count(screen, "panic") != 1 || strings.Contains(screen, "goroutine ") {
				t.Errorf("%s: exit %d, and on the screen:\n%s", at, code, screen)
			}
			if !strings.Contains(string(log), "routine.go") || !strings.Contains(string(log), "planted") {
				t.Errorf("%s: no stack in the log:\n%s", at, log)
			}
		} else if code != 128+int(unix.SIGTERM) {
			t.Errorf("%s: exit %d, want that of SIGTERM where nothing panics:\n%s", at, code, screen)
		}
		for what, text := range map[string]string{"screen": x.screen(), "log": string(log)} {
			if strings.Contains(text, "c0ffeec0ffee") {
				t.Errorf("%s: the key is in the %s", at, what)
			}
		}
		x.mu.Lock()
		mode, cursor := x.vt.Mode(), x.vt.CursorVisible()
		x.mu.Unlock()
		if mode&(vt10x.ModeAltScreen|vt10x.ModeMouseMask) != 0 || !cursor {
			t.Errorf("%s: the screen is left in mode %x, cursor %v", at, mode, cursor)
		}
		after, err := unix.IoctlGetTermios(int(x.tty.Fd()), unix.TCGETS)
		if err != nil || after.Lflag != before.Lflag && after.Lflag&(unix.ICANON|unix.ECHO) != unix.ICANON|unix.ECHO {
			t.Errorf("%s: the terminal is left raw (%v)", at, err)
		}
	}
	t.Logf("%d goroutines panicked", reached)
	if reached < 6 {
		t.Errorf("%d goroutines were reached, want at least 6", reached)
	}
}
