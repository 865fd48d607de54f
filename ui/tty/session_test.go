package tty

import (
	"context"
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"ortop/internal/routine"
)

// still is a model that only quits.
type still struct{}

func (still) Init() tea.Cmd { return nil }
func (m still) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if k, ok := msg.(tea.KeyPressMsg); ok && k.String() == "q" {
		return m, tea.Quit
	}
	return m, nil
}
func (still) View() tea.View {
	v := tea.NewView("still")
	v.AltScreen = true
	return v
}

// broken panics wherever it is told to.
type broken struct{ where string }

func (m broken) panicIn(where string) {
	if m.where == where {
		panic("key sk-or-v1-abc_DEF in " + where)
	}
}
func (m broken) Init() tea.Cmd { m.panicIn("Init"); return nil }
func (m broken) Update(tea.Msg) (tea.Model, tea.Cmd) {
	m.panicIn("Update")
	return m, func() tea.Msg { m.panicIn("command"); return nil }
}
func (m broken) View() tea.View { m.panicIn("View"); return tea.NewView("fine") }

func TestGuard(t *testing.T) {
	for _, where := range []string{"Init", "Update", "View", "command", "nowhere"} {
		t.Run(where, func(t *testing.T) {
			var got error
			g := guard{broken{where}, func(err error) { got = err }, nil, nil}
			g.Init()
			next, cmd := g.Update(nil)
			if cmd != nil {
				cmd()
			}
			if _, ok := next.(guard); !ok {
				t.Errorf("Update(nil) = %T, want a guard", next)
			}
			if v := next.View(); where != "View" && v.Content != "fine" {
				t.Errorf("View() = %q, want that of the model", v.Content)
			}
			if where == "nowhere" {
				if got != nil {
					t.Errorf("error = %v, want none", got)
				}
				return
			}
			if !errors.As(got, new(*routine.PanicError)) || !strings.Contains(got.Error(), "key [redacted] in "+where) {
				t.Errorf("error = %v, want the panic without the key", got)
			}
		})
	}
}

func TestGuardKeepsMessages(t *testing.T) {
	g := guard{still{}, func(err error) { t.Error(err) }, nil, nil}
	one := func() tea.Msg { return 1 }
	for name, cmd := range map[string]tea.Cmd{"batch": tea.Batch(one, one), "sequence": tea.Sequence(one, one)} {
		got, want := g.cmd(cmd)(), cmd()
		if reflect.TypeOf(got) != reflect.TypeOf(want) {
			t.Fatalf("%s: message = %T, want %T", name, got, want)
		}
		for i := range 2 {
			if msg := reflect.ValueOf(got).Index(i).Interface().(tea.Cmd)(); msg != 1 {
				t.Errorf("%s: command %d = %v, want 1", name, i, msg)
			}
		}
	}
	if g.cmd(nil) != nil {
		t.Error("cmd(nil) is a command, want nil")
	}
	if got := g.cmd(one)(); got != 1 {
		t.Errorf("cmd(one)() = %v, want 1", got)
	}
}

func TestRunWithoutTerminal(t *testing.T) {
	failed := errors.New("disk")
	crash := make(chan error, 1)
	crash <- failed
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	// open never ends and never says anything.
	open := func() io.Reader { r, _ := io.Pipe(); return r }
	for name, row := range map[string]struct {
		ctx  context.Context
		o    Options
		want error
	}{
		"q":            {t.Context(), Options{Input: io.MultiReader(strings.NewReader("q"), open())}, nil},
		"end of input": {t.Context(), Options{Input: strings.NewReader("")}, ErrTerminalLost},
		"write error":  {t.Context(), Options{Input: open(), Output: failing{}}, ErrTerminalLost},
		"crash":        {t.Context(), Options{Input: open(), Crash: crash}, failed},
		"context":      {cancelled, Options{Input: open()}, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			if row.o.Output == nil {
				row.o.Output = &out
			}
			if got := Run(row.ctx, still{}, row.o); !errors.Is(got, row.want) {
				t.Errorf("Run(%s) = %v, want %v", name, got, row.want)
			}
			on, off := strings.Count(out.String(), ansi.SetModeAltScreenSaveCursor), strings.Count(out.String(), ansi.ResetModeAltScreenSaveCursor)
			if on != off {
				t.Errorf("alternate screen entered %d times and left %d times", on, off)
			}
		})
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, os.ErrClosed }

// stuck is a terminal that nobody reads until it is closed.
type stuck chan struct{}

func (c stuck) Write(b []byte) (int, error) { <-c; return len(b), nil }

func TestLeaveStuckTerminal(t *testing.T) {
	t.Parallel()
	out := make(stuck)
	term := &terminal{out: out, inUse: true, lost: func(error) {}}
	start := time.Now()
	term.restore()
	if took := time.Since(start); took > time.Second {
		t.Errorf("restore() took %v, want 1s at most", took)
	}
	close(out)
	term.restore()
	if term.inUse {
		t.Error("terminal is in use after restore(), want it left")
	}
}

func TestTerminalWrites(t *testing.T) {
	var out strings.Builder
	term := &terminal{out: &out, lost: func(err error) { t.Error(err) }}
	write := func(s string) {
		t.Helper()
		if n, err := term.Write([]byte(s)); n != len(s) || err != nil {
			t.Errorf("Write(%q) = %d, %v, want all of it", s, n, err)
		}
	}
	write(ansi.SetModeAltScreenSaveCursor + "a")
	term.pause(true)
	write("b")
	term.pause(false)
	write("c")
	term.restore()
	write("d")
	term.restore()
	if got, want := out.String(), ansi.SetModeAltScreenSaveCursor+"ac"+resetModes; got != want {
		t.Errorf("written = %q, want %q", got, want)
	}
}

// A screen that is drawn anew has no margins of an older one.
func TestAScreenDrawnAnewHasNoMargins(t *testing.T) {
	var out strings.Builder
	term := &terminal{out: &out, lost: func(err error) { t.Error(err) }}
	for _, s := range []string{"a\x1b[H\x1b[2Jb", "c"} {
		if n, err := term.Write([]byte(s)); n != len(s) || err != nil {
			t.Errorf("Write(%q) = %d, %v, want all of it", s, n, err)
		}
	}
	if got, want := out.String(), "a\x1b[r\x1b[H\x1b[2Jbc"; got != want {
		t.Errorf("written = %q, want %q", got, want)
	}
}

func TestLeftScreenIsLeftAlone(t *testing.T) {
	var out strings.Builder
	term := &terminal{out: &out, lost: func(err error) { t.Error(err) }}
	both := ansi.SetModeAltScreenSaveCursor + ansi.ResetModeAltScreenSaveCursor
	if _, err := term.Write([]byte(both)); err != nil {
		t.Fatal(err)
	}
	term.restore()
	if out.String() != both {
		t.Errorf("written = %q, want %q", out.String(), both)
	}
}
