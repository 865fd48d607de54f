package ui

import (
	"bytes"
	"io"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/ui/scenes"
)

// output is what a program has written.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

// waitFor waits until words were written, and forgets all that was.
func (o *output) waitFor(t *testing.T, words string) {
	t.Helper()
	found := func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		if !bytes.Contains(o.b.Bytes(), []byte(words)) {
			return false
		}
		o.b.Reset()
		return true
	}
	for limit := time.Now().Add(time.Minute); !found(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("no %q in the output: %q", words, o.b.String())
		}
	}
}

func TestWholeProgram(t *testing.T) {
	f := newFakeFeed()
	f.slot <- scenes.Healthy()
	defer close(f.slot)
	input, keyboard := io.Pipe()
	defer keyboard.Close()
	out := &output{}
	p := tea.NewProgram(newModel(Options{Feed: f, Now: func() time.Time { return scenes.Now }}),
		tea.WithInput(input), tea.WithOutput(out), tea.WithWindowSize(100, 30), tea.WithoutSignals(),
		tea.WithEnvironment([]string{"TERM=xterm-256color"}))
	ended := make(chan tea.Model, 1)
	go func() {
		m, err := p.Run()
		if err != nil {
			t.Error(err)
		}
		ended <- m
	}()
	out.waitFor(t, "asleep 01:10-03:40")
	p.Send(press("2"))
	out.waitFor(t, "most likely")
	p.Send(press("q"))
	final := (<-ended).(Model)
	if final.view != viewForecast || final.snap.Account != "personal" || !final.fan.Loaded {
		t.Errorf("final model: view %d, account %q, fan loaded %t", final.view, final.snap.Account, final.fan.Loaded)
	}
}
