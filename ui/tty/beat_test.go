package tty

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
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

// The first frame waits for no beat that a processor could sleep through.
func TestTheFirstFrameComesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &beat{ticker: time.NewTicker(restBeat)}
		b.rest = time.AfterFunc(restBeat, b.slows)
		defer b.stop()
		from := time.Now()
		b.wake()
		if <-b.ticker.C; time.Since(from) > time.Microsecond {
			t.Errorf("the first frame comes after %v", time.Since(from))
		}
		time.Sleep(2 * quickBeat)
		for len(b.ticker.C) > 0 {
			<-b.ticker.C
		}
		from = <-b.ticker.C
		if d := (<-b.ticker.C).Sub(from); d != quickBeat {
			t.Errorf("then it beats each %v, want %v", d, quickBeat)
		}
	})
}

// The answer to a key is drawn though more views follow on it, such as of what the key
// loads.
func TestAFrameDoesNotWaitForTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &beat{ticker: time.NewTicker(restBeat)}
		b.rest = time.AfterFunc(restBeat, b.slows)
		defer b.stop()
		for round := range 2 {
			for range 10 {
				b.wake()
				time.Sleep(quickBeat - time.Microsecond)
			}
			select {
			case <-b.ticker.C:
			default:
				t.Errorf("round %d: views at short intervals put off the drawing of the first", round)
			}
			time.Sleep(restAfter + 10*time.Millisecond) // from then on it beats slowly
			for len(b.ticker.C) > 0 {
				<-b.ticker.C
			}
			from := time.Now()
			<-b.ticker.C
			if d := time.Since(from); d < slowBeat/2 {
				t.Errorf("round %d: at rest it beats after %v", round, d)
			}
		}
	})
}

// A frame that comes after the renderer was started anew is drawn at once, also where
// another was being drawn when it was stopped.
func TestTheRendererIsStartedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &beat{ticker: time.NewTicker(time.Hour), slow: slowBeat}
		b.rest = time.AfterFunc(time.Hour, b.slows)
		defer b.stop()
		b.wake()
		b.again()
		b.ticker.Reset(time.Second / framesPerSecond) // as Bubble Tea does
		b.wake()
		began := time.Now()
		<-b.ticker.C
		if took := time.Since(began); took > quickBeat {
			t.Errorf("the frame is drawn after %v, want %v at most", took, quickBeat)
		}
	})
}
