package tty

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// counter counts the writes of a renderer, and shows how often it was updated.
type counter struct {
	n int
}

func (c counter) Init() tea.Cmd { return nil }

func (c counter) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(string); ok {
		c.n++
	}
	return c, nil
}

func (c counter) View() tea.View { return tea.NewView(strings.Repeat("x", c.n+1)) }

// screen is what a program has written.
type screen struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

// A version of Bubble Tea whose renderer cannot be driven on demand draws at
// its fixed rate: that is to be seen, and not to happen silently.
func TestTheRenderersTickerIsThere(t *testing.T) {
	var out screen
	b := &beat{}
	g := guard{counter{}, func(err error) { t.Error(err) }, b, nil}
	ctx, cancel := context.WithCancel(t.Context())
	p := tea.NewProgram(g, tea.WithContext(ctx), tea.WithInput(nil), tea.WithOutput(&out), tea.WithWindowSize(40, 5), tea.WithFPS(1), tea.WithoutSignalHandler())
	b.program = p
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = p.Run()
	}()
	until := func(what string, ok func() bool) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("waited for %s; written: %q", what, out.String())
			}
		}
	}
	until("the first frame", func() bool { return strings.Contains(out.String(), "x") })
	ticker := rendererTicker(p)
	if ticker == nil {
		t.Fatal("the program has no ticker of its renderer: the screen would wake 60 times a second; see the decisions")
	}
	for i := range 3 {
		ticker.Stop() // only the beat draws what follows
		p.Send("more")
		until("a frame", func() bool { return strings.Count(out.String(), "x") >= i+2 })
	}
	cancel()
	<-done
	b.stop()
}

func TestABeatWithoutATicker(t *testing.T) {
	b := &beat{program: tea.NewProgram(counter{})}
	b.wake() // not started
	b.stop()
	(*beat)(nil).wake()
}
